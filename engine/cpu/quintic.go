package cpu

import "math"

// quintic is the odd polynomial a x + b x^3 + c x^5.
type quintic struct{ a, b, c float64 }

// least is the smallest singular value, relative to the largest, that the iteration raises to 1: below it
// nothing remains after the rounding of float32.
const least = 3e-7

// quintics raise numbers from [least,1] to 1: each is the best approximation of 1 on the interval that the
// previous ones leave (Amsel, Persson, Musco and Gower 2025, "The Polar Express").
var quintics = composite(least)

// composite returns the polynomials for [low,1].
func composite(low float64) []quintic {
	const (
		converged = 1e-4 // a further step leaves less than rounding
		safety    = 1.01 // rounding may leave a number above the interval
	)
	var all []quintic
	high := 1.0
	for 1-low > converged || high-1 > converged {
		q := best(low, high)
		if low/high < 0.5 {
			q = quintic{q.a / safety, q.b / (safety * safety * safety), q.c / math.Pow(safety, 5)}
		}
		low, high = q.at(low), 2-q.at(low)
		all = append(all, q)
	}
	return append(all, quintic{15.0 / 8, -10.0 / 8, 3.0 / 8})
}

func (q quintic) at(x float64) float64 { return x * (q.a + x*x*(q.b+x*x*q.c)) }

// best returns the quintic closest to 1 on [low,high], by Remez exchange: its error has equal magnitude
// and alternating signs at the ends and at its two inner extrema.
func best(low, high float64) quintic {
	if 1-low/high < 1e-3 {
		s := 2 / (low + high) // on so short an interval the equations would be singular
		return quintic{15.0 / 8 * s, -10.0 / 8 * s * s * s, 3.0 / 8 * math.Pow(s, 5)}
	}
	first, second := (3*low+high)/4, (low+3*high)/4
	var q quintic
	last := math.Inf(1)
	for range 200 {
		var err float64
		q, err = equioscillating([4]float64{low, first, second, high})
		if math.Abs(err-last) < 1e-15 {
			break
		}
		last = err
		root := math.Sqrt(9*q.b*q.b - 20*q.a*q.c)
		first, second = math.Sqrt((-3*q.b-root)/(10*q.c)), math.Sqrt((-3*q.b+root)/(10*q.c))
	}
	return q
}

// equioscillating solves q(x_i) = 1 - (-1)^i e for a, b, c and e.
func equioscillating(x [4]float64) (quintic, float64) {
	var m [4][5]float64
	sign := 1.0
	for i, v := range x {
		m[i] = [5]float64{v, v * v * v, math.Pow(v, 5), sign, 1}
		sign = -sign
	}
	for k := range 4 {
		pivot := k
		for i := k; i < 4; i++ {
			if math.Abs(m[i][k]) > math.Abs(m[pivot][k]) {
				pivot = i
			}
		}
		m[k], m[pivot] = m[pivot], m[k]
		for i := range 4 {
			if i == k {
				continue
			}
			f := m[i][k] / m[k][k]
			for j := k; j < 5; j++ {
				m[i][j] -= f * m[k][j]
			}
		}
	}
	return quintic{m[0][4] / m[0][0], m[1][4] / m[1][1], m[2][4] / m[2][2]}, m[3][4] / m[3][3]
}
