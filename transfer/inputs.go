package transfer

import (
	"fmt"
	"math"

	"github.com/impasto/impasto/canvas"
	"github.com/impasto/impasto/engine"
	"github.com/impasto/impasto/feature"
	"github.com/impasto/impasto/recipe"
)

// Inputs are what to paint, and with what.
type Inputs struct {
	Network    *feature.Extractor // as Options says for the recipe
	Recipe     recipe.Recipe
	Photograph *canvas.Picture
	Style      *Style // may be nil where the style has no weight

	// Start is the picture that recipe.InitPicture begins with, of the result's size or of any other, to
	// which it is then resampled.
	Start *canvas.Picture
	// Seed is that of recipe.InitNoise and of Recipe.Start.Jitter.
	Seed uint64

	// Masks give each painting a part of the photograph, one mask a painting, of any size; a nil mask is
	// everywhere. No masks: the paintings are blended.
	Masks []*canvas.Plane
	// StrengthMap says where to paint how strongly, in [0,1] (0: as the photograph is); nil is 1.
	StrengthMap *canvas.Plane

	// Size is the long side of the result in pixels; 0 keeps the photograph's own.
	Size int
	// Enlarge lets Size exceed the photograph's long side.
	Enlarge bool

	// Budget bounds the arena of the run in bytes, and Keep says what it may hold; 0 is no bound.
	Budget int64
	Keep   feature.Keep

	colouring colouring // of a plan's inputs
	shares    []float64 // likewise: of the paintings; a run may change them
}

// sizeNotes tells where the result has another size or shape than what was given.
func (in *Inputs) sizeNotes(result size) []string {
	var notes []string
	if own := (size{in.Photograph.Width, in.Photograph.Height}); in.Size > own.long() && !in.Enlarge {
		notes = append(notes, fmt.Sprintf("the photograph is %v and is not enlarged: the result is %v instead of %d pixels on its long side",
			own, result, in.Size))
	}
	if s := in.Start; s != nil && in.Recipe.Start.Init == recipe.InitPicture {
		want := float64(result.width) / float64(result.height)
		if have := float64(s.Width) / float64(s.Height); math.Abs(have/want-1) > 0.02 {
			notes = append(notes, fmt.Sprintf("the picture to start from is %dx%d and the result %v: it is stretched to that shape",
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
		return fmt.Errorf("size: %d pixels; it must be positive", in.Size)
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
		return fmt.Errorf("init picture: there is no picture to start from")
	}
	return nil
}

// checkRecipe is what of check may differ by scale.
func (in *Inputs) checkRecipe() error {
	if err := in.Recipe.Validate(); err != nil {
		return err
	}
	if in.Recipe.HasStyle() && in.Style == nil {
		return fmt.Errorf("recipe %s: the style has a weight, and there is no painting", in.Recipe.Name)
	}
	return nil
}

// sides lists the long sides of the scales. Where the recipe leaves their number open, those that are
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
		panic("transfer: a recipe that was not validated: " + err.Error())
	}
	return &own
}

// least returns the shortest side of a picture that reaches all of the recipe's layers.
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

// shortest returns the shortest side of any picture at a scale.
func (in *Inputs) shortest(last size, side int) int {
	shortest := last.shrink(side).short()
	if in.Recipe.HasStyle() {
		for _, p := range in.Style.paintings {
			shortest = min(shortest, in.paintingSize(p, side).short())
		}
	}
	return shortest
}

// painting returns a painting at a size, in the colours that it is learned in.
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

// paintingSize returns the size at which a painting is learned for a scale whose long side is side: at
// every scale Style.Scale times the picture's long side, so that the strokes keep their ratio to the
// picture, but never larger than the painting is. Where neither picture is to be resampled (the
// photograph at its own size, one scale) the painting keeps its size, too.
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
			notes = append(notes, fmt.Sprintf("%s has %d pixels on its long side, and %d are wanted: "+
				"at the finest scales its strokes come out smaller; use a larger scan, or style-scale %.2g",
				in.Style.name(i), have, want, in.Recipe.Style.Scale*float64(have)/float64(want)))
		}
	}
	return notes
}

// layers finds the recipe's layers that have a weight in the network.
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

// shape returns that of a layer's map for a picture of the given size.
func (in *Inputs) shape(s size, l placed) engine.Shape {
	net := in.Network.Network()
	return net.Shape(l.layer, s.height, s.width)
}
