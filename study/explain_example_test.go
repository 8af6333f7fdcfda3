package study_test

import (
	"context"
	"fmt"

	"github.com/impasto/impasto"
	"github.com/impasto/impasto/canvas"
	"github.com/impasto/impasto/figure"
	"github.com/impasto/impasto/recipe"
	"github.com/impasto/impasto/study"
	"github.com/impasto/impasto/weights/vgg16"
)

// pattern returns a small picture of stripes.
func pattern(every int) *canvas.Picture {
	p := canvas.New(24, 16)
	for i := range p.Pix {
		p.Pix[i] = float32(i/every%2) * 0.8
	}
	return p
}

// Which terms pull at the photograph, where most runs start?
func ExamplePulls() {
	ctx := context.Background()
	model, err := impasto.Open(ctx, vgg16.Network(), impasto.Settings{})
	if err != nil {
		panic(err)
	}
	defer model.Close()
	chosen, err := recipe.Find("gatys")
	if err != nil {
		panic(err)
	}
	chosen.Content.Layers = recipe.LayerWeights{{Layer: "relu2_1", Weight: 1}}
	chosen.Style.Layers = recipe.LayerWeights{{Layer: "relu1_1", Weight: 0.5}, {Layer: "relu2_1", Weight: 0.5}}
	style, err := model.Learn(ctx, impasto.Painting{Picture: pattern(5), Weight: 1})
	if err != nil {
		panic(err)
	}
	photo := pattern(3)
	loss := &study.Loss{Model: model, Photo: photo, Style: style, Options: impasto.Options{Recipe: chosen}, AsGiven: true}
	_, pulls, err := study.Pulls(ctx, loss, photo)
	if err != nil {
		panic(err)
	}
	for _, p := range pulls {
		fmt.Printf("%s %s pulls: %v\n", p.Term.Kind, p.Term.Layer, p.Norm > 0)
	}
	// Output:
	// content relu2_1 pulls: false
	// style relu1_1 pulls: true
	// style relu2_1 pulls: true
}

// A page typesets its formulas without scripts.
func ExampleFormula_MathML() {
	fmt.Println(figure.Formula(`G = F F^T`).MathML())
	// Output:
	// <math displaystyle="true"><mrow><mi>G</mi><mo>=</mo><mi>F</mi><msup><mi>F</mi><mrow><mi>T</mi></mrow></msup></mrow></math>
}
