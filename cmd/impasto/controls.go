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

// controlFlags say which painting counts how much, and where.
type controlFlags struct {
	StyleWeights *string  `group:"look" placeholder:"W1,W2,..." help:"Shares of several paintings, one number each: 3,1 lets the first count three times as much. Default: all alike."`
	ContentMask  []string `sep:"none" group:"look" placeholder:"FILE" help:"Where a painting goes: a picture that is white there. One for each painting in their order (none: everywhere), or for several paintings one map that gives each a colour, from the darkest to the brightest."`
	StyleMask    []string `sep:"none" group:"look" placeholder:"FILE" help:"What of a painting is learned: a picture that is white there. One for each painting in their order (none: all of it)."`
	StrengthMap  string   `group:"look" placeholder:"FILE" help:"How much is painted where: white as usual, grey less, black not at all; for faces."`
}

// noMask is what stands in a row of masks for a painting without one.
const noMask = "none"

// guide writes what the flags say into an order that has its paintings.
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

// mask is the input that a name in a row of masks stands for, nil for none.
func mask(name string) *order.Input {
	if name == noMask {
		return nil
	}
	return &order.Input{Name: name}
}

// checkMasks returns an error where there are not as many masks as paintings.
func (f *controlFlags) checkMasks(paintings int) error {
	for flag, names := range map[string][]string{"--content-mask": f.ContentMask, "--style-mask": f.StyleMask} {
		for _, name := range names {
			if err := checkRepeated(flag, name); err != nil {
				return err
			}
		}
	}
	if n := len(f.ContentMask); n > 1 && n != paintings {
		return usagef("--content-mask: %s for %s; give one each (%s: everywhere), or one map that gives each a colour",
			count(n, "mask"), count(paintings, "painting"), noMask)
	}
	if n := len(f.StyleMask); n > 0 && n != paintings {
		return usagef("--style-mask: %s for %s; give one each (%s: all of it)",
			count(n, "mask"), count(paintings, "painting"), noMask)
	}
	return nil
}

// checkRepeated returns an error where one flag names several files.
func checkRepeated(flag, name string) error {
	if _, err := os.Stat(name); err == nil || !strings.Contains(name, ",") {
		return nil
	}
	files := strings.Split(name, ",")
	return usagef("%s: there is no file %s; repeat the flag for each: %s %s", flag, name, flag, strings.Join(files, " "+flag+" "))
}

// parseShares reads "3,1": as many numbers as there are paintings.
func parseShares(text string, paintings int) ([]float64, error) {
	fields := strings.Split(text, ",")
	if len(fields) != paintings {
		return nil, fmt.Errorf("%s for %s; give one each", count(len(fields), "number"), count(paintings, "painting"))
	}
	weights := make([]float64, len(fields))
	for i, field := range fields {
		w, err := strconv.ParseFloat(strings.TrimSpace(field), 64)
		if err != nil || !(w >= 0) || math.IsInf(w, 0) {
			return nil, fmt.Errorf("%q is not a share; it must be a number and 0 or more", field)
		}
		weights[i] = w
	}
	if slices.Max(weights) == 0 {
		return nil, fmt.Errorf("all are 0: no painting is left")
	}
	return weights, nil
}
