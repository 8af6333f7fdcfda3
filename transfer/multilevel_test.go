package transfer

import (
	"math"
	"testing"

	"pgregory.net/rapid"

	"github.com/impasto/impasto/engine/reference"
)

// TestMultilevel holds what L-BFGS needs of a preconditioner, and what this one promises: it is symmetric
// and nowhere below the identity.
func TestMultilevel(t *testing.T) {
	dev := reference.New64()
	rapid.Check(t, func(t *rapid.T) {
		s := size{rapid.IntRange(1, 21).Draw(t, "width"), rapid.IntRange(1, 21).Draw(t, "height")}
		levels := rapid.IntRange(1, 4).Draw(t, "levels")
		arena, err := dev.NewArena(imageBytes(s.height, s.width))
		if err != nil {
			t.Fatal(err)
		}
		defer arena.Close()
		v := arena.Image(0, s.height, s.width)
		m := newMultilevel(dev, s, levels)
		apply := func(x []float32) []float32 {
			dev.Write(v, x)
			m.apply(v)
			y := make([]float32, len(x))
			dev.Read(y, v)
			return y
		}
		dot := func(x, y []float32) (sum float64) {
			for i := range x {
				sum += float64(x[i]) * float64(y[i])
			}
			return sum
		}
		x, y := make([]float32, 3*s.width*s.height), make([]float32, 3*s.width*s.height)
		seed := rapid.Uint64().Draw(t, "seed")
		for i := range x {
			x[i], y[i] = float32(word(seed, uint64(2*i))>>40)/(1<<24)-0.5, float32(word(seed, uint64(2*i+1))>>40)/(1<<24)-0.5
		}
		mx, my := apply(x), apply(y)
		if a, b := dot(mx, y), dot(x, my); math.Abs(a-b) > 1e-4*math.Sqrt(dot(mx, mx)*dot(y, y)) {
			t.Fatalf("%v, %d levels: (Mx)'y is %v, x'My %v", s, levels, a, b)
		}
		if e := dot(x, mx); e < dot(x, x)*(1-1e-5) {
			t.Fatalf("%v, %d levels: x'Mx is %v, below x'x, %v", s, levels, e, dot(x, x))
		}
	})
}

// TestMultilevelOfFlat: what is the same all over the picture is multiplied by 2^levels, where every
// level has whole pixels; elsewhere its last pixels stand for fewer.
func TestMultilevelOfFlat(t *testing.T) {
	dev := reference.New64()
	s := size{32, 16}
	arena, err := dev.NewArena(imageBytes(s.height, s.width))
	if err != nil {
		t.Fatal(err)
	}
	defer arena.Close()
	v := arena.Image(0, s.height, s.width)
	pix := make([]float32, 3*s.width*s.height)
	for levels := range 5 {
		dev.Fill(v, 1)
		newMultilevel(dev, s, levels).apply(v)
		dev.Read(pix, v)
		for i, got := range pix {
			if want := math.Pow(2, float64(levels)); math.Abs(float64(got)-want) > 1e-5*want {
				t.Fatalf("%d levels: 1 everywhere becomes %v at %d, want %v", levels, got, i, want)
			}
		}
	}
}

// TestMultilevelMovesLargeShapes holds that on a picture with large shapes the setting gets further.
func TestMultilevelMovesLargeShapes(t *testing.T) {
	ends := func(levels string) float64 {
		job := newJob(t, reference.New32(), "leongatys", map[string]string{"scales": "1", "iterations": "12", "history": "10",
			"line-search": "wolfe", "levels": levels, "init": "noise", "content-weight": "0",
			"style-layers": "relu1_1=1,relu2_1=1,relu3_1=1"})
		result, _ := paint(t, job)
		return result.LastLoss
	}
	if with, without := ends("3"), ends("0"); with >= without {
		t.Errorf("the loss ends at %v with levels and at %v without", with, without)
	}
}
