package main

import (
	"bytes"
	"fmt"
	"image"
	"image/jpeg"
	"image/png"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"golang.org/x/image/draw"
)

// Pictures of the chapters are at most twice as wide as a page shows them. The quality keeps text on
// white clean.
const (
	widest  = 1200
	quality = 78
)

// shown finds the pictures of a page.
var shown = regexp.MustCompile(`!\[[^\]]*\]\(([^)]+)\)`)

// figure finds the number in the name of a picture that is a figure of a study: pipeline-05 is
// pipeline/figure-05.png.
var figure = regexp.MustCompile(`^(.*)-(\d\d)$`)

// draw makes the pictures that the page shows from the output of its commands.
func (c *chapter) draw(page string) error {
	for _, found := range shown.FindAllStringSubmatch(page, -1) {
		path := filepath.Join(filepath.Dir(c.path), filepath.FromSlash(found[1]))
		if !strings.HasPrefix(path, filepath.FromSlash(pictures)) {
			continue
		}
		name := strings.TrimSuffix(filepath.Base(path), ".jpg")
		from := filepath.Join(c.folder, name+".png")
		if part := figure.FindStringSubmatch(name); part != nil {
			from = filepath.Join(c.folder, part[1], "figure-"+part[2]+".png")
		}
		if err := convert(from, path); err != nil {
			return err
		}
	}
	return nil
}

// convert writes a PNG file as a JPEG of limited width.
func convert(from, to string) error {
	data, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	img, err := png.Decode(bytes.NewReader(data))
	if err != nil {
		return fmt.Errorf("read %s: %w", from, err)
	}
	if b := img.Bounds(); b.Dx() > widest {
		small := image.NewRGBA(image.Rect(0, 0, widest, b.Dy()*widest/b.Dx()))
		draw.CatmullRom.Scale(small, small.Bounds(), img, b, draw.Src, nil)
		img = small
	}
	var out bytes.Buffer
	if err := jpeg.Encode(&out, img, &jpeg.Options{Quality: quality}); err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(to), 0o777); err != nil {
		return err
	}
	fmt.Printf("%s: %d kB\n", to, out.Len()/1000)
	return os.WriteFile(to, out.Bytes(), 0o666)
}
