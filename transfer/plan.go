// Package transfer runs style transfer: it repaints a photograph in the manner of paintings by
// minimising a recipe's loss over the pixels, from coarse scales to fine (Gatys, Ecker and Bethge 2015).
//
// [Inputs] say what to paint; [NewPlan] lays out all of its memory before any is allocated and finds what
// cannot work. [Plan.Begin] returns a [Run], a painting in progress, which can be stepped, inspected,
// changed, saved and resumed to the bit. [Plan.Run] does what most callers need in one call.
// [Plan.Evaluate] evaluates one point: every term of the loss and the gradient.
//
// The files read in the order plan, run, scale, objective, term: each refers only to those after it. The
// package prints nothing and holds no state.
package transfer

import (
	"context"

	"github.com/impasto/impasto/canvas"
	"github.com/impasto/impasto/feature"
	"github.com/impasto/impasto/recipe"
)

// Plan is a run with all of its memory laid out: one arena for all scales, sized for the largest. It is
// immutable and may be run any number of times.
type Plan struct {
	*layout
	notes []string
}

// NewPlan lays out a run. The error says in one line what cannot work; it wraps a [*BudgetError] if that is
// the budget.
func NewPlan(in Inputs) (*Plan, error) {
	in.Recipe = in.Recipe.Clone()
	if err := in.check(); err != nil {
		return nil, err
	}
	in.recolour()
	in.shares = in.Style.Shares()
	l, err := newLayout(&in, nil)
	if err != nil {
		return nil, err
	}
	p := &Plan{layout: l}
	p.note()
	return p, nil
}

// Run paints. It calls report, unless nil, at the start of each scale and after each iteration.
//
// If the context or a failure (memory, a device, a loss that is not finite) ends the run, the result holds
// the picture so far along with the error; its Picture is nil only if there is none yet.
func (p *Plan) Run(ctx context.Context, report func(*Progress)) (*Result, error) {
	r, err := p.Begin()
	if err != nil {
		return nil, err
	}
	return r.Finish(ctx, report)
}

// Begin allocates the memory of a run, which must be closed.
func (p *Plan) Begin() (*Run, error) { return newRun(p.layout) }

// Resume returns the run from which a snapshot was taken. It must be a run of this plan: the same pictures, recipe
// and seed. On another device the run continues with that device's bits, and may report optim.Deviated.
func (p *Plan) Resume(ctx context.Context, s *Snapshot) (*Run, error) {
	return resume(ctx, p.layout, s)
}

// Evaluate returns the loss of the plan's last scale at a picture of the result's size. With luminance colours
// the picture is converted to grey, as in a run.
func (p *Plan) Evaluate(ctx context.Context, at *canvas.Picture) (*Evaluation, error) {
	e, err := p.scales[len(p.scales)-1].evaluate(ctx, at)
	if err != nil {
		return nil, err
	}
	e.Notes = p.notes
	return e, nil
}

// note collects what a user should know before the run.
func (p *Plan) note() {
	n := len(p.scales)
	if finest := p.in.at(n-1, n); finest.Recipe.HasStyle() {
		p.notes = append(finest.small(), finest.maskNotes()...)
	}
	p.notes = append(p.notes, p.in.Recipe.ScaleNotes(n)...)
	p.notes = append(p.notes, p.in.sizeNotes(p.scales[n-1].size)...)
}

// Bytes returns the size of the run's arena.
func (p *Plan) Bytes() int64 { return p.bytes }

// Size returns the size of the result.
func (p *Plan) Size() (width, height int) {
	last := p.scales[len(p.scales)-1].size
	return last.width, last.height
}

// Scale is one size of the pyramid.
type Scale struct {
	Width, Height int
	Iterations    int
	Bytes         int64 // used by this scale in the arena
	// Recomputed lists the convolutions whose maps the backward pass recomputes to save memory.
	Recomputed []feature.Layer
}

// Scales lists the pyramid, coarse to fine.
func (p *Plan) Scales() []Scale {
	all := make([]Scale, len(p.scales))
	for i, sc := range p.scales {
		all[i] = Scale{sc.size.width, sc.size.height, sc.iterations, sc.bytes, sc.main.Recomputed()}
	}
	return all
}

// Recipe returns the recipe of the run.
func (p *Plan) Recipe() recipe.Recipe { return p.in.Recipe.Clone() }

// Iterations returns the iterations of all scales.
func (p *Plan) Iterations() int { return p.iterations() }

// HostBytes returns the most memory that the run takes on the host besides its arena and the caller's pictures:
// pictures and moments between two scales, the photograph whose colours are restored if only brightness
// is painted, lessons of the paintings, and what terms keep for themselves.
func (p *Plan) HostBytes() int64 {
	var most int64
	for i, sc := range p.scales {
		bytes := 2*imageBytes(sc.size) + sc.hostBytes()
		if own := p.in.colouring.own; own != nil {
			bytes += imageBytes(size{own.Width, own.Height})
		}
		if i > 0 {
			before := imageBytes(p.scales[i-1].size)
			bytes += before
			if carries(&p.scales[i-1].in.Recipe.Optimizer) {
				bytes += 2 * before
			}
		}
		most = max(most, bytes)
	}
	return most + p.lessonBytes()
}

// lessonBytes is the size of what the style keeps of the run's lessons: moments as full matrices, of which a
// learner holds half.
func (p *Plan) lessonBytes() int64 {
	var bytes int64
	for _, sc := range p.scales {
		for _, r := range sc.readings {
			for _, b := range r.sizes {
				bytes += 2 * b
			}
		}
	}
	return min(bytes, mostLessons)
}

// Work returns the number of multiply-adds of direct convolution on large maps that take as long as the run:
// divided by a device's measured rate, the time of the run.
func (p *Plan) Work() float64 {
	work := 0.0
	for _, sc := range p.scales {
		work += sc.workOfAll()
	}
	return work
}

// Notes returns what a user should know before the run, one line each; usually none.
func (p *Plan) Notes() []string { return p.notes }
