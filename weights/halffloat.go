package weights

import "math"

// fromFloat16 returns the value of an IEEE 754 binary16, all of which are float32 values. It is written so
// that the compiler inlines the path of normal numbers.
func fromFloat16(h uint16) float32 {
	x := uint32(h)
	if x&0x7c00-0x0400 < 0x7800 {
		return math.Float32frombits((x&0x8000)<<16 | ((x&0x7fff)<<13 + (127-15)<<23))
	}
	return fromRareFloat16(x)
}

// fromRareFloat16 handles zeros, subnormal numbers, infinities and NaNs.
func fromRareFloat16(x uint32) float32 {
	sign, frac := x&0x8000<<16, x&0x3ff
	if x&0x7c00 == 0 { // frac * 2^-24, exact
		return math.Float32frombits(sign | math.Float32bits(float32(frac)*0x1p-24))
	}
	return math.Float32frombits(sign | 0x7f800000 | frac<<13)
}

// toFloat16 rounds f to the nearest binary16, ties to even, as NumPy and PyTorch do.
// Values that are too large become infinite.
func toFloat16(f float32) uint16 {
	b := math.Float32bits(f)
	sign := uint16(b>>16) & 0x8000
	b &= 0x7fffffff
	switch {
	case b > 0x7f800000:
		return sign | 0x7e00
	case b >= 0x477ff000: // 65520 rounds to 65536, which is not a binary16
		return sign | 0x7c00
	case b < 0x38800000: // below 2^-14: a multiple of 2^-24, rounded by the addition
		sum := math.Float32frombits(b) + 0.5
		return sign | uint16(math.Float32bits(sum)-math.Float32bits(0.5))
	}
	b += 0xfff + b>>13&1
	return sign | uint16((b-(127-15)<<23)>>13)
}

// fromBFloat16 returns the value of a bfloat16, the upper half of a float32.
func fromBFloat16(h uint16) float32 { return math.Float32frombits(uint32(h) << 16) }
