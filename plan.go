package impasto

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/impasto/impasto/canvas"
	"github.com/impasto/impasto/engine"
	"github.com/impasto/impasto/feature"
	"github.com/impasto/impasto/recipe"
	"github.com/impasto/impasto/transfer"
)

// Options say what to paint. The zero value paints with the default recipe at the photograph's own size.
type Options struct {
	// Recipe holds every convention; see recipe.Find and recipe.Names. The zero value is recipe.Default.
	Recipe recipe.Recipe
	// Size is the long side of the result in pixels; 0 keeps the photograph's. It enlarges a photograph
	// only if Enlarge is set.
	Size    int
	Enlarge bool
	// Masks assign each painting a part of the photograph, one mask per painting in the order of Learn; a nil
	// mask is everywhere. Without masks the paintings are blended. StrengthMap is the strength at each position, 1
	// in full and 0 none. Both lie in [0,1] and may have any size.
	Masks       []*canvas.Plane
	StrengthMap *canvas.Plane
	// Start is the start picture if the recipe starts from one.
	Start *canvas.Picture
	// Seed is the seed of the noise.
	Seed uint64
	// Progress, if not nil, is called at the start of each scale and after each iteration.
	Progress func(*Progress)
	// Keep selects what is kept for the backward pass: by default what fits the budget.
	Keep feature.Keep
	// Exact keeps a recipe's weights even if they were made for a network that reads pixels in another
	// range. Otherwise they are moved to the range that the network states (see recipe.Recipe.MoveTo).
	Exact bool
	// Watch, if not nil, wraps the device of the run, to measure its work.
	Watch func(engine.Device) engine.Device
}

// BudgetError reports that a run needs more memory than the model has. Need is the least memory of the whole process
// in which it can be painted, which does not depend on the budget.
type BudgetError struct {
	Need   int64 // bytes
	Budget int64 // bytes
}

// Error gives both in MiB, the need rounded up.
func (e *BudgetError) Error() string {
	return fmt.Sprintf("the run needs %d MiB of memory; the budget is %d MiB", (e.Need+1<<20-1)>>20, e.Budget>>20)
}

// Plan is a run with all of its memory laid out. It may be run any number of times.
type Plan struct {
	plan     *transfer.Plan
	model    *Model
	peak     int64
	notes    []string
	progress func(*Progress)
}

// Plan lays out a run without painting. If it cannot fit the budget, the error is a *BudgetError.
func (m *Model) Plan(photo *canvas.Picture, style *Style, o Options) (*Plan, error) {
	in, notes, fixed, err := m.inputs(photo, style, &o)
	if err != nil {
		return nil, err
	}
	return m.lay(in, notes, fixed, &o)
}

// inputs returns the inputs of a plan, notes about the recipe, and the memory of the process besides the run's arena
// and host memory, in bytes.
func (m *Model) inputs(photo *canvas.Picture, style *Style, o *Options) (in transfer.Inputs, notes []string, fixed int64, err error) {
	if photo == nil {
		return in, nil, 0, errors.New("there is no photograph")
	}
	if o.Recipe.Name == "" {
		if o.Recipe, err = recipe.Find(recipe.Default); err != nil {
			return in, nil, 0, err
		}
	}
	chosen := o.Recipe.Clone()
	if !o.Exact {
		notes = append(notes, m.move(&chosen)...)
	}
	options, err := transfer.NetworkOptions(m.network, &chosen)
	if err != nil {
		return in, nil, 0, err
	}
	x, parameters, err := m.prepare(options)
	if err != nil {
		return in, nil, 0, err
	}
	if o.Watch != nil {
		x = x.On(o.Watch(m.dev))
	}
	fixed = m.memory - m.room(parameters, o.bytes()+pictureBytes(photo)+style.Bytes())
	return transfer.Inputs{
		Network: x, Recipe: chosen, Photograph: photo, Style: style, Start: o.Start, Seed: o.Seed,
		Masks: o.Masks, StrengthMap: o.StrengthMap, Size: o.Size, Enlarge: o.Enlarge, Keep: o.Keep,
	}, notes, fixed, nil
}

// lay plans within the budget. The host memory of a run does not depend on its arena, so a plan without a
// limit gives it.
func (m *Model) lay(in transfer.Inputs, notes []string, fixed int64, o *Options) (*Plan, error) {
	plan, err := transfer.NewPlan(in)
	if err != nil {
		return nil, err
	}
	fixed += withGarbage(plan.HostBytes())
	if left := m.memory - fixed; plan.Bytes() > left {
		in.Budget = max(left, 1)
		plan, err = transfer.NewPlan(in)
		if over := new(transfer.BudgetError); errors.As(err, &over) {
			return nil, &BudgetError{Need: fixed + over.Need, Budget: m.memory}
		} else if err != nil {
			return nil, err
		}
	}
	return &Plan{plan: plan, model: m, peak: fixed + plan.Bytes(), notes: append(notes, plan.Notes()...), progress: o.Progress}, nil
}

// move moves a recipe's weights to the range of pixels that the network states, and returns a note about it.
func (m *Model) move(r *recipe.Recipe) []string {
	if !m.network.Input.Stated {
		return nil
	}
	before := r.Input.Scale()
	content, style, moved := r.MoveTo(recipe.ScaleOf(m.network.Input.Matrix))
	if !moved {
		return nil
	}
	return []string{fmt.Sprintf("recipe %s was made for pixels scaled by %.3g; network %s scales them by %.3g: content weights are multiplied by %.3g and style weights by %.3g",
		r.Name, before, m.network.Name, recipe.ScaleOf(m.network.Input.Matrix), content, style)}
}

// bytes returns the size of the pictures and masks of the options.
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

// Size returns the size of the result.
func (p *Plan) Size() (width, height int) { return p.plan.Size() }

// Scales lists the pyramid, coarse to fine.
func (p *Plan) Scales() []transfer.Scale { return p.plan.Scales() }

// Iterations returns the iterations of all scales.
func (p *Plan) Iterations() int { return p.plan.Iterations() }

// Recipe returns the recipe that is painted, with its weights moved to the network's range of pixels.
func (p *Plan) Recipe() recipe.Recipe { return p.plan.Recipe() }

// Notes returns what a user should know before the run, one line each; usually none.
func (p *Plan) Notes() []string { return p.notes }

// Peak returns the predicted peak memory of the process, in bytes.
func (p *Plan) Peak() int64 { return p.peak }

// Run paints. It waits until the model's other work leaves enough memory. If the context ends the run,
// the result holds the picture so far along with the error.
func (p *Plan) Run(ctx context.Context) (*Result, error) {
	r, err := p.Begin(ctx)
	if err != nil {
		return nil, err
	}
	return r.Finish(ctx, p.progress)
}

// Run is a painting in progress, within its model's budget of memory. It must be used by one goroutine at a time.
type Run struct {
	run     *transfer.Run
	release func()
}

// Begin waits until the model's other work leaves enough memory, and reserves it. The run must be closed.
func (p *Plan) Begin(ctx context.Context) (*Run, error) {
	return p.hold(ctx, p.plan.Begin)
}

// Resume returns the run of this plan from which a snapshot was taken. It waits as Begin does.
func (p *Plan) Resume(ctx context.Context, s *Snapshot) (*Run, error) {
	return p.hold(ctx, func() (*transfer.Run, error) { return p.plan.Resume(ctx, s) })
}

func (p *Plan) hold(ctx context.Context, begin func() (*transfer.Run, error)) (*Run, error) {
	// Each run reserves memory for the network, although they share it: that is simple, and never too little.
	release, err := p.model.acquire(ctx, p.peak)
	if err != nil {
		return nil, err
	}
	r, err := begin()
	if err != nil {
		release()
		return nil, err
	}
	return &Run{r, release}, nil
}

// Step makes one iteration or, at the start of a scale, evaluates its loss. See transfer.Run.Step.
func (r *Run) Step(ctx context.Context) error { return r.run.Step(ctx) }

// Done reports whether every iteration of every scale has been made.
func (r *Run) Done() bool { return r.run.Done() }

// Progress returns the progress of the run.
func (r *Run) Progress() *Progress { return r.run.Progress() }

// Picture returns the current picture, at the size of the current scale.
func (r *Run) Picture() (*canvas.Picture, error) { return r.run.Picture() }

// Change requests a change, which takes effect at the next step. An impossible change is an error now.
func (r *Run) Change(c Change) error { return r.run.Change(c) }

// Snapshot returns the state of the run.
func (r *Run) Snapshot() (*Snapshot, error) { return r.run.Snapshot() }

// Finish steps the run to its end, calls progress, unless nil, after each step, and closes the run.
func (r *Run) Finish(ctx context.Context, progress func(*Progress)) (*Result, error) {
	defer r.release()
	return r.run.Finish(ctx, progress)
}

// Result returns the result so far.
func (r *Run) Result() (*Result, error) { return r.run.Result() }

// Close gives the run's memory back.
func (r *Run) Close() error {
	defer r.release()
	return r.run.Close()
}

// Stylize repaints photo in the manner of style. See Plan.Run.
func (m *Model) Stylize(ctx context.Context, photo *canvas.Picture, style *Style, o Options) (*Result, error) {
	p, err := m.Plan(photo, style, o)
	if err != nil {
		return nil, err
	}
	return p.Run(ctx)
}

// Evaluate returns every term of the loss of the plan's last scale at a picture of the result's size, and the
// gradient.
func (p *Plan) Evaluate(ctx context.Context, at *canvas.Picture) (*Evaluation, error) {
	release, err := p.model.acquire(ctx, p.peak)
	if err != nil {
		return nil, err
	}
	defer release()
	return p.plan.Evaluate(ctx, at)
}

// PlanAsGiven lays out an evaluation with every picture at its own size: a formula by hand, or another program, can be
// compared with it. The recipe's scales, its optimiser and Options.Size do not matter, and its weights are
// left as they are.
func (m *Model) PlanAsGiven(photo *canvas.Picture, style *Style, o Options) (*Plan, error) {
	o.Exact = true
	in, notes, fixed, err := m.inputs(photo, style, &o)
	if err != nil {
		return nil, err
	}
	if in, err = in.AsGiven(); err != nil {
		return nil, err
	}
	return m.lay(in, notes, fixed, &o)
}

// Evaluate returns every term of the loss at a picture of the photograph's size, and the gradient, with all pictures
// at their own size. See PlanAsGiven.
func (m *Model) Evaluate(ctx context.Context, photo *canvas.Picture, style *Style, at *canvas.Picture, o Options) (*Evaluation, error) {
	p, err := m.PlanAsGiven(photo, style, o)
	if err != nil {
		return nil, err
	}
	return p.Evaluate(ctx, at)
}

// Time predicts how long a run takes. The device is measured once, for some milliseconds.
func (p *Plan) Time(ctx context.Context) (time.Duration, error) {
	rate, err := p.model.speed(ctx)
	if err != nil {
		return 0, err
	}
	return time.Duration(p.plan.Work() / rate * float64(time.Second)), nil
}
