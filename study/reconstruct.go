package study

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/impasto/impasto"
	"github.com/impasto/impasto/canvas"
	"github.com/impasto/impasto/feature"
	"github.com/impasto/impasto/recipe"
	"github.com/impasto/impasto/transfer"
)

// Descent sets how a picture with given features is found.
type Descent struct {
	// Iterations of L-BFGS; 0 means 200, or 500 for content from the second block, whose exact pixels can be found,
	// but slowly.
	Iterations int
	// Seed is the seed of the white noise at the start.
	Seed uint64
	// Progress, if not nil, is called at the start and after each iteration of each reconstruction, with the index of
	// the reconstruction. If it returns an error, the work ends with that error.
	Progress func(reconstruction int, p *impasto.Progress) error
}

// Reconstruction is a picture reconstructed from features only.
type Reconstruction struct {
	Layers  []string        // that the loss taps: one for content, a growing set for style
	Picture *canvas.Picture // within [0,1]
	Curve   []float64       // the loss at the start and after each iteration, without total variation
	PSNR    float64         // in dB, relative to the picture; 0 for style, where pixels need not agree
	Elapsed time.Duration
}

// Name returns the layers, joined by plus signs.
func (r *Reconstruction) Name() string { return strings.Join(r.Layers, "+") }

// Start returns the loss of the noise.
func (r *Reconstruction) Start() float64 { return r.Curve[0] }

// End returns the loss of the result.
func (r *Reconstruction) End() float64 { return r.Curve[len(r.Curve)-1] }

// PSNR returns the peak signal-to-noise ratio of two pictures of equal size in dB: 10 log10(1/MSE) over all values of RGB
// in [0,1]; infinite if they are equal. It panics if the sizes differ.
func PSNR(a, b *canvas.Picture) float64 {
	if a.Width != b.Width || a.Height != b.Height {
		panic(fmt.Sprintf("study: PSNR of %dx%d and %dx%d", a.Width, a.Height, b.Width, b.Height))
	}
	sum := 0.0
	for i, v := range a.Pix {
		d := float64(v) - float64(b.Pix[i])
		sum += float64(d * d)
	}
	return 10 * math.Log10(float64(len(a.Pix))/sum)
}

// The weights of total variation relative to losses of the form 1/2 sum (F-P)^2. Matching only the features of a layer
// leaves in the picture everything to which the layer is blind, above all fine noise that the pooling drops. As in
// Mahendran and Vedaldi 2015 (section 3), total variation removes it. The weight was chosen on the example photographs.
const contentTotalVariation = 2

// Default iterations; see Descent.
const (
	usualIterations       = 200
	secondBlockIterations = 500
)

// search returns the recipe shared by both kinds of reconstruction.
func (d *Descent) search(usual int) recipe.Recipe {
	iterations := d.Iterations
	if iterations == 0 {
		iterations = usual
	}
	return recipe.Recipe{
		Name: "reconstruct", Network: "vgg16", Pooling: recipe.MaxPooling,
		Optimizer:      recipe.Optimizer{Rule: recipe.LBFGS, Rate: 1, History: 20},
		Scales:         recipe.Scales{Count: 1, Ratio: 2, Smallest: 128, Iterations: iterations, Coarse: 1, First: 1},
		Start:          recipe.Start{Init: recipe.InitNoise, Noise: 0.25},
		Style:          recipe.StyleLoss{Strength: 1, Scale: 1},
		TotalVariation: recipe.TotalVariationLoss{Kind: recipe.SquaredVariation, Range: 1},
		Clamp:          true,
	}
}

// ReconstructContent finds, for each layer, a picture with the features of the given one at that layer, starting from
// white noise (Mahendran and Vedaldi 2015; Gatys et al. 2015, figure 1): it minimises 1/2 sum (F-P)^2, equation 1 of Gatys
// et al., plus a small total variation.
//
// If ctx is cancelled, it returns the completed reconstructions with the error.
func ReconstructContent(ctx context.Context, m *impasto.Model, picture *canvas.Picture, layers []string, d Descent) ([]*Reconstruction, error) {
	net, err := feature.NetworkOf(m.Network())
	if err != nil {
		return nil, err
	}
	var done []*Reconstruction
	for i, name := range layers {
		usual := usualIterations
		if l, err := net.Layer(name); err == nil && l.Block == 2 {
			usual = secondBlockIterations
		}
		chosen := d.search(usual)
		chosen.Content = recipe.ContentLoss{Weight: 1, Layers: recipe.LayerWeights{{Layer: name, Weight: 1}}}
		chosen.TotalVariation.Weight = contentTotalVariation
		r, err := d.run(ctx, m, chosen, picture, nil, i)
		if err != nil {
			return done, fmt.Errorf("reconstruct from %s: %w", name, err)
		}
		r.Layers = []string{name}
		r.PSNR = PSNR(r.Picture, picture)
		done = append(done, r)
	}
	return done, nil
}

// ReconstructStyle synthesises, for growing sets of layers, a texture of the given size with the Gram matrices of the
// picture, starting from white noise (Gatys et al. 2015, figure 1): first those of the first layer, then those of the
// first two, and so on. The loss is the mean of equation 4 over the layers.
//
// If ctx is cancelled, it returns the completed reconstructions with the error.
func ReconstructStyle(ctx context.Context, m *impasto.Model, picture *canvas.Picture, layers []string, width, height int, d Descent) ([]*Reconstruction, error) {
	style, err := m.Learn(ctx, impasto.Painting{Picture: picture, Weight: 1})
	if err != nil {
		return nil, err
	}
	var done []*Reconstruction
	for i := range layers {
		chosen := d.search(usualIterations)
		chosen.Pooling = recipe.AveragePooling
		weights := make(recipe.LayerWeights, i+1)
		for j := range weights {
			weights[j] = recipe.LayerWeight{Layer: layers[j], Weight: 1 / float64(i+1)}
		}
		chosen.Style = recipe.StyleLoss{Weight: 1, Strength: 1, Distance: recipe.Gram, Layers: weights,
			// The painting keeps its own size, whatever that of the texture.
			Scale: float64(max(picture.Width, picture.Height)) / float64(max(width, height))}
		r, err := d.run(ctx, m, chosen, canvas.New(width, height), style, i)
		if err != nil {
			return done, fmt.Errorf("reconstruct from the Gram matrices up to %s: %w", layers[i], err)
		}
		r.Layers = layers[:i+1]
		done = append(done, r)
	}
	return done, nil
}

// run minimises the loss.
func (d *Descent) run(ctx context.Context, m *impasto.Model, chosen recipe.Recipe, photo *canvas.Picture, style *impasto.Style, index int) (*Reconstruction, error) {
	plan, err := m.Plan(photo, style, impasto.Options{Recipe: chosen, Seed: d.Seed, Exact: true})
	if err != nil {
		return nil, err
	}
	run, err := plan.Begin(ctx)
	if err != nil {
		return nil, err
	}
	r := &Reconstruction{}
	for err == nil && !run.Done() {
		if err = run.Step(ctx); err != nil {
			break
		}
		r.Curve = append(r.Curve, featureLoss(run.Progress().Terms))
		if d.Progress != nil {
			err = d.Progress(index, run.Progress())
		}
	}
	result, failed := run.Result()
	if err := errors.Join(err, failed, run.Close()); err != nil {
		return nil, err
	}
	r.Picture, r.Elapsed = result.Picture, result.Elapsed
	r.Picture.Clamp()
	return r, nil
}

// featureLoss returns the loss without total variation.
func featureLoss(terms []transfer.Term) float64 {
	sum := 0.0
	for _, t := range terms {
		if t.Kind != transfer.TotalVariationTerm {
			sum += t.Value
		}
	}
	return sum
}
