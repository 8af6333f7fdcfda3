package optim

import "math"

// explosion is the ratio of a loss to the lowest one so far above which the step is undone, if the loss
// is also above the first one. Steps of L-BFGS without a line search overshoot tenfold and recover;
// no run examined has recovered from a growth by a thousand.
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
