package enginetest

import (
	"math"

	"github.com/impasto/impasto/engine"
)

type swapped struct{ engine.Device }

func (d swapped) NewCoupling(painting engine.Moments, kind engine.CouplingKind, positions int) (engine.Coupling, error) {
	return d.Device.NewCoupling(painting, engine.TruncatedCoupling-kind, positions)
}

// procrastinating reads a painting's moments when a transport needs them.
type procrastinating struct{ engine.Device }

type promise struct {
	engine.Moments
	kind      engine.CouplingKind
	positions int
}

func (promise) Close() error { return nil }

func (d procrastinating) NewCoupling(painting engine.Moments, kind engine.CouplingKind, positions int) (engine.Coupling, error) {
	return promise{painting, kind, positions}, nil
}

func (d procrastinating) Transport(op engine.Transport) (err error) {
	p := op.Coupling.(promise)
	if op.Coupling, err = d.Device.NewCoupling(p.Moments, p.kind, p.positions); err != nil {
		return err
	}
	return d.Device.Transport(op)
}

type unconcerned struct{ engine.Device }

func (d unconcerned) Transport(op engine.Transport) error {
	if s, _ := d.ReadMoments(op.Moments); s.Weight == 0 {
		d.WriteAffine(op.Affine, make([]float64, len(s.Gram)), make([]float64, len(s.Sum)))
	}
	return d.Device.Transport(op)
}

type unscaled struct{ engine.Device }

func (d unscaled) Transport(op engine.Transport) error {
	op.Scale = 2
	return d.Device.Transport(op)
}

type mirrored struct{ engine.Device }

func (d mirrored) NewResampler(r engine.Resampling) (engine.Resampler, error) {
	weights := make([]float32, 0, len(r.Across.Weights))
	for i := range r.Across.First {
		row := r.Across.Weights[i*r.Across.Width:][:r.Across.Width]
		for k := range row {
			weights = append(weights, row[len(row)-1-k])
		}
	}
	r.Across.Weights = weights
	return d.Device.NewResampler(r)
}

type unlimited struct{ engine.Device }

func (d unlimited) ResampleBackward(op engine.ResampleBackward) error {
	was := make([]float32, op.Src.Len())
	d.Read(was, op.Src)
	d.Clamp(op.Src, 0, 1)
	err := d.Device.ResampleBackward(op)
	d.Write(op.Src, was)
	return err
}

// flatCurve leaves the slope of the transfer curve at the source out of the derivative.
type flatCurve struct{ engine.Device }

func (d flatCurve) ResampleBackward(op engine.ResampleBackward) error {
	err := d.Device.ResampleBackward(op)
	src, dst := make([]float32, op.Src.Len()), make([]float32, op.Src.Len())
	d.Read(src, op.Src)
	d.Read(dst, op.Dst)
	for i, v := range src {
		if v > kink && v <= 1 {
			dst[i] /= float32(2.4 / 1.055 * math.Pow((float64(v)+0.055)/1.055, 1.4))
		}
	}
	d.Write(op.Dst, dst)
	return err
}

type tall struct{ engine.Device }

func (d tall) Multilevel(op engine.Multilevel) error {
	op.Levels++
	return d.Device.Multilevel(op)
}

type level struct{ engine.Device }

func (d level) Direction(op engine.Direction) error {
	op.Levels = 0
	return d.Device.Direction(op)
}

// fading weighs the rows of the result, so that it is not symmetric.
type fading struct{ engine.Device }

func (d fading) Multilevel(op engine.Multilevel) error {
	err := d.Device.Multilevel(op)
	v := make([]float32, op.V.Len())
	d.Read(v, op.V)
	for i := range v {
		v[i] *= 1 + float32(i)/float32(len(v))
	}
	d.Write(op.V, v)
	return err
}
