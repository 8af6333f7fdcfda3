package main

import (
	"fmt"
	"image"
	_ "image/png" // photographs
	"os"
	"path/filepath"
)

// tile is the size of a thumbnail in pixels, gap the white between two, columns the number in a row.
const tile, gap, columns = 256, 10, 5

// writeSheet puts all pictures of a folder, photographs last, on one page of thumbnails.
func writeSheet(folder, path string) error {
	var files []string
	for _, p := range paintings {
		files = append(files, filepath.Join(folder, p.name+".jpg"))
	}
	photos, err := filepath.Glob(filepath.Join(folder, "*.png"))
	if err != nil {
		return err
	}
	files = append(files, photos...)
	rows := (len(files) + columns - 1) / columns
	page := newCanvas(columns*(tile+gap)+gap, rows*(tile+gap)+gap, hex(0xffffff))
	for i, f := range files {
		img, err := load(f)
		if err != nil {
			return err
		}
		page.thumbnail(img, gap+(i%columns)*(tile+gap), gap+(i/columns)*(tile+gap))
	}
	data, err := encode(page.picture(), 86)
	if err != nil {
		return err
	}
	return os.WriteFile(path, data, 0o644)
}

func load(path string) (image.Image, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	img, _, err := image.Decode(f)
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", path, err)
	}
	return img, nil
}

// thumbnail draws the middle square of img, averaged over each pixel's area, at (x0, y0).
func (c *Canvas) thumbnail(img image.Image, x0, y0 int) {
	b := img.Bounds()
	side := min(b.Dx(), b.Dy())
	left, top := b.Min.X+(b.Dx()-side)/2, b.Min.Y+(b.Dy()-side)/2
	for y := range tile {
		for x := range tile {
			var sum RGB
			n := 0.0
			for v := top + y*side/tile; v < top+max((y+1)*side/tile, y*side/tile+1); v++ {
				for u := left + x*side/tile; u < left+max((x+1)*side/tile, x*side/tile+1); u++ {
					r, g, b, _ := img.At(u, v).RGBA()
					sum = RGB{sum.R + float64(r), sum.G + float64(g), sum.B + float64(b)}
					n++
				}
			}
			c.Colour[(y0+y)*c.W+x0+x] = sum.scale(1 / (n * 65535))
		}
	}
}
