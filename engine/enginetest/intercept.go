package enginetest

import (
	"time"

	"github.com/impasto/impasto/engine"
)

// intercepted is a device of which every call that may fail, except Close, goes through around.
type intercepted struct {
	engine.Device
	around func(do func() error) error
}

// result passes on the other result of a call that returns an error.
func result[R any](d intercepted, do func() (R, error)) (r R, err error) {
	err = d.around(func() (err error) {
		r, err = do()
		return err
	})
	return r, err
}

func (d intercepted) NewArena(bytes int64) (engine.Arena, error) {
	return result(d, func() (engine.Arena, error) { return d.Device.NewArena(bytes) })
}

func (d intercepted) NewConvolution(in, out int, weight, bias []float32, padding engine.Padding) (engine.Convolution, error) {
	return result(d, func() (engine.Convolution, error) { return d.Device.NewConvolution(in, out, weight, bias, padding) })
}

func (d intercepted) NewStem(out int, weight, bias []float32, pre engine.Preprocessing, padding engine.Padding) (engine.Stem, error) {
	return result(d, func() (engine.Stem, error) { return d.Device.NewStem(out, weight, bias, pre, padding) })
}

func (d intercepted) NewCoupling(painting engine.Moments, kind engine.CouplingKind, positions int) (engine.Coupling, error) {
	return result(d, func() (engine.Coupling, error) { return d.Device.NewCoupling(painting, kind, positions) })
}

func (d intercepted) NewResampler(r engine.Resampling) (engine.Resampler, error) {
	return result(d, func() (engine.Resampler, error) { return d.Device.NewResampler(r) })
}

func (d intercepted) StemForward(op engine.StemForward) error {
	return d.around(func() error { return d.Device.StemForward(op) })
}

func (d intercepted) StemBackward(op engine.StemBackward) error {
	return d.around(func() error { return d.Device.StemBackward(op) })
}

func (d intercepted) Forward(op engine.Forward) error {
	return d.around(func() error { return d.Device.Forward(op) })
}

func (d intercepted) Backward(op engine.Backward) error {
	return d.around(func() error { return d.Device.Backward(op) })
}

func (d intercepted) Rectify(op engine.Rectify) error {
	return d.around(func() error { return d.Device.Rectify(op) })
}

func (d intercepted) Pool(op engine.Pool) error {
	return d.around(func() error { return d.Device.Pool(op) })
}

func (d intercepted) Unpool(op engine.Unpool) error {
	return d.around(func() error { return d.Device.Unpool(op) })
}

func (d intercepted) MaskBy(op engine.MaskBy) error {
	return d.around(func() error { return d.Device.MaskBy(op) })
}

func (d intercepted) CopyRows(op engine.CopyRows) error {
	return d.around(func() error { return d.Device.CopyRows(op) })
}

func (d intercepted) ResetMoments(m engine.Moments) error {
	return d.around(func() error { return d.Device.ResetMoments(m) })
}

func (d intercepted) AddMoments(op engine.AddMoments) error {
	return d.around(func() error { return d.Device.AddMoments(op) })
}

func (d intercepted) MomentDistance(op engine.MomentDistance) error {
	return d.around(func() error { return d.Device.MomentDistance(op) })
}

func (d intercepted) Transport(op engine.Transport) error {
	return d.around(func() error { return d.Device.Transport(op) })
}

func (d intercepted) AddAffine(op engine.AddAffine) error {
	return d.around(func() error { return d.Device.AddAffine(op) })
}

func (d intercepted) AddSquaredDistance(op engine.AddSquaredDistance) error {
	return d.around(func() error { return d.Device.AddSquaredDistance(op) })
}

func (d intercepted) AddDifference(op engine.AddDifference) error {
	return d.around(func() error { return d.Device.AddDifference(op) })
}

func (d intercepted) AddTotalVariation(op engine.AddTotalVariation) error {
	return d.around(func() error { return d.Device.AddTotalVariation(op) })
}

func (d intercepted) Gather(op engine.Gather) error {
	return d.around(func() error { return d.Device.Gather(op) })
}

func (d intercepted) Scatter(op engine.Scatter) error {
	return d.around(func() error { return d.Device.Scatter(op) })
}

func (d intercepted) MatMul(op engine.MatMul) error {
	return d.around(func() error { return d.Device.MatMul(op) })
}

func (d intercepted) Resample(op engine.Resample) error {
	return d.around(func() error { return d.Device.Resample(op) })
}

func (d intercepted) ResampleBackward(op engine.ResampleBackward) error {
	return d.around(func() error { return d.Device.ResampleBackward(op) })
}

func (d intercepted) Multilevel(op engine.Multilevel) error {
	return d.around(func() error { return d.Device.Multilevel(op) })
}

func (d intercepted) Copy(dst, src engine.Vector) error {
	return d.around(func() error { return d.Device.Copy(dst, src) })
}

func (d intercepted) Fill(dst engine.Vector, value float32) error {
	return d.around(func() error { return d.Device.Fill(dst, value) })
}

func (d intercepted) Axpy(dst engine.Vector, a float32, x engine.Vector) error {
	return d.around(func() error { return d.Device.Axpy(dst, a, x) })
}

func (d intercepted) Scale(dst engine.Vector, a float32) error {
	return d.around(func() error { return d.Device.Scale(dst, a) })
}

func (d intercepted) Lerp(dst, x engine.Vector, t float32) error {
	return d.around(func() error { return d.Device.Lerp(dst, x, t) })
}

func (d intercepted) Clamp(dst engine.Vector, low, high float32) error {
	return d.around(func() error { return d.Device.Clamp(dst, low, high) })
}

func (d intercepted) Dot(dst engine.Scalar, x, y engine.Vector) error {
	return d.around(func() error { return d.Device.Dot(dst, x, y) })
}

func (d intercepted) Norm1(dst engine.Scalar, x engine.Vector) error {
	return d.around(func() error { return d.Device.Norm1(dst, x) })
}

func (d intercepted) NormInf(dst engine.Scalar, x engine.Vector) error {
	return d.around(func() error { return d.Device.NormInf(dst, x) })
}

func (d intercepted) Adam(op engine.AdamStep) error {
	return d.around(func() error { return d.Device.Adam(op) })
}

func (d intercepted) Momentum(op engine.MomentumStep) error {
	return d.around(func() error { return d.Device.Momentum(op) })
}

func (d intercepted) Direction(op engine.Direction) error {
	return d.around(func() error { return d.Device.Direction(op) })
}

func (d intercepted) ResetScalars(dst engine.Scalars) error {
	return d.around(func() error { return d.Device.ResetScalars(dst) })
}

func (d intercepted) ReadScalars(dst []float64, src engine.Scalars) error {
	return d.around(func() error { return d.Device.ReadScalars(dst, src) })
}

func (d intercepted) Write(dst engine.Vector, src []float32) error {
	return d.around(func() error { return d.Device.Write(dst, src) })
}

func (d intercepted) Read(dst []float32, src engine.Vector) error {
	return d.around(func() error { return d.Device.Read(dst, src) })
}

func (d intercepted) WritePlane(dst engine.Plane, src []float32) error {
	return d.around(func() error { return d.Device.WritePlane(dst, src) })
}

func (d intercepted) WriteMap(dst engine.Map, rows engine.Rows, src []float32) error {
	return d.around(func() error { return d.Device.WriteMap(dst, rows, src) })
}

func (d intercepted) ReadMap(dst []float32, src engine.Map, rows engine.Rows) error {
	return d.around(func() error { return d.Device.ReadMap(dst, src, rows) })
}

func (d intercepted) WritePoints(dst engine.Points, positions []int32) error {
	return d.around(func() error { return d.Device.WritePoints(dst, positions) })
}

func (d intercepted) WriteMoments(dst engine.Moments, s engine.Statistics) error {
	return d.around(func() error { return d.Device.WriteMoments(dst, s) })
}

func (d intercepted) ReadMoments(src engine.Moments) (engine.Statistics, error) {
	return result(d, func() (engine.Statistics, error) { return d.Device.ReadMoments(src) })
}

func (d intercepted) WriteAffine(dst engine.Affine, a, b []float64) error {
	return d.around(func() error { return d.Device.WriteAffine(dst, a, b) })
}

func (d intercepted) Mark() (engine.Mark, error) {
	return result(d, func() (engine.Mark, error) { return d.Device.Mark() })
}

func (d intercepted) Between(from, to engine.Mark) (time.Duration, error) {
	return result(d, func() (time.Duration, error) { return d.Device.Between(from, to) })
}
