package impasto

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/impasto/impasto/canvas"
	"github.com/impasto/impasto/feature"
	"github.com/impasto/impasto/recipe"
	"github.com/impasto/impasto/transfer"
)

// Options say what to paint. The zero value paints with recipe "impasto" at the photograph's own size.
type Options struct {
	// Recipe holds every convention; see recipe.Find and recipe.Names. The zero value is "impasto".
	Recipe recipe.Recipe
	// Size is the long side of the result in pixels; 0 keeps the photograph's. It enlarges a photograph
	// only where Enlarge is set.
	Size    int
	Enlarge bool
	// Masks give each painting a part of the photograph, one mask a painting in the order of Learn; a nil
	// mask is everywhere. No masks: the paintings are blended. StrengthMap says where to paint less, from 1
	// down to 0. Both lie in [0,1] and may have any size.
	Masks       []*canvas.Plane
	StrengthMap *canvas.Plane
	// Start is the picture to begin with where the recipe starts from one.
	Start *canvas.Picture
	// Seed is that of the noise.
	Seed uint64
	// Progress, where not nil, is called at the start of each scale and after each iteration.
	Progress func(*Progress)
	// Keep bounds what is kept for the backward pass: the default keeps what fits the budget.
	Keep feature.Keep
}

// Result is what a run came to.
type Result = transfer.Result

// Plan is a run with all of its memory laid out.
type Plan struct {
	*transfer.Plan
	model *Model
	peak  int64
}

// Plan lays out a run without painting. Where it cannot fit the budget the error wraps
// *feature.BudgetError.
func (m *Model) Plan(photo *canvas.Picture, style *Style, o Options) (*Plan, error) {
	if photo == nil {
		return nil, fmt.Errorf("there is no photograph")
	}
	if o.Recipe.Name == "" {
		chosen, err := recipe.Find("impasto")
		if err != nil {
			return nil, err
		}
		o.Recipe = chosen
	}
	x, weights, err := m.prepare(&o.Recipe)
	if err != nil {
		return nil, err
	}
	budget := m.room(weights, o.bytes()+pictureBytes(photo)+style.Bytes())
	if budget <= 0 {
		return nil, &feature.BudgetError{Need: m.memory - budget, Budget: m.memory}
	}
	job := transfer.Job{
		Network: x, Recipe: o.Recipe, Content: photo, Style: style, Start: o.Start, Seed: o.Seed,
		Masks: o.Masks, StrengthMap: o.StrengthMap, Size: o.Size, Enlarge: o.Enlarge, Budget: budget, Keep: o.Keep,
	}
	plan, err := transfer.NewPlan(job)
	if err != nil {
		return nil, err
	}
	// What the run takes on the host does not depend on the arena, so it is known now.
	if host := withGarbage(plan.HostBytes()); plan.Bytes()+host > budget {
		job.Budget = max(budget-host, 1)
		if plan, err = transfer.NewPlan(job); err != nil {
			return nil, err
		}
	}
	return &Plan{Plan: plan, model: m, peak: m.memory - budget + plan.Bytes() + withGarbage(plan.HostBytes())}, nil
}

// room returns the memory that is left for a run beside the process, the network in both its forms (on
// the device it takes weights), and what the caller holds, in bytes.
func (m *Model) room(weights, held int64) int64 {
	for _, c := range m.network.Convolutions {
		held += 4 * int64(len(c.Weight)+len(c.Bias))
	}
	return m.memory - overhead - weights - m.dev.WorkspaceBytes(512) - withGarbage(held)
}

// withGarbage is what a number of bytes on the heap come to before the garbage collector runs.
func withGarbage(bytes int64) int64 { return bytes + bytes/8 }

// bytes is what the pictures and masks of the options take.
func (o *Options) bytes() int64 {
	bytes := pictureBytes(o.Start)
	for _, mask := range append(slices.Clone(o.Masks), o.StrengthMap) {
		if mask != nil {
			bytes += 4 * int64(len(mask.Pix))
		}
	}
	return bytes
}

func pictureBytes(pictures ...*canvas.Picture) (bytes int64) {
	for _, p := range pictures {
		if p != nil {
			bytes += 4 * int64(len(p.Pix))
		}
	}
	return bytes
}

// Peak returns the memory that the process is predicted to take at most, in bytes.
func (p *Plan) Peak() int64 { return p.peak }

// Run paints. It waits until the model's other runs leave enough memory. Where the context ends the run
// the result holds the picture so far next to the error.
func (p *Plan) Run(ctx context.Context, progress func(*Progress)) (*Result, error) {
	// Each run reserves the network anew, though they share it: that is simple, and never too little.
	bytes := min(p.peak, p.model.memory)
	if err := p.model.runs.Acquire(ctx, bytes); err != nil {
		return nil, err
	}
	defer p.model.runs.Release(bytes)
	return p.Plan.Run(ctx, progress)
}

// Seconds estimates how long a run takes on a device that does the given number of multiply-adds of
// direct convolution a second.
func (p *Plan) Seconds(rate float64) time.Duration {
	return time.Duration(p.Work() / rate * float64(time.Second))
}

// Stylize repaints photo in the manner of style. See Plan.Run.
func (m *Model) Stylize(ctx context.Context, photo *canvas.Picture, style *Style, o Options) (*Result, error) {
	p, err := m.Plan(photo, style, o)
	if err != nil {
		return nil, err
	}
	return p.Run(ctx, o.Progress)
}
