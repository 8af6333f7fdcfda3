package main

import "math"

// Point is a place on the canvas in pixels, x to the right and y down, or a direction.
type Point struct{ X, Y float64 }

func (p Point) add(q Point) Point            { return Point{p.X + q.X, p.Y + q.Y} }
func (p Point) sub(q Point) Point            { return Point{p.X - q.X, p.Y - q.Y} }
func (p Point) scale(k float64) Point        { return Point{p.X * k, p.Y * k} }
func (p Point) dot(q Point) float64          { return p.X*q.X + p.Y*q.Y }
func (p Point) length() float64              { return math.Sqrt(p.X*p.X + p.Y*p.Y) }
func (p Point) distance(q Point) float64     { return p.sub(q).length() }
func (p Point) mix(q Point, t float64) Point { return Point{lerp(p.X, q.X, t), lerp(p.Y, q.Y, t)} }

// unit is p with length 1; the zero vector becomes (1,0).
func (p Point) unit() Point {
	l := p.length()
	if l == 0 {
		return Point{1, 0}
	}
	return p.scale(1 / l)
}

// rotate turns p by an angle in radians (clockwise on the canvas, where y points down).
func (p Point) rotate(angle float64) Point {
	s, c := math.Sincos(angle)
	return Point{c*p.X - s*p.Y, s*p.X + c*p.Y}
}

// polar is the point at a distance and an angle from the origin.
func polar(radius, angle float64) Point {
	s, c := math.Sincos(angle)
	return Point{radius * c, radius * s}
}

// curve samples the quadratic Bézier curve through three control points at n+1 places.
func curve(a, b, c Point, n int) []Point {
	path := make([]Point, n+1)
	for i := range path {
		t := float64(i) / float64(n)
		path[i] = a.mix(b, t).mix(b.mix(c, t), t)
	}
	return path
}

// toSegment is the distance from p to the segment ab, and how far along ab (0..1) the nearest point is.
func toSegment(p, a, b Point) (distance, along float64) {
	ab := b.sub(a)
	if l := ab.dot(ab); l > 0 {
		along = clamp(p.sub(a).dot(ab)/l, 0, 1)
	}
	return p.distance(a.mix(b, along)), along
}

func lerp(a, b, t float64) float64 { return a + (b-a)*t }

func clamp(v, lo, hi float64) float64 { return math.Max(lo, math.Min(hi, v)) }

// smooth rises from 0 at lo to 1 at hi with level ends; it falls where lo > hi.
func smooth(lo, hi, v float64) float64 {
	t := clamp((v-lo)/(hi-lo), 0, 1)
	return t * t * (3 - 2*t)
}

// bell is 1 at 0 and falls to half at ±1, like a Gaussian. It is written with Exp2 because
// math.Exp uses another algorithm on processors with fused multiply-add, and the pictures must not differ.
func bell(v float64) float64 { return math.Exp2(-v * v) }

// fract returns the fractional part of v, in [0,1).
func fract(v float64) float64 { return v - math.Floor(v) }
