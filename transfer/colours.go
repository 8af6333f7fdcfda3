package transfer

import (
	"github.com/impasto/impasto/canvas"
	"github.com/impasto/impasto/recipe"
)

// colouring holds how pictures are recoloured before and after painting, so that colours are kept.
type colouring struct {
	paintings []canvas.ColourMap // nil: unchanged
	own       *canvas.Picture    // the photograph whose colours are combined with the painted brightness, or nil
}

// recolour changes the pictures as the recipe's Colours requires.
func (in *Inputs) recolour() {
	kind := in.Recipe.Colours
	if kind == recipe.NoColours {
		return
	}
	match := canvas.MatchColours
	if kind == recipe.LuminanceColours {
		match = canvas.MatchLuma
	}
	if in.Style != nil {
		for _, painting := range in.Style.paintings {
			in.colouring.paintings = append(in.colouring.paintings, match(painting, in.Photograph))
		}
	}
	if kind == recipe.LuminanceColours {
		in.colouring.own, in.Photograph = in.Photograph, canvas.Grey().Apply(in.Photograph)
		if in.Start != nil {
			in.Start = canvas.Grey().Apply(in.Start)
		}
	}
}

// of returns the map of a painting's colours, zero if they are unchanged.
func (c *colouring) of(painting int) canvas.ColourMap {
	if c.paintings == nil {
		return canvas.ColourMap{}
	}
	return c.paintings[painting]
}

// finish returns a picture with its final colours.
func (c *colouring) finish(p *canvas.Picture) *canvas.Picture {
	if c.own == nil {
		return p
	}
	return canvas.Resize(c.own, p.Width, p.Height, canvas.Lanczos).WithLuma(p.Luma())
}
