package cpu

import (
	"errors"
	"fmt"
	"os"
	"testing"

	"github.com/impasto/impasto/engine"
)

// ownedBytes is what the convolutions and stems that are open keep.
func (d *device) ownedBytes() (n int64) {
	for p := range d.owned {
		n += p.Bytes()
	}
	return n
}

// TestParametersAreGivenBack opens and closes a thousand convolutions and stems.
func TestParametersAreGivenBack(t *testing.T) {
	w := newTwin(t, "", 2, 1)
	d := w.devices[0].(*device)
	weight, bias := w.floats(9*40*40), w.floats(40)
	begin := residentBytes()
	for range 1000 {
		c, err := d.NewConvolution(40, 40, weight, bias, engine.PadReflect)
		if err != nil {
			t.Fatal(err)
		}
		s, err := d.NewStem(40, weight[:27*40], bias, engine.Preprocessing{}, engine.PadZero)
		if err != nil {
			t.Fatal(err)
		}
		if got, want := d.ownedBytes(), c.Bytes()+s.Bytes(); got != want {
			t.Fatalf("a convolution of %d bytes and a stem of %d keep %d", c.Bytes(), s.Bytes(), got)
		}
		for _, err := range []error{c.Close(), s.Close(), s.Close()} {
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	if got := d.ownedBytes(); got != 0 {
		t.Errorf("what was closed keeps %d bytes", got)
	}
	if grown := residentBytes() - begin; grown > 64<<20 {
		t.Errorf("the process has grown by %d MiB", grown>>20)
	}
}

// residentBytes is the memory of this process, 0 where the system does not say.
func residentBytes() (n int64) {
	text, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		return 0
	}
	var size, resident int64
	_, _ = fmt.Sscan(string(text), &size, &resident)
	return resident * int64(os.Getpagesize())
}

func TestDeviceClosesWhatIsOpen(t *testing.T) {
	opened, err := New(Options{})
	if err != nil {
		t.Fatal(err)
	}
	c, err := opened.NewConvolution(3, 3, make([]float32, 81), make([]float32, 3), engine.PadZero)
	if err != nil {
		t.Fatal(err)
	}
	if err := opened.Close(); err != nil {
		t.Fatal(err)
	}
	if got := opened.(*device).ownedBytes(); got != 0 || c.Bytes() != 0 {
		t.Errorf("a closed device keeps %d bytes, its convolution %d", got, c.Bytes())
	}
	if err := c.Close(); err != nil {
		t.Errorf("closing a convolution after its device: %v", err)
	}
}

func TestClosedConvolutionPanics(t *testing.T) {
	w := newTwin(t, "", 1, 1)
	shape := engine.Shape{Channels: 3, Height: 4, Width: 4}
	c, m := w.convolution(3, 3, engine.PadZero), w.maps(shape)
	if err := c[0].Close(); err != nil {
		t.Fatal(err)
	}
	defer func() {
		if recover() == nil {
			t.Error("a closed convolution computes")
		}
	}()
	w.devices[0].Forward(engine.Forward{Conv: c[0], Src: m[0], Rows: engine.All(shape), Dst: w.maps(shape)[0]})
}

// TestNoMemory lets the system refuse memory: constructors and operations return its error, and the device continues once
// there is memory again.
func TestNoMemory(t *testing.T) {
	w := newTwin(t, "", 2, 1)
	d := w.devices[0].(*device)
	shape := engine.Shape{Channels: 40, Height: 9, Width: 11}
	rows := engine.All(shape)
	x, y, mask := w.maps(shape)[0], w.maps(shape)[0], w.masks(shape)[0]
	conv := w.convolution(40, 40, engine.PadReflect)[0]
	stem := w.stem(0, 40, engine.Preprocessing{}, engine.PadZero)
	image := w.arenas[0].Image(twinBytes/2, 9, 11)
	moments := w.arenas[0].Moments(twinBytes/2+engine.Alignment, 40)
	product := w.vectors(make([]float32, 900))[0]
	factor := w.vectors(make([]float32, 900))[0]
	operations := map[string]func() error{
		"NewArena":       func() error { _, err := d.NewArena(1); return err },
		"NewConvolution": func() error { _, err := d.NewConvolution(1, 1, make([]float32, 9), make([]float32, 1), 0); return err },
		"NewStem": func() error {
			_, err := d.NewStem(1, make([]float32, 27), make([]float32, 1), engine.Preprocessing{}, 0)
			return err
		},
		"StemForward": func() error {
			return d.StemForward(engine.StemForward{Stem: stem, Image: image, Rows: rows, Dst: x, Mask: mask})
		},
		"Forward":      func() error { return d.Forward(engine.Forward{Conv: conv, Src: x, Rows: rows, Dst: y}) },
		"Backward":     func() error { return d.Backward(engine.Backward{Conv: conv, Src: x, Rows: rows, Dst: y}) },
		"StemBackward": func() error { return d.StemBackward(engine.StemBackward{Stem: stem, Src: x, Rows: rows, Dst: image}) },
		"AddMoments":   func() error { return d.AddMoments(engine.AddMoments{Moments: moments, Src: x, Rows: rows}) },
		"MatMul": func() error {
			return d.MatMul(engine.MatMul{Dst: product, A: factor, B: factor, Rows: 30, Inner: 30, Columns: 30})
		},
	}
	refused := errors.New("refused")
	for name, do := range operations {
		if err := d.scratch.close(); err != nil {
			t.Fatal(err)
		}
		d.takeMemory = func(int64) ([]byte, error) { return nil, refused }
		if err := do(); !errors.Is(err, refused) {
			t.Errorf("%s without memory: error %v", name, err)
		}
		d.takeMemory = takeMemory
		if err := do(); err != nil {
			t.Errorf("%s with memory again: %v", name, err)
		}
	}
}
