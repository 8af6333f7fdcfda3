package srgb

import (
	"math"
	"slices"
	"testing"
)

// TestTables compares the tables with the definition.
func TestTables(t *testing.T) {
	const n = 1 << 18
	for i := range n + 1 {
		v := float32(i) / n
		one := make([]float32, 1)
		Decode(one, []float32{v})
		if want := Light(float64(v)); math.Abs(float64(one[0])-want) > 1e-7 {
			t.Fatalf("the light of %v is %v, not %v", v, one[0], want)
		}
		one[0] = v
		Encode(one)
		if want := Encoded(float64(v)); math.Abs(float64(one[0])-want) > 1e-6 {
			t.Fatalf("light of %v is encoded as %v, not %v", v, one[0], want)
		}
		// The slope leaps by 0.0013 at 0.04045, in the middle of an interval.
		if want := LightSlope(float64(v)); math.Abs(float64(Slope(v))-want) > 1e-6 && math.Abs(float64(v)-0.04045) > 1.0/steps {
			t.Fatalf("the slope at %v is %v, not %v", v, Slope(v), want)
		}
	}
	odd := []float32{float32(math.NaN()), -1, 2, float32(math.Inf(1))}
	Decode(odd, odd)
	Encode(odd)
	if !slices.Equal(odd, []float32{0, 0, 1, 1}) {
		t.Errorf("values outside [0, 1] became %v", odd)
	}
}

// TestLightSlope compares the derivative with differences.
func TestLightSlope(t *testing.T) {
	const h = 1e-6
	for i := range 1000 {
		v := (float64(i) + 0.5) / 1000
		if want := (Light(v+h) - Light(v-h)) / (2 * h); math.Abs(LightSlope(v)-want) > 1e-6 {
			t.Errorf("the slope at %v is %v, by differences %v", v, LightSlope(v), want)
		}
	}
}

// TestInverse takes values to light and back.
func TestInverse(t *testing.T) {
	for i := range 1001 {
		v := float64(i) / 1000
		if got := Encoded(Light(v)); math.Abs(got-v) > 1e-5 {
			t.Errorf("%v is %v after both", v, got)
		}
	}
}
