package main

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/impasto/impasto"
	"github.com/impasto/impasto/canvas"
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

// guidance is controlFlags read and checked.
type guidance struct {
	weights    []float64       // of the paintings; nil: alike
	styleMasks []*canvas.Plane // of the paintings; nil: none
	masks      []*canvas.Plane // of the photograph, one a painting; nil: none
	strength   *canvas.Plane
}

// guidance reads what the flags name, for a number of paintings. What is wrong with the flags themselves
// is told before a file is opened.
func (f *controlFlags) guidance(paintings int) (*guidance, error) {
	g := &guidance{}
	var err error
	if f.StyleWeights != nil {
		if g.weights, err = parseShares(*f.StyleWeights, paintings); err != nil {
			return nil, usagef("--style-weights: %w", err)
		}
	}
	if n := len(f.ContentMask); n > 1 && n != paintings {
		return nil, usagef("--content-mask: %s for %s; give one each (%s: everywhere), or one map that gives each a colour",
			count(n, "mask"), count(paintings, "painting"), noMask)
	}
	if n := len(f.StyleMask); n > 0 && n != paintings {
		return nil, usagef("--style-mask: %s for %s; give one each (%s: all of it)",
			count(n, "mask"), count(paintings, "painting"), noMask)
	}
	if g.masks, err = contentMasks(f.ContentMask, paintings); err != nil {
		return nil, err
	}
	if g.styleMasks, err = loadMasks("--style-mask", f.StyleMask); err != nil {
		return nil, err
	}
	if f.StrengthMap != "" {
		if g.strength, err = loadMask("--strength-map", f.StrengthMap); err != nil {
			return nil, err
		}
	}
	return g, nil
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
			return nil, fmt.Errorf("%q is no share; it must be a number and 0 or more", field)
		}
		weights[i] = w
	}
	if slices.Max(weights) == 0 {
		return nil, fmt.Errorf("all are 0: no painting is left")
	}
	return weights, nil
}

// contentMasks reads a mask for each painting, or one map that gives each a colour.
func contentMasks(names []string, paintings int) ([]*canvas.Plane, error) {
	if len(names) != 1 || paintings == 1 || names[0] == noMask {
		return loadMasks("--content-mask", names)
	}
	picture, err := loadPicture(names[0])
	if err != nil {
		return nil, fmt.Errorf("--content-mask: %w", err)
	}
	masks, err := canvas.Regions(picture, paintings)
	if err != nil {
		return nil, fmt.Errorf("--content-mask %s: %w", names[0], err)
	}
	return masks, nil
}

// loadMasks reads a row of masks; nil where it names none at all.
func loadMasks(flag string, names []string) ([]*canvas.Plane, error) {
	var masks []*canvas.Plane
	for i, name := range names {
		if name == noMask {
			continue
		}
		mask, err := loadMask(flag, name)
		if err != nil {
			return nil, err
		}
		if masks == nil {
			masks = make([]*canvas.Plane, len(names))
		}
		masks[i] = mask
	}
	return masks, nil
}

// loadMask reads a picture's brightness as a mask in [0,1].
func loadMask(flag, name string) (*canvas.Plane, error) {
	picture, err := loadPicture(name)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", flag, err)
	}
	mask := picture.Luma()
	for i, v := range mask.Pix {
		mask.Pix[i] = min(max(v, 0), 1) // white may come out a rounding above 1
	}
	if slices.Max(mask.Pix) == 0 {
		return nil, fmt.Errorf("%s: %s is black all over: nothing is left to paint; paint white what counts", flag, name)
	}
	return mask, nil
}

// paintings joins pictures with their shares and masks.
func (g *guidance) paintings(pictures []*canvas.Picture) []impasto.Painting {
	all := make([]impasto.Painting, len(pictures))
	for i, picture := range pictures {
		all[i] = impasto.Painting{Picture: picture, Weight: 1}
		if g.weights != nil {
			all[i].Weight = g.weights[i]
		}
		if g.styleMasks != nil {
			all[i].Mask = g.styleMasks[i]
		}
	}
	return all
}

// record is what of the flags is embedded in a result.
func (f *controlFlags) record() map[string]any {
	record := map[string]any{}
	if f.StyleWeights != nil {
		record["style_weights"] = *f.StyleWeights
	}
	if len(f.ContentMask) > 0 {
		record["content_masks"] = stems(f.ContentMask)
	}
	if len(f.StyleMask) > 0 {
		record["style_masks"] = stems(f.StyleMask)
	}
	if f.StrengthMap != "" {
		record["strength_map"] = stem(f.StrengthMap)
	}
	return record
}
