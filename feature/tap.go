package feature

import "github.com/impasto/impasto/engine"

// Tap is what a loss, or an observer, does at one layer. The network calls it for every row of the
// layer's map once, top to bottom: Reduce in the forward pass; AddGradient in the backward pass, when every
// solver has solved. An error ends the evaluation.
type Tap interface {
	// Reduce sees rows of the layer's map. Windows start at multiples of engine.PieceRows.
	Reduce(src engine.Map, rows engine.Rows) error
	// AddGradient writes d loss / d F of rows into dst, or with add adds it to what dst holds.
	// Windows start at multiples of engine.TileRows.
	AddGradient(dst, src engine.Map, rows engine.Rows, add bool) error
}

// Solver is what happens once an evaluation: Reset before the first row of any layer, Solve after the
// last, before the backward pass. A term of a loss is the solver of its taps.
type Solver interface {
	Reset() error
	Solve() error
}
