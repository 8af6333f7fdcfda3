package main

import (
	"context"
	"fmt"
	"math"
	"path/filepath"

	"github.com/impasto/impasto"
	"github.com/impasto/impasto/canvas"
	"github.com/impasto/impasto/recipe"
)

// printPairs are the pairs whose previews and prints are compared.
var printPairs = [][2]string{{"astronaut", "mosaic"}, {"coffee", "woodcut"}, {"cat", "night"}, {"astronaut", "glass"}}

// printFile shows the first two of them, as large as printCell.
const (
	printFile = "images/recipes/print.jpg"
	printCell = 400
)

// comparePrints paints pairs at two sizes with recipe impasto, reduces the print to the size of
// the preview, and prints the style loss of both there, relative to that of a flat grey picture.
func (p *painter) comparePrints(ctx context.Context, o *options) error {
	fmt.Printf("| pair | style loss at %d | print of %d at %d | ratio | colours apart |\n|---|---|---|---|---|\n",
		o.preview, o.print, o.preview)
	var shown []labelled
	for _, pair := range printPairs[:min(max(o.pairs, 0), len(printPairs))] {
		preview, reduced, err := p.printPair(ctx, pair, o)
		if err != nil {
			return err
		}
		if len(shown) < 4 {
			shown = append(shown, labelled{fmt.Sprintf("preview, %d pixels", o.preview), preview},
				labelled{fmt.Sprintf("print of %d pixels, reduced", o.print), reduced})
		}
		small, err := p.styleLoss(ctx, pair, preview)
		if err != nil {
			return err
		}
		large, err := p.styleLoss(ctx, pair, reduced)
		if err != nil {
			return err
		}
		fmt.Printf("| %s, %s | %.4f | %.4f | %.2f | %.3f |\n", pair[0], pair[1], small, large, large/small, apart(preview, reduced))
	}
	return writeSheet(filepath.Join(o.docs, printFile), shown, 2, printCell)
}

// printPair returns a preview, and its print reduced to the preview's size.
func (p *painter) printPair(ctx context.Context, pair [2]string, o *options) (preview, reduced *canvas.Picture, err error) {
	s := newShot("print", pair[0], pair[1], o.preview, "impasto", nil)
	if preview, err = p.paint(ctx, &s); err != nil {
		return nil, nil, err
	}
	s.order.Size = o.print
	large, err := p.paint(ctx, &s)
	if err != nil {
		return nil, nil, err
	}
	return preview, canvas.Resize(large, preview.Width, preview.Height, canvas.Lanczos), nil
}

// styleLoss returns the style loss of recipe impasto at a picture, with the painting as large as the
// picture, relative to flat grey.
func (p *painter) styleLoss(ctx context.Context, pair [2]string, at *canvas.Picture) (float64, error) {
	r, err := recipe.Find("impasto")
	if err != nil {
		return 0, err
	}
	if err := r.Override(map[string]string{"loss-units": "grey", "style-weight": "1", "content-weight": "0", "tv-weight": "0"}); err != nil {
		return 0, err
	}
	painting, err := paintingFor(pair[1], at)
	if err != nil {
		return 0, err
	}
	style, err := p.model.Learn(ctx, impasto.Painting{Picture: painting, Weight: 1})
	if err != nil {
		return 0, err
	}
	e, err := p.model.Evaluate(ctx, at, style, at, impasto.Options{Recipe: r})
	if err != nil {
		return 0, err
	}
	return e.Total, nil
}

// paintingFor returns a painting as large as a picture, for comparing strokes.
func paintingFor(name string, at *canvas.Picture) (*canvas.Picture, error) {
	painting, err := open(name)
	if err != nil {
		return nil, err
	}
	w, h := canvas.Fit(painting.Width, painting.Height, max(at.Width, at.Height), false)
	return canvas.Resize(painting, w, h, canvas.Lanczos), nil
}

// apart returns the root mean square difference of two pictures of one size that were reduced to
// a sixteenth: their composition and palette, without strokes.
func apart(a, b *canvas.Picture) float64 {
	w, h := max(a.Width/16, 1), max(a.Height/16, 1)
	x, y := canvas.Resize(a, w, h, canvas.Lanczos), canvas.Resize(b, w, h, canvas.Lanczos)
	sum := 0.0
	for i, v := range x.Pix {
		d := float64(v - y.Pix[i])
		sum += d * d
	}
	return math.Sqrt(sum / float64(len(x.Pix)))
}
