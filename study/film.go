package study

import (
	"bytes"
	"fmt"
	"image"
	"image/color/palette"
	"image/draw"
	"image/gif"
	"os"
	"path/filepath"
	"slices"

	"github.com/impasto/impasto"
	"github.com/impasto/impasto/figure"
)

// Film keeps pictures of reconstructions in progress: many at the start, where they change most, and fewer later.
type Film struct {
	names  []string
	frames [][]frame // of each reconstruction
}

type frame struct {
	iteration int
	img       image.Image
}

// NewFilm returns an empty film of reconstructions with the given names.
func NewFilm(names []string) *Film {
	return &Film{names: names, frames: make([][]frame, len(names))}
}

// See keeps the picture of p if a film shows its iteration. It can be used as Descent.Progress.
func (f *Film) See(reconstruction int, p *impasto.Progress) error {
	if !shown(p.Iteration) && p.Iteration != p.Iterations {
		return nil
	}
	picture, err := p.Picture()
	if err != nil {
		return err
	}
	picture.Clamp()
	f.frames[reconstruction] = append(f.frames[reconstruction], frame{p.Iteration, imageOf(picture)})
	return nil
}

// shown reports whether a film shows an iteration: all up to 5, every 5th up to 50, and every 25th beyond.
func shown(iteration int) bool {
	switch {
	case iteration <= 5:
		return true
	case iteration <= 50:
		return iteration%5 == 0
	}
	return iteration%25 == 0
}

// WriteFrames writes each frame as NAME-ITERATION.png to a folder, which is created if it does not exist.
func (f *Film) WriteFrames(folder string) error {
	if err := os.MkdirAll(folder, 0o777); err != nil {
		return fmt.Errorf("create the folder of frames: %w", err)
	}
	for i, name := range f.names {
		for _, fr := range f.frames[i] {
			d := &figure.Drawing{Width: float64(fr.img.Bounds().Dx()), Height: float64(fr.img.Bounds().Dy())}
			d.Show(0, 0, d.Width, d.Height, fr.img, true, name)
			path := filepath.Join(folder, fmt.Sprintf("%s-%04d.png", name, fr.iteration))
			if err := figure.WriteImage(path, d.Image(1)); err != nil {
				return err
			}
		}
	}
	return nil
}

// The pace of a film, in hundredths of a second.
const (
	frameDelay = 20
	lastDelay  = 200
)

// WriteGIF writes an animation of all reconstructions side by side.
func (f *Film) WriteGIF(path string) error {
	var iterations []int
	for _, frames := range f.frames {
		for _, fr := range frames {
			iterations = append(iterations, fr.iteration)
		}
	}
	slices.Sort(iterations)
	iterations = slices.Compact(iterations)
	animation := gif.GIF{}
	for _, it := range iterations {
		img := f.row(it).Image(1)
		paletted := image.NewPaletted(img.Bounds(), palette.Plan9)
		draw.FloydSteinberg.Draw(paletted, img.Bounds(), img, image.Point{})
		animation.Image = append(animation.Image, paletted)
		animation.Delay = append(animation.Delay, frameDelay)
	}
	if n := len(animation.Delay); n > 0 {
		animation.Delay[n-1] = lastDelay
	}
	var b bytes.Buffer
	if err := gif.EncodeAll(&b, &animation); err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	return writeFile(path, b.Bytes())
}

// row draws the state of all reconstructions after the given number of iterations, that of the last frame up to it.
func (f *Film) row(iteration int) *figure.Drawing {
	const gap, head = 6, 20
	d := &figure.Drawing{}
	for i, name := range f.names {
		var last *frame
		for j := range f.frames[i] {
			if f.frames[i][j].iteration <= iteration {
				last = &f.frames[i][j]
			}
		}
		if last == nil {
			continue
		}
		b := last.img.Bounds()
		d.Write(d.Width+gap, 15, figure.BodySize, figure.Left, fmt.Sprintf("%s, %d", name, last.iteration))
		d.Show(d.Width+gap, head, float64(b.Dx()), float64(b.Dy()), last.img, true, name)
		d.Width += gap + float64(b.Dx())
		d.Height = max(d.Height, head+float64(b.Dy())+gap)
	}
	d.Width += gap
	return d
}
