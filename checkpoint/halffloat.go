package checkpoint

import "math"

// fromFloat16 returns the value of an IEEE 754 binary16. Every one of them is a float32.
func fromFloat16(h uint16) float32 {
	sign := uint32(h&0x8000) << 16
	exp := uint32(h>>10) & 0x1f
	frac := uint32(h & 0x3ff)
	switch exp {
	case 0: // zero or subnormal: frac * 2^-24, exact
		return math.Float32frombits(sign | math.Float32bits(float32(frac)*0x1p-24))
	case 0x1f: // infinity or NaN
		return math.Float32frombits(sign | 0x7f800000 | frac<<13)
	}
	return math.Float32frombits(sign | (exp+127-15)<<23 | frac<<13)
}

// toFloat16 rounds f to the nearest binary16, ties to even, as NumPy and PyTorch do.
// What is too large becomes an infinity.
func toFloat16(f float32) uint16 {
	b := math.Float32bits(f)
	sign := uint16(b>>16) & 0x8000
	b &= 0x7fffffff
	switch {
	case b > 0x7f800000:
		return sign | 0x7e00
	case b >= 0x477ff000: // 65520 rounds to 65536, which is no binary16
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
