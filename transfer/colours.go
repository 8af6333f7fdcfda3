package transfer

import (
	"github.com/impasto/impasto/canvas"
	"github.com/impasto/impasto/recipe"
)

// colouring is how pictures are recoloured on their way in and out, so that colours are kept.
type colouring struct {
	paintings []canvas.ColourMap // nil: as they are
	own       *canvas.Picture    // the photograph whose colours go back under the brightness painted; or nil
}

// recolour changes the job's pictures as the recipe's Colours demands.
func (j *Job) recolour() {
	kind := j.Recipe.Colours
	if kind == recipe.NoColours {
		return
	}
	match := canvas.MatchColours
	if kind == recipe.LuminanceColours {
		match = canvas.MatchLuma
	}
	if j.Style != nil {
		for _, painting := range j.Style.paintings {
			j.colouring.paintings = append(j.colouring.paintings, match(painting, j.Content))
		}
	}
	if kind == recipe.LuminanceColours {
		j.colouring.own, j.Content = j.Content, canvas.Grey().Apply(j.Content)
		if j.Start != nil {
			j.Start = canvas.Grey().Apply(j.Start)
		}
	}
}

// of returns the map of a painting's colours, zero where they stay.
func (c *colouring) of(painting int) canvas.ColourMap {
	if c.paintings == nil {
		return canvas.ColourMap{}
	}
	return c.paintings[painting]
}

// painting returns a painting at a size, in the colours that it is learned in.
func (j *Job) painting(i, width, height int) *canvas.Picture {
	p := canvas.Resize(j.Style.paintings[i], width, height, canvas.Lanczos)
	if m := j.colouring.of(i); m != (canvas.ColourMap{}) {
		return m.Apply(p)
	}
	return p
}

// finish returns a picture with the colours that it is to be seen in.
func (c *colouring) finish(p *canvas.Picture) *canvas.Picture {
	if c.own == nil || p == nil {
		return p
	}
	return canvas.Resize(c.own, p.Width, p.Height, canvas.Lanczos).WithLuma(p.Luma())
}
