package feature

import (
	"fmt"
	"slices"

	"github.com/impasto/impasto/engine"
)

// Keep selects whether the maps of tapped layers, which the backward pass reads again, are kept.
type Keep uint8

const (
	// KeepFitting keeps as many as fit into the budget, first those that are most expensive to recompute.
	KeepFitting Keep = iota
	// KeepAll keeps all of them, whatever the budget.
	KeepAll
	// KeepNone recomputes all of them from the pooled map before their block.
	KeepNone
)

// Job describes a pass: the size of the image and the layers that losses tap.
type Job struct {
	Height, Width int
	Layers        []Layer // one for each tap; a layer may occur several times
	Pooling       engine.Pooling
	Gradient      bool // also run backward to the image
	Keep          Keep
	Budget        int64 // bytes for KeepFitting; 0 means no limit
	// BandRows forces the rows of a band, a multiple of engine.TileRows; 0 means automatic.
	BandRows int
}

// Plan is the memory plan of a job: every buffer has its place and every operation its rows. The taps are
// bound when the plan is placed.
//
// Since the weights are frozen, the backward pass needs little of the forward pass: one bit per
// activation (which ReLU and which pooling pass a gradient: 10 float32 a pixel for VGG-19), and the
// maps of the tapped layers. Those are kept or recomputed; everything else exists in bands only.
// The bits of the result are the same for every plan.
type Plan struct {
	x          *Extractor
	job        Job
	prog       *program
	bytes      int64
	recomputed []Layer
}

// Plan lays out a job. It fails with a *SizeError if the image is too small for a tapped layer, with a *DepthError if
// one was not prepared, and with a *BudgetError if no plan fits the budget.
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

// DepthError reports that a tapped layer was not prepared. See Options.Deepest.
type DepthError struct {
	Layer    Layer
	Prepared int // convolutions
}

func (e *DepthError) Error() string {
	return fmt.Sprintf("layer %v lies beyond the first %d convolutions of the network, which were prepared", e.Layer, e.Prepared)
}

// check returns an error if a layer has no position or was not prepared.
func (x *Extractor) check(job Job) error {
	if len(job.Layers) == 0 {
		panic("feature: a plan without layers")
	}
	for _, l := range job.Layers {
		if x.net.position(l) >= len(x.convs) {
			return &DepthError{l, len(x.convs)}
		}
	}
	deepest := slices.MaxFunc(job.Layers, func(a, b Layer) int { return a.MinSize() - b.MinSize() })
	if least := deepest.MinSize(); job.Height < least || job.Width < least {
		return &SizeError{Layer: deepest, Least: least, Height: job.Height, Width: job.Width}
	}
	return nil
}

// SizeError reports that a picture is too small for a layer: its map would have no position.
type SizeError struct {
	Layer         Layer // the layer that needs the largest picture
	Least         int   // least height and width at which every layer of the job has a position
	Height, Width int   // of the picture
}

// Error names the layer, the size that it needs and the size of the picture, width first.
func (e *SizeError) Error() string {
	return fmt.Sprintf("layer %v needs a picture of at least %dx%d pixels; this one is %dx%d", e.Layer, e.Least, e.Least, e.Width, e.Height)
}

// plans lays out a job in every way that KeepFitting considers, fastest first, while visit returns true.
func (x *Extractor) plans(job Job, layers []Layer, visit func(*Plan) bool) {
	for drop := 0; drop <= len(layers); drop++ {
		for _, tiles := range bandTiles {
			if !visit(x.layOut(job, layers[:drop], tiles)) {
				return
			}
		}
	}
}

// planWithin returns the fastest plan that fits the budget.
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

// BudgetError reports that even the smallest plan exceeds the budget.
type BudgetError struct {
	Need, Budget int64 // bytes
}

// Error gives both numbers in MiB.
func (e *BudgetError) Error() string {
	return fmt.Sprintf("the network needs %d MiB of memory for this picture; the budget is %d MiB", e.Need>>20, max(e.Budget, 0)>>20)
}

// keepable lists the layers whose maps the backward pass reads again, in the order in which they are
// dropped: shallow ones are the largest and the cheapest to recompute.
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

// Bytes returns the size of the arena that the plan needs, without the image, its gradient and the memory
// of the taps.
func (p *Plan) Bytes() int64 { return p.bytes }

// Recomputed returns the convolutions whose tapped maps are recomputed in the backward pass.
func (p *Plan) Recomputed() []Layer { return p.recomputed }
