package feature

import (
	"fmt"
	"slices"

	"github.com/impasto/impasto/engine"
)

// Keep says whether the maps of tapped layers, which the backward pass reads again, are kept.
type Keep uint8

const (
	// KeepFitting keeps as many as fit into the budget, those first that cost most to recompute.
	KeepFitting Keep = iota
	// KeepAll keeps them all, whatever the budget.
	KeepAll
	// KeepNone recomputes them all from the pooled map in front of their block.
	KeepNone
)

// Job is what a pass will evaluate: an image size and the layers that losses tap.
type Job struct {
	Height, Width int
	Layers        []Layer // one for each tap; a layer may be there several times
	Pooling       engine.Pooling
	Gradient      bool // run backward to the image, too
	Keep          Keep
	Budget        int64 // bytes for KeepFitting; 0 is no limit
	// BandRows forces the rows of a band, a multiple of engine.TileRows; 0 chooses.
	BandRows int
}

// Plan is the memory plan of a job: every buffer has its place and every operation its rows. The taps are
// bound to it when it is placed.
//
// What the backward pass needs of the forward pass is little, since the weights are frozen: one bit an
// activation (which ReLU and which pooling let a gradient pass: 10 float32 a pixel for VGG-19), and the
// maps of the layers that are tapped. Those are kept or recomputed; everything else exists in
// bands only. The bits of the result are the same for every plan.
type Plan struct {
	x          *Extractor
	job        Job
	prog       *program
	bytes      int64
	recomputed []Layer
}

// Plan lays out a job. It fails with a *SizeError where the image is too small for a tapped layer and with a
// *BudgetError where the plan cannot fit the budget.
func (x *Extractor) Plan(job Job) (*Plan, error) {
	if err := x.check(job); err != nil {
		return nil, err
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

// Least returns the bytes of the smallest plan of a job: the least budget with which Plan succeeds. It
// fails with a *SizeError as Plan does.
func (x *Extractor) Least(job Job) (int64, error) {
	if err := x.check(job); err != nil {
		return 0, err
	}
	least := int64(-1)
	x.plans(job, x.keepable(job), func(p *Plan) bool {
		if least < 0 || p.bytes < least {
			least = p.bytes
		}
		return true
	})
	return least, nil
}

// check demands that every layer has a position, and panics where it was not prepared.
func (x *Extractor) check(job Job) error {
	if len(job.Layers) == 0 {
		panic("feature: a plan without layers")
	}
	for _, l := range job.Layers {
		if x.net.position(l) >= len(x.convs) {
			panic(fmt.Sprintf("feature: %v lies behind the deepest layer that was prepared", l))
		}
	}
	deepest := slices.MaxFunc(job.Layers, func(a, b Layer) int { return a.MinSize() - b.MinSize() })
	if least := deepest.MinSize(); job.Height < least || job.Width < least {
		return &SizeError{Layer: deepest, Least: least, Height: job.Height, Width: job.Width}
	}
	return nil
}

// SizeError says that a picture is too small for a layer: its map would have no position.
type SizeError struct {
	Layer         Layer // the one that needs the largest picture
	Least         int   // height and width from which on every layer of the job has a position
	Height, Width int   // of the picture
}

// Error names the layer, what it needs and what there is, width first.
func (e *SizeError) Error() string {
	return fmt.Sprintf("layer %v needs a picture of at least %dx%d pixels; this one is %dx%d", e.Layer, e.Least, e.Least, e.Width, e.Height)
}

// plans lays out a job in every way that KeepFitting considers, quickest first, while visit returns true.
func (x *Extractor) plans(job Job, layers []Layer, visit func(*Plan) bool) {
	for drop := 0; drop <= len(layers); drop++ {
		for _, tiles := range bandTiles {
			if !visit(x.layOut(job, layers[:drop], tiles)) {
				return
			}
		}
	}
}

// planWithin returns the quickest plan that fits the budget.
func (x *Extractor) planWithin(job Job, layers []Layer) (*Plan, error) {
	var found *Plan
	least := int64(-1)
	x.plans(job, layers, func(p *Plan) bool {
		if p.bytes <= job.Budget {
			found = p
		} else if least < 0 || p.bytes < least {
			least = p.bytes
		}
		return found == nil
	})
	if found == nil {
		return nil, &BudgetError{Need: least, Budget: job.Budget}
	}
	return found, nil
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
// given up: shallow ones are the largest and cost the least to recompute.
func (x *Extractor) keepable(job Job) []Layer {
	if !job.Gradient {
		return nil
	}
	var layers []Layer
	for _, l := range x.net.Layers() {
		tapped := func(t Layer) bool { return t.Kind != Pool && t.Block == l.Block && t.Index == l.Index }
		if l.Kind == Conv && slices.ContainsFunc(job.Layers, tapped) {
			layers = append(layers, l)
		}
	}
	return layers
}

func (x *Extractor) layOut(job Job, recomputed []Layer, tiles int) *Plan {
	prog := x.build(job, func(l Layer) bool { return !slices.Contains(recomputed, l) }, tiles)
	return &Plan{x: x, job: job, prog: prog, bytes: prog.place(x.dev), recomputed: recomputed}
}

// Bytes returns the size of the arena that the plan needs, without the image, its gradient and what the
// owners of the taps keep.
func (p *Plan) Bytes() int64 { return p.bytes }

// Recomputed returns the convolutions whose tapped maps are recomputed in the backward pass.
func (p *Plan) Recomputed() []Layer { return p.recomputed }
