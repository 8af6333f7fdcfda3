package main

import (
	"context"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"os"
	"path/filepath"

	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"

	"github.com/impasto/impasto/canvas"
)

// sheet is a picture of a page: shots in rows under their labels.
type sheet struct {
	set     string // the page it is for
	name    string // of the file, without extension
	columns int
	cell    int      // long side of a picture on it
	shown   []string // built-in pictures shown before the shots
	shots   []shot
}

// file returns the path of a sheet, relative to the folder of the pages.
func (s *sheet) file() string {
	return filepath.Join("images", s.set, s.name+".jpg")
}

// jpegQuality keeps all sheets together within 3 MB.
const jpegQuality = 84

// The lengths of a sheet, in pixels.
const (
	margin     = 6
	labelSize  = 15
	labelSpace = 22
)

// labelled is a picture with its label.
type labelled struct {
	label   string
	picture *canvas.Picture
}

func (p *painter) paintSheet(ctx context.Context, s sheet, docs string) error {
	var cells []labelled
	for _, name := range s.shown {
		picture, err := open(name)
		if err != nil {
			return err
		}
		cells = append(cells, labelled{"@" + name, picture})
	}
	for i := range s.shots {
		picture, err := p.paint(ctx, &s.shots[i])
		if err != nil {
			return err
		}
		cells = append(cells, labelled{s.shots[i].label, picture})
	}
	return writeSheet(filepath.Join(docs, s.file()), cells, s.columns, s.cell)
}

// writeSheet lays out pictures in rows, each as high as its highest picture.
func writeSheet(file string, cells []labelled, columns, cell int) error {
	shown := make([]*image.RGBA, len(cells))
	heights := make([]int, (len(cells)+columns-1)/columns)
	width := make([]int, columns)
	for i, c := range cells {
		w, h := canvas.Fit(c.picture.Width, c.picture.Height, cell, false)
		small := canvas.Resize(c.picture, w, h, canvas.Lanczos)
		small.Clamp()
		img, err := small.Image()
		if err != nil {
			return err
		}
		shown[i] = img
		heights[i/columns] = max(heights[i/columns], h+labelSpace+margin)
		width[i%columns] = max(width[i%columns], w+margin)
	}
	page := image.NewRGBA(image.Rect(0, 0, sum(width)+margin, sum(heights)+margin))
	draw.Draw(page, page.Bounds(), image.White, image.Point{}, draw.Src)
	face, err := newFace()
	if err != nil {
		return err
	}
	for i, c := range cells {
		x, y := margin+sum(width[:i%columns]), margin+sum(heights[:i/columns])
		write(page, face, x, y, c.label)
		at := image.Rect(x, y+labelSpace, x+shown[i].Rect.Dx(), y+labelSpace+shown[i].Rect.Dy())
		draw.Draw(page, at, shown[i], image.Point{}, draw.Src)
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return err
	}
	return canvas.Save(file, canvas.FromImage(page), canvas.EncodeOptions{Quality: jpegQuality})
}

func sum(lengths []int) int {
	total := 0
	for _, n := range lengths {
		total += n
	}
	return total
}

func newFace() (font.Face, error) {
	f, err := opentype.Parse(goregular.TTF)
	if err != nil {
		return nil, fmt.Errorf("the font of the labels: %w", err)
	}
	return opentype.NewFace(f, &opentype.FaceOptions{Size: labelSize, DPI: 72, Hinting: font.HintingFull})
}

func write(page *image.RGBA, face font.Face, x, y int, words string) {
	d := font.Drawer{Dst: page, Src: image.NewUniform(color.Gray{0x22}), Face: face, Dot: fixed.P(x, y+labelSize)}
	d.DrawString(words)
}
