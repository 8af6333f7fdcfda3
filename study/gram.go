package study

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"

	"github.com/impasto/impasto"
	"github.com/impasto/impasto/canvas"
	"github.com/impasto/impasto/engine"
	"github.com/impasto/impasto/feature"
)

// Gram describes the Gram matrix of a picture at one layer.
type Gram struct {
	Layer feature.Layer
	Shape engine.Shape
	Field Field

	// Matrix is G/N, [C,C]: the Gram matrix G = F F^T of Gatys et al. 2015 (equation 3) divided by the number
	// N of positions, so that pictures of different sizes can be compared.
	Matrix []float64
	// Order is a permutation of the channels in which similar channels are adjacent.
	Order []int
	// Eigenvalues of G/N in descending order.
	Eigenvalues []float64
	// Pairs are the pairs with the largest entries off the diagonal, in descending order. No channel is in more than
	// two of them, so that a strong channel does not fill the list. A requested pair is the only one.
	Pairs []*Pair

	maps *Maps
}

// Pair is two channels of a layer.
type Pair struct {
	I, J    int
	Entry   float64   // G_IJ / N
	Cosine  float64   // G_IJ / sqrt(G_II G_JJ)
	Both    float64   // share of positions where both are positive
	MapI    []float32 // [H,W]
	MapJ    []float32
	Product []float32 // MapI MapJ; its sum is G_IJ
	Patches []Patch   // where the product is largest
}

// GramOptions selects the details to show of a Gram matrix.
type GramOptions struct {
	Pairs   int     // number of pairs; ignored if Asked is set
	Asked   *[2]int // requested pair; may be nil
	Patches int     // number of patches of each pair
}

// StudyGram computes the Gram matrices of a picture at the given layers, as Look does. The error is a *PairError if a
// requested channel does not exist.
func StudyGram(ctx context.Context, m *impasto.Model, picture *canvas.Picture, layers []string, o GramOptions) ([]*Gram, error) {
	net, err := feature.NetworkOf(m.Network())
	if err != nil {
		return nil, err
	}
	v, err := newViewing(m, layers)
	if err != nil {
		return nil, err
	}
	for _, l := range v.layers {
		channels := net.Shape(l, picture.Height, picture.Width).Channels
		if a := o.Asked; a != nil && (min(a[0], a[1]) < 0 || max(a[0], a[1]) >= channels) {
			return nil, &PairError{Pair: *a, Layer: l, Channels: channels}
		}
	}
	v.moments = true
	maps, statistics, err := look(ctx, m, picture, v)
	if err != nil {
		return nil, err
	}
	studies := make([]*Gram, len(maps))
	for i, m := range maps {
		g := &Gram{Layer: m.Layer, Shape: m.Shape, Field: FieldOf(net, m.Layer), Matrix: perPosition(statistics[i]), maps: m}
		g.Order = clusterOrder(g.Matrix, m.Shape.Channels)
		if g.Eigenvalues, err = eigenvalues(g.Matrix, m.Shape.Channels); err != nil {
			return nil, fmt.Errorf("%s: %w", m.Layer, err)
		}
		pairs := g.largest(o.Pairs)
		if o.Asked != nil {
			pairs = [][2]int{*o.Asked}
		}
		for _, p := range pairs {
			g.Pairs = append(g.Pairs, g.pair(p[0], p[1], o.Patches))
		}
		studies[i] = g
	}
	return studies, nil
}

// PairError reports that a layer does not have a channel of a requested pair.
type PairError struct {
	Pair     [2]int
	Layer    feature.Layer
	Channels int // of the layer
}

// Error returns a message with the channels of the layer.
func (e *PairError) Error() string {
	return fmt.Sprintf("%d,%d: %s has the channels 0 to %d", e.Pair[0], e.Pair[1], e.Layer, e.Channels-1)
}

func perPosition(s engine.Statistics) []float64 {
	matrix := make([]float64, len(s.Gram))
	for i, v := range s.Gram {
		matrix[i] = v / s.Weight
	}
	return matrix
}

// eigenvalues returns the eigenvalues of a symmetric matrix in descending order.
func eigenvalues(matrix []float64, n int) ([]float64, error) {
	var e mat.EigenSym
	if !e.Factorize(mat.NewSymDense(n, slices.Clone(matrix)), false) {
		return nil, fmt.Errorf("the eigenvalues of the Gram matrix did not converge")
	}
	values := e.Values(nil)
	slices.Reverse(values)
	return values, nil
}

// Rank returns the number of largest eigenvalues that make up the given share of the sum of all.
func (g *Gram) Rank(share float64) int {
	total, sum := 0.0, 0.0
	for _, v := range g.Eigenvalues {
		total += max(v, 0)
	}
	for i, v := range g.Eigenvalues {
		if sum += max(v, 0); sum >= share*total {
			return i + 1
		}
	}
	return len(g.Eigenvalues)
}

// largest returns the n pairs with the largest entries, with no channel in more than two.
func (g *Gram) largest(n int) [][2]int {
	c := g.Shape.Channels
	var all [][2]int
	for i := range c {
		for j := i + 1; j < c; j++ {
			if g.Matrix[i*c+j] > 0 {
				all = append(all, [2]int{i, j})
			}
		}
	}
	slices.SortStableFunc(all, func(a, b [2]int) int {
		return cmp.Compare(g.Matrix[b[0]*c+b[1]], g.Matrix[a[0]*c+a[1]])
	})
	used := make([]int, c)
	var chosen [][2]int
	for _, p := range all {
		if len(chosen) == n {
			break
		}
		if used[p[0]] < 2 && used[p[1]] < 2 {
			used[p[0]]++
			used[p[1]]++
			chosen = append(chosen, p)
		}
	}
	return chosen
}

func (g *Gram) pair(i, j, patches int) *Pair {
	c, m := g.Shape.Channels, g.maps
	p := &Pair{I: i, J: j, Entry: g.Matrix[i*c+j], Cosine: cosines{g.Matrix, c}.of(i, j), MapI: m.Channel(i), MapJ: m.Channel(j)}
	p.Product = make([]float32, len(p.MapI))
	both := 0
	for k, v := range p.MapI {
		p.Product[k] = v * p.MapJ[k]
		if v > 0 && p.MapJ[k] > 0 {
			both++
		}
	}
	p.Both = float64(both) / float64(len(p.MapI))
	p.Patches = strongest(p.Product, g.Shape, g.Field, patches)
	return p
}

// StyleLoss returns the style loss between two pictures at a layer, E = 1/(4 C^2) sum (G/N - A/M)^2: equation 4 of Gatys
// et al. 2015 for pictures of N and M positions. It panics if the layers differ.
func StyleLoss(a, b *Gram) float64 {
	if a.Layer != b.Layer || len(a.Matrix) != len(b.Matrix) {
		panic("study: Gram matrices of two layers")
	}
	sum := 0.0
	for i, v := range a.Matrix {
		d := v - b.Matrix[i]
		sum += float64(d * d)
	}
	return sum / (4 * math.Pow(float64(a.Shape.Channels), 2))
}
