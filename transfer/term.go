package transfer

import (
	"fmt"

	"github.com/impasto/impasto/engine"
	"github.com/impasto/impasto/loss"
	"github.com/impasto/impasto/optim"
	"github.com/impasto/impasto/recipe"
)

// Kind is the loss to which a term belongs.
type Kind string

// The kinds of terms.
const (
	ContentTerm        Kind = "content"
	StyleTerm          Kind = "style"
	TotalVariationTerm Kind = "tv"
	ReducedTerm        Kind = "reduced" // the loss of the reduced picture, beyond 512 pixels
)

// Kinds lists the kinds, in the order in which terms are listed.
func Kinds() []Kind { return []Kind{ContentTerm, StyleTerm, TotalVariationTerm, ReducedTerm} }

// Term is one summand of the total loss.
type Term struct {
	Kind  Kind
	Layer string  // "" for terms of the image
	Value float64 // weighted: the terms add up to the total
}

// termPlan describes a term over feature maps.
type termPlan struct {
	kind   Kind
	layers []placed
	region int                          // of the style; also the index of its guide
	group  int                          // of the style's layers
	make   func() loss.Term             // a new one
	weigh  func(*Inputs, Units) float64 // its coefficient

	bytes, hostBytes int64
	work             float64
	scalars          int
	offset           int64 // in the arena
	first            int   // among the results
}

// imagePlan describes a term over the image itself.
type imagePlan struct {
	kind  Kind
	make  func() loss.ImageTerm
	weigh func(*Inputs) float64

	bytes, hostBytes int64
	work             float64
	scalars          int
	offset           int64
	first            int
}

// planTerms lists the scale's terms and their sizes. Results before first belong to others.
func (sc *scale) planTerms(first int) error {
	for _, l := range sc.content {
		sc.terms = append(sc.terms, sc.contentPlan(l))
	}
	if len(sc.style) > 0 {
		if err := sc.planStyle(); err != nil {
			return err
		}
	}
	sc.results = first
	for _, t := range sc.terms {
		term := t.make()
		t.bytes, t.hostBytes, t.work, t.scalars = term.Bytes(), term.HostBytes(), term.Work(), term.Scalars()
		t.first = sc.results
		sc.results += t.scalars
	}
	if v := sc.in.Recipe.TotalVariation; v.Weight > 0 {
		sc.images = append(sc.images, sc.variationPlan(v.Kind))
	}
	for _, t := range sc.images {
		term := t.make()
		t.bytes, t.hostBytes, t.work, t.scalars = term.Bytes(), term.HostBytes(), term.Work(), term.Scalars()
		t.first = sc.results
		sc.results += t.scalars
	}
	if sc.results+optim.Results > mostResults {
		return fmt.Errorf("the loss has %d results; at most %d fit", sc.results, mostResults)
	}
	return nil
}

// contentPlan plans the content loss of a layer.
func (sc *scale) contentPlan(l placed) *termPlan {
	shape, s := sc.in.shape(sc.size, l), sc.size
	return &termPlan{
		kind: ContentTerm, layers: []placed{l}, region: -1,
		make: func() loss.Term { return loss.NewContent(sc.dev, shape) },
		weigh: func(in *Inputs, u Units) float64 {
			c := in.Recipe.Content
			coefficient := c.Weight * weightOf(c.Layers, l) * u.Content
			if c.Reference > 0 {
				coefficient *= c.Reference / float64(s.width*s.height)
			}
			switch c.Normalization {
			case recipe.ContentSum:
				coefficient /= 2
			case recipe.ContentMean:
				coefficient /= float64(shape.Elements())
			}
			return coefficient
		},
	}
}

// weightOf returns the weight of a layer in a recipe, 0 if it is absent.
func weightOf(layers recipe.LayerWeights, l placed) float64 {
	for _, w := range layers {
		if w.Layer == l.layer.String() {
			return w.Weight
		}
	}
	return 0
}

// planStyle plans the style losses of all regions: of a joint distance one per region, of others one per layer.
func (sc *scale) planStyle() error {
	distance, err := loss.FindDistance(string(sc.in.Recipe.Style.Distance))
	if err != nil {
		return err
	}
	net := sc.in.Network.Network()
	for r, region := range sc.regions {
		sc.guides = append(sc.guides, guide{mask: region.mask, size: sc.size, layers: sc.style, net: &net})
		for i, group := range groups(&distance, sc.style) {
			t := sc.stylePlan(&distance, r, group)
			t.group = i
			sc.terms = append(sc.terms, t)
		}
	}
	return nil
}

func (sc *scale) stylePlan(d *loss.Distance, r int, group []placed) *termPlan {
	shapes := make([]engine.Shape, len(group))
	for i, l := range group {
		shapes[i] = sc.in.shape(sc.size, l)
	}
	options := loss.Options{Normalization: normalizations[sc.in.Recipe.Style.Normalization]}
	share := sc.regions[r].share
	return &termPlan{
		kind: StyleTerm, layers: group, region: r,
		make: func() loss.Term { return d.New(sc.dev, shapes, options) },
		weigh: func(in *Inputs, u Units) float64 {
			s := in.Recipe.Style
			weight := 1.0
			if !d.Joint {
				weight = weightOf(s.Layers, group[0])
			}
			return s.Weight * s.Strength * weight * share(in) * u.Style
		},
	}
}

// variationPlan plans the total variation. Pixels on a range of 255 differ 255 times as much.
func (sc *scale) variationPlan(kind recipe.TotalVariation) *imagePlan {
	return &imagePlan{
		kind: TotalVariationTerm,
		make: func() loss.ImageTerm { return loss.NewTotalVariation(sc.dev, variations[kind]) },
		weigh: func(in *Inputs) float64 {
			v := in.Recipe.TotalVariation
			coefficient := v.Weight * v.Range
			if v.Kind != recipe.AbsoluteVariation {
				coefficient *= v.Range
			}
			return coefficient
		},
	}
}
