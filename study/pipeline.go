package study

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/impasto/impasto"
	"github.com/impasto/impasto/canvas"
	"github.com/impasto/impasto/engine"
	"github.com/impasto/impasto/feature"
	"github.com/impasto/impasto/recipe"
	"github.com/impasto/impasto/transfer"
)

// Pipeline is a run of style transfer with the data that explain it: its steps, and the loss at both ends of its last
// scale. NewPipeline plans it, Run paints, Dissect analyses, and Report explains.
type Pipeline struct {
	Recipe  recipe.Recipe
	Model   string // name of the network's parameters
	Network feature.Network
	Machine impasto.Machine
	Input   engine.Preprocessing // of the network

	// Photo and Painting are at the sizes, and in the colours, in which the last scale sees them.
	Photo, Painting *canvas.Picture
	Scales          []transfer.Scale
	Levels          []Level

	// Set by Run. Begin is the start of the last scale, nil if the run did not reach it; Result is the result in the
	// same colours, nil if there was no iteration. Both may exceed [0,1]. Shown is the result in its final colours.
	Begin, Result, Shown *canvas.Picture
	Finished             bool // whether all iterations were made
	Steps                []PipelineStep
	Stills               []Still
	Preparation          time.Duration // before the first iteration of each scale: reading both pictures and the first evaluation
	Spent                Times         // in the iterations
	Evaluations          int           // of the loss, in the iterations

	// For the last scale, set by Dissect.
	First, Last Point
	Grams       []GramChange
	Views       []View
	Apart       []Apart

	loss     Loss
	plan     *impasto.Plan
	clock    *clocked
	progress func(*impasto.Progress)
}

// PipelineStep is a step of a run: the start of a scale, or the end of an iteration.
type PipelineStep struct {
	Scale, Iteration int // the scale counts from 0; iteration 0 is its start
	Done             int // iterations of all scales
	Loss             float64
	Terms            []transfer.Term
	GradientNorm     float64
}

// Still is the picture at a step of a run.
type Still struct {
	Scale, Iteration, Done int
	Loss                   float64
	Picture                *canvas.Picture // within [0,1]
}

// Point is the loss at one picture, with the gradients of its terms.
type Point struct {
	Evaluation *transfer.Evaluation
	Pulls      []Pull // of the terms, in order
}

// NewPipeline plans a run with a photograph and one painting. The figures of the painting ignore its mask.
func NewPipeline(ctx context.Context, m *impasto.Model, photo *canvas.Picture, painting impasto.Painting, o impasto.Options) (*Pipeline, error) {
	style, err := m.Learn(ctx, painting)
	if err != nil {
		return nil, err
	}
	p := &Pipeline{Model: m.Network().Name, Machine: m.Machine(), progress: o.Progress}
	if p.Network, err = feature.NetworkOf(m.Network()); err != nil {
		return nil, err
	}
	o.Progress = nil
	p.loss = Loss{Model: m, Photo: photo, Style: style, Options: o}
	watch := o.Watch
	o.Watch = func(dev engine.Device) engine.Device {
		if watch != nil {
			dev = watch(dev)
		}
		p.clock = newClocked(dev)
		return p.clock
	}
	if p.plan, err = m.Plan(photo, style, o); err != nil {
		return nil, err
	}
	p.Recipe, p.Scales = p.plan.Recipe(), p.plan.Scales()
	p.Input = transfer.Preprocessing(p.Recipe.Input)
	if in := m.Network().Input; in.Stated {
		p.Input = engine.Preprocessing{Matrix: in.Matrix, Offset: in.Offset}
	}
	p.place(photo, painting.Picture)
	return p, nil
}

// Notes returns what a user should know before the run, one line each.
func (p *Pipeline) Notes() []string { return p.plan.Notes() }

// Run paints and records the steps. If it fails or ctx is cancelled, the run so far is kept and can be
// dissected.
func (p *Pipeline) Run(ctx context.Context) error {
	w := &witness{Pipeline: p}
	var err error
	if w.resumed, err = p.clock.Mark(); err != nil {
		return err
	}
	run, err := p.plan.Begin(ctx)
	if err != nil {
		return err
	}
	for err == nil && !run.Done() {
		if err = run.Step(ctx); err == nil {
			err = w.see(run.Progress())
		}
	}
	result, failed := run.Result()
	err = errors.Join(err, failed, run.Close())
	if err == nil || result.Iterations > 0 && result.Picture != nil {
		p.finish(result)
	}
	return err
}

// place sets the pictures as seen by the last scale, and the levels of the network.
func (p *Pipeline) place(photo, painting *canvas.Picture) {
	w, h := p.plan.Size()
	p.Photo = canvas.Resize(photo, w, h, canvas.Lanczos)
	long := float64(max(w, h))
	if p.loss.Options.Size == 0 && p.Recipe.Scales.Count == 1 {
		long = float64(max(painting.Width, painting.Height)) // not resampled by default
	}
	pw, ph := canvas.Fit(painting.Width, painting.Height, max(1, int(math.Round(p.Recipe.Style.Scale*long))), false)
	p.Painting = canvas.Resize(painting, pw, ph, canvas.Lanczos)
	switch p.Recipe.Colours {
	case recipe.LuminanceColours:
		p.Painting = canvas.MatchLuma(painting, photo).Apply(p.Painting)
		p.Photo = canvas.Grey().Apply(p.Photo)
	case recipe.HistogramColours:
		p.Painting = canvas.MatchColours(painting, photo).Apply(p.Painting)
	}
	p.Levels = levels(p.Network, &p.Recipe, w, h)
}

// finish stores the result of the run.
func (p *Pipeline) finish(result *impasto.Result) {
	p.Finished = result.Finished
	p.Result, p.Shown = p.seen(result.Picture), result.Picture.Clone()
	p.Shown.Clamp()
	if last := p.Steps[len(p.Steps)-1]; p.Stills[len(p.Stills)-1].Done != last.Done {
		p.Stills = append(p.Stills, Still{last.Scale, last.Iteration, last.Done, last.Loss, p.Shown})
	}
}

// seen returns a picture of the run in the colours seen by the network.
func (p *Pipeline) seen(picture *canvas.Picture) *canvas.Picture {
	if p.Recipe.Colours == recipe.LuminanceColours {
		return canvas.Grey().Apply(picture)
	}
	return picture
}

// witness records a run.
type witness struct {
	*Pipeline
	resumed     engine.Mark // when the run continued after the last recorded step
	evaluations int         // at the start of the scale
}

// see records a step. Its own time does not count as time of the run.
func (w *witness) see(p *impasto.Progress) error {
	if err := w.count(p); err != nil {
		return err
	}
	w.Steps = append(w.Steps, PipelineStep{p.Scale, p.Iteration, p.Done, p.Loss, slices.Clone(p.Terms), p.GradientNorm})
	begins := p.Iteration == 0 && p.Scale == p.Scales-1
	if still(p) || begins {
		picture, err := p.Picture()
		if err != nil {
			return err
		}
		if begins {
			w.Begin = w.seen(picture)
		}
		if still(p) {
			shown := picture.Clone()
			shown.Clamp()
			w.Stills = append(w.Stills, Still{p.Scale, p.Iteration, p.Done, p.Loss, shown})
		}
	}
	if w.progress != nil {
		w.progress(p)
	}
	var err error
	w.resumed, err = w.clock.Mark()
	return err
}

// count adds the times and evaluations since the last step.
func (w *witness) count(p *impasto.Progress) error {
	now, err := w.clock.Mark()
	if err != nil {
		return err
	}
	passed, err := w.clock.Between(w.resumed, now)
	if err != nil {
		return err
	}
	spent, err := w.clock.take()
	if err != nil {
		return err
	}
	if p.Iteration == 0 {
		w.Preparation += passed
	} else {
		for part, d := range spent {
			w.Spent[part] += d
		}
		w.Spent[OtherPart] += max(0, passed-spent.Total())
		w.Evaluations += p.Evaluations - w.evaluations
	}
	w.evaluations = p.Evaluations
	return nil
}

// still reports whether to keep the picture of a step: iterations 1, 2, 5, 10 and so on, since the picture changes most
// at the start, and the ends of scales.
func still(p *impasto.Progress) bool {
	if p.Iteration == p.Iterations || p.Done == 0 {
		return true
	}
	n := p.Done
	for n%10 == 0 && n > 0 {
		n /= 10
	}
	return p.Iteration > 0 && (n == 1 || n == 2 || n == 5)
}

// Dissect computes the gradient of each term, the feature maps and the Gram matrices at the start and at the result of
// the last scale. It fails if the run did not reach the last scale.
func (p *Pipeline) Dissect(ctx context.Context) error {
	if p.Begin == nil {
		return fmt.Errorf("the run ended before its last scale; there is no result to explain")
	}
	for _, look := range []struct {
		at *canvas.Picture
		to *Point
	}{{p.Begin, &p.First}, {p.Result, &p.Last}} {
		var err error
		if look.to.Evaluation, look.to.Pulls, err = Pulls(ctx, &p.loss, look.at); err != nil {
			return err
		}
	}
	return p.lookAtFeatures(ctx)
}
