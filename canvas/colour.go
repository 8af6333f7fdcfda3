package canvas

import (
	"fmt"
	"math"
)

// The methods of Gatys, Bethge, Hertzmann and Shechtman 2016, "Preserving Color in Neural Artistic Style
// Transfer" (arXiv:1606.05897), which keep the photograph's colours.

// A ColourMap is an affine map of colours, x -> A x + B on encoded RGB. It can be compared with ==.
type ColourMap struct {
	A [3][3]float64
	B [3]float64
}

// After returns the map that applies n first and then m.
func (m ColourMap) After(n ColourMap) ColourMap {
	both := ColourMap{A: multiply3(m.A, n.A), B: m.B}
	for i, row := range m.A {
		for k, v := range row {
			both.B[i] += v * n.B[k]
		}
	}
	return both
}

// Inverse returns the inverse of m, whose numbers are not finite if m is singular.
func (m ColourMap) Inverse() ColourMap {
	inverse := ColourMap{A: invert3(m.A)}
	for i, row := range inverse.A {
		for k, v := range row {
			inverse.B[i] -= v * m.B[k]
		}
	}
	return inverse
}

// Apply returns p with every pixel mapped. Values may leave [0, 1].
func (m ColourMap) Apply(p *Picture) *Picture {
	q := New(p.Width, p.Height)
	r, g, b := p.Channel(0), p.Channel(1), p.Channel(2)
	for c, row := range m.A {
		to := q.Channel(c)
		for i := range to {
			to[i] = float32(row[0]*float64(r[i]) + row[1]*float64(g[i]) + row[2]*float64(b[i]) + m.B[c])
		}
	}
	return q
}

// luma is a row of the map to brightness; see [Picture.Luma].
var luma = [3]float64{0.299, 0.587, 0.114}

// Grey returns the map that sets all three channels to [Picture.Luma].
func Grey() ColourMap { return ColourMap{A: matrix3{luma, luma, luma}} }

// MatchLuma returns the map to a grey picture whose brightness has the mean and the standard deviation of
// another picture's (section 4 of the paper). If the brightness of p is constant, the map only shifts it.
func MatchLuma(p, to *Picture) ColourMap {
	mean, deviation := p.Luma().moments()
	wantMean, wantDeviation := to.Luma().moments()
	by := 1.0
	if deviation > 0 {
		by = wantDeviation / deviation
	}
	var m ColourMap
	for c := range 3 {
		for d, v := range luma {
			m.A[c][d] = by * v
		}
		m.B[c] = wantMean - by*mean
	}
	return m
}

// MatchColours returns the map that gives the colours of p the mean and the covariance of another
// picture's: A = Sigma_to^1/2 Sigma_p^-1/2 (section 3 of the paper; Hertzmann et al. 2001, "Image
// Analogies"). It cannot create a hue that p lacks altogether.
func MatchColours(p, to *Picture) ColourMap {
	mean, covariance := p.colours()
	wantMean, wantCovariance := to.colours()
	m := ColourMap{A: multiply3(root3(wantCovariance, math.Sqrt), root3(covariance, inverseRoot)), B: wantMean}
	for c := range 3 {
		for d := range 3 {
			m.B[c] -= m.A[c][d] * mean[d]
		}
	}
	return m
}

// moments returns the mean and the standard deviation.
func (l *Plane) moments() (mean, deviation float64) {
	for _, v := range l.Pix {
		mean += float64(v)
	}
	mean /= float64(len(l.Pix))
	for _, v := range l.Pix {
		deviation += (float64(v) - mean) * (float64(v) - mean)
	}
	return mean, math.Sqrt(deviation / float64(len(l.Pix)))
}

// WithLuma returns p with the brightness of l in place of its own [Picture.Luma], keeping I and Q
// of the YIQ space. In RGB that adds the difference to all three channels. Values may leave [0, 1]. It
// panics if the sizes differ.
func (p *Picture) WithLuma(l *Plane) *Picture {
	if p.Width != l.Width || p.Height != l.Height {
		panic(fmt.Sprintf("canvas: brightness is %dx%d, picture is %dx%d", l.Width, l.Height, p.Width, p.Height))
	}
	own, q := p.Luma(), p.Clone()
	for c := range 3 {
		channel := q.Channel(c)
		for i := range channel {
			channel[i] += l.Pix[i] - own.Pix[i]
		}
	}
	return q
}

// leastVariance is the variance below which a direction of colours counts as absent: a fiftieth of a step of
// 8 bits. Noise that faint must not be stretched to a photograph's range.
const leastVariance = (0.02 / 255) * (0.02 / 255)

func inverseRoot(v float64) float64 {
	if v < leastVariance {
		return 0
	}
	return 1 / math.Sqrt(v)
}

type matrix3 = [3][3]float64

// colours returns the mean and the covariance of the pixels, RGB.
func (p *Picture) colours() (mean [3]float64, covariance matrix3) {
	n := float64(p.Width * p.Height)
	for c := range 3 {
		for _, v := range p.Channel(c) {
			mean[c] += float64(v) / n
		}
	}
	for c := range 3 {
		for d := range c + 1 {
			sum := 0.0
			other := p.Channel(d)
			for i, v := range p.Channel(c) {
				sum += (float64(v) - mean[c]) * (float64(other[i]) - mean[d])
			}
			covariance[c][d] = sum / n
			covariance[d][c] = sum / n
		}
	}
	return mean, covariance
}

func multiply3(a, b matrix3) (m matrix3) {
	for i := range 3 {
		for j := range 3 {
			for k := range 3 {
				m[i][j] += a[i][k] * b[k][j]
			}
		}
	}
	return m
}

// invert3 returns the inverse, by cofactors.
func invert3(m matrix3) matrix3 {
	var inv matrix3
	minor := func(i, j int) float64 {
		a, b, c, d := (i+1)%3, (i+2)%3, (j+1)%3, (j+2)%3
		return m[a][c]*m[b][d] - m[a][d]*m[b][c]
	}
	det := m[0][0]*minor(0, 0) + m[0][1]*minor(0, 1) + m[0][2]*minor(0, 2)
	for i := range 3 {
		for j := range 3 {
			inv[j][i] = minor(i, j) / det
		}
	}
	return inv
}

// root3 applies f to the eigenvalues of a symmetric matrix, which are not negative except for rounding.
func root3(a matrix3, f func(float64) float64) (m matrix3) {
	values, vectors := eigen3(a)
	for k, v := range values {
		r := f(math.Max(v, 0))
		for i := range 3 {
			for j := range 3 {
				m[i][j] += r * vectors[i][k] * vectors[j][k]
			}
		}
	}
	return m
}

// eigen3 returns the eigenvalues of a symmetric matrix and, as columns, its eigenvectors, by Jacobi
// rotations. Ten sweeps are more than a 3x3 matrix ever needs.
func eigen3(a matrix3) (values [3]float64, vectors matrix3) {
	vectors = matrix3{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}
	for range 10 {
		for _, pair := range [3][2]int{{0, 1}, {0, 2}, {1, 2}} {
			i, j := pair[0], pair[1]
			angle := math.Atan2(2*a[i][j], a[i][i]-a[j][j]) / 2
			sin, cos := math.Sincos(angle)
			rotation := matrix3{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}
			rotation[i][i], rotation[j][j], rotation[i][j], rotation[j][i] = cos, cos, -sin, sin
			vectors = multiply3(vectors, rotation)
			transposed := rotation
			transposed[i][j], transposed[j][i] = sin, -sin
			a = multiply3(multiply3(transposed, a), rotation)
		}
	}
	return [3]float64{a[0][0], a[1][1], a[2][2]}, vectors
}
