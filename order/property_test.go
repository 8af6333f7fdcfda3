package order

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/impasto/impasto/recipe"
)

// The limits of the paintings and of the size in pixels, as the tags and the documentation state them.
const (
	maxPaintings = 64
	maxSize      = 1 << 16
)

// settingValues are values that every recipe can have, by setting; the first of each is written as recipes write it.
var settingValues = map[string][]string{
	"strength": {"2", "0.5", "2.50", "1"}, "content-weight": {"0.5", "1"}, "content-reference": {"0", "1000"}, "tv": {"nine", "l1"},
	"style-layers": {"relu1_1=1", "relu1_1,relu2_1"}, "optimizer": {"adam", "lbfgs", "gd"}, "learning-rate": {"0.5", "1"},
	"adam-betas": {"0.9,0.999", "0.5,0.75"}, "iterations": {"80", "7", "300"}, "taper": {"0", "512"}, "scales": {"3", "1"},
	"clamp": {"true", "1", "false"}, "init": {"noise", "content"}, "network": {"vgg19", "vgg16"}, "reduced": {"0", "512"},
	"scale.coarse.strength": {"3", "3.0"}, "scale.first.optimizer": {"adam", "gd"}, "scale.last.iterations": {"9"},
	"scale.last-1.learning-rate": {"0.25"}, "scale.2.adam-betas": {"0.8,0.9"}, "scale.first.content-weight": {"2"},
}

func drawSettings(t *rapid.T, label string) map[string]string {
	settings := map[string]string{}
	for _, name := range rapid.SliceOfNDistinct(rapid.SampledFrom(slices.Sorted(maps.Keys(settingValues))), 0, 6, rapid.ID).Draw(t, label) {
		settings[name] = rapid.SampledFrom(settingValues[name]).Draw(t, name)
	}
	return settings
}

func drawInput(t *rapid.T) Input {
	return Input{Name: rapid.StringMatching(`[a-z/<&가]{0,8}\.png`).Draw(t, "name"),
		SHA256: rapid.StringMatching(`[0-9a-f]{64}`).Draw(t, "sha256")}
}

func drawOptional(t *rapid.T, label string) *Input {
	if !rapid.Bool().Draw(t, label) {
		return nil
	}
	return new(drawInput(t))
}

// drawOrder returns a valid order whose inputs have digests.
func drawOrder(t *rapid.T) Order {
	o := Order{Photograph: drawInput(t), StrengthMap: drawOptional(t, "strength map"), Start: drawOptional(t, "start"),
		Recipe:   Recipe{Name: rapid.SampledFrom(recipe.Names()).Draw(t, "recipe")},
		Settings: drawSettings(t, "settings"), Effort: rapid.SampledFrom([]string{"", "draft", "normal", "best"}).Draw(t, "effort"),
		Size: rapid.IntRange(0, maxSize).Draw(t, "size"), Enlarge: rapid.Bool().Draw(t, "enlarge"),
		Seed: rapid.Uint64().Draw(t, "seed"), Network: drawInput(t),
		Output: rapid.SampledFrom([]Output{{}, {Format: PNG}, {Depth: 16}, {Depth: 8}, {Format: JPEG}, {Format: JPEG, Quality: 50}}).Draw(t, "output")}
	if rapid.Bool().Draw(t, "own recipe") {
		o.Recipe = Recipe{Name: "mine", Base: o.Recipe.Name, Settings: drawSettings(t, "recipe settings")}
		delete(o.Recipe.Settings, "init")
	}
	if o.Start != nil {
		delete(o.Settings, "init")
	}
	regionMap := rapid.Bool().Draw(t, "region map")
	for range rapid.IntRange(2, 4).Draw(t, "paintings") {
		p := Painting{Picture: drawInput(t), Share: float64(rapid.IntRange(1, 10_000).Draw(t, "share")) / 1000, Mask: drawOptional(t, "mask")}
		if !regionMap {
			p.Region = drawOptional(t, "region")
		}
		o.Paintings = append(o.Paintings, p)
	}
	if regionMap {
		o.RegionMap = new(drawInput(t))
	}
	return o
}

func digestOf(t *rapid.T, o *Order) string {
	digest, err := o.Digest()
	if err != nil {
		t.Fatalf("%v: %+v", err, o)
	}
	return digest
}

func TestRoundTrip(t *testing.T) {
	s := compiled(t, Schema())
	rapid.Check(t, func(t *rapid.T) {
		o := drawOrder(t)
		text, err := o.JSON()
		if err != nil {
			t.Fatal(err)
		}
		again, err := Parse(text)
		if err != nil {
			t.Fatalf("%v: %s", err, text)
		}
		canonical, err := o.Canonical()
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(canonical, again); d != "" {
			t.Fatalf("%s: %s", text, d)
		}
		if second, err := again.JSON(); err != nil || string(second) != string(text) {
			t.Fatalf("%v: %s became %s", err, text, second)
		}
		if digestOf(t, &o) != digestOf(t, &again) || !fits(s, string(text)) {
			t.Fatalf("%s has another digest or does not fit the schema", text)
		}
	})
}

// TestDigestIgnoresWording: names, the order of settings, redundant settings and the size of shares do not count.
func TestDigestIgnoresWording(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		o := drawOrder(t)
		want, finished := digestOf(t, &o), finishedOf(t, &o)
		said := o.Clone()
		for path, in := range said.Files() {
			in.Name = rapid.SampledFrom([]string{"", "other.jpg", "/a/b.png"}).Draw(t, path)
		}
		said.Network.Name = "my.safetensors"
		factor := rapid.IntRange(1, 100).Draw(t, "factor")
		for i := range said.Paintings {
			thousandths := math.Round(said.Paintings[i].Share * 1000)
			said.Paintings[i].Share = thousandths * float64(factor) / 1000
		}
		if got := digestOf(t, &said); got != want {
			t.Errorf("names or shares count")
		}
		all := settingsOf(&finished)
		if said.Start != nil {
			delete(all, "init")
		}
		said.Settings = all
		if got := digestOf(t, &said); got != want {
			t.Errorf("redundant settings count")
		}
		if err := said.SetRecipe(finished); err != nil {
			t.Fatal(err)
		}
		if got := digestOf(t, &said); got != want {
			t.Errorf("the finished recipe has another digest")
		}
		text, err := o.JSON()
		if err != nil {
			t.Fatal(err)
		}
		shuffled, err := Parse(shuffle(t, text))
		if err != nil {
			t.Fatal(err)
		}
		if got := digestOf(t, &shuffled); got != want {
			t.Errorf("the order of keys counts")
		}
	})
}

// TestDigestOfShares: ratios count, without rounding.
func TestDigestOfShares(t *testing.T) {
	digest := func(shares ...float64) string {
		o := orderOf(Input{SHA256: digestA}, Input{SHA256: digestB})
		o.Paintings = nil
		for _, share := range shares {
			o.Paintings = append(o.Paintings, Painting{Picture: Input{SHA256: digestB}, Share: share})
		}
		d, err := o.Digest()
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	for _, c := range []struct {
		a, b []float64
		same bool
	}{
		{[]float64{0.3, 0.6}, []float64{1, 2}, true},
		{[]float64{0.1, 0.2, 0.7}, []float64{1, 2, 7}, true},
		{[]float64{1e-300, 3e-300}, []float64{1e5, 3e5}, true},
		{[]float64{0, 0.7}, []float64{0, 1}, true},
		{[]float64{4e-324, 0}, []float64{1, 0}, true},
		{[]float64{1, 2}, []float64{2, 1}, false},
		{[]float64{0.3, 0.6}, []float64{math.Nextafter(0.3, 1), 0.6}, false},
	} {
		if same := digest(c.a...) == digest(c.b...); same != c.same {
			t.Errorf("%v and %v have the same digest: %t, want %t", c.a, c.b, same, c.same)
		}
	}
}

// shuffle writes the members of an object, and those of its settings, in another order.
func shuffle(t *rapid.T, text []byte) []byte {
	var object map[string]json.RawMessage
	if err := json.Unmarshal(text, &object); err != nil {
		t.Fatal(err)
	}
	var parts []string
	for _, key := range rapid.Permutation(slices.Sorted(maps.Keys(object))).Draw(t, "keys") {
		value := object[key]
		if key == "settings" {
			value = shuffle(t, value)
		}
		parts = append(parts, fmt.Sprintf("%q: %s", key, value))
	}
	return []byte("{" + strings.Join(parts, ",\n\t") + "}")
}

func finishedOf(t *rapid.T, o *Order) recipe.Recipe {
	r, err := o.FinishedRecipe()
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// TestDigestCounts: whatever decides the picture changes the digest.
func TestDigestCounts(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		o := drawOrder(t)
		seen := map[string]string{digestOf(t, &o): "the order"}
		differs := func(what string, change func(*Order)) {
			c := o.Clone()
			change(&c)
			digest := digestOf(t, &c)
			if before, ok := seen[digest]; ok {
				t.Errorf("%s has the digest of %s", what, before)
			}
			seen[digest] = what
		}
		for path := range o.Files() {
			differs(path, func(c *Order) {
				for p, in := range c.Files() {
					if p == path {
						in.SHA256 = strings.Repeat("0f", 32)
					}
				}
			})
		}
		differs("network", func(c *Order) { c.Network.SHA256 = strings.Repeat("0f", 32) })
		differs("seed", func(c *Order) { c.Seed++ })
		differs("size", func(c *Order) { c.Size = (c.Size + 1) % maxSize; c.Enlarge = false })
		differs("share", func(c *Order) { c.Paintings[0].Share *= 1.5 })
		differs("a painting less", func(c *Order) { c.Paintings = c.Paintings[1:]; c.RegionMap = nil })
		differs("style weight", func(c *Order) { c.Settings = map[string]string{"style-weight": "12345"} })
		differs("depth", func(c *Order) { c.Output, c.Seed = Output{Depth: 16}, c.Seed+2 })
		differs("quality", func(c *Order) { c.Output = Output{Format: JPEG, Quality: 31} })
		differs("a mask", func(c *Order) {
			if c.Paintings[0].Mask = nil; o.Paintings[0].Mask == nil {
				c.Paintings[0].Mask = &Input{SHA256: digestA}
			}
		})
		if o.Size > 0 {
			differs("enlarge", func(c *Order) { c.Enlarge = !c.Enlarge })
		}
	})
}

// TestDifferences: the settings that differ make one recipe another, to the last field.
func TestDifferences(t *testing.T) {
	draw := func(t *rapid.T) recipe.Recipe {
		r, err := recipe.Find(rapid.SampledFrom(recipe.Names()).Draw(t, "recipe"))
		if err != nil {
			t.Fatal(err)
		}
		if err := r.Override(drawSettings(t, "settings")); err != nil {
			t.Fatal(err)
		}
		return r
	}
	rapid.Check(t, func(t *rapid.T) {
		from, to := draw(t), draw(t)
		d := differences(from, &to)
		if err := from.Override(d); err != nil {
			t.Fatalf("%v: %v", err, d)
		}
		from.Name, from.Sentence, from.Source = to.Name, to.Sentence, to.Source
		if diff := cmp.Diff(from, to); diff != "" {
			t.Errorf("%v: %s", d, diff)
		}
		if again := differences(from, &to); again != nil {
			t.Errorf("still different: %v", again)
		}
	})
}

// TestFinishedRecipe: the effort comes before the settings, and all of it is as recipes themselves do it.
func TestFinishedRecipe(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		name, settings := rapid.SampledFrom(recipe.Names()).Draw(t, "recipe"), drawSettings(t, "settings")
		effort := rapid.SampledFrom(recipe.Efforts()).Draw(t, "effort")
		want, err := recipe.Find(name)
		if err != nil {
			t.Fatal(err)
		}
		effort.Apply(&want)
		if err := want.Override(settings); err != nil {
			t.Fatal(err)
		}
		o := Order{Recipe: Recipe{Name: name}, Effort: effort.Name, Settings: settings}
		if d := cmp.Diff(want, finishedOf(t, &o)); d != "" {
			t.Error(d)
		}
	})
}

// TestOpenRecipe: a recipe from a file is painted by as it was written, with effort before and after it.
func TestOpenRecipe(t *testing.T) {
	path := filepath.Join(t.TempDir(), "mine.toml")
	text := "name = \"mine\"\nbase = \"gatys\"\n[settings]\niterations = 100\npooling = \"max\"\n[scale.first]\nstrength = 2\n"
	if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
	named, err := OpenRecipe(path)
	if err != nil {
		t.Fatal(err)
	}
	want := Recipe{Name: "mine", Base: "gatys", Settings: map[string]string{"iterations": "100", "pooling": "max", "scale.first.strength": "2"}}
	if d := cmp.Diff(want, named); d != "" {
		t.Error(d)
	}
	o := Order{Recipe: named, Effort: "draft"}
	if r, err := o.FinishedRecipe(); err != nil || r.Scales.Iterations != 10 || r.Name != "mine" {
		t.Errorf("%v: %d iterations of %s", err, r.Scales.Iterations, r.Name)
	}
	o.Settings = map[string]string{"iterations": "70"}
	if r, err := o.FinishedRecipe(); err != nil || r.Scales.Iterations != 70 {
		t.Errorf("%v: %d iterations", err, r.Scales.Iterations)
	}
	impossible := recipe.Recipe{Name: "x", Pooling: 9}
	if err := o.SetRecipe(impossible); err == nil || o.Recipe.Name != "mine" {
		t.Errorf("a recipe with impossible values: %v; %+v", err, o.Recipe)
	}
	if known, err := OpenRecipe("gatys"); err != nil || !cmp.Equal(known, Recipe{Name: "gatys"}) {
		t.Errorf("%v, %v", known, err)
	}
	if _, err := OpenRecipe("none"); err == nil {
		t.Error("a recipe that is not there")
	}
}

// TestConstraintsFitThePackages compares what the tags say with what they stand for.
func TestConstraintsFitThePackages(t *testing.T) {
	o := orderOf(Input{Name: "a"}, Input{Name: "b"})
	for _, e := range recipe.Efforts() {
		if o.Effort = e.Name; o.Validate() != nil {
			t.Error(o.Validate())
		}
	}
	if o.Size = maxSize; o.Validate() != nil {
		t.Error(o.Validate())
	}
	if o.Size++; o.Validate() == nil {
		t.Errorf("a size of %d is allowed", o.Size)
	}
	o.Size = 0
	if o.Paintings = slices.Repeat(o.Paintings, maxPaintings); o.Validate() != nil {
		t.Error(o.Validate())
	}
	if o.Paintings = append(o.Paintings, o.Paintings[0]); o.Validate() == nil {
		t.Errorf("%d paintings are allowed", len(o.Paintings))
	}
	for _, p := range recipe.Parameters() {
		if err := matches(p.Name, "setting"); err != nil {
			t.Error(err)
		}
	}
}

// TestValidateGoValues: an order made by a program is checked as one that was read.
func TestValidateGoValues(t *testing.T) {
	for want, change := range map[string]func(*Order){
		"photograph: empty":                       func(o *Order) { o.Photograph = Input{} },
		"network: empty":                          func(o *Order) { o.Network = Input{} },
		"paintings: there are 0":                  func(o *Order) { o.Paintings = nil },
		"paintings: all shares are 0":             func(o *Order) { o.Paintings[0].Share = 0 },
		"paintings[0].share: NaN is not a finite": func(o *Order) { o.Paintings[0].Share = math.NaN() },
		`photograph.name: "a\xff" is not UTF-8`:   func(o *Order) { o.Photograph.Name = "a\xff" },
		"start.sha256: \"x\" is not a SHA-256":    func(o *Order) { o.Start = &Input{SHA256: "x"} },
		"size: -1 is negative":                    func(o *Order) { o.Size = -1 },
		"recipe.name: \"\" is not one line":       func(o *Order) { o.Recipe.Name = "" },
		`settings.x: unknown parameter "x"`:       func(o *Order) { o.Settings = map[string]string{"x": "1"} },
		"version: 2 is too large":                 func(o *Order) { o.Version = 2 },
	} {
		o := orderOf(Input{Name: "a"}, Input{Name: "b"})
		change(&o)
		if err := o.Validate(); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}

func TestPortable(t *testing.T) {
	o := orderOf(Input{Name: "/home/me/cat.jpg"}, Input{Name: `C:\me\night.png`})
	o.Network.Name = "nets/vgg.safetensors"
	p := o.Portable()
	if p.Photograph.Name != "cat.jpg" || p.Paintings[0].Picture.Name != "night.png" || p.Network.Name != "vgg.safetensors" || o.Photograph.Name != "/home/me/cat.jpg" {
		t.Errorf("%+v", p)
	}
}
