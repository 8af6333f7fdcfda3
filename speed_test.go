package impasto_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"

	"github.com/impasto/impasto"
	"github.com/impasto/impasto/engine"
	"github.com/impasto/impasto/engine/cpu"
)

// counting is a device that counts what is open on it.
type counting struct {
	engine.Device
	convolutions, arenas, made atomic.Int64
}

func (d *counting) NewConvolution(in, out int, weight, bias []float32, padding engine.Padding) (engine.Convolution, error) {
	c, err := d.Device.NewConvolution(in, out, weight, bias, padding)
	if err != nil {
		return nil, err
	}
	d.convolutions.Add(1)
	d.made.Add(1)
	return counted{c, d}, nil
}

func (d *counting) NewArena(bytes int64) (engine.Arena, error) {
	a, err := d.Device.NewArena(bytes)
	if err != nil {
		return nil, err
	}
	d.arenas.Add(1)
	return countedArena{a, d}, nil
}

func (d *counting) Forward(op engine.Forward) error {
	op.Conv = op.Conv.(counted).Convolution
	return d.Device.Forward(op)
}

type counted struct {
	engine.Convolution
	dev *counting
}

func (c counted) Close() error {
	c.dev.convolutions.Add(-1)
	return c.Convolution.Close()
}

type countedArena struct {
	engine.Arena
	dev *counting
}

func (a countedArena) Close() error {
	a.dev.arenas.Add(-1)
	return a.Arena.Close()
}

// TestTimeLeavesNothing predicts the time of many plans: the device is measured once, and keeps nothing of it.
func TestTimeLeavesNothing(t *testing.T) {
	processor, err := cpu.New(cpu.Options{Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	dev := &counting{Device: processor}
	m := model(t, impasto.Settings{Memory: 1 << 30, Device: dev})
	style := learn(t, m, picture(2, 32, 32))
	plan := func() *impasto.Plan {
		t.Helper()
		p, err := m.Plan(picture(1, 32, 24), style, options(t, 2))
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	plan()
	network := dev.convolutions.Load()
	if network < 10 {
		t.Fatalf("the network has %d convolutions on the device", network)
	}
	ended, end := context.WithCancel(t.Context())
	end()
	if _, err := plan().Time(ended); !errors.Is(err, context.Canceled) {
		t.Errorf("measured after the end: %v", err)
	}
	made := dev.made.Load()
	for range 20 {
		if d, err := plan().Time(t.Context()); err != nil || d <= 0 {
			t.Fatalf("%v, %v", d, err)
		}
	}
	if left := dev.convolutions.Load() - network; left != 0 || dev.arenas.Load() != 0 {
		t.Errorf("%d convolutions and %d arenas are left on the device", left, dev.arenas.Load())
	}
	if probes := dev.made.Load() - made; probes != 1 {
		t.Errorf("the device was measured %d times", probes)
	}
}
