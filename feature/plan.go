package feature

import (
	"context"
	"fmt"
	"time"

	"github.com/impasto/impasto/engine"
)

// Keep says whether the maps of tapped layers, which the backward pass reads again, are kept.
type Keep uint8

const (
	// KeepFitting keeps as many as fit into the budget, those first that cost most to compute anew.
	KeepFitting Keep = iota
	// KeepAll keeps them all, whatever the budget.
	KeepAll
	// KeepNone computes them all anew from the pooled map in front of their block.
	KeepNone
)

// Job is what a pass will evaluate: an image size and the taps of the losses.
type Job struct {
	Height, Width int
	Taps          []Placement
	Pooling       engine.Pooling
	Gradient      bool // run backward to the image, too
	Keep          Keep
	Budget        int64 // bytes for KeepFitting; 0 is no limit
	// BandRows forces the rows of a band, a multiple of engine.TileRows; 0 chooses.
	BandRows int
}

// Plan is the memory plan of a job: every buffer has its place and every operation its rows.
//
// What the backward pass needs of the forward pass is little, since the weights are frozen: one bit an
// activation (which ReLU and which pooling let a gradient pass: 10 float32 a pixel for VGG-19), and the
// maps of the layers that are tapped. Those are kept or computed anew; everything else exists in
// bands only. The bits of the result are the same for every plan.
type Plan struct {
	x     *Extractor
	job   Job
	prog  *program
	bytes int64
	again []Layer
}

// Plan lays out a job. It fails where the image is too small for a tapped layer or where the plan
// cannot fit the budget.
func (x *Extractor) Plan(job Job) (*Plan, error) {
	if len(job.Taps) == 0 {
		panic("feature: a plan without taps")
	}
	for _, p := range job.Taps {
		if m := p.Layer.MinSize(); job.Height < m || job.Width < m {
			return nil, fmt.Errorf("layer %v needs a picture of at least %dx%d pixels; this one is %dx%d",
				p.Layer, m, m, job.Width, job.Height)
		}
		if x.net.position(p.Layer) >= len(x.convs) {
			panic(fmt.Sprintf("feature: %v lies behind the deepest layer that was prepared", p.Layer))
		}
	}
	layers := x.keepable(job)
	drop := 0
	if job.Keep == KeepNone {
		drop = len(layers)
	}
	if job.Keep != KeepFitting || job.Budget == 0 {
		return x.layOut(job, layers[:drop], bandTiles[0]), nil
	}
	return x.planWithin(job, layers)
}

// planWithin returns the quickest plan that fits the budget.
func (x *Extractor) planWithin(job Job, layers []Layer) (*Plan, error) {
	var p *Plan
	for drop := 0; drop <= len(layers); drop++ {
		for _, tiles := range bandTiles {
			if p = x.layOut(job, layers[:drop], tiles); p.bytes <= job.Budget {
				return p, nil
			}
		}
	}
	return nil, &BudgetError{Need: p.bytes, Budget: job.Budget}
}

// BudgetError says that even the smallest plan needs more memory than there is.
type BudgetError struct {
	Need, Budget int64 // bytes
}

// Error names both numbers in MiB.
func (e *BudgetError) Error() string {
	return fmt.Sprintf("the network needs %d MiB of memory for this picture; there are %d MiB", e.Need>>20, max(e.Budget, 0)>>20)
}

// keepable lists the layers whose maps the backward pass reads again, in the order in which they are
// given up: shallow ones are the largest and cost the least to compute anew.
func (x *Extractor) keepable(job Job) []Layer {
	if !job.Gradient {
		return nil
	}
	var layers []Layer
	for _, l := range x.net.Layers() {
		if l.Kind != Conv {
			continue
		}
		for _, p := range job.Taps {
			if p.Layer.Kind != Pool && p.Layer.Block == l.Block && p.Layer.Index == l.Index {
				layers = append(layers, l)
				break
			}
		}
	}
	return layers
}

func (x *Extractor) layOut(job Job, again []Layer, tiles int) *Plan {
	prog := x.build(job, func(l Layer) bool {
		for _, a := range again {
			if a == l {
				return false
			}
		}
		return true
	}, tiles)
	return &Plan{x: x, job: job, prog: prog, bytes: prog.place(x.dev), again: again}
}

// Bytes returns the size of the arena that the plan needs, without the image and its gradient.
func (p *Plan) Bytes() int64 { return p.bytes }

// Recomputed returns the convolutions whose tapped maps are computed anew in the backward pass.
func (p *Plan) Recomputed() []Layer { return p.again }

// Pass is a plan on a device, ready to evaluate any number of images.
type Pass struct {
	plan            *Plan
	maps            map[*buffer]engine.Map
	masks           map[*buffer]engine.Mask
	image, gradient engine.Image
	values          []float64
	run             [][]func(engine.Rows) // by phase and stage
	forward, back   time.Duration
}

// Place puts the plan's buffers into arena from offset on; Plan.Bytes bytes belong to it.
func (p *Plan) Place(arena engine.Arena, offset int64) *Pass {
	s := &Pass{plan: p, maps: map[*buffer]engine.Map{}, masks: map[*buffer]engine.Mask{}, values: make([]float64, len(p.job.Taps))}
	for _, b := range p.prog.buffers {
		if b.mask {
			s.masks[b] = arena.Mask(offset+b.offset, b.shape)
		} else {
			s.maps[b] = arena.Map(offset+b.offset, b.shape, b.window)
		}
	}
	for _, ph := range p.prog.phases {
		var run []func(engine.Rows)
		for _, st := range ph.stages {
			run = append(run, st.bind(s))
		}
		s.run = append(s.run, run)
	}
	return s
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

// Evaluate shows the taps the features of image, asks each for its value, and where the job has a
// gradient writes that of the sum of the values by the image's numbers into gradient (nil otherwise).
// The values, in the order of Job.Taps, are the pass's own until the next call.
func (s *Pass) Evaluate(ctx context.Context, image, gradient engine.Image) ([]float64, error) {
	s.image, s.gradient = image, gradient
	for _, p := range s.plan.job.Taps {
		p.Tap.Reset()
	}
	start := time.Now()
	if err := s.phases(ctx, false); err != nil {
		return nil, err
	}
	for i, p := range s.plan.job.Taps {
		v, err := p.Tap.Solve()
		if err != nil {
			return nil, fmt.Errorf("layer %v: %w", p.Layer, err)
		}
		s.values[i] = v
	}
	middle := time.Now()
	s.forward, s.back = middle.Sub(start), 0
	if s.plan.job.Gradient {
		if err := s.phases(ctx, true); err != nil {
			return nil, err
		}
		s.back = time.Since(middle)
	}
	return s.values, nil
}

// Times returns how long the forward and the backward part of the last Evaluate took.
func (s *Pass) Times() (forward, backward time.Duration) { return s.forward, s.back }

func (s *Pass) phases(ctx context.Context, backward bool) error {
	for i, ph := range s.plan.prog.phases {
		if ph.backward != backward {
			continue
		}
		for _, st := range ph.steps {
			if err := ctx.Err(); err != nil {
				return context.Cause(ctx)
			}
			s.run[i][st.stage](st.rows)
		}
	}
	return nil
}
