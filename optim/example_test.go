package optim

import (
	"context"
	"fmt"
)

// L-BFGS finds the minimum of a badly scaled bowl in a few steps.
func ExampleLBFGS() {
	space := Space{Device: host{}, X: vector{5, 5}, G: make(vector, 2)}
	x, g := space.X.(vector), space.G.(vector)
	bowl := func(context.Context) (float64, error) {
		g[0], g[1] = 2*(x[0]-1), 200*(x[1]-2)
		return (x[0]-1)*(x[0]-1) + 100*(x[1]-2)*(x[1]-2), nil
	}

	options := LBFGSOptions{History: 5, Rate: 1, Search: Wolfe}
	rule := NewLBFGS(space, options, vectors(options.Vectors(), space.X.Len()))
	step, err := rule.Start(context.Background(), bowl)
	for range 10 {
		if err == nil {
			step, err = rule.Step(context.Background(), bowl)
		}
	}
	fmt.Printf("x = (%.3f, %.3f), loss %.3f, error %v\n", x[0], x[1], step.Loss, err)
	// Output: x = (1.000, 2.000), loss 0.000, error <nil>
}
