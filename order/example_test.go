package order_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"

	"github.com/impasto/impasto/order"
	"github.com/impasto/impasto/recipe"
)

func ExampleParse() {
	o, err := order.Parse([]byte(`{
		"version": 1,
		"photograph": {"name": "cat.jpg"},
		"paintings": [{"picture": {"name": "@night"}, "share": 3}, {"picture": {"name": "@marble"}}],
		"recipe": {"name": "impasto"},
		"settings": {"strength": "2.0", "pooling": "average"},
		"network": {"name": "vgg16"}
	}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(o.Settings, o.Unidentified()[0])

	_, err = order.Parse([]byte(`{"version": 1, "photograph": {"name": "cat.jpg"}, "paintings": [{"picture": {"name": "@night"}, "share": -1}]}`))
	fmt.Println(err)
	// Output:
	// map[strength:2] photograph
	// paintings[0].share: -1 is negative; it must be 0 or more
}

// newOrder is an order of two files by their contents alone.
func newOrder(settings map[string]string) order.Order {
	return order.Order{
		Photograph: order.Input{SHA256: strings.Repeat("01", 32)},
		Paintings:  []order.Painting{{Picture: order.Input{SHA256: strings.Repeat("02", 32)}, Share: 1}},
		Recipe:     order.Recipe{Name: "gatys"},
		Settings:   settings,
		Network:    order.Input{Name: "vgg16", SHA256: strings.Repeat("03", 32)},
	}
}

func ExampleOrder_Digest() {
	// The recipe has 300 iterations and average pooling anyway.
	plain, explicit := newOrder(nil), newOrder(map[string]string{"iterations": "300", "pooling": "average"})
	explicit.Photograph.Name = "cat.jpg"
	stronger := newOrder(map[string]string{"strength": "2"})
	var digests []string
	for _, o := range []order.Order{plain, explicit, stronger} {
		digest, err := o.Digest()
		if err != nil {
			fmt.Println(err)
			return
		}
		digests = append(digests, digest)
	}
	fmt.Println(digests[0] == digests[1], digests[0] == digests[2])
	// Output: true false
}

func ExampleOrder_SetRecipe() {
	r, err := recipe.Find("gatys")
	if err != nil {
		fmt.Println(err)
		return
	}
	r.Style.Strength, r.Scales.Count = 2, 3
	o := newOrder(nil)
	if err := o.SetRecipe(r); err != nil {
		fmt.Println(err)
		return
	}
	text, err := o.JSON()
	if err != nil {
		fmt.Println(err)
		return
	}
	_, rest, _ := strings.Cut(string(text), `"recipe"`)
	rest, _, _ = strings.Cut(rest, `,"size"`)
	fmt.Println(rest)
	// Output: :{"name":"gatys"},"settings":{"scales":"3","strength":"2"}
}

func ExampleResolver() {
	store := map[string][]byte{strings.Repeat("01", 32): []byte("an upload")}
	r := order.Resolver{Stored: func(_ context.Context, sha256 string) (io.ReadCloser, error) {
		if data, ok := store[sha256]; ok {
			return io.NopCloser(bytes.NewReader(data)), nil
		}
		return nil, fs.ErrNotExist
	}}
	o := newOrder(nil)
	_, err := r.Resolve(context.Background(), &o)
	if missing := (*order.MissingError)(nil); errors.As(err, &missing) {
		for _, in := range missing.Inputs {
			fmt.Printf("%s: %v\n", in.Path, in.Err)
		}
	}
	// Output:
	// photograph: the stored file has changed: its SHA-256 is bd256dd9e631..., want 010101010101...
	// paintings[0].picture: not found: file does not exist
}
