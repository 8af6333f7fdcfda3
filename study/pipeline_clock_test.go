package study

import (
	"testing"
	"time"

	"github.com/impasto/impasto/engine"
)

// idle is a device on which every operation takes one second of a clock of its own.
type idle struct {
	engine.Device
	time time.Time
}

func (d *idle) work()                                         { d.time = d.time.Add(time.Second) }
func (d *idle) Forward(engine.Forward)                        { d.work() }
func (d *idle) Backward(engine.Backward)                      { d.work() }
func (d *idle) AddMoments(engine.AddMoments)                  { d.work() }
func (d *idle) MatMul(engine.MatMul)                          { d.work() }
func (d *idle) SetAffine(engine.Affine, []float64, []float64) { d.work() }
func (d *idle) Dot(engine.Vector, engine.Vector) float64      { d.work(); return 7 }
func (d *idle) ReadMoments(engine.Moments) engine.Statistics {
	d.work()
	return engine.Statistics{Weight: 3}
}

// TestClockCountsEachOperationOnce plays an evaluation with a loss that computes on the host.
func TestClockCountsEachOperationOnce(t *testing.T) {
	dev := &idle{time: time.Unix(1, 0)}
	c := newClocked(dev, func() time.Time { return dev.time })

	c.ReadMoments(nil) // of a painting: no solution follows, and its time is the host's
	dev.work()
	c.Forward(engine.Forward{})
	c.AddMoments(engine.AddMoments{})
	c.Forward(engine.Forward{})
	if s := c.ReadMoments(nil); s.Weight != 3 {
		t.Errorf("statistics %v", s)
	}
	dev.work() // the host computes
	c.MatMul(engine.MatMul{})
	c.SetAffine(nil, nil, nil)
	c.Backward(engine.Backward{})
	dev.work() // the host again: nobody's
	if v := c.Dot(nil, nil); v != 7 {
		t.Errorf("a product of %v", v)
	}
	want := Times{ForwardPart: 2 * time.Second, LossPart: 5 * time.Second, BackwardPart: time.Second, OptimizerPart: time.Second}
	got := c.take()
	if got != want {
		t.Errorf("%v, want %v", got, want)
	}
	if got.Total() != 9*time.Second || c.take() != (Times{}) {
		t.Errorf("total %v", got.Total())
	}
}
