package optim

import "math"

// explosion is how many times the lowest loss seen a loss may be before the step is taken back, if it
// is also above the first one. Steps of L-BFGS without a line search overshoot tenfold and recover;
// what has grown a thousandfold has not recovered in any run that was looked at.
const explosion = 1e3

// watch remembers the losses that distinguish an explosion from a rise.
type watch struct {
	first, lowest float64
}

func (w *watch) start(loss float64) { w.first, w.lowest = loss, loss }

func (w *watch) accept(loss float64) { w.lowest = min(w.lowest, loss) }

// sound reports whether a point may be accepted.
func (w *watch) sound(e evaluation) bool {
	return e.finite() && !(e.loss > w.first && e.loss > explosion*math.Abs(w.lowest))
}
