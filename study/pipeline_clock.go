package study

import (
	"time"

	"github.com/impasto/impasto/engine"
)

// Part is what the time of a run goes into.
type Part uint8

// The parts of a run.
const (
	ForwardPart   Part = iota // convolutions, ReLU and pooling on the way up
	LossPart                  // moments, distances, and the gradients by features
	BackwardPart              // the way down to the pixels
	OptimizerPart             // the step rule: vectors of the picture's length
	OtherPart                 // what is left: the host, reading and writing
)

// parts are all of them, in the order of an iteration.
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

// clocked is a device that tells where the time goes: it does what another one does and adds up how long
// that takes by part. Operations return when they are done, so that the time of a call is that of its work.
type clocked struct {
	engine.Device
	now   func() time.Time
	spent Times

	solving time.Time // since when a loss computes on the host, between its moments and its gradient
}

// newClocked wraps a device. The clock is that of one run: it is not safe for concurrent use.
func newClocked(dev engine.Device, now func() time.Time) *clocked {
	return &clocked{Device: dev, now: now}
}

// take returns what was spent since the last time that it was called.
func (c *clocked) take() Times {
	spent := c.spent
	c.spent = Times{}
	return spent
}

// in adds the time of a call to a part. What a loss does within its solution is counted there already.
// Anything else means that moments were read for another purpose.
func (c *clocked) in(part Part, work func()) {
	if part != LossPart {
		c.solving = time.Time{}
	}
	start := c.now()
	work()
	if c.solving.IsZero() {
		c.spent[part] += c.now().Sub(start)
	}
}

func (c *clocked) StemForward(op engine.StemForward) {
	c.in(ForwardPart, func() { c.Device.StemForward(op) })
}

func (c *clocked) Forward(op engine.Forward) {
	c.in(ForwardPart, func() { c.Device.Forward(op) })
}

func (c *clocked) Rectify(op engine.Rectify) {
	c.in(ForwardPart, func() { c.Device.Rectify(op) })
}

func (c *clocked) Pool(op engine.Pool) {
	c.in(ForwardPart, func() { c.Device.Pool(op) })
}

func (c *clocked) StemBackward(op engine.StemBackward) {
	c.in(BackwardPart, func() { c.Device.StemBackward(op) })
}

func (c *clocked) Backward(op engine.Backward) {
	c.in(BackwardPart, func() { c.Device.Backward(op) })
}

func (c *clocked) Unpool(op engine.Unpool) {
	c.in(BackwardPart, func() { c.Device.Unpool(op) })
}

func (c *clocked) MaskBy(op engine.MaskBy) {
	c.in(BackwardPart, func() { c.Device.MaskBy(op) })
}

func (c *clocked) ResetMoments(m engine.Moments) {
	c.in(LossPart, func() { c.Device.ResetMoments(m) })
}

func (c *clocked) AddMoments(op engine.AddMoments) {
	c.in(LossPart, func() { c.Device.AddMoments(op) })
}

// ReadMoments begins the solution of a style loss, which SetAffine ends.
func (c *clocked) ReadMoments(m engine.Moments) engine.Statistics {
	c.solving = c.now()
	return c.Device.ReadMoments(m)
}

// SetAffine ends the solution of a style loss.
func (c *clocked) SetAffine(dst engine.Affine, a, b []float64) {
	c.Device.SetAffine(dst, a, b)
	if !c.solving.IsZero() {
		c.spent[LossPart] += c.now().Sub(c.solving)
		c.solving = time.Time{}
	}
}

// MomentDistance is the whole solution of a Gram loss.
func (c *clocked) MomentDistance(op engine.MomentDistance) (distance, weight float64) {
	c.in(LossPart, func() { distance, weight = c.Device.MomentDistance(op) })
	return distance, weight
}

func (c *clocked) AddAffine(op engine.AddAffine) {
	c.in(LossPart, func() { c.Device.AddAffine(op) })
}

func (c *clocked) ResetSum(s engine.Sum) {
	c.in(LossPart, func() { c.Device.ResetSum(s) })
}

func (c *clocked) ReadSum(s engine.Sum) (v float64) {
	c.in(LossPart, func() { v = c.Device.ReadSum(s) })
	return v
}

func (c *clocked) AddSquaredDistance(op engine.AddSquaredDistance) {
	c.in(LossPart, func() { c.Device.AddSquaredDistance(op) })
}

func (c *clocked) AddDifference(op engine.AddDifference) {
	c.in(LossPart, func() { c.Device.AddDifference(op) })
}

func (c *clocked) AddVariation(op engine.AddVariation) {
	c.in(LossPart, func() { c.Device.AddVariation(op) })
}

func (c *clocked) MatMul(op engine.MatMul) {
	c.in(LossPart, func() { c.Device.MatMul(op) })
}

func (c *clocked) Copy(dst, src engine.Vector) {
	c.in(OptimizerPart, func() { c.Device.Copy(dst, src) })
}

func (c *clocked) Axpy(dst engine.Vector, a float32, x engine.Vector) {
	c.in(OptimizerPart, func() { c.Device.Axpy(dst, a, x) })
}

func (c *clocked) Scale(dst engine.Vector, a float32) {
	c.in(OptimizerPart, func() { c.Device.Scale(dst, a) })
}

func (c *clocked) Lerp(dst, x engine.Vector, t float32) {
	c.in(OptimizerPart, func() { c.Device.Lerp(dst, x, t) })
}

func (c *clocked) Clamp(dst engine.Vector, low, high float32) {
	c.in(OptimizerPart, func() { c.Device.Clamp(dst, low, high) })
}

func (c *clocked) Dot(x, y engine.Vector) (v float64) {
	c.in(OptimizerPart, func() { v = c.Device.Dot(x, y) })
	return v
}

func (c *clocked) Norm1(x engine.Vector) (v float64) {
	c.in(OptimizerPart, func() { v = c.Device.Norm1(x) })
	return v
}

func (c *clocked) NormInf(x engine.Vector) (v float64) {
	c.in(OptimizerPart, func() { v = c.Device.NormInf(x) })
	return v
}

func (c *clocked) Adam(op engine.AdamStep) {
	c.in(OptimizerPart, func() { c.Device.Adam(op) })
}

func (c *clocked) Momentum(op engine.MomentumStep) {
	c.in(OptimizerPart, func() { c.Device.Momentum(op) })
}
