package loss

import "github.com/impasto/impasto/engine"

// Observer takes the statistics of a layer's map: what a style loss wants to know of a painting.
// Its value is 0.
type Observer struct {
	dev     engine.Device
	moments engine.Moments
	plane   engine.Plane
}

// NewObserver makes one for a layer of the given number of channels. Plane may be nil.
func NewObserver(dev engine.Device, channels int, plane engine.Plane) *Observer {
	return &Observer{dev: dev, moments: dev.NewMoments(channels), plane: plane}
}

// Reset forgets what was seen.
func (o *Observer) Reset() { o.dev.ResetMoments(o.moments) }

// Reduce adds rows.
func (o *Observer) Reduce(src engine.Map, rows engine.Rows) {
	o.dev.AddMoments(engine.AddMoments{Moments: o.moments, Src: src, Weight: o.plane, Rows: rows})
}

// Solve returns 0.
func (o *Observer) Solve() (float64, error) { return 0, nil }

// AddGradient panics: statistics are taken forward only.
func (o *Observer) AddGradient(_, _ engine.Map, _ engine.Rows, _ bool) {
	panic("loss: an observer has no gradient")
}

// Statistics returns what was seen since the last Reset.
func (o *Observer) Statistics() engine.Statistics { return o.dev.ReadMoments(o.moments) }

// Blend mixes the statistics of several paintings at one layer: the mean, weighted, of each one's mean
// and second moment, as in crowsonkb's style-transfer-pytorch. The result has Weight 1. Weights are not
// negative and not all zero.
func Blend(paintings []engine.Statistics, weights []float64) engine.Statistics {
	total := 0.0
	for _, w := range weights {
		total += w
	}
	if len(paintings) != len(weights) || !(total > 0) {
		panic("loss: a blend needs one weight a painting, and not all zero")
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
