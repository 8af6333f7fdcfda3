package feature

import (
	"context"
	"fmt"
	"time"

	"github.com/impasto/impasto/engine"
)

// Pass is a plan placed on a device with its taps, ready to evaluate any number of images. A pass must be used
// by one goroutine at a time.
type Pass struct {
	plan            *Plan
	maps            map[*buffer]engine.Map
	masks           map[*buffer]engine.Mask
	taps            []Tap
	solvers         []Solver
	image, gradient engine.Image
	run             [][]operation // by phase and step
	marks           [3]engine.Mark
}

// operation is the work of a step on some rows.
type operation func(engine.Rows) error

// Place puts the plan's buffers into arena at offset, where Plan.Bytes bytes belong to the plan, and binds
// the taps, one for each of Job.Layers. It fails if the arena is too small.
func (p *Plan) Place(arena engine.Arena, offset int64, taps []Tap, solvers []Solver) (*Pass, error) {
	if len(taps) != len(p.job.Layers) {
		panic(fmt.Sprintf("feature: %d taps for %d layers", len(taps), len(p.job.Layers)))
	}
	if arena.Bytes() < offset+p.bytes {
		return nil, fmt.Errorf("place the network: %d bytes at offset %d exceed an arena of %d", p.bytes, offset, arena.Bytes())
	}
	s := &Pass{plan: p, maps: map[*buffer]engine.Map{}, masks: map[*buffer]engine.Mask{}, taps: taps, solvers: solvers}
	for _, b := range p.prog.buffers {
		if b.mask {
			s.masks[b] = arena.Mask(offset+b.offset, b.shape)
		} else {
			s.maps[b] = arena.Map(offset+b.offset, b.shape, b.window)
		}
	}
	for _, ph := range p.prog.phases {
		var run []operation
		for _, st := range ph.steps {
			run = append(run, st.bind(s))
		}
		s.run = append(s.run, run)
	}
	return s, nil
}

func (s *Pass) mapOf(b *buffer) engine.Map {
	if b == nil {
		return nil
	}
	return s.maps[b]
}

func (s *Pass) maskOf(b *buffer) engine.Mask {
	if b == nil {
		return nil
	}
	return s.masks[b]
}

// Evaluate shows the taps the features of image, runs the solvers and, if the job has a gradient, writes that of
// the losses with respect to the image into gradient (nil otherwise). It returns the first error of an operation,
// a tap or a solver, or that of ctx; the contents of gradient are then undefined.
func (s *Pass) Evaluate(ctx context.Context, image, gradient engine.Image) (err error) {
	s.image, s.gradient, s.marks = image, gradient, [3]engine.Mark{}
	for _, v := range s.solvers {
		if err := v.Reset(); err != nil {
			return err
		}
	}
	if s.marks[0], err = s.plan.x.dev.Mark(); err != nil {
		return err
	}
	if err := s.phases(ctx, false); err != nil {
		return err
	}
	for _, v := range s.solvers {
		if err := v.Solve(); err != nil {
			return err
		}
	}
	if s.marks[1], err = s.plan.x.dev.Mark(); err != nil || !s.plan.job.Gradient {
		return err
	}
	if err := s.phases(ctx, true); err != nil {
		return err
	}
	s.marks[2], err = s.plan.x.dev.Mark()
	return err
}

// Times waits for the device and returns the time of the forward part of the last Evaluate, solvers included,
// and of the backward part; 0 for a part that did not run or did not complete.
func (s *Pass) Times() (forward, backward time.Duration, err error) {
	if s.marks[1] == nil {
		return 0, 0, nil
	}
	if forward, err = s.plan.x.dev.Between(s.marks[0], s.marks[1]); err != nil || s.marks[2] == nil {
		return forward, 0, err
	}
	backward, err = s.plan.x.dev.Between(s.marks[1], s.marks[2])
	return forward, backward, err
}

func (s *Pass) phases(ctx context.Context, backward bool) error {
	for i, ph := range s.plan.prog.phases {
		if ph.backward != backward {
			continue
		}
		for _, t := range ph.turns {
			if ctx.Err() != nil {
				return context.Cause(ctx)
			}
			if err := s.run[i][t.step](t.rows); err != nil {
				return err
			}
		}
	}
	return nil
}
