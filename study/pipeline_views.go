package study

import (
	"context"
	"math"

	"github.com/impasto/impasto/canvas"
	"github.com/impasto/impasto/engine"
	"github.com/impasto/impasto/feature"
	"github.com/impasto/impasto/transfer"
)

// The pictures at which a run is viewed.
const (
	paintingView = iota
	beginView
	resultView
	photoView
	viewCount
)

// View is the channel of a layer that is strongest in the painting, in all pictures of a run.
type View struct {
	Layer   feature.Layer
	Channel int
	Shapes  [viewCount]engine.Shape // of the maps
	Maps    [viewCount][]float32    // [H,W]; of painting, start, result and photograph
}

// GramChange is the Gram matrix of a layer with a style loss, of painting, start and result.
type GramChange struct {
	Layer    feature.Layer
	Channels int
	// Matrices are G/N of the painting, of the start and of the result, [C,C].
	Matrices [3][]float64
	Order    []int // of the channels, clustered by the painting's matrix
}

// Distance returns the Frobenius distance of the matrix of the start, or of the result, from the painting's, relative
// to the norm of the painting's.
func (g *GramChange) Distance(which int) float64 {
	square, length := 0.0, 0.0
	for i, a := range g.Matrices[paintingView] {
		d := g.Matrices[which][i] - a
		square += float64(d * d)
		length += float64(a * a)
	}
	if length == 0 {
		return 0
	}
	return math.Sqrt(square / length)
}

// Before returns the distance of the start.
func (g *GramChange) Before() float64 { return g.Distance(beginView) }

// After returns the distance of the result.
func (g *GramChange) After() float64 { return g.Distance(resultView) }

// Apart is the distance between the features of result and photograph at a layer with a content loss.
type Apart struct {
	Layer feature.Layer
	Shape engine.Shape
	// Squares is the sum over channels of (F-P)^2 at each position, [H,W].
	Squares []float64
	// Share is the sum of all squares divided by that of P^2.
	Share float64
}

// lookAtFeatures computes the features of the pictures of a run.
func (p *Pipeline) lookAtFeatures(ctx context.Context) error {
	options, err := transfer.NetworkOptions(p.loss.Model.Network(), &p.Recipe)
	if err != nil {
		return err
	}
	s := &viewing{options: options, moments: true, pooling: transfer.Pooling(p.Recipe.Pooling)}
	for _, l := range p.Levels {
		if l.used() {
			s.layers = append(s.layers, l.Layer)
			p.Views = append(p.Views, View{Layer: l.Layer, Channel: -1})
			if l.Style > 0 {
				p.Grams = append(p.Grams, GramChange{Layer: l.Layer, Channels: l.Shape.Channels})
			}
		}
	}
	pictures := [viewCount]*canvas.Picture{paintingView: p.Painting, beginView: p.Begin, resultView: p.Result, photoView: p.Photo}
	var photo, result []*Maps
	for which, picture := range pictures {
		maps, statistics, err := look(ctx, p.loss.Model, picture, s)
		if err != nil {
			return err
		}
		p.keepViews(which, maps)
		if which < len(GramChange{}.Matrices) {
			p.keepGrams(which, s.layers, statistics)
		}
		switch which {
		case resultView:
			result = maps
		case photoView:
			photo = maps
		}
	}
	for i, l := range s.layers {
		if weightOf(p.Recipe.Content.Layers, l) > 0 && p.Recipe.Content.Weight > 0 {
			p.Apart = append(p.Apart, apartOf(photo[i], result[i]))
		}
	}
	return nil
}

// keepViews keeps one channel of each layer: the strongest of the first picture, the painting.
func (p *Pipeline) keepViews(which int, maps []*Maps) {
	for i, m := range maps {
		v := &p.Views[i]
		if v.Channel < 0 {
			v.Channel = strongestChannel(m)
		}
		v.Shapes[which] = engine.Shape{Channels: 1, Height: m.Shape.Height, Width: m.Shape.Width}
		v.Maps[which] = append([]float32(nil), m.Channel(v.Channel)...)
	}
}

// strongestChannel returns the channel whose map has the largest norm.
func strongestChannel(m *Maps) int {
	best, most := 0, -1.0
	for c := range m.Shape.Channels {
		if norm := inner(m.Channel(c), m.Channel(c)); norm > most {
			best, most = c, norm
		}
	}
	return best
}

func (p *Pipeline) keepGrams(which int, layers []feature.Layer, statistics []engine.Statistics) {
	next := 0
	for i, l := range layers {
		if next == len(p.Grams) || p.Grams[next].Layer != l {
			continue
		}
		g := &p.Grams[next]
		g.Matrices[which] = perPosition(statistics[i])
		if which == paintingView {
			g.Order = clusterOrder(g.Matrices[which], g.Channels)
		}
		next++
	}
}

// apartOf compares the features of two pictures at a layer.
func apartOf(photo, result *Maps) Apart {
	a := Apart{Layer: photo.Layer, Shape: photo.Shape, Squares: make([]float64, photo.Shape.Positions())}
	apart, whole := 0.0, 0.0
	for i, v := range photo.Data {
		d := float64(result.Data[i]) - float64(v)
		a.Squares[i%len(a.Squares)] += float64(d * d)
		apart += float64(d * d)
		whole += float64(v) * float64(v)
	}
	if whole > 0 {
		a.Share = apart / whole
	}
	return a
}
