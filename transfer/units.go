package transfer

import (
	"context"

	"github.com/impasto/impasto/engine"
)

// units multiply the losses of content and style.
type units struct{ content, style float64 }

// measure takes the losses at a flat grey picture, with everything in its place, and sets the units so
// that there the content loss is its weight, and the style loss its weight times strength.
func (st *stage) measure(ctx context.Context, p *point) error {
	st.dev.Write(p.image, st.flat(nil, 0).Pix)
	values, err := p.pass.Evaluate(ctx, p.image, p.gradient)
	if err != nil {
		return err
	}
	var content, style float64
	for i, v := range values {
		if i < len(st.content) {
			content += v
		} else {
			style += v
		}
	}
	r := &st.job.Recipe
	st.units = units{unit(r.Content.Weight, content), unit(r.Style.Weight*r.Style.Strength, style)}
	return nil
}

func unit(weight, value float64) float64 {
	if !(value > 0) {
		return 1
	}
	return weight / value
}

// placeTaps makes the losses of content and style.
func (st *stage) placeTaps(arena engine.Arena, targets [][]engine.Statistics) {
	for i, l := range st.content {
		st.sockets[i].Tap = st.contentTap(l, st.target(arena, i))
	}
	st.placeStyle(arena, targets)
}
