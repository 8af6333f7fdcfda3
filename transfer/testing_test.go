package transfer

import (
	"context"
	"fmt"
	"math"
	"testing"

	"github.com/impasto/impasto/feature"
	"github.com/impasto/impasto/recipe"

	"github.com/impasto/impasto/canvas"
	"github.com/impasto/impasto/engine"
	"github.com/impasto/impasto/engine/reference"
	"github.com/impasto/impasto/weights"
)

// word is number i of SplitMix64, as testdata/recipes.py computes it.
func word(seed, i uint64) uint64 {
	z := seed + (i+1)*0x9e3779b97f4a7c15
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// picture is uniform noise.
func picture(seed uint64, width, height int) *canvas.Picture {
	p := canvas.New(width, height)
	for i := range p.Pix {
		p.Pix[i] = float32(word(seed, uint64(i))>>56) / 255
	}
	return p
}

// smooth is a picture with shapes of every size in it, for runs over several scales.
func smooth(seed uint64, width, height int) *canvas.Picture {
	p := canvas.New(width, height)
	for c := range 3 {
		f := 0.05 + float64(word(seed, uint64(c))>>40)/(1<<25)
		for y := range height {
			for x := range width {
				p.Pix[(c*height+y)*width+x] = float32(0.5 + 0.25*math.Sin(f*float64(x+2*y)) + 0.2*math.Cos(3*f*float64(x-y)))
			}
		}
	}
	return p
}

// narrow is a VGG-19 of few channels with generated weights, as testdata/recipes.py has it.
func narrow() *weights.Model {
	m := &weights.Model{Name: "narrow", Architecture: weights.VGG19}
	channels, at, in := [...]int{6, 8, 10, 12, 12}, uint64(0), 3
	unit := func(scale float32) float32 {
		v := float32(word(19, at)>>40)/(1<<23) - 1
		at++
		return v * scale
	}
	for block, count := range weights.VGG19.Blocks() {
		for i := range count {
			out := channels[block]
			c := weights.Convolution{Name: fmt.Sprintf("conv%d_%d", block+1, i+1), In: in, Out: out,
				Weight: make([]float32, out*in*9), Bias: make([]float32, out)}
			for j := range c.Weight {
				c.Weight[j] = unit(float32(math.Sqrt(6 / float64(9*in))))
			}
			for j := range c.Bias {
				c.Bias[j] = unit(0.05)
			}
			m.Convolutions = append(m.Convolutions, c)
			in = out
		}
	}
	return m
}

// newJob makes a job of a recipe on the narrow network and the strict reference device.
func newJob(t testing.TB, dev engine.Device, name string, overrides map[string]string) Inputs {
	t.Helper()
	r, err := recipe.Find(name)
	if err == nil {
		err = r.Override(overrides)
	}
	if err != nil {
		t.Fatal(err)
	}
	options, err := NetworkOptions(narrow(), &r)
	if err != nil {
		t.Fatal(err)
	}
	x, err := feature.New(dev, narrow(), options)
	if err != nil {
		t.Fatal(err)
	}
	style, err := NewStyle(Painting{Picture: smooth(3, 50, 40), Weight: 1})
	if err != nil {
		t.Fatal(err)
	}
	return Inputs{Network: x, Recipe: r, Photograph: smooth(2, 40, 30), Style: style}
}

// small is a pyramid of two scales with few iterations.
func small(more map[string]string) map[string]string {
	o := map[string]string{"scales": "2", "scale-ratio": "1.5", "iterations": "3", "coarse-iterations": "1", "first-iterations": "2"}
	for k, v := range more {
		o[k] = v
	}
	return o
}

// paint runs a job and returns the progress of every iteration.
func paint(t testing.TB, job Inputs) (*Result, []Progress) {
	t.Helper()
	plan, err := NewPlan(job)
	if err != nil {
		t.Fatal(err)
	}
	var rows []Progress
	result, err := plan.Run(context.Background(), func(p *Progress) {
		row := *p
		row.Terms = append([]Term(nil), p.Terms...)
		rows = append(rows, row)
	})
	if err != nil {
		t.Fatal(err)
	}
	return result, rows
}

func relative(a, b []float32) float64 {
	var d, n float64
	for i := range a {
		d += math.Pow(float64(a[i])-float64(b[i]), 2)
		n += math.Pow(float64(b[i]), 2)
	}
	return math.Sqrt(d / n)
}

// devices are those that a loss is computed on: all agree to their precision.
func devices() map[string]engine.Device {
	return map[string]engine.Device{"float32": reference.New32(), "float64": reference.New64()}
}

// evaluate takes the loss with every picture at its own size.
func evaluate(ctx context.Context, in Inputs, at *canvas.Picture) (*Evaluation, error) {
	in, err := in.AsGiven()
	if err != nil {
		return nil, err
	}
	plan, err := NewPlan(in)
	if err != nil {
		return nil, err
	}
	return plan.Evaluate(ctx, at)
}

// now is the picture of a progress.
func now(t testing.TB, p *Progress) *canvas.Picture {
	t.Helper()
	picture, err := p.Picture()
	if err != nil {
		t.Fatal(err)
	}
	return picture
}
