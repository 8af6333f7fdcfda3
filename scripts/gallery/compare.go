package main

import (
	"bytes"
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"github.com/impasto/impasto"
	"github.com/impasto/impasto/canvas"
	"github.com/impasto/impasto/examples"
	"github.com/impasto/impasto/recipe"
	"github.com/impasto/impasto/transfer"
)

// finalists are the last candidates for recipe impasto.
var finalists = []setting{
	{"impasto", nil},
	{"equal layers, 140", map[string]string{"style-weight": "140", "style-layers": equalLayers}},
	{"balanced layers, 50", map[string]string{"style-layers": balancedGram}},
	{"Wasserstein, 8", map[string]string{"style-weight": "8", "style-loss": "wasserstein", "style-layers": balancedWasserstein}},
	{"Wasserstein, then Gram", map[string]string{
		"scale.coarse.style-weight": "8", "scale.coarse.style-loss": "wasserstein", "scale.coarse.style-layers": balancedWasserstein}},
}

// comparedPairs are the built-in pairs of the comparison.
var comparedPairs = []string{"astronaut,mosaic", "coffee,woodcut", "cat,marble", "coffee,night", "cat,poppies", "astronaut,glass"}

// compare paints pairs by all finalists, measures every picture, and shows each pair in its own sheet. A
// pair is "photo,painting": names of built-in pictures, or files.
func (p *painter) compare(ctx context.Context, o *options, pairs []string) error {
	measured := make([][]measures, len(finalists))
	fmt.Println("| pair | candidate | Gram | Wasserstein | content | Laplacian | seconds |\n|---|---|---|---|---|---|---|")
	for _, pair := range pairs {
		photo, painting, ok := strings.Cut(pair, ",")
		if !ok {
			return fmt.Errorf("pair %q: write photo,painting", pair)
		}
		var cells []labelled
		for i, f := range finalists {
			s := newShot(f.label, photo, painting, o.size, "impasto", f.changes)
			began := time.Now()
			picture, err := p.paint(ctx, &s)
			if err != nil {
				return err
			}
			seconds := time.Since(began).Seconds()
			m, err := p.measure(ctx, &s, picture)
			if err != nil {
				return err
			}
			measured[i] = append(measured[i], m)
			cells = append(cells, labelled{f.label, picture})
			fmt.Printf("| %s, %s | %s | %v | %.0f |\n", plainName(photo), plainName(painting), f.label, m, seconds)
		}
		file := filepath.Join(p.cache, fmt.Sprintf("compare-%s-%s-%d.jpg", plainName(photo), plainName(painting), o.size))
		if err := writeSheet(file, cells, 3, o.size); err != nil {
			return err
		}
	}
	fmt.Printf("\n| mean of %d pairs | Gram | Wasserstein | content | Laplacian |\n|---|---|---|---|---|\n", len(pairs))
	for i, f := range finalists {
		fmt.Printf("| %s | %v |\n", f.label, mean(measured[i]))
	}
	return nil
}

// measures are a picture's distances from the painting and from the photograph, where 1 is that of flat grey,
// and the energy of its Laplacian relative to the painting's: above 1 is noise that the painting does not have.
type measures struct{ gram, wasserstein, content, laplacian float64 }

func (m measures) String() string {
	return fmt.Sprintf("%.3f | %.3f | %.2f | %.2f", m.gram, m.wasserstein, m.content, m.laplacian)
}

func mean(all []measures) (m measures) {
	n := float64(len(all))
	for _, a := range all {
		m.gram += a.gram / n
		m.wasserstein += a.wasserstein / n
		m.content += a.content / n
		m.laplacian += a.laplacian / n
	}
	return m
}

func (p *painter) measure(ctx context.Context, s *shot, at *canvas.Picture) (m measures, err error) {
	photo, err := open(s.photo())
	if err != nil {
		return m, err
	}
	painting, err := paintingFor(s.painting(), at)
	if err != nil {
		return m, err
	}
	photo = canvas.Resize(photo, at.Width, at.Height, canvas.Lanczos)
	if m.gram, m.content, err = p.shares(ctx, photo, painting, at, "gram"); err != nil {
		return m, err
	}
	if m.wasserstein, _, err = p.shares(ctx, photo, painting, at, "wasserstein"); err != nil {
		return m, err
	}
	m.laplacian = laplacian(at) / laplacian(painting)
	return m, nil
}

// shares returns the style loss, a mean over layers, and the content loss of a picture, relative to flat grey.
func (p *painter) shares(ctx context.Context, photo, painting, at *canvas.Picture, distance string) (style, content float64, err error) {
	r, err := recipe.Find("impasto")
	if err != nil {
		return 0, 0, err
	}
	changes := map[string]string{"loss-units": "plain", "style-loss": distance, "style-layers": equalLayers, "tv-weight": "0"}
	if err := r.Override(changes); err != nil {
		return 0, 0, err
	}
	learned, err := p.model.Learn(ctx, impasto.Painting{Picture: painting, Weight: 1})
	if err != nil {
		return 0, 0, err
	}
	grey := canvas.New(at.Width, at.Height)
	for c, v := range [3]float32{0.485, 0.456, 0.406} {
		for i := range grey.Channel(c) {
			grey.Channel(c)[i] = v
		}
	}
	here, err := p.model.Evaluate(ctx, photo, learned, at, impasto.Options{Recipe: r})
	if err != nil {
		return 0, 0, err
	}
	there, err := p.model.Evaluate(ctx, photo, learned, grey, impasto.Options{Recipe: r})
	if err != nil {
		return 0, 0, err
	}
	for i, term := range here.Terms {
		share := term.Value / there.Terms[i].Value
		switch term.Kind {
		case transfer.StyleTerm:
			style += share / float64(len(r.Style.Layers))
		case transfer.ContentTerm:
			content += share
		}
	}
	return style, content, nil
}

// laplacian returns the mean square of the Laplacian of the mean of the channels.
func laplacian(p *canvas.Picture) float64 {
	at := func(x, y int) float64 {
		sum := 0.0
		for c := range 3 {
			sum += float64(p.Channel(c)[y*p.Width+x])
		}
		return sum / 3
	}
	energy := 0.0
	for y := 1; y < p.Height-1; y++ {
		for x := 1; x < p.Width-1; x++ {
			l := 4*at(x, y) - at(x-1, y) - at(x+1, y) - at(x, y-1) - at(x, y+1)
			energy += l * l
		}
	}
	return energy / float64((p.Width-2)*(p.Height-2))
}

// open returns a built-in picture, or that in a file.
func open(name string) (*canvas.Picture, error) {
	if !strings.HasPrefix(inputName(name), "@") {
		return canvas.Open(name, canvas.Limits{})
	}
	data, err := examples.Open(inputName(name))
	if err != nil {
		return nil, err
	}
	return canvas.Decode(bytes.NewReader(data), canvas.Limits{})
}

// plainName returns the name of a picture without folder and extension.
func plainName(name string) string {
	base := strings.TrimPrefix(filepath.Base(name), "@")
	return strings.TrimSuffix(base, filepath.Ext(base))
}
