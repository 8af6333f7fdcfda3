package transfer

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"time"

	"github.com/impasto/impasto/recipe"

	"github.com/impasto/impasto/canvas"
	"github.com/impasto/impasto/engine"
	"github.com/impasto/impasto/optim"
)

// Progress is told at the start of each scale and after each iteration. It and its Terms are valid
// during the call only.
type Progress struct {
	Scale, Scales         int // Scale counts from 0
	Width, Height         int // of the picture at this scale
	Iteration, Iterations int // at this scale; Iteration 0 is its start
	Done, Total           int // iterations of all scales
	Evaluations           int // of the loss, all scales
	Elapsed               time.Duration
	Loss                  float64
	Terms                 []Term
	GradientNorm          float64
	Events                optim.Event // what went wrong at this iteration, and was dealt with

	picture func() *canvas.Picture
}

// Picture returns the picture as it is now: with averaging, the average. It takes time and memory.
func (p *Progress) Picture() *canvas.Picture { return p.picture() }

// Result is what a run came to.
type Result struct {
	// Picture is the result. Its values may leave [0,1] a little where the recipe does not clamp.
	Picture *canvas.Picture
	// Finished is false where an error or the context ended the run: Picture is then what was reached,
	// at the size of the scale that was reached.
	Finished    bool
	Iterations  int
	Evaluations int
	Elapsed     time.Duration
	// FirstLoss and LastLoss are those of the last scale that was reached; only they can be compared.
	FirstLoss, LastLoss float64
	Terms               []Term      // of LastLoss
	Events              optim.Event // all that were met
}

// run is a plan at work.
type run struct {
	*Plan
	arena   engine.Arena
	tell    func(*Progress)
	started time.Time
	picture *canvas.Picture // what the next scale starts with, where the last one ended; nil: the recipe's start
	moments *moments
	result  Result
}

// Run paints. It calls tell, which may be nil, at the start of each scale and after each iteration.
//
// Where the context ends the run, or the world does (memory, a loss that is not a number), the result
// holds the picture so far next to the error; it is nil only if there is none yet.
func (p *Plan) Run(ctx context.Context, tell func(*Progress)) (*Result, error) {
	arena, err := p.job.Network.Device().NewArena(p.bytes)
	if err != nil {
		return nil, fmt.Errorf("take %d MiB of memory: %w", p.bytes>>20, err)
	}
	defer arena.Close()
	if tell == nil {
		tell = func(*Progress) {}
	}
	r := &run{Plan: p, arena: arena, tell: tell, started: time.Now()}
	for _, st := range p.stages {
		if err = r.scale(ctx, st); err != nil {
			err = fmt.Errorf("scale %v: %w", st.size, err)
			break
		}
	}
	r.result.Picture = p.job.colouring.finish(r.picture)
	r.result.Elapsed = time.Since(r.started)
	r.result.Finished = err == nil
	return &r.result, err
}

// start returns the picture that the first scale begins with.
func (st *stage) start() *canvas.Picture {
	p := st.plainStart()
	if s := st.job.Recipe.Start; s.Jitter > 0 && s.Init != recipe.InitNoise {
		p = p.Clone()
		rng := rand.New(rand.NewPCG(st.job.Seed, 1)) // the stream beside InitNoise's
		for i := range p.Pix {
			p.Pix[i] += float32(s.Jitter * rng.NormFloat64())
		}
	}
	return p
}

// plainStart is start without jitter.
func (st *stage) plainStart() *canvas.Picture {
	job, w, h := st.job, st.size.width, st.size.height
	switch job.Recipe.Start.Init {
	case recipe.InitStyle:
		return job.painting(0, w, h)
	case recipe.InitPicture:
		return resample(job.Start, st.size)
	case recipe.InitNoise:
		return st.flat(rand.New(rand.NewPCG(job.Seed, 0)), job.Recipe.Start.Noise)
	case recipe.InitGrey:
		return st.flat(nil, 0)
	}
	return st.contentPicture()
}

// flat returns a picture of the mean colour, with Gaussian noise where there is a generator.
func (st *stage) flat(rng *rand.Rand, deviation float64) *canvas.Picture {
	p := canvas.New(st.size.width, st.size.height)
	for c, mean := range recipe.MeanColour {
		channel := p.Channel(c)
		for i := range channel {
			v := mean
			if rng != nil {
				v += deviation * rng.NormFloat64()
			}
			channel[i] = float32(v)
		}
	}
	return p
}

// resample brings a picture in the making to another size, in the network's space.
func resample(p *canvas.Picture, to size) *canvas.Picture {
	return &canvas.Picture{Width: to.width, Height: to.height,
		Pix: canvas.Resample(p.Pix, p.Width, p.Height, to.width, to.height, canvas.Bicubic)}
}

// scale paints one scale, from r.picture to r.picture.
func (r *run) scale(ctx context.Context, st *stage) error {
	p, err := st.prepare(ctx, r.arena)
	if r.picture == nil { // not before prepare, which holds pictures of its own
		r.picture = st.start()
	}
	if err != nil {
		return err
	}
	if (size{r.picture.Width, r.picture.Height}) != st.size {
		r.picture = resample(r.picture, st.size)
	}
	st.dev.Write(p.image, r.picture.Pix)
	r.picture = nil // from now on the arena has it
	b := &brush{run: r, stage: st, point: p, stepper: st.newStepper(r.arena, p, r.moments)}
	b.average = st.newAverage(r.arena, p.image)

	objective := p.evaluate
	step, err := b.begin(ctx, objective, r.moments)
	if err != nil {
		r.picture = st.read(p.image)
		return err
	}
	r.moments = nil
	r.result.FirstLoss = step.Loss
	b.average.reset()
	b.report(step, 0)
	for i := 1; i <= st.iterations && err == nil && !step.Events.Has(optim.Stalled); i++ {
		if step, err = b.Step(ctx, objective); err == nil {
			b.average.add()
			b.report(step, i)
		}
	}
	r.picture = b.look()
	if err == nil && st.index < len(r.stages)-1 {
		r.moments = b.carry(st)
	}
	return err
}

// brush is one scale at work.
type brush struct {
	*run
	*stage
	*point
	*stepper
	average *average
}

// look reads the picture as it is.
func (b *brush) look() *canvas.Picture { return b.stage.read(b.average.result()) }

func (st *stage) read(image engine.Vector) *canvas.Picture {
	p := canvas.New(st.size.width, st.size.height)
	st.dev.Read(p.Pix, image)
	return p
}

// report settles the terms of a step and tells it.
func (b *brush) report(step optim.Step, iteration int) {
	b.settle(step.Loss)
	res := &b.result
	res.Evaluations += step.Evaluations
	res.Events |= step.Events
	res.LastLoss, res.Terms = step.Loss, b.terms
	if iteration > 0 {
		res.Iterations++
	}
	done := iteration
	for _, earlier := range b.stages[:b.index] {
		done += earlier.iterations
	}
	b.tell(&Progress{
		Scale: b.index, Scales: len(b.stages), Width: b.stage.size.width, Height: b.stage.size.height,
		Iteration: iteration, Iterations: b.iterations, Done: done, Total: b.Plan.Iterations(),
		Evaluations: res.Evaluations, Elapsed: time.Since(b.started),
		Loss: step.Loss, Terms: b.terms, GradientNorm: step.GradientNorm, Events: step.Events,
		picture: func() *canvas.Picture { return b.job.colouring.finish(b.look()) },
	})
}

// average is the running average of the iterates of a scale, or without averaging the iterate itself.
// The share of the k-th iterate is (1-d)/(1-d^(k+1)), which makes the weights of all iterates, d^age,
// add up to 1 from the first on, as crowsonkb's style-transfer-pytorch does.
type average struct {
	dev     engine.Device
	iterate engine.Vector
	mean    engine.Vector // nil: no averaging
	decay   float64
	count   int
}

// newAverage places the average behind the optimiser's vectors.
func (st *stage) newAverage(arena engine.Arena, iterate engine.Vector) *average {
	a := &average{dev: st.dev, iterate: iterate, decay: st.job.Recipe.Averaging}
	if a.decay > 0 {
		a.mean = arena.Vector(st.vectorOffset(vectors(st.job.Recipe.Optimizer)), st.numbers)
	}
	return a
}

func (a *average) reset() {
	if a.mean != nil {
		a.dev.Copy(a.mean, a.iterate)
	}
	a.count = 1
}

func (a *average) add() {
	a.count++
	if a.mean != nil {
		a.dev.Lerp(a.mean, a.iterate, float32((1-a.decay)/(1-math.Pow(a.decay, float64(a.count)))))
	}
}

func (a *average) result() engine.Vector {
	if a.mean != nil {
		return a.mean
	}
	return a.iterate
}
