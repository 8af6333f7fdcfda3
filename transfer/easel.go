package transfer

import (
	"context"
	"errors"
	"fmt"

	"github.com/impasto/impasto/canvas"
	"github.com/impasto/impasto/engine"
	"github.com/impasto/impasto/optim"
)

// easel is an arena with the scale at work in it, or with what the next one starts with.
type easel struct {
	*layout
	arena engine.Arena
	index int   // of the scale at work, or of the one that comes next
	live  *live // nil: the scale's start is still to come

	picture *canvas.Picture // what the next scale starts with; nil: the recipe's start
	moments *moments        // likewise
	known   []Units         // of the scale that comes next, where it was at work before
}

// live is a scale at work.
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

// newEasel takes the memory of a layout.
func newEasel(l *layout) (*easel, error) {
	arena, err := l.in.Network.Device().NewArena(l.bytes)
	if err != nil {
		return nil, fmt.Errorf("take %d MiB of memory: %w", l.bytes>>20, err)
	}
	return &easel{layout: l, arena: arena}, nil
}

// leave takes what the next scale starts with from the one at work, and closes it.
func (e *easel) leave() (err error) {
	l := e.live
	if e.picture, err = l.read(l.average.result()); err != nil {
		return err
	}
	if e.moments, err = carry(l.scale, l.rule, l.work); err != nil {
		return err
	}
	e.live, e.known = nil, nil
	return l.objective.close()
}

// enter readies the scale at e.index and takes its loss at the start.
func (e *easel) enter(ctx context.Context) (optim.Step, error) {
	sc := e.scales[e.index]
	l, err := e.open(ctx, sc)
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
	e.live, e.picture, e.moments = l, nil, nil
	return step, nil
}

// open makes a scale's objective and rule.
func (e *easel) open(ctx context.Context, sc *scale) (*live, error) {
	o, err := sc.open(ctx, e.arena, e.known)
	if err != nil {
		return nil, errors.Join(err, o.close())
	}
	l := &live{scale: sc, objective: o}
	l.rule, l.work, l.average = sc.newRule(e.arena, o)
	return l, nil
}

// begin starts a scale at the picture that was handed ovee.
func (e *easel) begin(ctx context.Context, l *live) (optim.Step, error) {
	if e.picture == nil { // not before open, which holds pictures of its own
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

// close gives the memory back.
func (e *easel) close() error {
	var err error
	if e.live != nil {
		err = e.live.objective.close()
		e.live = nil
	}
	return errors.Join(err, e.arena.Close())
}
