package optim

import (
	"context"
	"fmt"
)

// bowl is (x-1)^2 + 100 (y-2)^2 in a space of the tests' device.
type bowl struct{ Space }

func (b bowl) Evaluate(context.Context) error {
	x, g := b.X.(vector), b.G.(vector)
	g[0], g[1] = 2*(x[0]-1), 200*(x[1]-2)
	b.Scalars.(scalars)[0] = (x[0]-1)*(x[0]-1) + 100*(x[1]-2)*(x[1]-2)
	return nil
}

func (b bowl) Value(scalars []float64) (float64, error) { return scalars[0], nil }

// L-BFGS finds the minimum of a badly scaled bowl in a few steps.
func ExampleLBFGS() {
	space := Space{Device: host{}, X: vector{5, 5}, G: make(vector, 2), Scalars: make(scalars, 1+Results)}

	options := LBFGSOptions{History: 5, Rate: 1, Search: Wolfe}
	rule := NewLBFGS(space, options, vectors(options.Vectors(), space.X.Len()))
	step, err := rule.Start(context.Background(), bowl{space})
	for range 10 {
		if err == nil {
			step, err = rule.Step(context.Background(), bowl{space})
		}
	}
	x := space.X.(vector)
	fmt.Printf("x = (%.3f, %.3f), loss %.3f, error %v\n", x[0], x[1], step.Loss, err)
	// Output: x = (1.000, 2.000), loss 0.000, error <nil>
}
