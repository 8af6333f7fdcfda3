package weights

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

// float16Value is the definition: sign, 5 bits of exponent, 10 bits of fraction.
func float16Value(h uint16) float64 {
	sign := 1 - 2*float64(h>>15)
	exp, frac := int(h>>10&31), float64(h&1023)/1024
	switch {
	case exp == 31 && frac == 0:
		return math.Inf(int(sign))
	case exp == 31:
		return math.NaN()
	case exp == 0:
		return sign * math.Ldexp(frac, -14)
	}
	return sign * math.Ldexp(1+frac, exp-15)
}

// TestFloat16 tries all of them, in both directions.
func TestFloat16(t *testing.T) {
	for i := range 1 << 16 {
		h := uint16(i)
		got, want := fromFloat16(h), float32(float16Value(h))
		if want != want {
			if got == got || toFloat16(got)&0x7fff <= 0x7c00 {
				t.Fatalf("%#04x is a NaN, but became %g and %#04x", h, got, toFloat16(got))
			}
			continue
		}
		if math.Float32bits(got) != math.Float32bits(want) {
			t.Fatalf("fromFloat16(%#04x) = %g, want %g", h, got, want)
		}
		if back := toFloat16(got); back != h {
			t.Fatalf("toFloat16(%g) = %#04x, want %#04x", got, back, h)
		}
	}
}

// TestRoundToFloat16 compares with the two neighbours: the nearer one is right, the even one of a tie.
func TestRoundToFloat16(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		low := rapid.Uint16Range(0, 0x7bfe).Draw(t, "low")
		at := rapid.SampledFrom([]float64{0, 0.25, 0.4999999, 0.5, 0.5000001, 0.75}).Draw(t, "at")
		a, b := float16Value(low), float16Value(low+1)
		f := float32(a + at*(b-a))
		want := low
		switch d := float64(f) - a; {
		case d > (b-a)/2, d == (b-a)/2 && low%2 == 1:
			want = low + 1
		}
		if got := toFloat16(f); got != want {
			t.Fatalf("toFloat16(%g) = %#04x, want %#04x", f, got, want)
		}
		if got := toFloat16(-f); got != want|0x8000 {
			t.Fatalf("toFloat16(%g) = %#04x, want %#04x", -f, got, want|0x8000)
		}
	})
	for _, c := range []struct {
		f float32
		h uint16
	}{{65504, 0x7bff}, {65519.996, 0x7bff}, {65520, 0x7c00}, {1e30, 0x7c00}, {0x1p-25, 0}, {0x1.8p-25, 1}} {
		if got := toFloat16(c.f); got != c.h {
			t.Errorf("toFloat16(%g) = %#04x, want %#04x", c.f, got, c.h)
		}
	}
}
