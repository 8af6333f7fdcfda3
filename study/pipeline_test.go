package study

import (
	"context"
	"errors"
	"math"
	"testing"

	"github.com/impasto/impasto"
	"github.com/impasto/impasto/canvas"
	"github.com/impasto/impasto/engine"
	"github.com/impasto/impasto/feature"
	"github.com/impasto/impasto/recipe"
)

// dissected runs and dissects a small run.
func dissected(t *testing.T, chosen recipe.Recipe, size int) *Pipeline {
	t.Helper()
	p, err := NewPipeline(t.Context(), builtIn(t), example(t, "cat", 64), impasto.Painting{Picture: example(t, "mosaic", 72), Weight: 1},
		impasto.Options{Recipe: chosen, Size: size})
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := p.Dissect(t.Context()); err != nil {
		t.Fatal(err)
	}
	return p
}

// TestPipelineTakesApartTheRunItself checks that the dissected loss at both ends equals that of the run.
func TestPipelineTakesApartTheRunItself(t *testing.T) {
	for name, settings := range map[string]map[string]string{
		"one scale":  {"iterations": "5"},
		"two scales": {"iterations": "3", "scales": "2", "coarse-iterations": "1", "style-scale": "0.5"},
		"grey":       {"iterations": "3", "loss-units": "grey", "tv-weight": "0.01"},
		"noise":      {"iterations": "3", "init": "noise"},
		"histogram":  {"iterations": "2", "preserve-colors": "histogram"},
		"luminance":  {"iterations": "2", "preserve-colors": "luminance"},
		"reduced":    {"iterations": "2", "scales": "2", "reduced": "40", "reduced-weight": "0.5", "tv-weight": "0.01"},
	} {
		if testing.Short() && name != "two scales" {
			continue
		}
		p := dissected(t, found(t, "gatys", shallow(settings)), 48)
		var first, last PipelineStep
		for _, s := range p.Steps {
			if s.Scale == len(p.Scales)-1 {
				if s.Iteration == 0 {
					first = s
				}
				last = s
			}
		}
		const tolerance = 1e-6
		for _, end := range []struct {
			step  PipelineStep
			point Point
		}{{first, p.First}, {last, p.Last}} {
			if name == "luminance" && end.step.Iteration > 0 {
				continue // the picture of a run need not stay grey; the dissected one is grey
			}
			if math.Abs(end.step.Loss-end.point.Evaluation.Total) > tolerance*end.step.Loss {
				t.Errorf("%s: the loss of the run is %v, the dissected one %v", name, end.step.Loss, end.point.Evaluation.Total)
			}
			if math.Abs(end.step.GradientNorm-end.point.Evaluation.GradientNorm) > 1e-2*end.step.GradientNorm+tolerance*end.step.Loss {
				t.Errorf("%s: the gradient of the run is %v, the dissected one %v", name, end.step.GradientNorm, end.point.Evaluation.GradientNorm)
			}
		}
		checkSteps(t, name, p)
	}
}

// checkSteps checks steps, stills and times.
func checkSteps(t *testing.T, name string, p *Pipeline) {
	t.Helper()
	for _, s := range p.Steps {
		sum := 0.0
		for _, term := range s.Terms {
			sum += term.Value
		}
		if math.Abs(sum-s.Loss) > 1e-9*s.Loss {
			t.Errorf("%s: iteration %d: the terms add up to %v, the loss is %v", name, s.Iteration, sum, s.Loss)
		}
	}
	if p.Stills[0].Done != 0 || p.Stills[len(p.Stills)-1].Done != p.Steps[len(p.Steps)-1].Done {
		t.Errorf("%s: the stills go from %d to %d", name, p.Stills[0].Done, p.Stills[len(p.Stills)-1].Done)
	}
	for part, d := range p.Spent {
		if d <= 0 {
			t.Errorf("%s: no time went into part %d", name, part)
		}
	}
	if p.Preparation <= 0 || p.Evaluations < len(p.Steps)-len(p.Scales) || !p.Finished {
		t.Errorf("%s: %v before the first iteration, %d evaluations", name, p.Preparation, p.Evaluations)
	}
}

// TestPipelineViews checks the numbers of Gram matrices and feature maps against the losses of the run.
func TestPipelineViews(t *testing.T) {
	chosen := found(t, "gatys", map[string]string{"iterations": "4", "content-layers": "relu2_2", "style-layers": "relu1_1=0.5,relu2_1=0.5"})
	p := dissected(t, chosen, 48)
	if len(p.Grams) != 2 || len(p.Views) != 3 || len(p.Apart) != 1 {
		t.Fatalf("%d Gram matrices, %d views, %d contents", len(p.Grams), len(p.Views), len(p.Apart))
	}
	for i, g := range p.Grams {
		for which, point := range map[int]*Point{beginView: &p.First, resultView: &p.Last} {
			a := &Gram{Layer: g.Layer, Shape: engine.Shape{Channels: g.Channels}, Matrix: g.Matrices[which]}
			b := &Gram{Layer: g.Layer, Matrix: g.Matrices[paintingView]}
			want := chosen.Style.Weight * 0.5 * StyleLoss(a, b)
			if got := point.Evaluation.Terms[1+i].Value; math.Abs(got-want) > 1e-4*want {
				t.Errorf("%s: the term is %v, by the matrices %v", g.Layer, got, want)
			}
		}
		if g.After() >= g.Before() || g.After() <= 0 {
			t.Errorf("%s: distance %v before, %v after", g.Layer, g.Before(), g.After())
		}
	}
	apart, sum := p.Apart[0], 0.0
	for _, v := range apart.Squares {
		sum += v
	}
	alpha := chosen.Content.Weight * chosen.Content.Reference / float64(p.Photo.Width*p.Photo.Height)
	if want, got := p.Last.Evaluation.Terms[0].Value, alpha/2*sum; math.Abs(got-want) > 1e-4*want {
		t.Errorf("the content term is %v, by the features %v", want, got)
	}
	for _, v := range p.Views {
		for which, m := range v.Maps {
			if len(m) != v.Shapes[which].Positions() {
				t.Errorf("%s: a map of %d numbers for %v", v.Layer, len(m), v.Shapes[which])
			}
		}
	}
}

// TestLevels counts the parameters of VGG-16 up to relu5_1 by hand.
func TestLevels(t *testing.T) {
	chosen := found(t, "gatys", nil)
	p := Pipeline{Levels: levels(feature.VGG16, &chosen, 256, 192)}
	if got, want := p.Parameters(), 9*(3*64+64*64+64*128+128*128+128*256+2*256*256+256*512+3*512*512)+2*64+2*128+3*256+4*512; got != want {
		t.Errorf("%d parameters, want %d", got, want)
	}
	last := p.Levels[len(p.Levels)-1]
	if last.Layer.String() != "relu5_1" || last.Style != 0.2 || last.Content != 0 || last.Shape != (engine.Shape{Channels: 512, Height: 12, Width: 16}) || last.Field.Size != 132 {
		t.Errorf("%+v", last)
	}
	first := 9.0 * 3 * 64 * 192 * 256
	if p.Levels[0].Work != first {
		t.Errorf("the first convolution takes %v multiply-adds, want %v", p.Levels[0].Work, first)
	}
}

// TestPipelineInterrupted interrupts a run and dissects it.
func TestPipelineInterrupted(t *testing.T) {
	m := builtIn(t)
	ctx, cancel := context.WithCancel(t.Context())
	photo, painting := example(t, "cat", 32), impasto.Painting{Picture: example(t, "mosaic", 32), Weight: 1}
	o := impasto.Options{Recipe: found(t, "gatys", shallow(nil))}
	o.Progress = func(p *impasto.Progress) {
		if p.Iteration == 2 {
			cancel()
		}
	}
	p, err := NewPipeline(ctx, m, photo, painting, o)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Run(ctx); !errors.Is(err, context.Canceled) || p.Finished {
		t.Fatalf("finished: %v, %v", p.Finished, err)
	}
	if err := p.Dissect(t.Context()); err != nil {
		t.Fatal(err)
	}
	if last := p.Stills[len(p.Stills)-1]; last.Done != 2 || p.Last.Evaluation.Total >= p.First.Evaluation.Total {
		t.Errorf("the last picture is of iteration %d", last.Done)
	}

	ctx, cancel = context.WithCancel(t.Context())
	o.Progress = func(*impasto.Progress) { cancel() }
	if p, err = NewPipeline(ctx, m, photo, painting, o); err != nil {
		t.Fatal(err)
	}
	if err := p.Run(ctx); p.Result != nil || !errors.Is(err, context.Canceled) {
		t.Errorf("before the first iteration: %v, %v", p.Result, err)
	}
	if _, err := NewPipeline(t.Context(), m, canvas.New(1, 1), painting, o); err == nil {
		t.Error("a picture of one pixel can be painted")
	}
}
