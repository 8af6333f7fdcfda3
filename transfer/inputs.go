package transfer

import (
	"fmt"
	"math"

	"github.com/impasto/impasto/canvas"
	"github.com/impasto/impasto/engine"
	"github.com/impasto/impasto/feature"
	"github.com/impasto/impasto/recipe"
)

// Inputs are what to paint, and with which network and recipe.
type Inputs struct {
	Network    *feature.Extractor // prepared with NetworkOptions of the recipe
	Recipe     recipe.Recipe
	Photograph *canvas.Picture
	Style      *Style // may be nil if the style has no weight

	// Start is the picture that recipe.InitPicture starts from, of any size; it is resampled to the size of
	// the result.
	Start *canvas.Picture
	// Seed is that of recipe.InitNoise and of Recipe.Start.Jitter.
	Seed uint64

	// Masks assign each painting a part of the photograph, one mask per painting, of any size; a nil mask is
	// everywhere. Without masks the paintings are blended.
	Masks []*canvas.Plane
	// StrengthMap is the strength at each position, in [0,1] (0: as in the photograph); nil is 1 everywhere.
	StrengthMap *canvas.Plane

	// Size is the long side of the result in pixels; 0 keeps the photograph's own.
	Size int
	// Enlarge lets Size exceed the photograph's long side.
	Enlarge bool

	// Budget limits the arena of the run in bytes; 0 means no limit. Keep selects what the arena may hold.
	Budget int64
	Keep   feature.Keep

	colouring colouring // set in a plan's inputs
	shares    []float64 // likewise: of the paintings; a run may change them
}

// sizeNotes reports where the size or shape of the result differs from what was given.
func (in *Inputs) sizeNotes(result size) []string {
	var notes []string
	if own := (size{in.Photograph.Width, in.Photograph.Height}); in.Size > own.long() && !in.Enlarge {
		notes = append(notes, fmt.Sprintf("the photograph is %v and is not enlarged: the result is %v, not %d pixels on its long side",
			own, result, in.Size))
	}
	if s := in.Start; s != nil && in.Recipe.Start.Init == recipe.InitPicture {
		want := float64(result.width) / float64(result.height)
		if have := float64(s.Width) / float64(s.Height); math.Abs(have/want-1) > 0.02 {
			notes = append(notes, fmt.Sprintf("the start picture is %dx%d and the result %v: it is stretched to that shape",
				s.Width, s.Height, result))
		}
	}
	return notes
}

func (in *Inputs) check() error {
	if in.Network == nil || in.Photograph == nil {
		panic("transfer: inputs without a network or a photograph")
	}
	if in.Size < 0 {
		return fmt.Errorf("size: %d pixels; must be positive", in.Size)
	}
	if err := in.checkRecipe(); err != nil {
		return err
	}
	if err := in.checkMasks(); err != nil {
		return err
	}
	if in.Recipe.Start.Init == recipe.InitStyle && in.Style == nil {
		return fmt.Errorf("init style: there is no painting")
	}
	if in.Recipe.Start.Init == recipe.InitPicture && in.Start == nil {
		return fmt.Errorf("init picture: there is no start picture")
	}
	return nil
}

// checkRecipe checks what may differ by scale.
func (in *Inputs) checkRecipe() error {
	if err := in.Recipe.Validate(); err != nil {
		return err
	}
	if in.Recipe.HasStyle() && in.Style == nil {
		return fmt.Errorf("recipe %s: the style has a weight, but there is no painting", in.Recipe.Name)
	}
	return nil
}

// sides lists the long sides of the scales. If the recipe leaves their number open, those that are
// too small for its layers are left out.
func (in *Inputs) sides() []int {
	last := in.last()
	sides := in.Recipe.Scales.Sides(last.long())
	for in.Recipe.Scales.Count == 0 && len(sides) > 1 {
		coarsest := in.at(0, len(sides))
		if coarsest.shortest(last, sides[0]) >= coarsest.least() {
			break
		}
		sides = sides[1:]
	}
	return sides
}

// at returns the inputs with the recipe of scale i of n.
func (in *Inputs) at(i, n int) *Inputs {
	own := *in
	var err error
	if own.Recipe, err = in.Recipe.At(i, n); err != nil {
		panic("transfer: invalid recipe: " + err.Error())
	}
	return &own
}

// least returns the least short side of a picture that reaches all of the recipe's layers.
func (in *Inputs) least() int {
	content, style, err := in.layers()
	if err != nil {
		return 1 // newScale reports it
	}
	least := 1
	for _, l := range append(content, style...) {
		least = max(least, l.layer.MinSize())
	}
	return least
}

// shortest returns the short side of the smallest picture used at a scale.
func (in *Inputs) shortest(last size, side int) int {
	shortest := last.shrink(side).short()
	if in.Recipe.HasStyle() {
		for _, p := range in.Style.paintings {
			shortest = min(shortest, in.paintingSize(p, side).short())
		}
	}
	return shortest
}

// painting returns a painting at a size, in the colours in which it is learned.
func (in *Inputs) painting(i int, s size) *canvas.Picture {
	p := canvas.Resize(in.Style.paintings[i], s.width, s.height, canvas.Lanczos)
	if m := in.colouring.of(i); m != (canvas.ColourMap{}) {
		return m.Apply(p)
	}
	return p
}

// last returns the size of the result.
func (in *Inputs) last() size {
	w, h := in.Photograph.Width, in.Photograph.Height
	if in.Size > 0 {
		w, h = canvas.Fit(w, h, in.Size, in.Enlarge)
	}
	return size{w, h}
}

// paintingSize returns the size at which a painting is learned for a scale with the given long side: at
// every scale Style.Scale times the picture's long side, so that the strokes keep their ratio to the
// picture, but never larger than the painting. If no picture is to be resampled (the photograph at its
// own size, one scale), the painting keeps its size too.
func (in *Inputs) paintingSize(painting *canvas.Picture, side int) size {
	own := size{painting.Width, painting.Height}
	scale := in.Recipe.Style.Scale
	if in.Size == 0 && in.Recipe.Scales.Count == 1 {
		return own.shrink(int(math.Round(scale * float64(own.long()))))
	}
	return own.shrink(int(math.Round(scale * float64(side))))
}

// small returns a line for each painting that is too small for the last scale.
func (in *Inputs) small() []string {
	var notes []string
	if in.Size == 0 && in.Recipe.Scales.Count == 1 {
		return nil
	}
	want := int(math.Round(in.Recipe.Style.Scale * float64(in.last().long())))
	for i, p := range in.Style.paintings {
		if have := max(p.Width, p.Height); have < want {
			notes = append(notes, fmt.Sprintf("%s has %d pixels on its long side, but %d are needed: "+
				"at the finest scales its strokes become smaller; use a larger scan, or style-scale %.2g",
				in.Style.name(i), have, want, in.Recipe.Style.Scale*float64(have)/float64(want)))
		}
	}
	return notes
}

// layers returns the recipe's layers that have a weight, found in the network.
func (in *Inputs) layers() (content, style []placed, err error) {
	find := func(of recipe.LayerWeights) (found []placed, err error) {
		net := in.Network.Network()
		for _, l := range of {
			layer, err := net.Layer(l.Layer)
			if err != nil {
				return nil, err
			}
			if l.Weight > 0 {
				found = append(found, placed{layer, l.Weight})
			}
		}
		return found, nil
	}
	if in.Recipe.HasContent() {
		if content, err = find(in.Recipe.Content.Layers); err != nil {
			return nil, nil, err
		}
	}
	if in.Recipe.HasStyle() {
		style, err = find(in.Recipe.Style.Layers)
	}
	return content, style, err
}

// shape returns the shape of a layer's map for a picture of the given size.
func (in *Inputs) shape(s size, l placed) engine.Shape {
	net := in.Network.Network()
	return net.Shape(l.layer, s.height, s.width)
}
