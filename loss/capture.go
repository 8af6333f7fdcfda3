package loss

import "github.com/impasto/impasto/engine"

// Capture keeps a layer's complete map in an arena: a tap that copies rows as they pass. Terms that compare
// with a stored map use it, and so does whoever inspects a layer.
type Capture struct {
	dev   engine.Device
	shape engine.Shape
	dst   engine.Map
}

// NewCapture returns a Capture for a map of the given shape.
func NewCapture(dev engine.Device, shape engine.Shape) *Capture {
	return &Capture{dev: dev, shape: shape}
}

// Bytes returns the number of bytes needed in an arena.
func (c *Capture) Bytes() int64 { return engine.Align(c.dev.MapBytes(c.shape, c.shape.Height)) }

// Place puts the copy into an arena, where Bytes bytes at offset belong to it.
func (c *Capture) Place(arena engine.Arena, offset int64) {
	c.dst = arena.Map(offset, c.shape, c.shape.Height)
}

// Map returns the copy, which is a complete map; it is valid after Place.
func (c *Capture) Map() engine.Map { return c.dst }

// Reduce copies rows.
func (c *Capture) Reduce(src engine.Map, rows engine.Rows) error {
	return c.dev.CopyRows(engine.CopyRows{Src: src, Rows: rows, Dst: c.dst})
}

// AddGradient panics: a map is captured forward only.
func (c *Capture) AddGradient(_, _ engine.Map, _ engine.Rows, _ bool) error {
	panic("loss: a capture has no gradient")
}
