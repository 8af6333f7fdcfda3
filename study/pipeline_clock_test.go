package study

import (
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/impasto/impasto/engine"
)

// idle is a device on which every operation takes one second and everything else no time. As on an asynchronous device,
// the times of its marks are not known until Between is called.
type idle struct {
	engine.Device
	now     time.Duration
	marks   int
	pending bool // an operation is pending
	waited  int
}

type mark struct{ at time.Duration }

func (d *idle) work() error {
	d.now += time.Second
	d.pending = true
	return nil
}

func (d *idle) Forward(engine.Forward) error                          { return d.work() }
func (d *idle) Backward(engine.Backward) error                        { return d.work() }
func (d *idle) AddMoments(engine.AddMoments) error                    { return d.work() }
func (d *idle) Transport(engine.Transport) error                      { return d.work() }
func (d *idle) Dot(engine.Scalar, engine.Vector, engine.Vector) error { return d.work() }
func (d *idle) ReadMoments(engine.Moments) (engine.Statistics, error) {
	return engine.Statistics{}, d.work()
}

func (d *idle) Mark() (engine.Mark, error) {
	d.marks++
	return &mark{d.now}, nil
}

func (d *idle) Between(from, to engine.Mark) (time.Duration, error) {
	if d.pending {
		d.pending = false
		d.waited++
	}
	return to.(*mark).at - from.(*mark).at, nil
}

// TestClockCountsEachOperationOnce runs an evaluation and checks that the clock waits for the device once.
func TestClockCountsEachOperationOnce(t *testing.T) {
	dev := &idle{}
	c := newClocked(dev)
	for _, operation := range []func() error{
		func() error { return c.Forward(engine.Forward{}) },
		func() error { return c.AddMoments(engine.AddMoments{}) },
		func() error { return c.Forward(engine.Forward{}) },
		func() error { return c.Transport(engine.Transport{}) },
		func() error { return c.Backward(engine.Backward{}) },
		func() error { _, err := c.ReadMoments(nil); return err }, // not counted: the host reads
		func() error { return c.Dot(engine.Scalar{}, nil, nil) },
	} {
		if err := operation(); err != nil {
			t.Fatal(err)
		}
	}
	if dev.waited != 0 {
		t.Errorf("the clock waited for the device %d times before the times were read", dev.waited)
	}
	want := Times{ForwardPart: 2 * time.Second, LossPart: 2 * time.Second, BackwardPart: time.Second, OptimizerPart: time.Second}
	got, err := c.take()
	if err != nil || got != want || got.Total() != 6*time.Second {
		t.Errorf("%v, %v, want %v", got, err, want)
	}
	if again, err := c.take(); err != nil || again != (Times{}) || dev.waited != 1 {
		t.Errorf("counted twice: %v, %v; waited %d times", again, err, dev.waited)
	}
}

// TestClockKnowsEveryOperation calls each operation of a device: the clock must set a mark before passing it on, here to a
// device that panics.
func TestClockKnowsEveryOperation(t *testing.T) {
	host := []string{"Close", "ReadScalars", "Write", "Read", "WritePlane", "WriteMap", "ReadMap", "WritePoints", "WriteMoments", "WriteAffine"}
	device := reflect.TypeFor[engine.Device]()
	operations := 0
	for i := range device.NumMethod() {
		method := device.Method(i)
		if method.Type.NumOut() != 1 || method.Type.Out(0) != reflect.TypeFor[error]() || slices.Contains(host, method.Name) {
			continue
		}
		operations++
		dev := &idle{Device: nil}
		var arguments []reflect.Value
		for k := range method.Type.NumIn() {
			arguments = append(arguments, reflect.Zero(method.Type.In(k)))
		}
		func() {
			defer func() { _ = recover() }()
			reflect.ValueOf(newClocked(dev)).MethodByName(method.Name).Call(arguments)
		}()
		if dev.marks == 0 {
			t.Errorf("the time of %s is nobody's", method.Name)
		}
	}
	if operations < 30 {
		t.Errorf("only %d operations were found", operations)
	}
}
