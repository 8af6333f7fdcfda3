package loss

import (
	"errors"
	"fmt"

	"github.com/impasto/impasto/engine"
)

// ErrNoPosition reports that the mask of a style term gives no position of its layer a weight.
var ErrNoPosition = errors.New("style loss: the mask leaves no positions to compare")

// learnsMoments is the kind of lesson of all distances that compare moments.
const learnsMoments = "moments"

// Moments is the lesson of those distances: the moments of a painting's features, layer by layer.
type Moments []engine.Statistics

// Bytes returns the size of the numbers.
func (m Moments) Bytes() (bytes int64) {
	for _, s := range m {
		bytes += 8 * int64(1+len(s.Sum)+len(s.Gram))
	}
	return bytes
}

// Observer learns the moments of features: a [Learner] whose lessons are [Moments].
type Observer struct {
	dev    engine.Device
	shapes []engine.Shape
	layers []observed
}

// NewObserver returns an Observer for layers of the given shapes.
func NewObserver(dev engine.Device, shapes ...engine.Shape) *Observer {
	return &Observer{dev: dev, shapes: shapes}
}

// Bytes returns the size of the moments.
func (o *Observer) Bytes() (bytes int64) {
	for _, s := range o.shapes {
		bytes += engine.Align(o.dev.MomentsBytes(s.Channels))
	}
	return bytes
}

// Place puts the moments into the site.
func (o *Observer) Place(s Site) error {
	o.layers = make([]observed, len(o.shapes))
	offset := s.Offset
	for i, shape := range o.shapes {
		o.layers[i] = observed{o.dev, s.Arena.Moments(offset, shape.Channels), s.plane(i, len(o.shapes))}
		offset += engine.Align(o.dev.MomentsBytes(shape.Channels))
	}
	return nil
}

// Tap returns the tap of the i-th layer.
func (o *Observer) Tap(i int) Tap { return &o.layers[i] }

// Reset clears the moments.
func (o *Observer) Reset() error {
	for i := range o.layers {
		if err := o.layers[i].reset(); err != nil {
			return err
		}
	}
	return nil
}

// Statistics returns the moments since the last Reset, layer by layer.
func (o *Observer) Statistics() ([]engine.Statistics, error) {
	all := make([]engine.Statistics, len(o.layers))
	for i, l := range o.layers {
		var err error
		if all[i], err = o.dev.ReadMoments(l.moments); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// Lesson returns the Statistics as [Moments].
func (o *Observer) Lesson() (Lesson, error) {
	all, err := o.Statistics()
	return Moments(all), err
}

// observed holds the moments of a layer's map, accumulated as its rows pass.
type observed struct {
	dev     engine.Device
	moments engine.Moments
	plane   engine.Plane
}

func (o *observed) reset() error { return o.dev.ResetMoments(o.moments) }

// Reduce adds rows.
func (o *observed) Reduce(src engine.Map, rows engine.Rows) error {
	return o.dev.AddMoments(engine.AddMoments{Moments: o.moments, Src: src, Weight: o.plane, Rows: rows})
}

// AddGradient panics: moments are observed forward only.
func (o *observed) AddGradient(_, _ engine.Map, _ engine.Rows, _ bool) error {
	panic("loss: an observer has no gradient")
}

// Blend mixes the statistics of several paintings at one layer: the weighted mean of their means and
// second moments, as in crowsonkb's style-transfer-pytorch. The result has Weight 1. Weights must not be
// negative, nor all zero.
func Blend(paintings []engine.Statistics, weights []float64) engine.Statistics {
	total := 0.0
	for _, w := range weights {
		total += w
	}
	if len(paintings) != len(weights) || !(total > 0) {
		panic("loss: a blend needs one weight per painting, not all zero")
	}
	c := len(paintings[0].Sum)
	mix := engine.Statistics{Weight: 1, Sum: make([]float64, c), Gram: make([]float64, c*c)}
	for i, p := range paintings {
		share := weights[i] / total / p.Weight
		for j, v := range p.Sum {
			mix.Sum[j] += float64(share * v)
		}
		for j, v := range p.Gram {
			mix.Gram[j] += float64(share * v)
		}
	}
	return mix
}

// blend applies Blend to lessons of one layer.
func blend(lessons []Lesson, shares []float64) engine.Statistics {
	paintings := make([]engine.Statistics, len(lessons))
	for i, l := range lessons {
		m, ok := l.(Moments)
		if !ok || len(m) != 1 {
			panic(fmt.Sprintf("loss: %T with %d layers, want the moments of one", l, len(m)))
		}
		paintings[i] = m[0]
	}
	return Blend(paintings, shares)
}

// compared is the common part of terms of one layer whose value is a function of moments: the moments
// as rows pass, and a gradient w (A F + b).
type compared struct {
	observed
	shape       engine.Shape
	affine      engine.Affine
	coefficient float64
	distance    engine.Scalar // computed by the device; the value up to a factor
	weight      engine.Scalar // W, the sum of the weights of all positions
}

func newCompared(dev engine.Device, shape engine.Shape) compared {
	return compared{observed: observed{dev: dev}, shape: shape, coefficient: 1}
}

// Channels returns the channels of the layer.
func (c *compared) Channels() int { return c.shape.Channels }

// Layers returns 1.
func (c *compared) Layers() int { return 1 }

// Bytes returns the size of the moments and of the gradient's map.
func (c *compared) Bytes() int64 {
	return engine.Align(c.dev.MomentsBytes(c.shape.Channels)) + engine.Align(c.dev.AffineBytes(c.shape.Channels))
}

// HostBytes returns 0.
func (c *compared) HostBytes() int64 { return 0 }

// Work returns 0.
func (c *compared) Work() float64 { return 0 }

// Scalars returns 2: the distance, and the sum of the weights of the positions.
func (c *compared) Scalars() int { return 2 }

// Place puts the moments and the gradient's map into the site.
func (c *compared) Place(s Site) error {
	c.moments = s.Arena.Moments(s.Offset, c.shape.Channels)
	c.affine = s.Arena.Affine(s.Offset+engine.Align(c.dev.MomentsBytes(c.shape.Channels)), c.shape.Channels)
	c.plane, c.distance, c.weight = s.plane(0, 1), s.result(0), s.result(1)
	return nil
}

// Reset clears the moments.
func (c *compared) Reset() error { return c.reset() }

// AddGradient writes or adds the gradient with respect to rows of F.
func (c *compared) AddGradient(dst, src engine.Map, rows engine.Rows, add bool) error {
	return c.dev.AddAffine(engine.AddAffine{Affine: c.affine, Src: src, Weight: c.plane, Rows: rows, Dst: dst, Add: add})
}

// Weigh sets the coefficient.
func (c *compared) Weigh(coefficient float64) { c.coefficient = coefficient }

// value returns factor times the distance, or ErrNoPosition.
func (c *compared) value(results []float64, factor float64) (float64, error) {
	if results[c.weight.At] <= 0 {
		return 0, ErrNoPosition
	}
	return factor * results[c.distance.At], nil
}

// Close does nothing.
func (c *compared) Close() error { return nil }
