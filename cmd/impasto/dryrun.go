package main

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/impasto/impasto"
	"github.com/impasto/impasto/canvas"
	"github.com/impasto/impasto/engine"
	"github.com/impasto/impasto/feature"
	"github.com/impasto/impasto/recipe"
)

// planResult is what --dry-run prints as JSON.
type planResult struct {
	Width      int         `json:"width"`
	Height     int         `json:"height"`
	Recipe     string      `json:"recipe"`
	Network    string      `json:"network"`
	ISA        string      `json:"isa"`
	Threads    int         `json:"threads"`
	Iterations int         `json:"iterations"`
	PeakBytes  int64       `json:"peak_bytes"` // predicted, of the whole process
	Budget     int64       `json:"budget_bytes"`
	Variations int         `json:"variations"`
	Seconds    float64     `json:"seconds"` // predicted, of all variations
	Scales     []planScale `json:"scales"`
}

type planScale struct {
	Width      int      `json:"width"`
	Height     int      `json:"height"`
	Iterations int      `json:"iterations"`
	ArenaBytes int64    `json:"arena_bytes"`
	Recomputed []string `json:"recomputed,omitempty"`
}

func (p *painter) printPlan(model *impasto.Model, plan *impasto.Plan, seconds time.Duration) error {
	w, h := plan.Size()
	r := planResult{w, h, p.recipe.Name, model.Network().Name, model.Device().Name(), model.Device().Threads(),
		plan.Iterations(), plan.Peak(), model.Memory(), 1, seconds.Seconds(), nil}
	if p.variation.several() {
		r.Variations = p.variation.of
		r.Seconds *= float64(p.variation.of)
	}
	for _, s := range plan.Scales() {
		r.Scales = append(r.Scales, planScale{s.Width, s.Height, s.Iterations, s.Bytes, layerNames(s.Recomputed)})
	}
	if p.report.JSON {
		return printJSON(p.console, r)
	}
	var text strings.Builder
	fmt.Fprintf(&text, "%s on %s: %dx%d, %s; nothing is painted\n", r.Recipe, r.Network, w, h, schedule(plan))
	for i, s := range r.Scales {
		fmt.Fprintf(&text, "scale %d: %dx%d, %s, arena %s", i+1, s.Width, s.Height, count(s.Iterations, "iteration"), byteSize(s.ArenaBytes))
		if len(s.Recomputed) > 0 {
			fmt.Fprintf(&text, ", computed anew for want of memory: %s", strings.Join(s.Recomputed, " "))
		}
		text.WriteByte('\n')
	}
	each := ""
	if p.variation.several() {
		each = fmt.Sprintf(" for each of %d variations", p.variation.of)
	}
	fmt.Fprintf(&text, "memory: about %s of %s\ntime: about %s%s (%s, %s)\n", byteSize(r.PeakBytes), byteSize(r.Budget),
		clock(seconds), each, r.ISA, count(r.Threads, "thread"))
	_, err := p.out.Write([]byte(text.String()))
	return err
}

func layerNames(layers []feature.Layer) []string {
	names := make([]string, len(layers))
	for i, l := range layers {
		names[i] = l.String()
	}
	return names
}

// measureRate returns how many multiply-adds of direct convolution a second the device does in a run on
// large maps. It takes the best of a few convolutions of a middle layer's shape.
func measureRate(dev engine.Device) float64 {
	const (
		channels = 128
		side     = 128
		work     = 9 * channels * channels * side * side
		// A run also has first layers, Gram matrices and the optimiser: the share of the pure convolution's
		// rate that is left, as seen from 256 to 1024 pixels.
		share = 0.8
	)
	shape := engine.Shape{Channels: channels, Height: side, Width: side}
	bytes := engine.Align(dev.MapBytes(shape, side))
	arena, err := dev.NewArena(2 * bytes)
	if err != nil {
		return share * 1e10
	}
	defer arena.Close()
	op := engine.Forward{
		Conv: dev.NewConvolution(channels, channels, make([]float32, 9*channels*channels), make([]float32, channels), engine.PadZero),
		Src:  arena.Map(0, shape, side), Dst: arena.Map(bytes, shape, side), Rows: engine.All(shape),
	}
	const enough = 25 * time.Millisecond // a slow device does it once
	best, began := time.Duration(1<<63-1), time.Now()
	for time.Since(began) < enough {
		start := time.Now()
		dev.Forward(op)
		best = min(best, time.Since(start))
	}
	return share * work / max(best, time.Microsecond).Seconds()
}

// withWhatFits says, where a plan exceeds the budget, what would not.
func withWhatFits(err error, model *impasto.Model, photo *canvas.Picture, style *impasto.Style, o impasto.Options) error {
	var budget *feature.BudgetError
	if !errors.As(err, &budget) {
		return err
	}
	fits := func(change func(*impasto.Options)) bool {
		changed := o
		changed.Recipe = o.Recipe.Clone()
		change(&changed)
		_, err := model.Plan(photo, style, changed)
		return err == nil
	}
	var ways []string
	if side := largestSide(max(photo.Width, photo.Height), o.Size, func(side int) bool {
		return fits(func(o *impasto.Options) { o.Size = side })
	}); side > 0 {
		ways = append(ways, fmt.Sprintf("--size %d", side))
	}
	if o.Recipe.Optimizer.Rule == recipe.LBFGS {
		for _, history := range []int{5, 3, 1} {
			if history < o.Recipe.Optimizer.History && fits(func(o *impasto.Options) { o.Recipe.Optimizer.History = history }) {
				ways = append(ways, fmt.Sprintf("--history %d", history))
				break
			}
		}
		if fits(func(o *impasto.Options) { _ = o.Recipe.Set("optimizer", "adam") }) {
			ways = append(ways, "--optimizer adam")
		}
	}
	if len(ways) == 0 {
		ways = []string{"no size; give more with --memory"}
	}
	return fmt.Errorf("the run needs %s of memory or more, and there are %s; what would fit: %s",
		byteSize(model.Memory()-budget.Budget+budget.Need), byteSize(model.Memory()), strings.Join(ways, ", or "))
}

// largestSide finds the longest side below the one asked for that fits, in steps of 16 pixels; 0 is none.
func largestSide(photo, asked int, fits func(side int) bool) int {
	const step = 16
	if asked == 0 {
		asked = photo
	}
	low, high := 0, asked/step // the largest known to fit and the smallest known not to, in steps
	for high-low > 1 {
		if middle := (low + high) / 2; fits(middle * step) {
			low = middle
		} else {
			high = middle
		}
	}
	return low * step
}
