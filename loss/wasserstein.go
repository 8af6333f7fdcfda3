package loss

import (
	"fmt"

	"github.com/impasto/impasto/engine"
)

// Transport is how a Wasserstein loss takes the matrix roots that it consists of.
type Transport uint8

const (
	// Exact has converged roots and the gradient of the loss itself.
	Exact Transport = iota
	// Truncated has the twelve steps of Newton and Schulz, and the iteration for their gradient, of
	// crowsonkb's style-transfer-pytorch. They have not converged where a covariance is close to
	// singular, and the gradient is not quite the loss's: what that program's pictures come from.
	Truncated
)

// String returns "exact" or "truncated".
func (t Transport) String() string {
	switch t {
	case Exact:
		return "exact"
	case Truncated:
		return "truncated"
	}
	return fmt.Sprintf("Transport(%d)", uint8(t))
}

// ridge is added to the diagonal of covariances, which are singular where a layer has more channels
// than positions. The value is crowsonkb's.
const ridge = 1e-4

// Wasserstein is the style loss of one layer as a distance of distributions: the squared
// 2-Wasserstein distance between the normal distributions that have the mean m and the covariance S of
// the layer's features and the painting's m* and S* (Olkin and Pukelsheim 1982), over the number C of
// channels:
//
//	value = weight / C (sum (m - m*)^2 + tr S + tr S* - 2 tr (S*^1/2 S S*^1/2)^1/2),
//	gradient = 2 weight / (C W) w (m - m* + (I - T)(F - m)),
//
// with m = sum w F / W, S = sum w F F^T / W - m m^T + 1e-4 I. T is the optimal transport map from one
// to the other, T S T = S*.
type Wasserstein struct {
	dev     engine.Device
	moments engine.Moments
	affine  engine.Affine
	plane   engine.Plane
	weight  float64

	target     []float64 // m*
	mean       []float64 // m
	trace      float64   // of S*
	covariance []float64 // S, and afterwards the matrix of the gradient; [C,C]
	constant   []float64 // of the gradient
	roots      *transporter
}

// NewWasserstein makes the term for a painting's statistics. Plane may be nil: all positions count alike.
func NewWasserstein(dev engine.Device, painting engine.Statistics, plane engine.Plane, roots Transport, weight float64) *Wasserstein {
	c := len(painting.Sum)
	w := &Wasserstein{
		dev: dev, moments: dev.NewMoments(c), affine: dev.NewAffine(c), plane: plane, weight: weight,
		target: make([]float64, c), mean: make([]float64, c), covariance: make([]float64, c*c), constant: make([]float64, c),
	}
	covariance := make([]float64, c*c)
	w.trace = distribution(painting, w.target, covariance)
	w.roots = newTransporter(dev, c, roots, covariance)
	return w
}

// distribution writes the mean and the covariance of features and returns the covariance's trace.
func distribution(s engine.Statistics, mean, covariance []float64) (trace float64) {
	c := len(mean)
	for i, v := range s.Sum {
		mean[i] = v / s.Weight
	}
	for i, mi := range mean {
		row, moment := covariance[i*c:][:c], s.Gram[i*c:][:c]
		for j, mj := range mean {
			row[j] = moment[j]/s.Weight - float64(mi*mj)
		}
		row[i] += ridge
		trace += row[i]
	}
	return trace
}

// Reset forgets what was seen.
func (w *Wasserstein) Reset() { w.dev.ResetMoments(w.moments) }

// Reduce adds rows of F to the moments.
func (w *Wasserstein) Reduce(src engine.Map, rows engine.Rows) {
	w.dev.AddMoments(engine.AddMoments{Moments: w.moments, Src: src, Weight: w.plane, Rows: rows})
}

// Solve returns the value.
func (w *Wasserstein) Solve() (float64, error) {
	s := w.dev.ReadMoments(w.moments)
	if s.Weight <= 0 {
		return 0, fmt.Errorf("style loss: the mask leaves no position")
	}
	trace := distribution(s, w.mean, w.covariance)
	positions := 0 // not known, for a mask may leave out any number
	if w.plane == nil {
		positions = int(s.Weight)
	}
	coupled, t := w.roots.transport(w.covariance, positions)
	distance := trace + w.trace - 2*coupled
	for i, m := range w.mean {
		d := m - w.target[i]
		distance += d * d
	}
	w.solveGradient(t, s.Weight)
	return w.weight / float64(len(w.mean)) * distance, nil
}

// solveGradient prepares F -> 2 weight / (C W) ((I-T) F + T m - m*).
func (w *Wasserstein) solveGradient(t []float32, positions float64) {
	c := len(w.mean)
	by := 2 * w.weight / (float64(c) * positions)
	matrix := w.covariance
	for i := range c {
		row := matrix[i*c:][:c]
		for j, v := range t[i*c:][:c] {
			row[j] = -by * float64(v)
		}
		row[i] += by
	}
	for i := range c {
		b := -by * w.target[i]
		for j, v := range t[i*c:][:c] {
			b += by * float64(v) * w.mean[j]
		}
		w.constant[i] = b
	}
	w.dev.SetAffine(w.affine, matrix, w.constant)
}

// AddGradient writes or adds the gradient by rows of F.
func (w *Wasserstein) AddGradient(dst, src engine.Map, rows engine.Rows, add bool) {
	w.dev.AddAffine(engine.AddAffine{Affine: w.affine, Src: src, Weight: w.plane, Rows: rows, Dst: dst, Add: add})
}
