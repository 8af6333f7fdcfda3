package feature

import "github.com/impasto/impasto/engine"

// Tap is what a loss, or an observer, does at one layer. The network calls it once or more for every
// row of the layer's map, top to bottom, in windows that start at multiples of engine.PieceRows:
// Reduce in the forward pass; when every tap has seen every row, Solve; AddGradient in the backward pass.
type Tap interface {
	// Reset forgets the previous evaluation.
	Reset()
	// Reduce adds rows of the layer's map to the running statistics.
	Reduce(src engine.Map, rows engine.Rows)
	// Solve turns the statistics into the value of the term, weighted, and prepares the gradient.
	Solve() (value float64, err error)
	// AddGradient writes d value / d F of rows into dst, or with add adds it to what dst holds.
	// Windows start at multiples of engine.TileRows.
	AddGradient(dst, src engine.Map, rows engine.Rows, add bool)
}

// Placement puts a tap at a layer. Several taps may sit at one.
type Placement struct {
	Layer Layer
	Tap   Tap
}
