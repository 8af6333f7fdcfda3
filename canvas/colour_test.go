package canvas

import (
	"math"
	"math/rand/v2"
	"testing"
)

// coloured is noise about a mean, with channels that depend on each other, within [0.2, 0.8] or so.
func coloured(seed uint64, width, height int) *Picture {
	rng := rand.New(rand.NewPCG(seed, 1))
	var mix [3][3]float64
	for c := range 3 {
		for d := range 3 {
			mix[c][d] = 0.04 * rng.NormFloat64()
		}
	}
	p := New(width, height)
	for i := range width * height {
		x := [3]float64{rng.Float64() - 0.5, rng.Float64() - 0.5, rng.Float64() - 0.5}
		for c := range 3 {
			p.Channel(c)[i] = float32(0.4 + 0.1*float64(c) + mix[c][0]*x[0] + mix[c][1]*x[1] + mix[c][2]*x[2])
		}
	}
	return p
}

func TestMatchColoursMatches(t *testing.T) {
	for seed := range uint64(20) {
		p, to := coloured(2*seed, 30, 20), coloured(2*seed+1, 21, 33)
		mean, covariance := recoloured(MatchColours, p, to).colours()
		wantMean, wantCovariance := to.colours()
		for c := range 3 {
			if math.Abs(mean[c]-wantMean[c]) > 1e-6 {
				t.Fatalf("seed %d: the mean is %v, want %v", seed, mean, wantMean)
			}
			for d := range 3 {
				if math.Abs(covariance[c][d]-wantCovariance[c][d]) > 1e-7 {
					t.Fatalf("seed %d: the covariance is %v, want %v", seed, covariance, wantCovariance)
				}
			}
		}
	}
}

// The symmetric roots give the map that changes colours least: a picture matched to itself stays.
func TestMatchColoursOfItself(t *testing.T) {
	p := coloured(5, 30, 20)
	near(t, recoloured(MatchColours, p, p), p, 1e-6)
}

func TestMatchColoursOfGrey(t *testing.T) {
	flat, to := New(8, 8), coloured(3, 16, 16)
	for i := range flat.Pix {
		flat.Pix[i] = 0.5
	}
	mean, _ := to.colours()
	for c, v := range mean {
		for _, got := range recoloured(MatchColours, flat, to).Channel(c) {
			if math.Abs(float64(got)-v) > 1e-6 {
				t.Fatalf("channel %d of a flat picture became %v, want the mean %v", c, got, v)
			}
		}
	}
	for _, v := range recoloured(MatchColours, to, flat).Pix {
		if math.Abs(float64(v)-0.5) > 1e-6 {
			t.Fatalf("matched to a flat picture: %v", v)
		}
	}
}

func TestWithLuma(t *testing.T) {
	p, other := coloured(1, 12, 9), coloured(2, 12, 9)
	got := p.WithLuma(other.Luma())
	for i, want := range other.Luma().Pix {
		if math.Abs(float64(got.Luma().Pix[i]-want)) > 1e-6 {
			t.Fatalf("the brightness at %d is %v, want %v", i, got.Luma().Pix[i], want)
		}
		for _, chroma := range [2][3]float64{{0.596, -0.274, -0.322}, {0.211, -0.523, 0.312}} {
			var before, after float64
			for c, f := range chroma {
				before += f * float64(p.Channel(c)[i])
				after += f * float64(got.Channel(c)[i])
			}
			if math.Abs(before-after) > 1e-6 {
				t.Fatalf("the colour at %d changed from %v to %v", i, before, after)
			}
		}
	}
	near(t, p.WithLuma(p.Luma()), p, 1e-6)
	grey := Grey().Apply(p)
	for i, want := range p.Luma().Pix {
		if math.Abs(float64(grey.Luma().Pix[i]-want)) > 1e-6 {
			t.Fatalf("a grey picture's brightness is %v, want %v", grey.Luma().Pix[i], want)
		}
	}
}

func TestMatchLuma(t *testing.T) {
	p, to := coloured(1, 12, 9), coloured(2, 20, 9)
	got := recoloured(MatchLuma, p, to)
	mean, deviation := got.Luma().moments()
	wantMean, wantDeviation := to.Luma().moments()
	if math.Abs(mean-wantMean) > 1e-6 || math.Abs(deviation-wantDeviation) > 1e-6 {
		t.Errorf("matched to %v +- %v, want %v +- %v", mean, deviation, wantMean, wantDeviation)
	}
	near(t, Grey().Apply(got), got, 1e-6)
	for _, v := range recoloured(MatchLuma, New(4, 4), to).Pix {
		if math.Abs(float64(v)-wantMean) > 1e-6 {
			t.Errorf("a picture of one value became %v, want %v", v, wantMean)
		}
	}
}

func recoloured(by func(p, to *Picture) ColourMap, p, to *Picture) *Picture {
	return by(p, to).Apply(p)
}

func near(t *testing.T, got, want *Picture, tolerance float64) {
	t.Helper()
	for i, v := range want.Pix {
		if math.Abs(float64(got.Pix[i]-v)) > tolerance {
			t.Fatalf("value %d is %v, want %v", i, got.Pix[i], v)
		}
	}
}

// TestMapsCompose: one map after another is both in turn, and a map after its inverse changes nothing.
func TestMapsCompose(t *testing.T) {
	m := ColourMap{A: matrix3{{0, 0.5, 2}, {1, -0.25, 0}, {0.5, 0, 1}}, B: [3]float64{0.1, -0.2, 0.3}}
	n := ColourMap{A: matrix3{{2, 0, 1}, {0, 1, 0}, {0.25, 0, -1}}, B: [3]float64{-0.5, 0, 0.25}}
	p := coloured(3, 5, 4)
	near(t, m.After(n).Apply(p), m.Apply(n.Apply(p)), 1e-6)
	near(t, m.After(m.Inverse()).Apply(p), p, 1e-6)
	near(t, m.Inverse().After(m).Apply(p), p, 1e-6)
}
