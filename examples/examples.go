// Package examples holds pictures that may be distributed with the program: photographs to repaint
// and paintings to repaint them after. SOURCES.md gives the origin and the licence of each.
//
// The paintings are made by the generator in the folder _gen.
package examples

import (
	"embed"
	"fmt"
	"slices"
	"strings"

	"github.com/impasto/impasto/internal/spelling"
)

//go:embed *.png *.jpg
var files embed.FS

// Kind is the purpose of a picture.
type Kind string

// The kinds of pictures.
const (
	Photo    Kind = "photo"    // a content image
	Painting Kind = "painting" // a style image
)

// Picture is one of the built-in pictures.
type Picture struct {
	Name        string // short and stable: `impasto style me.jpg @night`
	Kind        Kind
	Description string // one line
	File        string // name of the file, whose extension gives the format: .png or .jpg
}

var pictures = []Picture{
	{"astronaut", Photo, "portrait of Eileen Collins in an orange suit, 512x512", "astronaut.png"},
	{"cat", Photo, "face of Chelsea, a tabby cat, 451x300", "cat.png"},
	{"coffee", Photo, "a cup of espresso on a wooden table, 600x400", "coffee.png"},
	{"dots", Painting, "pointillism: sails and parasols on a river in the late sun, 1024x800", "dots.jpg"},
	{"glass", Painting, "stained glass: the sun over hills, a river and lilies, 800x1024", "glass.jpg"},
	{"marble", Painting, "marbled paper: five flowers drawn into combed inks, 832x1024", "marble.jpg"},
	{"mosaic", Painting, "Roman mosaic: a peacock on gold, stones laid along the contours, 832x1024", "mosaic.jpg"},
	{"night", Painting, "thick oil strokes: a village by a lake under a turning sky, 1024x832", "night.jpg"},
	{"poppies", Painting, "broad brushes and a knife: a field of poppies in the evening, 1024x800", "poppies.jpg"},
	{"woodcut", Painting, "woodcut in four inks: a wave, a mountain and the sun, 1024x768", "woodcut.jpg"},
}

// Pictures lists all pictures, photographs first, each kind by name. The caller may change the slice.
func Pictures() []Picture { return slices.Clone(pictures) }

// Names lists the names of all pictures in the order of Pictures.
func Names() []string {
	names := make([]string, len(pictures))
	for i, p := range pictures {
		names[i] = p.Name
	}
	return names
}

// Open returns the encoded bytes (PNG or JPEG) of the picture with that name; a leading @, as on
// the command line, is allowed. The bytes are a copy. If there is no such picture, the error
// gives similar names.
func Open(name string) ([]byte, error) {
	name = strings.TrimPrefix(name, "@")
	for _, p := range pictures {
		if p.Name == name {
			return files.ReadFile(p.File)
		}
	}
	return nil, fmt.Errorf("no built-in picture is called %q: %s", name, hint(name))
}

// hint suggests names similar to an unknown one, or lists all of them.
func hint(name string) string {
	near := spelling.Nearest(name, Names(), 3)
	// If a third of the letters of both differ, it is not a typing error.
	near = slices.DeleteFunc(near, func(n string) bool { return 3*spelling.Distance(name, n) > len(name)+len(n) })
	if len(near) == 0 {
		return "there are " + strings.Join(Names(), ", ")
	}
	return "did you mean " + strings.Join(near, " or ") + "?"
}
