package order

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/impasto/impasto/canvas"
)

// picturePNG is a picture of one colour.
func picturePNG(t *testing.T, grey float32) []byte {
	t.Helper()
	p := canvas.New(4, 3)
	for i := range p.Pix {
		p.Pix[i] = grey
	}
	var out bytes.Buffer
	if err := canvas.Encode(&out, p, canvas.PNG, canvas.EncodeOptions{}); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func sumOf(data []byte) string {
	s := sha256.Sum256(data)
	return hex.EncodeToString(s[:])
}

func write(t *testing.T, path string, data []byte) string {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, data, 0o666); err != nil {
		t.Fatal(err)
	}
	return path
}

// orderOf is a valid order of a photograph and a painting.
func orderOf(photograph, painting Input) Order {
	return Order{Photograph: photograph, Paintings: []Painting{{Picture: painting, Share: 1}},
		Recipe: Recipe{Name: "impasto"}, Network: Input{Name: "vgg16", SHA256: digestC}}
}

func TestIdentify(t *testing.T) {
	folder, light, dark := t.TempDir(), picturePNG(t, 1), picturePNG(t, 0)
	path := write(t, filepath.Join(folder, "light.png"), light)
	o := orderOf(Input{Name: path}, Input{Name: "@dark"})
	o.Paintings[0].Mask = &Input{Name: path}
	reads := 0
	r := Resolver{TrustNames: true, BuiltIn: func(name string) ([]byte, error) {
		reads++
		if name != "@dark" {
			return nil, fmt.Errorf("no %s", name)
		}
		return dark, nil
	}}
	in, err := r.Identify(context.Background(), &o)
	if err != nil {
		t.Fatal(err)
	}
	if o.Photograph.SHA256 != sumOf(light) || o.Paintings[0].Picture.SHA256 != sumOf(dark) || o.Paintings[0].Mask.SHA256 != sumOf(light) || reads != 1 {
		t.Errorf("%d reads, %+v", reads, o)
	}
	if !bytes.Equal(in.Bytes(o.Photograph), light) || in.File(o.Photograph) != path || in.Bytes(Input{Name: "x"}) != nil {
		t.Errorf("the photograph is %d bytes from %q", len(in.Bytes(o.Photograph)), in.File(o.Photograph))
	}
	p, err := in.Pictures(&o, canvas.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	if p.Photograph.Width != 4 || p.Paintings[0].Pix[0] != 0 || p.Masks[0].Pix[0] != 1 || p.Regions != nil || p.Start != nil || p.StrengthMap != nil {
		t.Errorf("%+v", p)
	}
	if _, err := in.Mask(o.Paintings[0].Picture, canvas.Limits{}); err == nil || !strings.Contains(err.Error(), "@dark is entirely black") {
		t.Errorf("a black mask: %v", err)
	}
	if _, err := in.Pictures(&o, canvas.Limits{MaxPixels: 2}); !errors.Is(err, canvas.ErrTooLarge) || !strings.HasPrefix(err.Error(), "photograph: ") {
		t.Errorf("limits: %v", err)
	}
}

func TestNamesAreNotPaths(t *testing.T) {
	light := picturePNG(t, 1)
	path := write(t, filepath.Join(t.TempDir(), "light.png"), light)
	o := orderOf(Input{Name: path, SHA256: sumOf(light)}, Input{Name: path, SHA256: sumOf(light)})
	if _, err := (&Resolver{LookIn: []string{t.TempDir()}}).Resolve(context.Background(), &o); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a name was opened as a path: %v", err)
	}
}

// TestMissing: all that is missing is reported at once, with names, digests and reasons.
func TestMissing(t *testing.T) {
	folder, light := t.TempDir(), picturePNG(t, 1)
	path := write(t, filepath.Join(folder, "light.png"), light)
	o := orderOf(Input{Name: path, SHA256: digestA}, Input{Name: filepath.Join(folder, "none.png"), SHA256: digestB})
	o.StrengthMap = &Input{SHA256: digestC}
	o.Start = &Input{Name: path}
	before := o.Clone()
	_, err := (&Resolver{TrustNames: true, LookIn: []string{folder}}).Identify(context.Background(), &o)
	missing := (*MissingError)(nil)
	if !errors.As(err, &missing) || len(missing.Inputs) != 3 {
		t.Fatalf("%v", err)
	}
	if in := missing.Inputs[1]; in.Path != "paintings[0].picture" || in.Input != o.Paintings[0].Picture || !errors.Is(in.Err, fs.ErrNotExist) {
		t.Errorf("%+v", in)
	}
	if changed := (*ChangedError)(nil); !errors.As(err, &changed) || changed.File != path || changed.Want != digestA || changed.Got != sumOf(light) {
		t.Errorf("no changed file in %v", err)
	}
	text := err.Error()
	for _, part := range []string{"3 inputs are missing", "photograph: ", "light.png has changed", "none.png", digestA[:12], "strength_map: SHA-256 " + digestC[:12]} {
		if !strings.Contains(text, part) {
			t.Errorf("%q is not in %s", part, text)
		}
	}
	if strings.Contains(text, "\n") || o.Start.SHA256 != before.Start.SHA256 {
		t.Errorf("%q; the order became %+v", text, o)
	}
}

// TestMoved: files are found by their contents, whatever they are called now.
func TestMoved(t *testing.T) {
	folder, light, dark := t.TempDir(), picturePNG(t, 1), picturePNG(t, 0)
	write(t, filepath.Join(folder, "deep", "renamed.PNG"), light)
	write(t, filepath.Join(folder, "dark.png"), light) // another file has the name now
	write(t, filepath.Join(folder, "z.png"), dark)
	o := orderOf(Input{Name: "/old/light.png", SHA256: sumOf(light)}, Input{Name: `C:\old\dark.png`, SHA256: sumOf(dark)})
	in, err := (&Resolver{LookIn: []string{folder}}).Resolve(context.Background(), &o)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(in.Bytes(o.Photograph), light) || in.File(o.Paintings[0].Picture) != filepath.Join(folder, "z.png") {
		t.Errorf("%s, %s", in.File(o.Photograph), in.File(o.Paintings[0].Picture))
	}
}

func TestLookInIsBounded(t *testing.T) {
	folder, light := t.TempDir(), picturePNG(t, 1)
	write(t, filepath.Join(folder, "a.png"), picturePNG(t, 0))
	write(t, filepath.Join(folder, "b.txt"), light)
	write(t, filepath.Join(folder, ".hidden", "b.png"), light)
	o := orderOf(Input{SHA256: sumOf(light)}, Input{SHA256: sumOf(light)})
	find := func(l Limits) error {
		_, err := (&Resolver{LookIn: []string{folder}, Limits: l}).Resolve(context.Background(), &o)
		return err
	}
	if err := find(Limits{}); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a text or a hidden folder was read: %v", err)
	}
	write(t, filepath.Join(folder, "c.png"), light)
	if err := find(Limits{}); err != nil {
		t.Error(err)
	}
	for _, l := range []Limits{{Files: 2}, {FileBytes: 10}, {TotalBytes: 10}, {HashBytes: 10}} {
		if find(l) == nil {
			t.Errorf("%+v has no effect", l)
		}
	}
}

// TestSearchSkipsLargeFiles: a file that is over a limit does not hide those after it.
func TestSearchSkipsLargeFiles(t *testing.T) {
	folder, light := t.TempDir(), picturePNG(t, 1)
	write(t, filepath.Join(folder, "a.png"), make([]byte, 10_000))
	write(t, filepath.Join(folder, "b.png"), light)
	o := orderOf(Input{SHA256: sumOf(light)}, Input{SHA256: sumOf(light)})
	for _, l := range []Limits{{HashBytes: 5_000}, {FileBytes: 5_000}} {
		if _, err := (&Resolver{LookIn: []string{folder}, Limits: l}).Resolve(context.Background(), &o); err != nil {
			t.Errorf("%+v: %v", l, err)
		}
	}
}

// TestOverTheLimitIsReported: a file that is there but too large is not said to be missing.
func TestOverTheLimitIsReported(t *testing.T) {
	folder, light := t.TempDir(), picturePNG(t, 1)
	path := write(t, filepath.Join(folder, "light.png"), light)
	for _, c := range []struct {
		in     Input
		limits Limits
	}{
		{Input{SHA256: sumOf(light)}, Limits{TotalBytes: 10}},
		{Input{Name: "light.png", SHA256: sumOf(light)}, Limits{TotalBytes: 10}},
		{Input{Name: "light.png"}, Limits{FileBytes: 10}},
	} {
		o := orderOf(c.in, c.in)
		_, err := (&Resolver{LookIn: []string{folder}, Limits: c.limits}).Resolve(context.Background(), &o)
		if err == nil || !strings.Contains(err.Error(), "over the limit of 10 bytes") || errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%+v of %s: %v", c.limits, path, err)
		}
	}
}

// TestListEndsWithItsContext: folders are not searched for an order that nobody waits for.
func TestListEndsWithItsContext(t *testing.T) {
	folder := t.TempDir()
	write(t, filepath.Join(folder, "light.png"), picturePNG(t, 1))
	s := &search{Resolver: &Resolver{LookIn: []string{folder}}, limits: Limits{}.withDefaults()}
	ended, end := context.WithCancel(context.Background())
	end()
	if entries, err := s.list(ended); !errors.Is(err, context.Canceled) || entries != nil {
		t.Errorf("%v, %v", entries, err)
	}
	if entries, err := s.list(context.Background()); err != nil || len(entries) != 1 {
		t.Errorf("a later search: %v, %v", entries, err)
	}
}

func TestNamesAlone(t *testing.T) {
	folder, light := t.TempDir(), picturePNG(t, 1)
	write(t, filepath.Join(folder, "cat.png"), light)
	o := orderOf(Input{Name: "cat"}, Input{Name: "marble"})
	r := Resolver{LookIn: []string{folder}, BuiltIn: func(name string) ([]byte, error) {
		if name == "@marble" {
			return light, nil
		}
		return nil, errors.New("not known")
	}}
	in, err := r.Identify(context.Background(), &o)
	if err != nil {
		t.Fatal(err)
	}
	if in.File(o.Photograph) != filepath.Join(folder, "cat.png") || in.File(o.Paintings[0].Picture) != "@marble" {
		t.Errorf("%q, %q", in.File(o.Photograph), in.File(o.Paintings[0].Picture))
	}
	write(t, filepath.Join(folder, "cat.jpg"), light)
	o.Photograph = Input{Name: "cat"}
	if _, err := r.Identify(context.Background(), &o); err == nil || !strings.Contains(err.Error(), "match; give the path") {
		t.Errorf("two cats: %v", err)
	}
}

// TestStored: a store needs digests only, and what it returns is verified.
func TestStored(t *testing.T) {
	light := picturePNG(t, 1)
	o := orderOf(Input{Name: "/etc/passwd", SHA256: sumOf(light)}, Input{SHA256: sumOf(light)})
	opened := 0
	contents := light
	r := Resolver{Stored: func(_ context.Context, digest string) (io.ReadCloser, error) {
		opened++
		if digest != sumOf(light) {
			return nil, fs.ErrNotExist
		}
		return io.NopCloser(bytes.NewReader(contents)), nil
	}}
	in, err := r.Resolve(context.Background(), &o)
	if err != nil {
		t.Fatal(err)
	}
	if opened != 1 || !bytes.Equal(in.Bytes(o.Paintings[0].Picture), light) {
		t.Errorf("opened %d times", opened)
	}
	contents = light[:20]
	if changed := (*ChangedError)(nil); !func() bool { _, err := r.Resolve(context.Background(), &o); return errors.As(err, &changed) }() {
		t.Error("a damaged store is believed")
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := r.Resolve(ctx, &o); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

func TestRegionMap(t *testing.T) {
	p := canvas.New(40, 20)
	for i := range p.Pix {
		if i%40 >= 20 {
			p.Pix[i] = 1
		}
	}
	var halves bytes.Buffer
	if err := canvas.Encode(&halves, p, canvas.PNG, canvas.EncodeOptions{}); err != nil {
		t.Fatal(err)
	}
	o := orderOf(Input{Name: "@p"}, Input{Name: "@p"})
	o.Paintings = append(o.Paintings, Painting{Picture: Input{Name: "@p"}, Share: 1})
	o.RegionMap = &Input{Name: "@p"}
	r := Resolver{BuiltIn: func(string) ([]byte, error) { return halves.Bytes(), nil }}
	in, err := r.Resolve(context.Background(), &o)
	if err != nil {
		t.Fatal(err)
	}
	got, err := in.Pictures(&o, canvas.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	if len(got.Regions) != 2 || got.Regions[0].Pix[0] != 1 || got.Regions[0].Pix[39] != 0 || got.Regions[1].Pix[39] != 1 {
		t.Error("the dark half is not the first painting's")
	}
}
