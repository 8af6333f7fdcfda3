package study

import (
	"time"

	"github.com/impasto/impasto/engine"
)

// Part is a part of the time of a run.
type Part uint8

// The parts of a run.
const (
	ForwardPart   Part = iota // convolutions, ReLU and pooling, forward
	LossPart                  // moments, distances and their gradients with respect to features
	BackwardPart              // backward to the pixels
	OptimizerPart             // the step rule, on vectors of the picture's length
	OtherPart                 // the rest: the host, reading and writing
)

// parts is the number of parts.
var parts = [...]Part{ForwardPart, LossPart, BackwardPart, OptimizerPart, OtherPart}

// Times is a duration for each Part.
type Times [len(parts)]time.Duration

// Total returns the sum.
func (t *Times) Total() time.Duration {
	sum := time.Duration(0)
	for _, d := range t {
		sum += d
	}
	return sum
}

// clocked is a device that measures the time of the parts. It passes operations on to another device and sets a mark
// before and after each. The marks are compared only when the times are read, so that the host does not wait for an
// asynchronous device after every operation.
type clocked struct {
	engine.Device
	spans []span
}

// span is an operation of a part.
type span struct {
	part     Part
	from, to engine.Mark
}

// newClocked wraps a device for one run. It is not safe for concurrent use.
func newClocked(dev engine.Device) *clocked { return &clocked{Device: dev} }

// take waits for the device and returns the times since the last call.
func (c *clocked) take() (spent Times, err error) {
	for _, s := range c.spans {
		d, err := c.Between(s.from, s.to)
		if err != nil {
			return spent, err
		}
		spent[s.part] += d
	}
	c.spans = c.spans[:0]
	return spent, nil
}

// in runs an operation as one of a part.
func (c *clocked) in(part Part, operation func() error) error {
	from, err := c.Mark()
	if err != nil {
		return err
	}
	if err := operation(); err != nil {
		return err
	}
	to, err := c.Mark()
	if err != nil {
		return err
	}
	c.spans = append(c.spans, span{part, from, to})
	return nil
}

func (c *clocked) StemForward(op engine.StemForward) error {
	return c.in(ForwardPart, func() error { return c.Device.StemForward(op) })
}

func (c *clocked) Forward(op engine.Forward) error {
	return c.in(ForwardPart, func() error { return c.Device.Forward(op) })
}

func (c *clocked) Rectify(op engine.Rectify) error {
	return c.in(ForwardPart, func() error { return c.Device.Rectify(op) })
}

func (c *clocked) Pool(op engine.Pool) error {
	return c.in(ForwardPart, func() error { return c.Device.Pool(op) })
}

func (c *clocked) StemBackward(op engine.StemBackward) error {
	return c.in(BackwardPart, func() error { return c.Device.StemBackward(op) })
}

func (c *clocked) Backward(op engine.Backward) error {
	return c.in(BackwardPart, func() error { return c.Device.Backward(op) })
}

func (c *clocked) Unpool(op engine.Unpool) error {
	return c.in(BackwardPart, func() error { return c.Device.Unpool(op) })
}

func (c *clocked) MaskBy(op engine.MaskBy) error {
	return c.in(BackwardPart, func() error { return c.Device.MaskBy(op) })
}

func (c *clocked) ResetMoments(m engine.Moments) error {
	return c.in(LossPart, func() error { return c.Device.ResetMoments(m) })
}

func (c *clocked) ResetScalars(dst engine.Scalars) error {
	return c.in(LossPart, func() error { return c.Device.ResetScalars(dst) })
}

func (c *clocked) MomentDistance(op engine.MomentDistance) error {
	return c.in(LossPart, func() error { return c.Device.MomentDistance(op) })
}

func (c *clocked) Transport(op engine.Transport) error {
	return c.in(LossPart, func() error { return c.Device.Transport(op) })
}

func (c *clocked) AddMoments(op engine.AddMoments) error {
	return c.in(LossPart, func() error { return c.Device.AddMoments(op) })
}

func (c *clocked) AddAffine(op engine.AddAffine) error {
	return c.in(LossPart, func() error { return c.Device.AddAffine(op) })
}

func (c *clocked) AddSquaredDistance(op engine.AddSquaredDistance) error {
	return c.in(LossPart, func() error { return c.Device.AddSquaredDistance(op) })
}

func (c *clocked) AddDifference(op engine.AddDifference) error {
	return c.in(LossPart, func() error { return c.Device.AddDifference(op) })
}

func (c *clocked) AddTotalVariation(op engine.AddTotalVariation) error {
	return c.in(LossPart, func() error { return c.Device.AddTotalVariation(op) })
}

func (c *clocked) Gather(op engine.Gather) error {
	return c.in(LossPart, func() error { return c.Device.Gather(op) })
}

func (c *clocked) Scatter(op engine.Scatter) error {
	return c.in(LossPart, func() error { return c.Device.Scatter(op) })
}

func (c *clocked) MatMul(op engine.MatMul) error {
	return c.in(LossPart, func() error { return c.Device.MatMul(op) })
}

func (c *clocked) CopyRows(op engine.CopyRows) error {
	return c.in(LossPart, func() error { return c.Device.CopyRows(op) })
}

func (c *clocked) Resample(op engine.Resample) error {
	return c.in(LossPart, func() error { return c.Device.Resample(op) })
}

func (c *clocked) ResampleBackward(op engine.ResampleBackward) error {
	return c.in(LossPart, func() error { return c.Device.ResampleBackward(op) })
}

func (c *clocked) Copy(dst, src engine.Vector) error {
	return c.in(OptimizerPart, func() error { return c.Device.Copy(dst, src) })
}

func (c *clocked) Fill(dst engine.Vector, value float32) error {
	return c.in(OptimizerPart, func() error { return c.Device.Fill(dst, value) })
}

func (c *clocked) Axpy(dst engine.Vector, a float32, x engine.Vector) error {
	return c.in(OptimizerPart, func() error { return c.Device.Axpy(dst, a, x) })
}

func (c *clocked) Scale(dst engine.Vector, a float32) error {
	return c.in(OptimizerPart, func() error { return c.Device.Scale(dst, a) })
}

func (c *clocked) Lerp(dst, x engine.Vector, t float32) error {
	return c.in(OptimizerPart, func() error { return c.Device.Lerp(dst, x, t) })
}

func (c *clocked) Clamp(dst engine.Vector, low, high float32) error {
	return c.in(OptimizerPart, func() error { return c.Device.Clamp(dst, low, high) })
}

func (c *clocked) Dot(dst engine.Scalar, x, y engine.Vector) error {
	return c.in(OptimizerPart, func() error { return c.Device.Dot(dst, x, y) })
}

func (c *clocked) Norm1(dst engine.Scalar, x engine.Vector) error {
	return c.in(OptimizerPart, func() error { return c.Device.Norm1(dst, x) })
}

func (c *clocked) NormInf(dst engine.Scalar, x engine.Vector) error {
	return c.in(OptimizerPart, func() error { return c.Device.NormInf(dst, x) })
}

func (c *clocked) Adam(op engine.AdamStep) error {
	return c.in(OptimizerPart, func() error { return c.Device.Adam(op) })
}

func (c *clocked) Momentum(op engine.MomentumStep) error {
	return c.in(OptimizerPart, func() error { return c.Device.Momentum(op) })
}

func (c *clocked) Direction(op engine.Direction) error {
	return c.in(OptimizerPart, func() error { return c.Device.Direction(op) })
}

func (c *clocked) Multilevel(op engine.Multilevel) error {
	return c.in(OptimizerPart, func() error { return c.Device.Multilevel(op) })
}
