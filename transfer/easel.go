package transfer

import (
	"context"
	"errors"
	"fmt"

	"github.com/impasto/impasto/canvas"
	"github.com/impasto/impasto/engine"
	"github.com/impasto/impasto/optim"
)

// easel is an arena with the current scale in it, or with what the next one starts from.
type easel struct {
	*layout
	arena engine.Arena
	index int   // of the current scale, or of the next one
	live  *live // nil: the scale has not started

	picture   *canvas.Picture // what the next scale starts from; nil: the recipe's start
	moments   *moments        // likewise
	iteration int             // made at the next scale before it was set aside
	reopened  bool            // it was set aside

	failed error // stopped the current scale's rule in the middle; only the picture can still be read
}

// live is the current scale.
type live struct {
	*scale
	objective *objective
	rule      optim.Rule
	work      []engine.Vector
	average   *average
	iteration int
	stalled   bool
}

func (l *live) ended() bool { return l.iteration >= l.iterations || l.stalled }

// newEasel allocates the memory of a layout.
func newEasel(l *layout) (*easel, error) {
	arena, err := l.in.Network.Device().NewArena(l.bytes)
	if err != nil {
		return nil, fmt.Errorf("allocate %d MiB of memory: %w", l.bytes>>20, err)
	}
	return &easel{layout: l, arena: arena}, nil
}

// leave takes what the next scale starts from from the current scale, and closes that.
func (e *easel) leave() (err error) {
	l := e.live
	if e.picture, err = l.read(l.average.result()); err != nil {
		return err
	}
	if e.moments, err = carry(l.scale, l.rule, l.work); err != nil {
		return err
	}
	e.live = nil
	return l.objective.close()
}

// setAside closes the current scale, which then starts again at its picture. Its average and moments restart.
func (e *easel) setAside() error {
	l := e.live
	at, err := l.read(l.objective.image)
	if err != nil {
		return err
	}
	e.live, e.picture, e.moments, e.iteration, e.reopened = nil, at, nil, l.iteration, true
	return l.objective.close()
}

// enter prepares the scale at e.index and evaluates its loss at the start.
func (e *easel) enter(ctx context.Context) (optim.Step, error) {
	sc := e.scales[e.index]
	l, err := e.open(ctx, sc, nil)
	if err != nil {
		if e.picture == nil {
			e.picture = sc.start()
		}
		return optim.Step{}, err
	}
	step, err := e.begin(ctx, l)
	if err != nil {
		return step, errors.Join(err, l.objective.close())
	}
	if e.reopened {
		step.Events |= optim.Restarted
	}
	l.iteration = e.iteration
	e.live, e.picture, e.moments, e.iteration, e.reopened = l, nil, nil, 0, false
	return step, nil
}

// open makes the objective and the rule of a scale. known are the units of its losses; if nil, they are measured.
func (e *easel) open(ctx context.Context, sc *scale, known []Units) (*live, error) {
	o, err := sc.open(ctx, e.arena, known)
	if err != nil {
		return nil, errors.Join(err, o.close())
	}
	l := &live{scale: sc, objective: o}
	l.rule, l.work, l.average = sc.newRule(e.arena, o)
	return l, nil
}

// begin starts a scale at the picture that was handed over.
func (e *easel) begin(ctx context.Context, l *live) (optim.Step, error) {
	if e.picture == nil { // not before open, which needs memory for pictures itself
		e.picture = l.start()
	}
	at := e.picture
	if (size{at.Width, at.Height}) != l.size {
		at = resample(at, l.size)
	}
	if err := l.dev.Write(l.objective.image, at.Pix); err != nil {
		return optim.Step{}, err
	}
	step, err := startRule(ctx, l.scale, l.rule, l.work, l.objective, e.moments)
	if err != nil {
		return step, err
	}
	return step, l.average.reset()
}

// close releases the memory.
func (e *easel) close() error {
	var err error
	if e.live != nil {
		err = e.live.objective.close()
		e.live = nil
	}
	return errors.Join(err, e.arena.Close())
}
