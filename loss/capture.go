package loss

import "github.com/impasto/impasto/engine"

// Capture keeps a layer's whole map in an arena: a tap that copies the rows as they pass. It is what a term
// has that compares with a stored map, and how to look at a layer.
type Capture struct {
	dev   engine.Device
	shape engine.Shape
	dst   engine.Map
}

// NewCapture makes one for a map of the given shape.
func NewCapture(dev engine.Device, shape engine.Shape) *Capture {
	return &Capture{dev: dev, shape: shape}
}

// Bytes returns what it takes of an arena.
func (c *Capture) Bytes() int64 { return engine.Align(c.dev.MapBytes(c.shape, c.shape.Height)) }

// Place puts the copy into an arena, where Bytes from offset on belong to it.
func (c *Capture) Place(arena engine.Arena, offset int64) {
	c.dst = arena.Map(offset, c.shape, c.shape.Height)
}

// Map returns the copy, which is whole; valid after Place.
func (c *Capture) Map() engine.Map { return c.dst }

// Reduce copies rows.
func (c *Capture) Reduce(src engine.Map, rows engine.Rows) error {
	return c.dev.CopyRows(engine.CopyRows{Src: src, Rows: rows, Dst: c.dst})
}

// AddGradient panics: a map is captured forward only.
func (c *Capture) AddGradient(_, _ engine.Map, _ engine.Rows, _ bool) error {
	panic("loss: a capture has no gradient")
}
