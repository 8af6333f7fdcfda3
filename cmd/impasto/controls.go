package main

import (
	"fmt"
	"math"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/impasto/impasto/order"
)

// controlFlags set how much each painting counts, and where.
type controlFlags struct {
	StyleWeights *string  `group:"look" placeholder:"W1,W2,..." help:"Shares of the paintings, one number each: with 3,1 the first counts three times as much as the second. Default: equal shares."`
	ContentMask  []string `sep:"none" group:"look" placeholder:"FILE" help:"Region of the result for a painting: a picture that is white there. Give one for each painting, in order (none: everywhere), or for several paintings one map with a colour for each, from the darkest to the brightest."`
	StyleMask    []string `sep:"none" group:"look" placeholder:"FILE" help:"Part of a painting to learn from: a picture that is white there. Give one for each painting, in order (none: all of it)."`
	StrengthMap  string   `group:"look" placeholder:"FILE" help:"Strength of the style by position: white is full, grey less, black none; for faces, for instance."`
}

// noMask stands in a list of masks for a painting without one.
const noMask = "none"

// guide applies the flags to an order that has its paintings.
func (f *controlFlags) guide(o *order.Order) error {
	paintings := len(o.Paintings)
	if f.StyleWeights != nil {
		shares, err := parseShares(*f.StyleWeights, paintings)
		if err != nil {
			return usagef("--style-weights: %w", err)
		}
		for i, share := range shares {
			o.Paintings[i].Share = share
		}
	}
	if err := f.checkMasks(paintings); err != nil {
		return err
	}
	if n := len(f.ContentMask); n == 1 && paintings > 1 {
		o.RegionMap = mask(f.ContentMask[0])
	} else {
		for i, name := range f.ContentMask {
			o.Paintings[i].Region = mask(name)
		}
	}
	for i, name := range f.StyleMask {
		o.Paintings[i].Mask = mask(name)
	}
	if f.StrengthMap != "" {
		o.StrengthMap = &order.Input{Name: f.StrengthMap}
	}
	return nil
}

// mask returns the input for a name in a list of masks, nil for none.
func mask(name string) *order.Input {
	if name == noMask {
		return nil
	}
	return &order.Input{Name: name}
}

// checkMasks returns an error if the numbers of masks and paintings differ.
func (f *controlFlags) checkMasks(paintings int) error {
	for flag, names := range map[string][]string{"--content-mask": f.ContentMask, "--style-mask": f.StyleMask} {
		for _, name := range names {
			if err := checkRepeated(flag, name); err != nil {
				return err
			}
		}
	}
	if n := len(f.ContentMask); n > 1 && n != paintings {
		return usagef("--content-mask: %s for %s; give one for each (%s: everywhere), or one map with a colour for each",
			count(n, "mask"), count(paintings, "painting"), noMask)
	}
	if n := len(f.StyleMask); n > 0 && n != paintings {
		return usagef("--style-mask: %s for %s; give one for each (%s: all of it)",
			count(n, "mask"), count(paintings, "painting"), noMask)
	}
	return nil
}

// checkRepeated returns an error if a flag names several files separated by commas.
func checkRepeated(flag, name string) error {
	if _, err := os.Stat(name); err == nil || !strings.Contains(name, ",") {
		return nil
	}
	files := strings.Split(name, ",")
	return usagef("%s: file %s does not exist; repeat the flag for each file: %s %s", flag, name, flag, strings.Join(files, " "+flag+" "))
}

// parseShares parses a list such as "3,1" with a number for each painting.
func parseShares(text string, paintings int) ([]float64, error) {
	fields := strings.Split(text, ",")
	if len(fields) != paintings {
		return nil, fmt.Errorf("%s for %s; give one for each", count(len(fields), "number"), count(paintings, "painting"))
	}
	weights := make([]float64, len(fields))
	for i, field := range fields {
		w, err := strconv.ParseFloat(strings.TrimSpace(field), 64)
		if err != nil || !(w >= 0) || math.IsInf(w, 0) {
			return nil, fmt.Errorf("%q is not a share; it must be a number of 0 or more", field)
		}
		weights[i] = w
	}
	if slices.Max(weights) == 0 {
		return nil, fmt.Errorf("all shares are 0; at least one must be positive")
	}
	return weights, nil
}
