package impasto_test

import (
	"bytes"
	"context"
	"fmt"
	"log"

	"github.com/impasto/impasto"
	"github.com/impasto/impasto/canvas"
	"github.com/impasto/impasto/examples"
	"github.com/impasto/impasto/recipe"
	"github.com/impasto/impasto/weights/vgg16"
)

func open(name string) *canvas.Picture {
	data, err := examples.Open(name)
	if err != nil {
		log.Fatal(err)
	}
	picture, err := canvas.Decode(bytes.NewReader(data), canvas.Limits{})
	if err != nil {
		log.Fatal(err)
	}
	return picture
}

// A photograph is repainted with the built-in network; two iterations are far too few for a picture.
func Example() {
	ctx := context.Background()
	model, err := impasto.Open(ctx, vgg16.Network(), impasto.Settings{})
	if err != nil {
		log.Fatal(err)
	}
	defer model.Close()
	style, err := model.Learn(ctx, impasto.Painting{Picture: open("night"), Weight: 1})
	if err != nil {
		log.Fatal(err)
	}
	chosen, err := recipe.Find("gatys")
	if err != nil {
		log.Fatal(err)
	}
	chosen.Scales.Iterations = 2
	result, err := model.Stylize(ctx, open("cat"), style, impasto.Options{Recipe: chosen, Size: 64})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(result.Picture.Width, "x", result.Picture.Height, result.LastLoss < result.FirstLoss)
	// Output: 64 x 43 true
}
