// Package loss holds the terms of style transfer's loss as taps on feature maps: content and Gram
// losses after Gatys, Ecker and Bethge (2015, 2016), and total variation of the image.
//
// A term sees the rows of a layer's map as they pass, forward (Reduce), is solved once every row was
// seen, and adds its gradient on the way back. F is the layer's map [C, N], N positions.
package loss

import "github.com/impasto/impasto/engine"

// Content is the squared distance of a layer's features F from a target P:
//
//	value = coefficient * sum over c, p of w(p) (F - P)^2, gradient = 2 coefficient w (F - P).
//
// Coefficient 1/2 is equation 1 of Gatys et al. 2015; 1/(C N) is the mean that most programs use.
type Content struct {
	dev         engine.Device
	sum         engine.Sum
	target      engine.Map
	weight      engine.Plane
	coefficient float64
}

// NewContent makes the term. The target is whole and stays the caller's; weight may be nil.
func NewContent(dev engine.Device, target engine.Map, weight engine.Plane, coefficient float64) *Content {
	return &Content{dev: dev, sum: dev.NewSum(), target: target, weight: weight, coefficient: coefficient}
}

// Reset forgets what was seen.
func (c *Content) Reset() { c.dev.ResetSum(c.sum) }

// Reduce adds rows of F to the distance.
func (c *Content) Reduce(src engine.Map, rows engine.Rows) {
	c.dev.AddSquaredDistance(engine.AddSquaredDistance{Sum: c.sum, Src: src, Target: c.target, Weight: c.weight, Rows: rows})
}

// Solve returns the value.
func (c *Content) Solve() (float64, error) {
	return c.coefficient * c.dev.ReadSum(c.sum), nil
}

// AddGradient writes or adds the gradient by rows of F.
func (c *Content) AddGradient(dst, src engine.Map, rows engine.Rows, add bool) {
	c.dev.AddDifference(engine.AddDifference{Src: src, Target: c.target, Scale: float32(2 * c.coefficient),
		Weight: c.weight, Rows: rows, Dst: dst, Add: add})
}

// Capture copies a layer's map: the target P of a content loss, taken from the photograph. Its value is 0.
type Capture struct {
	dev engine.Device
	dst engine.Map
}

// NewCapture copies into dst, which is whole and of the layer's shape.
func NewCapture(dev engine.Device, dst engine.Map) *Capture { return &Capture{dev, dst} }

// Reset does nothing.
func (c *Capture) Reset() {}

// Reduce copies rows.
func (c *Capture) Reduce(src engine.Map, rows engine.Rows) {
	c.dev.CopyRows(engine.CopyRows{Src: src, Rows: rows, Dst: c.dst})
}

// Solve returns 0.
func (c *Capture) Solve() (float64, error) { return 0, nil }

// AddGradient panics: a target is taken forward only.
func (c *Capture) AddGradient(_, _ engine.Map, _ engine.Rows, _ bool) {
	panic("loss: a capture has no gradient")
}
