package study

import (
	"context"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/impasto/impasto/canvas"
	"github.com/impasto/impasto/engine"
	"github.com/impasto/impasto/feature"
	"github.com/impasto/impasto/recipe"
	"github.com/impasto/impasto/transfer"
	"github.com/impasto/impasto/weights"
)

// Commission is a run of style transfer that is to be taken apart.
type Commission struct {
	Recipe   recipe.Recipe
	Photo    *canvas.Picture
	Painting *canvas.Picture
	Start    *canvas.Picture // what recipe.InitPicture begins with
	Seed     uint64
	Size     int   // long side of the result in pixels; 0 keeps the photograph's own
	Budget   int64 // of the network and the arena in bytes; 0 is no bound
	// Begin, where not nil, is called with the scales once the run is planned.
	Begin func([]transfer.Scale)
	// Progress, where not nil, is called at the start of each scale and after each iteration.
	Progress func(*transfer.Progress)
}

// Pipeline is a run of style transfer with everything that was seen on the way.
type Pipeline struct {
	Recipe  recipe.Recipe
	Model   string // name of the network's parameters
	Network feature.Network
	Device  string
	Threads int
	Input   engine.Preprocessing // of the network

	// Photo and Painting are at the sizes, and in the colours, in which the last scale sees them.
	Photo, Painting *canvas.Picture
	// Begin is what the last scale began with, Result what it came to, in the same colours; both may
	// leave [0,1]. Shown is the result in the colours that it is to be seen in.
	Begin, Result, Shown *canvas.Picture
	Finished             bool // all iterations were made

	Scales []transfer.Scale
	Steps  []PipelineStep
	Stills []Still
	Levels []Level

	Preparation time.Duration // before the first iteration of each scale: both pictures read, the first evaluation
	Spent       Times         // in the iterations
	Evaluations int           // of the loss, in the iterations

	// Of the last scale, set by Dissect.
	First, Last Point
	Grams       []GramChange
	Views       []View
	Apart       []Apart

	x      *feature.Extractor
	budget int64
}

// PipelineStep is a moment of a run: the start of a scale, or the end of an iteration.
type PipelineStep struct {
	Scale, Iteration int // the scale counts from 0; iteration 0 is its start
	Done             int // iterations of all scales
	Loss             float64
	Terms            []transfer.Term
	GradientNorm     float64
}

// Still is the picture at some moment of a run.
type Still struct {
	Scale, Iteration, Done int
	Loss                   float64
	Picture                *canvas.Picture // within [0,1]
}

// Point is the loss at one picture, taken apart.
type Point struct {
	Evaluation *transfer.Evaluation
	Pulls      []Pull // of its terms, in their order
}

// RunPipeline paints with a model's network on a device and keeps what is seen on the way. Where the context
// ends the run after its first iteration, or the world does, what was reached is returned next to the error.
func RunPipeline(ctx context.Context, dev engine.Device, model *weights.Model, c Commission) (*Pipeline, error) {
	clock := newClocked(dev, time.Now)
	x, err := transfer.Prepare(clock, model, c.Recipe)
	if err != nil {
		return nil, err
	}
	style, err := transfer.NewStyle(transfer.Painting{Picture: c.Painting, Weight: 1})
	if err != nil {
		return nil, err
	}
	p := &Pipeline{Recipe: c.Recipe.Clone(), Model: model.Name, Network: x.Network(), Device: dev.Name(), Threads: dev.Threads(),
		Input: transfer.Preprocessing(c.Recipe.Input), x: x}
	if model.Input.Stated {
		p.Input = engine.Preprocessing{Matrix: model.Input.Matrix, Offset: model.Input.Offset}
	}
	if c.Budget > 0 {
		p.budget = max(c.Budget-x.Bytes(), 1)
	}
	plan, err := transfer.NewPlan(transfer.Job{Network: x, Recipe: c.Recipe, Content: c.Photo, Style: style, Start: c.Start,
		Seed: c.Seed, Size: c.Size, Budget: p.budget})
	if err != nil {
		return nil, err
	}
	p.Scales = plan.Scales()
	p.place(&c, plan)
	if c.Begin != nil {
		c.Begin(p.Scales)
	}
	w := &witness{Pipeline: p, clock: clock, told: c.Progress, resumed: clock.now()}
	result, err := plan.Run(ctx, w.see)
	if result == nil || result.Iterations == 0 && err != nil {
		return nil, err
	}
	p.finish(result, c.Photo)
	return p, err
}

// place sets the pictures as the last scale sees them, and the levels of the network.
func (p *Pipeline) place(c *Commission, plan *transfer.Plan) {
	w, h := plan.Size()
	photo := canvas.Resize(c.Photo, w, h, canvas.Lanczos)
	long := float64(max(w, h))
	if c.Size == 0 && c.Recipe.Scales.Count == 1 {
		long = float64(max(c.Painting.Width, c.Painting.Height)) // nothing is resampled, unless asked for
	}
	pw, ph := canvas.Fit(c.Painting.Width, c.Painting.Height, max(1, int(math.Round(c.Recipe.Style.Scale*long))), false)
	painting := canvas.Resize(c.Painting, pw, ph, canvas.Lanczos)
	switch c.Recipe.Colours {
	case recipe.LuminanceColours:
		painting = canvas.MatchLuma(c.Painting, c.Photo).Apply(painting)
		photo = canvas.Grey().Apply(photo)
	case recipe.HistogramColours:
		painting = canvas.MatchColours(c.Painting, c.Photo).Apply(painting)
	}
	p.Photo, p.Painting = photo, painting
	p.Levels = levels(p.Network, &p.Recipe, w, h)
}

// finish keeps what the run came to.
func (p *Pipeline) finish(result *transfer.Result, photo *canvas.Picture) {
	p.Finished = result.Finished
	p.Result, p.Shown = p.seen(result.Picture), result.Picture.Clone()
	p.Shown.Clamp()
	if last := p.Steps[len(p.Steps)-1]; p.Stills[len(p.Stills)-1].Done != last.Done {
		p.Stills = append(p.Stills, Still{last.Scale, last.Iteration, last.Done, last.Loss, p.Shown})
	}
}

// seen returns a picture of the run in the colours that the network sees.
func (p *Pipeline) seen(picture *canvas.Picture) *canvas.Picture {
	if p.Recipe.Colours == recipe.LuminanceColours {
		return canvas.Grey().Apply(picture)
	}
	return picture
}

// witness keeps what is told by a run.
type witness struct {
	*Pipeline
	clock       *clocked
	told        func(*transfer.Progress)
	resumed     time.Time // when the run went on after the last telling
	evaluations int       // at the start of the scale
}

// see keeps a moment. The time that it takes itself is not the run's.
func (w *witness) see(p *transfer.Progress) {
	passed, spent := w.clock.now().Sub(w.resumed), w.clock.take()
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
	w.Steps = append(w.Steps, PipelineStep{p.Scale, p.Iteration, p.Done, p.Loss, slices.Clone(p.Terms), p.GradientNorm})
	if still(p) {
		shown := p.Picture()
		shown.Clamp()
		w.Stills = append(w.Stills, Still{p.Scale, p.Iteration, p.Done, p.Loss, shown})
	}
	if p.Iteration == 0 && p.Scale == p.Scales-1 {
		w.Begin = w.seen(p.Picture())
	}
	if w.told != nil {
		w.told(p)
	}
	w.resumed = w.clock.now()
}

// still says whether the picture of a moment is kept: 1, 2, 5, 10 and so on, since the picture changes the
// most in the beginning, and the ends of scales.
func still(p *transfer.Progress) bool {
	if p.Iteration == p.Iterations || p.Done == 0 {
		return true
	}
	n := p.Done
	for n%10 == 0 && n > 0 {
		n /= 10
	}
	return p.Iteration > 0 && (n == 1 || n == 2 || n == 5)
}

// job returns that of looking at the last scale: nothing is resampled any more, and the colours are kept.
func (p *Pipeline) job() (transfer.Job, error) {
	style, err := transfer.NewStyle(transfer.Painting{Picture: p.Painting, Weight: 1})
	if err != nil {
		return transfer.Job{}, err
	}
	chosen := p.Recipe.Clone()
	chosen.Colours, chosen.Style.Scale = recipe.NoColours, 1
	chosen.Start.Init = recipe.InitContent
	return transfer.Job{Network: p.x, Recipe: chosen, Content: p.Photo, Style: style, Budget: p.budget}, nil
}

// Dissect looks at the start and at the result of the last scale: the gradient of each term, feature maps,
// Gram matrices. It fails where the run did not reach the last scale.
func (p *Pipeline) Dissect(ctx context.Context) error {
	if p.Begin == nil {
		return fmt.Errorf("the run ended before its last scale: there is no result to look at")
	}
	job, err := p.job()
	if err != nil {
		return err
	}
	for _, look := range []struct {
		at *canvas.Picture
		to *Point
	}{{p.Begin, &p.First}, {p.Result, &p.Last}} {
		if look.to.Evaluation, look.to.Pulls, err = Pulls(ctx, job, look.at); err != nil {
			return err
		}
	}
	return p.lookAtFeatures(ctx)
}
