package loss

import "github.com/impasto/impasto/engine"

// Content is the squared distance of a layer's features F from those of a photograph, P:
//
//	value = coefficient * sum over c, p of w(p) (F - P)^2, gradient = 2 coefficient w (F - P).
//
// Coefficient 1/2 is equation 1 of Gatys et al. 2015; 1/(C N) is the mean that most programs use. It is a
// [Term].
type Content struct {
	dev         engine.Device
	shape       engine.Shape
	coefficient float64
	target      *Capture
	plane       engine.Plane
	sum         engine.Scalar
}

// NewContent returns the term for maps of the given shape. Its target is what [Content.Capture] receives.
func NewContent(dev engine.Device, shape engine.Shape) *Content {
	return &Content{dev: dev, shape: shape, coefficient: 1, target: NewCapture(dev, shape)}
}

// Capture returns the tap that stores the target from a photograph, forward only; it is valid after Place.
func (c *Content) Capture() Tap { return c.target }

// Target returns the map of the target; it is valid after Place.
func (c *Content) Target() engine.Map { return c.target.Map() }

// Layers returns 1.
func (c *Content) Layers() int { return 1 }

// Tap returns the term itself.
func (c *Content) Tap(int) Tap { return c }

// Bytes returns the size of the target.
func (c *Content) Bytes() int64 { return c.target.Bytes() }

// HostBytes returns 0.
func (c *Content) HostBytes() int64 { return 0 }

// Work returns 0.
func (c *Content) Work() float64 { return 0 }

// Scalars returns 1: the weighted sum of squares.
func (c *Content) Scalars() int { return 1 }

// Place puts the target into the site.
func (c *Content) Place(s Site) error {
	c.target.Place(s.Arena, s.Offset)
	c.plane, c.sum = s.plane(0, 1), s.result(0)
	return nil
}

// Reset does nothing: the sum is one of the results.
func (c *Content) Reset() error { return nil }

// Reduce adds rows of F to the distance.
func (c *Content) Reduce(src engine.Map, rows engine.Rows) error {
	return c.dev.AddSquaredDistance(engine.AddSquaredDistance{Sum: c.sum, Src: src, Target: c.target.Map(), Weight: c.plane, Rows: rows})
}

// Solve does nothing.
func (c *Content) Solve() error { return nil }

// AddGradient writes or adds the gradient with respect to rows of F.
func (c *Content) AddGradient(dst, src engine.Map, rows engine.Rows, add bool) error {
	return c.dev.AddDifference(engine.AddDifference{Src: src, Target: c.target.Map(), Scale: float32(2 * c.coefficient),
		Weight: c.plane, Rows: rows, Dst: dst, Add: add})
}

// Value returns the weighted distance.
func (c *Content) Value(results []float64) (float64, error) {
	return c.coefficient * results[c.sum.At], nil
}

// Weigh sets the coefficient.
func (c *Content) Weigh(coefficient float64) { c.coefficient = coefficient }

// Close does nothing.
func (c *Content) Close() error { return nil }
