package impasto

import (
	"context"
	"errors"
	"time"

	"github.com/impasto/impasto/engine"
)

// speed returns how many multiply-adds of direct convolution a second the device does in a run on large maps.
// It is measured once while the model has no other work; before that, every call measures it besides that work.
func (m *Model) speed(ctx context.Context) (float64, error) {
	m.probe.Lock()
	defer m.probe.Unlock()
	if m.rate > 0 {
		return m.rate, nil
	}
	alone := m.budget.TryAcquire(m.memory)
	if alone {
		defer m.budget.Release(m.memory)
	}
	rate, err := measure(ctx, m.dev)
	if err == nil && alone {
		m.rate = rate
	}
	return rate, err
}

// measure takes the best of a few convolutions of a middle layer's shape.
func measure(ctx context.Context, dev engine.Device) (rate float64, err error) {
	const (
		channels = 128
		side     = 128
		work     = 9 * channels * channels * side * side
		// A run also has first layers, Gram matrices and the optimiser: the share of the pure convolution's
		// rate that is left, as seen from 256 to 1024 pixels.
		share  = 0.8
		enough = 25 * time.Millisecond // a slow device does it once
	)
	shape := engine.Shape{Channels: channels, Height: side, Width: side}
	bytes := engine.Align(dev.MapBytes(shape, side))
	arena, err := dev.NewArena(2 * bytes)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, arena.Close()) }()
	conv, err := dev.NewConvolution(channels, channels, make([]float32, 9*channels*channels), make([]float32, channels), engine.PadZero)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, conv.Close()) }()
	op := engine.Forward{Conv: conv, Src: arena.Map(0, shape, side), Dst: arena.Map(bytes, shape, side), Rows: engine.All(shape)}
	best := time.Duration(1<<63 - 1)
	for spent := time.Duration(0); spent < enough; {
		if err := ctx.Err(); err != nil {
			return 0, err
		}
		took, err := timed(dev, op)
		if err != nil {
			return 0, err
		}
		took = max(took, time.Microsecond)
		best, spent = min(best, took), spent+took
	}
	return share * work / best.Seconds(), nil
}

// timed runs an operation and returns the time that the device took.
func timed(dev engine.Device, op engine.Forward) (time.Duration, error) {
	from, err := dev.Mark()
	if err != nil {
		return 0, err
	}
	if err := dev.Forward(op); err != nil {
		return 0, err
	}
	to, err := dev.Mark()
	if err != nil {
		return 0, err
	}
	return dev.Between(from, to)
}
