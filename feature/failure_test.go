package feature_test

import (
	"errors"
	"testing"
	"time"

	"github.com/impasto/impasto/engine"
	"github.com/impasto/impasto/engine/cpu"
	"github.com/impasto/impasto/engine/reference"
	"github.com/impasto/impasto/feature"
)

var errLost = errors.New("the device is lost")

// failing is a device that is lost after some operations.
type failing struct {
	engine.Device
	left int // operations until then; negative: it is never lost
	done int // operations so far, with the one that failed
}

func (f *failing) do(err func() error) error {
	f.done++
	if f.left == 0 {
		return errLost
	}
	f.left--
	return err()
}

func (f *failing) StemForward(op engine.StemForward) error {
	return f.do(func() error { return f.Device.StemForward(op) })
}

func (f *failing) StemBackward(op engine.StemBackward) error {
	return f.do(func() error { return f.Device.StemBackward(op) })
}

func (f *failing) Forward(op engine.Forward) error {
	return f.do(func() error { return f.Device.Forward(op) })
}

func (f *failing) Backward(op engine.Backward) error {
	return f.do(func() error { return f.Device.Backward(op) })
}

func (f *failing) Rectify(op engine.Rectify) error {
	return f.do(func() error { return f.Device.Rectify(op) })
}

func (f *failing) Pool(op engine.Pool) error {
	return f.do(func() error { return f.Device.Pool(op) })
}

func (f *failing) Unpool(op engine.Unpool) error {
	return f.do(func() error { return f.Device.Unpool(op) })
}

func (f *failing) MaskBy(op engine.MaskBy) error {
	return f.do(func() error { return f.Device.MaskBy(op) })
}

func (f *failing) ResetMoments(m engine.Moments) error {
	return f.do(func() error { return f.Device.ResetMoments(m) })
}

func (f *failing) AddMoments(op engine.AddMoments) error {
	return f.do(func() error { return f.Device.AddMoments(op) })
}

func (f *failing) MomentDistance(op engine.MomentDistance) error {
	return f.do(func() error { return f.Device.MomentDistance(op) })
}

func (f *failing) AddAffine(op engine.AddAffine) error {
	return f.do(func() error { return f.Device.AddAffine(op) })
}

func (f *failing) AddSquaredDistance(op engine.AddSquaredDistance) error {
	return f.do(func() error { return f.Device.AddSquaredDistance(op) })
}

func (f *failing) AddDifference(op engine.AddDifference) error {
	return f.do(func() error { return f.Device.AddDifference(op) })
}

func (f *failing) Mark() (mark engine.Mark, err error) {
	err = f.do(func() (err error) {
		mark, err = f.Device.Mark()
		return err
	})
	return mark, err
}

// TestFailure loses the device at each operation of an evaluation in turn: the evaluation ends there, with
// the device's error.
func TestFailure(t *testing.T) {
	for name, terms := range scenes {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dev := &failing{Device: reference.New32(), left: -1}
			s := newScene(t, dev, engine.PadZero, 21, 18, terms)
			plan, err := s.x.Plan(s.job(feature.Job{Gradient: true, Keep: feature.KeepNone, BandRows: 8}))
			if err != nil {
				t.Fatal(err)
			}
			size := engine.Align(4 * 3 * 21 * 18)
			arena, err := dev.NewArena(2*size + plan.Bytes())
			if err != nil {
				t.Fatal(err)
			}
			image, gradient := arena.Image(0, 21, 18), arena.Image(size, 21, 18)
			pass := s.place(t, plan, arena, 2*size)
			dev.done = 0
			s.values(t, pass, image, gradient)
			operations := dev.done
			for n := range operations {
				dev.left, dev.done = n, 0
				if err := errors.Join(dev.ResetScalars(s.results), pass.Evaluate(t.Context(), image, gradient)); !errors.Is(err, errLost) {
					t.Fatalf("lost after %d of %d operations: %v", n, operations, err)
				}
				if dev.done != n+1 {
					t.Fatalf("lost after %d of %d operations, and asked for %d more", n, operations, dev.done-n-1)
				}
			}
			dev.left = -1
			s.values(t, pass, image, gradient)
		})
	}
}

// TestEvaluateAllocatesNothing counts what an evaluation allocates, but for the device's three marks.
func TestEvaluateAllocatesNothing(t *testing.T) {
	dev, err := cpu.New(cpu.Options{Threads: 2})
	if err != nil {
		t.Fatal(err)
	}
	defer dev.Close()
	marks := 3 * testing.AllocsPerRun(100, func() { _, _ = dev.Mark() })
	for name, terms := range scenes {
		s := newScene(t, dev, engine.PadZero, 40, 33, terms)
		plan, err := s.x.Plan(s.job(feature.Job{Gradient: true, Keep: feature.KeepNone, BandRows: 8}))
		if err != nil {
			t.Fatal(err)
		}
		size := engine.Align(4 * 3 * 40 * 33)
		arena, err := dev.NewArena(2*size + plan.Bytes())
		if err != nil {
			t.Fatal(err)
		}
		image, gradient := arena.Image(0, 40, 33), arena.Image(size, 40, 33)
		pass := s.place(t, plan, arena, 2*size)
		ctx := t.Context()
		n := testing.AllocsPerRun(10, func() {
			if err := pass.Evaluate(ctx, image, gradient); err != nil {
				t.Fatal(err)
			}
		})
		if n > marks {
			t.Errorf("%s: an evaluation allocates %v times, its marks %v", name, n, marks)
		}
		if err := arena.Close(); err != nil {
			t.Error(err)
		}
	}
}

// clock is a device whose marks are a second apart.
type clock struct {
	engine.Device
	now int
}

func (c *clock) Mark() (engine.Mark, error) {
	c.now++
	return c.now, nil
}

func (c *clock) Between(from, to engine.Mark) (time.Duration, error) {
	return time.Duration(to.(int)-from.(int)) * time.Second, nil
}

// TestTimes asks the device for the time of both directions, where there are both.
func TestTimes(t *testing.T) {
	s := newScene(t, &clock{Device: reference.New32()}, engine.PadZero, 21, 18, scenes["textbook"])
	for _, gradient := range []bool{false, true} {
		plan, err := s.x.Plan(s.job(feature.Job{Gradient: gradient}))
		if err != nil {
			t.Fatal(err)
		}
		size := engine.Align(4 * 3 * 21 * 18)
		arena, err := s.dev.NewArena(2*size + plan.Bytes())
		if err != nil {
			t.Fatal(err)
		}
		pass := s.place(t, plan, arena, 2*size)
		if f, b, err := pass.Times(); f != 0 || b != 0 || err != nil {
			t.Errorf("before the first evaluation: %v, %v, %v", f, b, err)
		}
		s.values(t, pass, arena.Image(0, 21, 18), arena.Image(size, 21, 18))
		if f, b, err := pass.Times(); f != time.Second || (b == time.Second) != gradient || err != nil {
			t.Errorf("after an evaluation: %v, %v, %v", f, b, err)
		}
	}
}
