package transfer

import (
	"context"
	"fmt"

	"github.com/impasto/impasto/feature"
	"github.com/impasto/impasto/recipe"

	"github.com/impasto/impasto/engine/reference"
)

// A recipe is changed like a table, planned before memory is taken, and painted.
func Example() {
	chosen, err := recipe.Find("gatys")
	if err != nil {
		fmt.Println(err)
		return
	}
	err = chosen.Override(map[string]string{"optimizer": "adam", "scales": "2", "iterations": "4"})
	if err != nil {
		fmt.Println(err)
		return
	}
	options, err := NetworkOptions(narrow(), &chosen)
	if err != nil {
		fmt.Println(err)
		return
	}
	network, err := feature.New(reference.New32(), narrow(), options)
	if err != nil {
		fmt.Println(err)
		return
	}
	style, err := NewStyle(Painting{Picture: smooth(3, 64, 48), Weight: 1})
	if err != nil {
		fmt.Println(err)
		return
	}
	plan, err := NewPlan(Inputs{Network: network, Recipe: chosen, Photograph: smooth(2, 60, 40), Style: style, Size: 48})
	if err != nil {
		fmt.Println(err)
		return
	}
	result, err := plan.Run(context.Background(), func(p *Progress) {
		if p.Iteration == 0 {
			fmt.Printf("scale %d of %d: %dx%d\n", p.Scale+1, p.Scales, p.Width, p.Height)
		}
	})
	fmt.Println("finished:", result.Finished, "loss fell:", result.LastLoss < result.FirstLoss, "error:", err)
	// Output:
	// scale 1 of 2: 24x16
	// scale 2 of 2: 48x32
	// finished: true loss fell: true error: <nil>
}
