package transfer

import (
	"fmt"

	"github.com/impasto/impasto/canvas"
)

// region is a part of the photograph with its own style.
type region struct {
	paintings []int                 // the paintings to blend
	mask      *canvas.Plane         // of the photograph; nil: all of it
	share     func(*Inputs) float64 // of the style's weight
}

// regions lists the parts of the photograph that have a style of their own. Their shares are the parts of
// the photograph that their masks cover, times the painting's weight over the mean weight: a pixel is
// pulled as hard as it would be without masks, however small its region.
func (in *Inputs) regions() []region {
	if in.Masks == nil {
		r := region{mask: in.StrengthMap}
		for i := range in.Style.paintings {
			r.paintings = append(r.paintings, i)
		}
		covered := cover(r.mask)
		r.share = func(*Inputs) float64 { return covered }
		return []region{r}
	}
	var all []region
	for i, w := range in.shares {
		if w > 0 {
			mask := product(in.Masks[i], in.StrengthMap)
			covered := cover(mask)
			all = append(all, region{paintings: []int{i}, mask: mask, share: func(in *Inputs) float64 {
				total := 0.0
				for _, w := range in.shares {
					total += w
				}
				return in.shares[i] * float64(len(in.shares)) / total * covered
			}})
		}
	}
	return all
}

// checkMasks returns an error if masks and paintings do not match.
func (in *Inputs) checkMasks() error {
	if n := len(in.paintings()); in.Masks != nil && len(in.Masks) != n {
		return fmt.Errorf("%d content masks for %d paintings; each painting needs one", len(in.Masks), n)
	}
	for i, m := range in.Masks {
		if err := checkMask("the content mask of "+in.Style.name(i), m); err != nil {
			return err
		}
	}
	if err := checkMask("the strength map", in.StrengthMap); err != nil {
		return err
	}
	for i := range in.Masks {
		if cover(product(in.Masks[i], in.StrengthMap)) == 0 {
			return fmt.Errorf("the content mask of %s: the strength map is entirely black there: there is nothing to paint", in.Style.name(i))
		}
	}
	return nil
}

// maskNotes returns a line for each mask whose shape differs from that of its picture.
func (in *Inputs) maskNotes() []string {
	var notes []string
	note := func(what string, mask *canvas.Plane, of *canvas.Picture) {
		if mask != nil && (mask.Width != of.Width || mask.Height != of.Height) {
			notes = append(notes, fmt.Sprintf("%s is %dx%d and its picture %dx%d: it is resampled",
				what, mask.Width, mask.Height, of.Width, of.Height))
		}
	}
	for i, m := range in.Masks {
		note("the content mask of "+in.Style.name(i), m, in.Photograph)
	}
	note("the strength map", in.StrengthMap, in.Photograph)
	for i, m := range in.Style.masks {
		note("the mask of "+in.Style.name(i), m, in.Style.paintings[i])
	}
	return notes
}
