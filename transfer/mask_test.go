package transfer

import (
	"context"
	"math"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/impasto/impasto/canvas"
	"github.com/impasto/impasto/engine/reference"
	"github.com/impasto/impasto/feature"
	"github.com/impasto/impasto/recipe"
)

// halves are masks of the left and the right half of a picture.
func halves(width, height int) (left, right *canvas.Plane) {
	left, right = canvas.NewPlane(width, height), canvas.NewPlane(width, height)
	for i := range left.Pix {
		if i%width < width/2 {
			left.Pix[i] = 1
		} else {
			right.Pix[i] = 1
		}
	}
	return left, right
}

func evaluated(t *testing.T, job Inputs) *Evaluation {
	t.Helper()
	e, err := evaluate(context.Background(), job, picture(7, job.Photograph.Width, job.Photograph.Height))
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func TestWhiteMasksChangeNothing(t *testing.T) {
	for _, name := range []string{"impasto", "crowsonkb"} {
		job := newJob(t, reference.New64(), name, nil)
		want := evaluated(t, job)
		white := canvas.NewPlane(13, 9) // of another size: it is resampled
		for i := range white.Pix {
			white.Pix[i] = 1
		}
		job.Masks = []*canvas.Plane{white}
		job.StrengthMap = white
		job.Style, _ = NewStyle(Painting{Picture: job.Style.Paintings()[0], Weight: 3, Mask: white})
		got := evaluated(t, job)
		if math.Abs(got.Total/want.Total-1) > 1e-6 || relative(got.Gradient, want.Gradient) > 1e-5 {
			t.Errorf("%s: white masks change the loss from %v to %v", name, want.Total, got.Total)
		}
	}
}

// A picture that is made of halves of two paintings has the styles of both, each in its own half.
func TestMasksGiveEachPaintingItsRegion(t *testing.T) {
	job := newJob(t, reference.New32(), "impasto", map[string]string{"content-weight": "0", "style-layers": "relu1_1"})
	a, b := smooth(3, 40, 30), picture(4, 40, 30)
	job.Photograph = a.Clone()
	left, right := halves(40, 30)
	copyHalf(job.Photograph, b, right)
	job.Style, _ = NewStyle(Painting{Picture: a, Weight: 1, Mask: left}, Painting{Picture: b, Weight: 1, Mask: right})
	style := func(masks ...*canvas.Plane) float64 {
		job.Masks = masks
		e, err := evaluate(context.Background(), job, job.Photograph)
		if err != nil {
			t.Fatal(err)
		}
		return e.Terms[0].Value
	}
	if own, swapped := style(left, right), style(right, left); own > 0.02*swapped {
		t.Errorf("the style loss is %v in its own regions, %v with the masks swapped", own, swapped)
	}
}

func copyHalf(dst, src *canvas.Picture, mask *canvas.Plane) {
	for c := range 3 {
		for i, w := range mask.Pix {
			if w > 0 {
				dst.Channel(c)[i] = src.Channel(c)[i]
			}
		}
	}
}

// Where the map is black nothing pulls.
func TestStrengthMapKeepsBlackAlone(t *testing.T) {
	job := newJob(t, reference.New32(), "impasto", map[string]string{"content-weight": "0", "tv-weight": "0"})
	job.StrengthMap, _ = halves(40, 30)
	job.Recipe.Style.Layers = recipe.LayerWeights{{Layer: "relu1_1", Weight: 1}}
	e := evaluated(t, job)
	for i, g := range e.Gradient {
		// relu1_1 sees one pixel around it, and its weights one more
		if x := i % 40; x > 22 && g != 0 {
			t.Fatalf("column %d is pulled by %v", x, g)
		}
	}
	if e.GradientNorm == 0 {
		t.Error("white is not pulled")
	}
}

func TestGuidedGradientByDifferences(t *testing.T) {
	job := newJob(t, reference.New64(), "impasto", map[string]string{"style-loss": "gram"})
	left, right := halves(20, 15)
	job.Masks = []*canvas.Plane{left, right}
	job.Style, _ = NewStyle(Painting{Picture: smooth(3, 40, 30), Weight: 1}, Painting{Picture: picture(4, 30, 40), Weight: 2})
	e := evaluated(t, job)
	at := picture(7, 40, 30)
	const step = 1e-3
	value := func(sign float32) float64 {
		moved := at.Clone()
		for i, g := range e.Gradient {
			moved.Pix[i] += sign * step * g / float32(e.GradientNorm)
		}
		e, err := evaluate(context.Background(), job, moved)
		if err != nil {
			t.Fatal(err)
		}
		return e.Total
	}
	if slope := (value(1) - value(-1)) / (2 * step); math.Abs(slope/e.GradientNorm-1) > 1e-2 {
		t.Errorf("the loss rises by %v along its gradient of %v", slope, e.GradientNorm)
	}
}

func TestMasksAreRefused(t *testing.T) {
	job := newJob(t, reference.New32(), "impasto", nil)
	left, right := halves(40, 30)
	broken := canvas.NewPlane(4, 4)
	broken.Pix[5] = float32(math.NaN())
	for _, c := range []struct {
		masks []*canvas.Plane
		where *canvas.Plane
		want  string
	}{
		{[]*canvas.Plane{left, right}, nil, "2 content masks for 1 paintings"},
		{[]*canvas.Plane{broken}, nil, "the content mask of painting 1 has the value NaN at column 1, row 1"},
		{[]*canvas.Plane{canvas.NewPlane(3, 3)}, nil, "the content mask of painting 1 is entirely black"},
		{[]*canvas.Plane{left}, right, "the strength map is entirely black there"},
		{nil, canvas.NewPlane(3, 3), "the strength map is entirely black"},
	} {
		job.Masks, job.StrengthMap = c.masks, c.where
		if _, err := NewPlan(job); err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("error %v, want one line with %q", err, c.want)
		}
	}
	if _, err := NewStyle(Painting{Picture: smooth(3, 9, 9), Weight: 1, Mask: broken}); err == nil {
		t.Error("a broken style mask is taken")
	}
}

// TestTakenDown compares the weights of a layer with the receptive fields that they represent: inside of all,
// one; outside of all, zero; and never beyond.
func TestTakenDown(t *testing.T) {
	net := feature.VGG19
	reach := map[string]int{"relu1_1": 1, "relu2_1": 4, "relu3_1": 10, "relu4_2": 46} // pixels on either side, about
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.SampledFrom([]string{"relu1_1", "relu2_1", "relu3_1", "relu4_2"}).Draw(t, "layer")
		height, width := rapid.IntRange(33, 90).Draw(t, "height"), rapid.IntRange(33, 150).Draw(t, "width")
		border := rapid.IntRange(1, width-1).Draw(t, "border")
		mask := make([]float32, height*width)
		for i := range mask {
			if i%width < border {
				mask[i] = 1
			}
		}
		layer, err := net.Layer(name)
		if err != nil {
			t.Fatal(err)
		}
		shape := net.Shape(layer, height, width)
		weights := takeDown(&net, layer, slices.Clone(mask), height, width)
		if len(weights) != shape.Positions() {
			t.Fatalf("%d weights, want %d", len(weights), shape.Positions())
		}
		stride := 1 << (layer.Block - 1)
		for i, w := range weights {
			first, last := i%shape.Width*stride-reach[name], (i%shape.Width+1)*stride-1+reach[name]
			switch {
			case w < 0 || w > 1+1e-6:
				t.Fatalf("a weight of %v", w)
			case last < border && w < 1-1e-5, first >= border && w > 1e-5:
				t.Fatalf("%s at column %d sees %d..%d, the mask ends at %d: weight %v", name, i%shape.Width, first, last, border, w)
			}
		}
	})
}
