package reference

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/impasto/impasto/engine"
)

// thirds makes n numbers of about three each, with windows of four beyond both ends.
func thirds(n int) engine.Taps {
	t := engine.Taps{Width: 4}
	for i := range n {
		t.First = append(t.First, 3*i-1)
		t.Weights = append(t.Weights, 0.2, 0.5, 0.4, -0.1)
	}
	return t
}

// TestResampleGradient compares the derivative with differences.
func TestResampleGradient(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 1))
	d := newTable(t)
	large, small := d.newImage(8, 11), d.newImage(3, 4)
	gradient, slope := d.newImage(3, 4), d.newImage(8, 11)
	resampler, err := d.NewResampler(engine.Resampling{Height: 8, Width: 11, ToHeight: 3, ToWidth: 4, Across: thirds(4), Down: thirds(3)})
	if err != nil {
		t.Fatal(err)
	}
	by := normal(r, gradient.Len())
	SetFloat64(gradient, by)
	value := func(x []float64) float64 {
		SetFloat64(large, x)
		d.Resample(engine.Resample{Resampler: resampler, Src: large, Dst: small})
		return dot(Float64(small), by)
	}
	at := normal(r, large.Len())
	for i := range at {
		at[i] = 0.5 + 0.1*max(min(at[i], 3), -3)
	}
	at[7], at[100] = -0.5, 1.5
	value(at)
	d.ResampleBackward(engine.ResampleBackward{Resampler: resampler, Src: large, Resampled: small, Gradient: gradient, Dst: slope})
	checkGradient(t, r, at, value, Float64(slope))
}

// TestResampleHalfWhite: a fine checkerboard seen from afar has the light of half white, which is 0.735 encoded.
func TestResampleHalfWhite(t *testing.T) {
	d := newTable(t)
	large, small := d.newImage(8, 8), d.newImage(4, 4)
	pairs := engine.Taps{First: []int{0, 2, 4, 6}, Width: 2, Weights: slices.Repeat([]float32{0.5}, 8)}
	resampler, err := d.NewResampler(engine.Resampling{Height: 8, Width: 8, ToHeight: 4, ToWidth: 4, Across: pairs, Down: pairs})
	if err != nil {
		t.Fatal(err)
	}
	board := make([]float64, large.Len())
	for i := range board {
		board[i] = float64((i%8 + i/8) % 2)
	}
	SetFloat64(large, board)
	d.Resample(engine.Resample{Resampler: resampler, Src: large, Dst: small})
	for _, v := range Float64(small) {
		if math.Abs(v-0.7353569830524495) > 1e-9 {
			t.Fatalf("half white is %v", v)
		}
	}
}
