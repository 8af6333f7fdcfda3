package order

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/impasto/impasto/canvas"
	"github.com/impasto/impasto/recipe"
)

func testdata(t testing.TB, name string) []byte {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return bytes.TrimSpace(text)
}

// fullOrder is what testdata/order-1.json says: an order with every field.
func fullOrder() Order {
	digest := func(pair string) string { return strings.Repeat(pair, 32) }
	return Order{
		Version:    1,
		Photograph: Input{Name: "cat.jpg", SHA256: digest("01")},
		Paintings: []Painting{
			{Picture: Input{Name: "@night", SHA256: digest("02")}, Share: 3,
				Mask: &Input{Name: "sky.png", SHA256: digest("03")}, Region: &Input{Name: "left.png", SHA256: digest("04")}},
			{Picture: Input{Name: "marble.png", SHA256: digest("05")}, Share: 0.5},
		},
		Start:       &Input{Name: "draft.png", SHA256: digest("06")},
		StrengthMap: &Input{Name: "face.png", SHA256: digest("07")},
		Recipe:      Recipe{Name: "mine", Base: "gatys", Settings: map[string]string{"iterations": "200", "pooling": "max"}},
		Settings:    map[string]string{"strength": "2", "scale.coarse.optimizer": "adam", "scales": "3"},
		Effort:      "draft", Size: 2048, Enlarge: true, Seed: math.MaxUint64,
		Network: Input{Name: "vgg19", SHA256: digest("08")},
		Output:  Output{Format: JPEG, Quality: 80},
	}
}

// fullRecord is what testdata/record-1.json says.
func fullRecord(t *testing.T) Record {
	o := fullOrder()
	r, err := NewRecord(&o)
	if err != nil {
		t.Fatal(err)
	}
	r.Program = Program{Name: "impasto", Version: "1.2", Build: "go1.26.8, linux/amd64"}
	r.ISA, r.Threads, r.Finished, r.Width, r.Height = "avx512", 2, true, 2048, 1365
	r.Scales = []Scale{{Width: 512, Height: 341, Iterations: 20, FirstLoss: new(9.5), LastLoss: new(4.25)}, {Width: 2048, Height: 1365, Iterations: 10}}
	r.Iterations, r.Evaluations, r.Seconds = 30, 36, 12.5
	r.FirstLoss, r.LastLoss = new(34.5), new(31.25)
	r.Terms = []Term{{Name: "content_relu4_2", Value: new(1.25)}, {Name: "style_relu1_1", Value: new(30.0)}}
	r.Events = []Event{{Scale: 1, Iteration: 3, Text: "step shortened"}}
	r.Changes = []Change{{Scale: 0, Iteration: 7, Settings: map[string]string{"strength": "3"}}}
	return r
}

// TestVersions reads one file of each version and checks every field.
func TestVersions(t *testing.T) {
	t.Run("order 1", func(t *testing.T) {
		o, err := Parse(testdata(t, "order-1.json"))
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(fullOrder(), o); d != "" {
			t.Error(d)
		}
		if digest, err := o.Digest(); err != nil || digest != fullDigest {
			t.Errorf("digest %s, %v; want %s", digest, err, fullDigest)
		}
		again, err := o.JSON()
		if err != nil || !bytes.Equal(again, testdata(t, "order-1.json")) {
			t.Errorf("%v: %s", err, again)
		}
	})
	t.Run("record 1", func(t *testing.T) {
		r, err := ParseRecord(testdata(t, "record-1.json"))
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(fullRecord(t), r); d != "" {
			t.Error(d)
		}
		again, err := r.JSON()
		if err != nil || !bytes.Equal(again, testdata(t, "record-1.json")) {
			t.Errorf("%v: %s", err, again)
		}
		for _, s := range []struct{ schema, text []byte }{{RecordSchema(), again}, {Schema(), testdata(t, "order-1.json")}} {
			if !fits(compiled(t, s.schema), string(s.text)) {
				t.Error("not in the schema")
			}
		}
	})
	t.Run("version 0", func(t *testing.T) {
		r, err := ParseRecord(testdata(t, "order-0.json"))
		if err != nil {
			t.Fatal(err)
		}
		painted, err := recipe.Find("impasto")
		if err != nil {
			t.Fatal(err)
		}
		if err := painted.Override(map[string]string{"scales": "1", "iterations": "2"}); err != nil {
			t.Fatal(err)
		}
		want := Record{Version: 1, Program: Program{Name: "impasto", Version: "(devel)", Build: "go1.26.8, linux/amd64"},
			ISA: "avx512", Iterations: 2, Finished: true, Settings: settingsOf(&painted),
			Order: Order{Version: 1, Photograph: Input{Name: "cat"}, Paintings: []Painting{{Picture: Input{Name: "marble"}, Share: 1}},
				Recipe: Recipe{Name: "impasto"}, Settings: map[string]string{"scales": "1", "iterations": "2"},
				Size: 64, Network: Input{Name: "vgg16"}}}
		if d := cmp.Diff(want, r); d != "" {
			t.Error(d)
		}
		if finished, err := r.FinishedRecipe(); err != nil || cmp.Diff(painted, finished) != "" {
			t.Errorf("%v: %s", err, cmp.Diff(painted, finished))
		}
	})
}

// fullDigest is the identity of testdata/order-1.json. It changes with the form of identities, and with new settings.
const fullDigest = "e55f509aee142c31064ac8ee267c08e42a7af54954e7051c95ef276bd408711f"

// old is a text of version 0 with parts replaced.
func old(t testing.TB, changes ...string) string {
	return strings.NewReplacer(changes...).Replace(string(testdata(t, "order-0.json")))
}

func TestVersion0(t *testing.T) {
	const two = `"styles":["night","marble"]`
	one := `"styles":["marble"]`
	for _, c := range []struct {
		name, text string
		check      func(o *Order) bool
	}{
		{"shares", old(t, one, two+`,"style_weights":"3, 0.5"`), func(o *Order) bool { return o.Paintings[0].Share == 3 && o.Paintings[1].Share == 0.5 }},
		{"map", old(t, one, two+`,"content_masks":["map"]`), func(o *Order) bool { return o.RegionMap.Name == "map" && o.Paintings[0].Region == nil }},
		{"regions", old(t, one, two+`,"content_masks":["none","left"]`), func(o *Order) bool { return o.Paintings[0].Region == nil && o.Paintings[1].Region.Name == "left" }},
		{"region", old(t, one, one+`,"content_masks":["left"]`), func(o *Order) bool { return o.RegionMap == nil && o.Paintings[0].Region.Name == "left" }},
		{"no region", old(t, one, two+`,"content_masks":["none"]`), func(o *Order) bool { return o.RegionMap == nil && o.Paintings[0].Region == nil }},
		{"masks", old(t, one, two+`,"style_masks":["sky","none"],"strength_map":"face"`), func(o *Order) bool {
			return o.Paintings[0].Mask.Name == "sky" && o.Paintings[1].Mask == nil && o.StrengthMap.Name == "face"
		}},
		{"seed", old(t, `"seed":0`, `"seed":18446744073709551615`), func(o *Order) bool { return o.Seed == math.MaxUint64 }},
		{"start", old(t, `"init":"content"`, `"init":"picture"`), func(o *Order) bool { return o.Start.Name == unnamedStart && o.Settings["init"] == "" }},
		{"own recipe", old(t, `"recipe":"impasto"`, `"recipe":"mine"`), func(o *Order) bool {
			return cmp.Equal(o.Recipe, Recipe{Name: "mine", Base: "impasto", Settings: map[string]string{"scales": "1", "iterations": "2"}}) && o.Settings == nil
		}},
		{"by scale", old(t, `"scales":"1"`, `"scales":"1","scale.first.strength":"2"`), func(o *Order) bool { return o.Settings["scale.first.strength"] == "2" }},
	} {
		r, err := ParseRecord([]byte(c.text))
		if err != nil || !c.check(&r.Order) {
			t.Errorf("%s: %v: %+v", c.name, err, r.Order)
		}
	}
}

func TestParseRecordRefuses(t *testing.T) {
	text := string(testdata(t, "record-1.json"))
	with := func(from, to string) string {
		if !strings.Contains(text, from) {
			t.Fatalf("%q is not in the record", from)
		}
		return strings.Replace(text, from, to, 1)
	}
	for _, c := range []struct{ text, want string }{
		{with(`{"version":1,"order"`, `{"version":2,"order"`), "version: 2 is newer than this program"},
		{with(`"isa"`, `"isas"`), "isas: unknown field; similar names: isa"},
		{with(`"size":2048`, `"size":-2`), "order.size: -2 is negative"},
		{with(`"share":3`, `"share":-1`), "order.paintings[0].share: -1 is negative"},
		{with(`"base":"gatys"`, `"base":"gates"`), `order.recipe.base: unknown recipe "gates"`},
		{with(`"seconds":12.5`, `"seconds":-12.5`), "seconds: -12.5 is negative"},
		{with(`"last_loss":31.25`, `"last_loss":null`), "last_loss: must be a number, not null"},
		{with(`"last_loss":31.25`, `"last_loss":1e400`), "last_loss: 1e400 is out of range"},
		{with(`"text":"step shortened"`, `"text":"a\nb"`), "events[0].text: "},
		{with(`"settings":{"strength":"3"}`, `"settings":{}`), "changes[0].settings: there are 0"},
		{with(`,"settings":{"strength":"3"}`, ``), "changes[0]: empty; give settings or shares, or both"},
		{with(`"settings":{"strength":"3"}`, `"shares":[]`), "changes[0].shares: there are 0"},
		{with(`"settings":{"strength":"3"}`, `"shares":[1]`), "changes[0].shares: 1 shares for 2 paintings"},
		{with(`"settings":{"strength":"3"}`, `"shares":[1,-1]`), "changes[0].shares[1]: -1 is negative"},
		{with(`"settings":{"strength":"3"}`, `"shares":[0,0]`), "changes[0].shares: all shares are 0"},
		{with(`"finished":true`, `"finished":true,"finished":true`), "finished: duplicate field"},
		{old(t, `"seed":0`, `"seed":-1`), "seed: -1 is negative"},
		{old(t, `"seed":0`, `"seed":0,"sed":1`), "sed: unknown field; similar names: seed"},
		{old(t, `"isa":"avx512",`, ``), "isa: missing"},
		{old(t, `["marble"]`, `["marble",1]`), "styles[1]: must be a text, not the number 1"},
		{old(t, `["marble"]`, `["marble"],"style_weights":"1,2"`), "style_weights: 2 shares for 1 paintings"},
		{old(t, `["marble"]`, `["marble"],"style_weights":"x"`), `style_weights: "x" is not a number`},
		{old(t, `["marble"]`, `["marble"],"style_masks":["a","b"]`), "style_masks: 2 masks for 1 paintings"},
		{old(t, `"scales":"1"`, `"scales":"x"`), `settings.scales: "x"`},
		{`{}`, "program: missing"},
		{``, "not JSON"},
	} {
		_, err := ParseRecord([]byte(c.text))
		if field := (*FieldError)(nil); err == nil || !strings.HasPrefix(err.Error(), c.want) || !errors.As(err, &field) {
			t.Errorf("got %v, want %s", err, c.want)
		}
	}
}

// TestRecordKeepsSettings: where a recipe has changed since, the record says what was painted.
func TestRecordKeepsSettings(t *testing.T) {
	r, err := ParseRecord(testdata(t, "order-0.json"))
	if err != nil {
		t.Fatal(err)
	}
	if outdated, err := r.Outdated(); err != nil || outdated != nil {
		t.Errorf("%v, %v", outdated, err)
	}
	r.Settings["style-weight"] = "51"
	outdated, err := r.Outdated()
	if err != nil || !cmp.Equal(outdated, map[string]string{"style-weight": "51"}) {
		t.Errorf("%v, %v", outdated, err)
	}
	o, err := r.Rerun()
	if err != nil || o.Settings["style-weight"] != "51" || o.Settings["scales"] != "1" {
		t.Errorf("%v, %v", o.Settings, err)
	}
}

// TestChangesOfShares: a change holds settings, shares or both.
func TestChangesOfShares(t *testing.T) {
	schema := compiled(t, RecordSchema())
	want := fullRecord(t)
	want.Changes = []Change{{Iteration: 7, Shares: []float64{0, 0.25}},
		{Scale: 1, Iteration: 2, Settings: map[string]string{"strength": "3"}, Shares: []float64{3, 1}}}
	text, err := want.JSON()
	if err != nil {
		t.Fatal(err)
	}
	got, err := ParseRecord(text)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(want.Changes, got.Changes); d != "" {
		t.Error(d)
	}
	if !fits(schema, string(text)) {
		t.Errorf("not in the schema: %s", text)
	}
	want.Changes = []Change{{Iteration: 7}}
	if _, err := want.JSON(); err == nil || !strings.HasPrefix(err.Error(), "changes[0]: empty") {
		t.Errorf("a change of nothing: %v", err)
	}
}

// TestReadRecord: a record travels inside a picture.
func TestReadRecord(t *testing.T) {
	want := fullRecord(t)
	text, err := want.JSON()
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"r.png", "r.jpg"} {
		path := filepath.Join(t.TempDir(), name)
		if err := canvas.Save(path, canvas.New(2, 2), canvas.EncodeOptions{Recipe: string(text)}); err != nil {
			t.Fatal(err)
		}
		got, err := ReadRecord(path)
		if d := cmp.Diff(want, got); err != nil || d != "" {
			t.Errorf("%s: %v: %s", name, err, d)
		}
		if err := canvas.Save(path, canvas.New(2, 2), canvas.EncodeOptions{}); err != nil {
			t.Fatal(err)
		}
		if _, err := ReadRecord(path); !errors.Is(err, ErrNoRecord) || !strings.Contains(err.Error(), path) {
			t.Errorf("%s without a record: %v", name, err)
		}
		if err := canvas.Save(path, canvas.New(2, 2), canvas.EncodeOptions{Recipe: "{}"}); err != nil {
			t.Fatal(err)
		}
		if _, err := ReadRecord(path); err == nil || !strings.Contains(err.Error(), path+": program: missing") {
			t.Errorf("%s with another record: %v", name, err)
		}
	}
}

func TestFinite(t *testing.T) {
	if Finite(math.NaN()) != nil || Finite(math.Inf(-1)) != nil || *Finite(2) != 2 {
		t.Error("not finite")
	}
}

func FuzzParseRecord(f *testing.F) {
	for _, name := range []string{"order-0.json", "record-1.json"} {
		f.Add(testdata(f, name))
	}
	f.Add([]byte(old(f, `["marble"]`, `["a","b"],"style_weights":"1,2","content_masks":["none","x"],"style_masks":["y","z"]`)))
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := ParseRecord(data)
		if err != nil {
			if strings.Contains(err.Error(), "\n") {
				t.Errorf("more than one line: %q", err)
			}
			return
		}
		text, err := r.JSON()
		if err != nil {
			t.Fatal(err)
		}
		again, err := ParseRecord(text)
		if err != nil {
			t.Fatalf("%v: %s", err, text)
		}
		if d := cmp.Diff(fmt.Sprintf("%+v", r.Order.Settings), fmt.Sprintf("%+v", again.Order.Settings)); d != "" {
			t.Error(d)
		}
		second, err := again.JSON()
		if err != nil || !bytes.Equal(text, second) {
			t.Errorf("%v: %s became %s", err, text, second)
		}
	})
}
