package feature

import "github.com/impasto/impasto/engine"

// Tap is the part of a loss, or of an observer, at one layer. The network calls it once for every row of the
// layer's map, top to bottom: Reduce in the forward pass; AddGradient in the backward pass, after all
// solvers have run. An error ends the evaluation.
type Tap interface {
	// Reduce receives rows of the layer's map. Windows start at multiples of engine.PieceRows.
	Reduce(src engine.Map, rows engine.Rows) error
	// AddGradient writes d loss / d F of rows into dst, or adds it if add is set.
	// Windows start at multiples of engine.TileRows.
	AddGradient(dst, src engine.Map, rows engine.Rows, add bool) error
}

// Solver runs once per evaluation: Reset before the first row of any layer, Solve after the
// last, before the backward pass. A term of a loss is the solver of its taps.
type Solver interface {
	Reset() error
	Solve() error
}
