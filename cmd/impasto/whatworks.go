package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/impasto/impasto"
	"github.com/impasto/impasto/feature"
	"github.com/impasto/impasto/recipe"
)

// withWhatWorks adds the flags that would help to the error of an order that cannot be planned.
func (s *sitting) withWhatWorks(ctx context.Context, err error, o impasto.Options) error {
	err = s.whatWorks(ctx, err, o)
	if interrupted := ctx.Err(); interrupted != nil {
		return nothingPainted(interrupted)
	}
	return err
}

func (s *sitting) whatWorks(ctx context.Context, err error, o impasto.Options) error {
	var budget *impasto.BudgetError
	if errors.As(err, &budget) {
		return s.withWhatFits(ctx, budget, o)
	}
	var small *feature.SizeError
	if errors.As(err, &small) {
		return s.withWhatReaches(ctx, err, small, o)
	}
	return err
}

// try tries a plan with changed options.
func (s *sitting) try(ctx context.Context, o impasto.Options, change func(*impasto.Options)) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	o.Recipe = o.Recipe.Clone()
	change(&o)
	_, err := s.model.Plan(s.pictures.Photograph, s.style, o)
	return err
}

// withWhatFits returns an error that names the flags with which a plan would stay within the budget.
func (s *sitting) withWhatFits(ctx context.Context, budget *impasto.BudgetError, o impasto.Options) error {
	fits := func(change func(*impasto.Options)) bool { return s.try(ctx, o, change) == nil }
	ways := []string{"--memory " + mebibytes(budget.Need)}
	photo := s.pictures.Photograph
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
	return fmt.Errorf("the run needs %s of memory, but only %d MiB are available; use %s",
		mebibytesText(budget.Need), budget.Budget>>20, strings.Join(ways, ", or "))
}

// mebibytes formats a number of bytes, rounded up, for --memory.
func mebibytes(bytes int64) string { return fmt.Sprintf("%dMiB", (bytes+1<<20-1)>>20) }

// mebibytesText formats a number of bytes, rounded up, for a message.
func mebibytesText(bytes int64) string { return fmt.Sprintf("%d MiB", (bytes+1<<20-1)>>20) }

// sideStep is the unit in which sizes are suggested, in pixels.
const sideStep = 16

// largestSide returns the largest side below the requested one that fits, 0 if there is none.
func largestSide(photo, asked int, fits func(side int) bool) int {
	if asked == 0 {
		asked = photo
	}
	low, high := 0, (asked+sideStep-1)/sideStep // the largest known to fit and the smallest known not to, in steps
	for high-low > 1 {
		if middle := (low + high) / 2; fits(middle * sideStep) {
			low = middle
		} else {
			high = middle
		}
	}
	return low * sideStep
}

// withWhatReaches adds the sizes, numbers of scales and layers that work to the error of a picture too small for a layer.
func (s *sitting) withWhatReaches(ctx context.Context, err error, small *feature.SizeError, o impasto.Options) error {
	reaches := func(change func(*impasto.Options)) bool {
		failed := s.try(ctx, o, change)
		var still *feature.SizeError
		return failed == nil || !errors.As(failed, &still) && ctx.Err() == nil
	}
	var ways []string
	if way := s.largerSize(o, reaches); way != "" {
		ways = append(ways, way)
	}
	for n := o.Recipe.Scales.Count - 1; n > 0; n-- {
		if reaches(func(o *impasto.Options) { o.Recipe.Scales.Count = n }) {
			ways = append(ways, fmt.Sprintf("--scales %d", n))
			break
		}
	}
	ways = append(ways, s.shallower(small, o, reaches)...)
	if len(ways) == 0 {
		return err
	}
	return fmt.Errorf("%v; use %s", err, strings.Join(ways, ", or ")) // not wrapped: the general hint would follow
}

// largerSize returns the flag for the smallest size that works, "" if no reasonable size does.
func (s *sitting) largerSize(o impasto.Options, reaches func(func(*impasto.Options)) bool) string {
	const farthest = 4096
	photo := s.pictures.Photograph
	own := max(photo.Width, photo.Height)
	asked := min(o.Size, own)
	if o.Size == 0 || o.Enlarge {
		asked = max(o.Size, own)
	}
	at := func(side int) bool {
		return reaches(func(o *impasto.Options) { o.Size, o.Enlarge = side, o.Enlarge || side > own })
	}
	low, high := asked/sideStep, max(farthest, own)/sideStep
	if high <= low || !at(high*sideStep) {
		return ""
	}
	for high-low > 1 {
		if middle := (low + high) / 2; at(middle * sideStep) {
			high = middle
		} else {
			low = middle
		}
	}
	side := high * sideStep
	if side > own && !o.Enlarge {
		return fmt.Sprintf("--size %d --enlarge", side)
	}
	return fmt.Sprintf("--size %d", side)
}

// shallower returns the flags that leave out the layers that are too deep, none if that does not help.
func (s *sitting) shallower(small *feature.SizeError, o impasto.Options, reaches func(func(*impasto.Options)) bool) []string {
	net, err := feature.NetworkOf(s.model.Network())
	if err != nil {
		return nil
	}
	short := min(small.Width, small.Height)
	var words []string
	keep := func(flag string, layers recipe.LayerWeights) recipe.LayerWeights {
		var kept recipe.LayerWeights
		for _, l := range layers {
			if layer, err := net.Layer(l.Layer); err == nil && layer.MinSize() <= short {
				kept = append(kept, l)
			}
		}
		if len(kept) < len(layers) && len(kept) > 0 {
			words = append(words, flag+" "+kept.String())
		}
		return kept
	}
	content, style := keep("--content-layers", o.Recipe.Content.Layers), keep("--style-layers", o.Recipe.Style.Layers)
	lost := len(content) == 0 && len(o.Recipe.Content.Layers) > 0 || len(style) == 0 && len(o.Recipe.Style.Layers) > 0
	if lost || len(words) == 0 ||
		!reaches(func(o *impasto.Options) { o.Recipe.Content.Layers, o.Recipe.Style.Layers = content, style }) {
		return nil
	}
	return []string{strings.Join(words, " ")}
}
