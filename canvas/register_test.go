package canvas_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/impasto/impasto/canvas"
	"github.com/impasto/impasto/order"
)

// colourful returns a picture whose pixels all differ, exact in 8 bits.
func colourful(w, h int) *canvas.Picture {
	p := canvas.New(w, h)
	for i := range p.Pix {
		p.Pix[i] = float32(i) / 255
	}
	return p
}

// TestRegister: one registration suffices to read and write a format, to name it and to list it.
func TestRegister(t *testing.T) {
	toy := canvas.RegisterToy(t)
	if f, err := canvas.FormatOf("a.TOY"); err != nil || f != toy {
		t.Errorf("a.TOY is %v, %v", f, err)
	}
	for text, word := range map[string]string{
		canvas.ErrNotPicture.Error(): "Toy", canvas.ErrVariant.Error(): "PNG, JPEG or Toy",
		errorOf(canvas.FormatOf("a.xyz")): ".png, .jpg or .toy", strings.Join(canvas.Endings(), " "): ".toy .plaything",
	} {
		if !strings.Contains(text, word) {
			t.Errorf("%q does not contain %q", text, word)
		}
	}
	path, want := filepath.Join(t.TempDir(), "b.plaything"), colourful(7, 5)
	if err := canvas.Save(path, want, canvas.EncodeOptions{Recipe: "of wood"}); err != nil {
		t.Fatal(err)
	}
	got, err := canvas.Open(path, canvas.Limits{})
	if err != nil || got.Width != 7 || !slices.Equal(got.Pix, want.Pix) {
		t.Fatalf("%+v, %v came back of %+v", got, err, want)
	}
	header, err := canvas.OpenHeader(path, canvas.Limits{})
	if want := (canvas.Header{Format: toy, Width: 7, Height: 5, Orientation: 6, Recipe: "of wood"}); err != nil || header != want {
		t.Errorf("the header is %+v, %v; want %+v", header, err, want)
	}
}

func errorOf(_ canvas.Format, err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

// TestRegisteredInOrders: an order finds pictures of a registered format and may ask for it.
func TestRegisteredInOrders(t *testing.T) {
	toy := canvas.RegisterToy(t)
	var file bytes.Buffer
	if err := canvas.Encode(&file, colourful(4, 3), toy, canvas.EncodeOptions{}); err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	path := filepath.Join(folder, "renamed.toy")
	if err := os.WriteFile(path, file.Bytes(), 0o666); err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(file.Bytes())
	picture := order.Input{SHA256: hex.EncodeToString(sum[:])}
	o := order.Order{Photograph: picture, Paintings: []order.Painting{{Picture: picture, Share: 1}},
		Recipe: order.Recipe{Name: "impasto"}, Network: order.Input{Name: "vgg16"}, Output: order.OutputAs(toy, 8)}
	found, err := (&order.Resolver{LookIn: []string{folder}}).Resolve(context.Background(), &o)
	if err != nil || found.File(o.Photograph) != path {
		t.Fatalf("the search found %q, %v", found.File(o.Photograph), err)
	}
	if f, _ := o.Output.Encoding(); f != toy {
		t.Errorf("the output is %v", f)
	}
	if err := o.Validate(); err != nil {
		t.Error(err)
	}
	for want, output := range map[string]order.Output{
		"output.depth: a Toy has a depth of 8 bits, not 16; leave the depth out or choose the format png": {Format: "toy", Depth: 16},
		"output.quality: a Toy has no quality setting; leave it out or choose the format jpeg":            {Format: "toy", Quality: 50},
	} {
		o.Output = output
		if err := o.Validate(); err == nil || err.Error() != want {
			t.Errorf("%v, not %q", err, want)
		}
	}
}
