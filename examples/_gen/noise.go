package main

import "math"

// Noise is a random function of the plane, the same for the same seed on every machine.
type Noise uint32

// hash is uniform in [0,1) and unrelated at neighbouring lattice points.
func (n Noise) hash(x, y int) float64 {
	h := uint32(x)*0x8da6b343 ^ uint32(y)*0xd8163841 ^ uint32(n)*0xcb1ab31f
	h ^= h >> 15
	h *= 0x2c1b3c6d
	h ^= h >> 12
	h *= 0x297a2d39
	h ^= h >> 15
	return float64(h) / (1 << 32)
}

// at is smooth value noise in [-1,1] with features one unit large.
func (n Noise) at(x, y float64) float64 {
	fx, fy := math.Floor(x), math.Floor(y)
	ix, iy := int(fx), int(fy)
	tx, ty := x-fx, y-fy
	tx, ty = tx*tx*(3-2*tx), ty*ty*(3-2*ty)
	top := lerp(n.hash(ix, iy), n.hash(ix+1, iy), tx)
	bottom := lerp(n.hash(ix, iy+1), n.hash(ix+1, iy+1), tx)
	return 2*lerp(top, bottom, ty) - 1
}

// octaves adds value noise at count scales, each twice as fine and half as strong; about [-1,1].
func (n Noise) octaves(x, y float64, count int) float64 {
	sum, weight, norm := 0.0, 1.0, 0.0
	for i := range count {
		sum += weight * (n+Noise(i)*101).at(x, y)
		norm += weight
		weight /= 2
		// The lattice of each octave is turned, so that no direction stands out.
		x, y = 1.6*x-1.2*y+7.3, 1.2*x+1.6*y-3.1
	}
	return sum / norm
}
