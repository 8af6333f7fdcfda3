package transfer

import (
	"fmt"
	"math"

	"github.com/impasto/impasto/canvas"
)

// size is that of a picture in pixels.
type size struct{ width, height int }

func (s size) short() int { return min(s.width, s.height) }
func (s size) long() int  { return max(s.width, s.height) }

func (s size) String() string { return fmt.Sprintf("%dx%d", s.width, s.height) }

// last returns the size of the result.
func (j *Job) last() size {
	w, h := j.Content.Width, j.Content.Height
	if j.Size > 0 {
		w, h = canvas.Fit(w, h, j.Size, j.Enlarge)
	}
	return size{w, h}
}

// shrink returns the size of s with another long side.
func (s size) shrink(long int) size {
	w, h := canvas.Fit(s.width, s.height, max(long, 1), false)
	return size{w, h}
}

// paintingSize returns the size at which a painting is learned for a scale whose long side is side: at
// every scale Style.Scale times the picture's long side, so that the strokes keep their ratio to the
// picture, but never larger than the painting is. Where neither picture is to be resampled (the
// photograph at its own size, one scale) the painting keeps its size, too.
func (j *Job) paintingSize(painting *canvas.Picture, side int) size {
	own := size{painting.Width, painting.Height}
	scale := j.Recipe.Style.Scale
	if j.Size == 0 && j.Recipe.Scales.Count == 1 {
		return own.shrink(int(math.Round(scale * float64(own.long()))))
	}
	return own.shrink(int(math.Round(scale * float64(side))))
}

// small returns a line for each painting that is too small for the last scale.
func (j *Job) small() []string {
	var notes []string
	if j.Size == 0 && j.Recipe.Scales.Count == 1 {
		return nil
	}
	want := int(math.Round(j.Recipe.Style.Scale * float64(j.last().long())))
	for i, p := range j.Style.paintings {
		if have := max(p.Width, p.Height); have < want {
			notes = append(notes, fmt.Sprintf("painting %d has %d pixels on its long side and %d are wanted: "+
				"at the finest scales its strokes come out smaller; use a larger scan, or --style-scale %.2g",
				i+1, have, want, j.Recipe.Style.Scale*float64(have)/float64(want)))
		}
	}
	return notes
}
