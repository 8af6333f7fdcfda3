package main

import (
	"math"
	"math/rand/v2"
)

// mosaic is a peacock in stone and glass. The tesserae are cells of a Voronoi diagram in a square
// metric that is turned along the contours of the design, and settle by moving each seed to the
// middle of its cell (Hausner: Simulating Decorative Mosaics, SIGGRAPH 2001). No tessera crosses a contour.
func mosaic(r *rand.Rand) *Canvas {
	const w, h, size = 832, 1024, 11.5
	d := design{w, h, 71}
	region := make([]int32, w*h)
	for i := range region {
		region[i], _ = d.part(Point{float64(i%w) + 0.5, float64(i/w) + 0.5})
	}
	along := contours(region, w, h)
	floor := &tesserae{w: w, h: h, size: size, region: region}
	for y := size / 2; y < h; y += size {
		for x := size / 2; x < w; x += size {
			floor.seeds = append(floor.seeds, Point{x + 3*spread(r), y + 3*spread(r)})
		}
	}
	for range 11 {
		floor.orient(along)
		floor.settle()
	}
	floor.orient(along)
	return d.lay(floor, r)
}

// contours is the direction at each pixel of the gradient of the distance to the nearest contour.
func contours(region []int32, w, h int) []Point {
	dist := blur(distances(region, w, h), w, h, 2)
	flow := make([]Point, w*h)
	for i := range flow {
		x, y := i%w, i/w
		flow[i] = Point{
			dist[y*w+min(x+2, w-1)] - dist[y*w+max(x-2, 0)],
			dist[min(y+2, h-1)*w+x] - dist[max(y-2, 0)*w+x],
		}.unit()
	}
	return flow
}

// tesserae are the seeds of the stones, each with its direction and its region.
type tesserae struct {
	w, h   int
	size   float64
	region []int32 // of each pixel
	seeds  []Point
	turn   []Point // unit vectors
	part   []int32
	bins   [][]int32 // seeds by square of the given size
	across int       // bins in a row
}

// orient reads the direction and region under each seed, and sorts the seeds into bins.
func (t *tesserae) orient(along []Point) {
	t.across = int(float64(t.w)/t.size) + 1
	t.bins = make([][]int32, t.across*(int(float64(t.h)/t.size)+1))
	t.turn, t.part = make([]Point, len(t.seeds)), make([]int32, len(t.seeds))
	for i, p := range t.seeds {
		k := min(max(int(p.Y), 0), t.h-1)*t.w + min(max(int(p.X), 0), t.w-1)
		t.turn[i], t.part[i] = along[k], t.region[k]
		b := k/t.w*1000/int(1000*t.size)*t.across + k%t.w*1000/int(1000*t.size)
		t.bins[b] = append(t.bins[b], int32(i))
	}
}

// nearest returns the seed whose stone covers p: the nearest in the same region, or in any if that has none nearby.
func (t *tesserae) nearest(p Point, region int32) int32 {
	bx, by := int(p.X/t.size), int(p.Y/t.size)
	best, found := math.Inf(1), int32(-1)
	for y := max(by-2, 0); y <= min(by+2, len(t.bins)/t.across-1); y++ {
		for x := max(bx-2, 0); x <= min(bx+2, t.across-1); x++ {
			for _, i := range t.bins[y*t.across+x] {
				q := p.sub(t.seeds[i])
				d := math.Max(math.Abs(q.dot(t.turn[i])), math.Abs(q.X*t.turn[i].Y-q.Y*t.turn[i].X))
				if t.part[i] != region {
					d += 1000
				}
				if d < best {
					best, found = d, i
				}
			}
		}
	}
	return found
}

// settle moves each seed to the middle of its stone.
func (t *tesserae) settle() {
	sum, n := make([]Point, len(t.seeds)), make([]float64, len(t.seeds))
	for y := range t.h {
		for x := range t.w {
			p := Point{float64(x) + 0.5, float64(y) + 0.5}
			if i := t.nearest(p, t.region[y*t.w+x]); i >= 0 {
				sum[i] = sum[i].add(p)
				n[i]++
			}
		}
	}
	for i := range t.seeds {
		if n[i] > 0 {
			t.seeds[i] = sum[i].scale(1 / n[i])
		}
	}
}

// lay renders the stones at double size: each of one colour, cut unevenly, a little tilted, in dark mortar.
func (d design) lay(t *tesserae, r *rand.Rand) *Canvas {
	c := newCanvas(2*t.w, 2*t.h, RGB{})
	stone := make([]int32, c.W*c.H)
	for i := range stone {
		p := Point{(float64(i%c.W) + 0.5) / 2, (float64(i/c.W) + 0.5) / 2}
		region, _ := d.part(p)
		stone[i] = t.nearest(p, region)
	}
	tint, tilt := make([]RGB, len(t.seeds)), make([]Point, len(t.seeds))
	for i, p := range t.seeds {
		_, colours := d.part(p)
		tint[i] = colours.at(r.Float64()).vary(r, 0.035, 0.012)
		tilt[i] = Point{0.16 * spread(r), 0.16 * spread(r)}
	}
	grain := Noise(72)
	for i, edge := range distances(stone, c.W, c.H) {
		x, y := float64(i%c.W), float64(i/c.W)
		s := stone[i]
		rough := grain.octaves(x/7, y/7, 3)
		face := smooth(1.6, 3.4, edge+0.9*rough)
		q := Point{x / 2, y / 2}.sub(t.seeds[s])
		mortar := hex(0x4a4038).scale(1 + 0.25*rough)
		vein := grain.octaves(x/16+31*float64(s%89), y/5+17*float64(s%97), 2)
		c.Colour[i] = mortar.mix(tint[s].scale(1+0.10*vein+0.05*rough), face)
		c.Relief[i] = face*(3+q.dot(tilt[s])*3) + 1.4*smooth(2, 8, edge) + 0.5*rough
	}
	c = c.halved()
	c.light(Light{Depth: 0.55, Shade: 0.36, Gloss: 0.12})
	return c
}

// design is the cartoon of the mosaic.
type design struct {
	w, h float64
	air  Noise
}

// part is the region at p and the colours of its stones.
func (d design) part(p Point) (int32, Ramp) {
	if n, c := d.border(p); n != 0 {
		return n, c
	}
	if n, c := d.bird(p); n != 0 {
		return n, c
	}
	if n, c := d.fan(p); n != 0 {
		return n, c
	}
	return d.garden(p)
}

// border is a frame of plain bands around a running wave.
func (d design) border(p Point) (int32, Ramp) {
	dx, dy := math.Min(p.X, d.w-p.X), math.Min(p.Y, d.h-p.Y)
	edge, side := dy, p.X
	if dx < dy {
		edge, side = dx, p.Y
	}
	switch {
	case edge < 13:
		return 1, ramp(0x5a1c18, 0x7a2a20)
	case edge < 25:
		return 2, ramp(0xe8d8b0, 0xf4e8c8)
	case edge < 61:
		if edge < 43+13*math.Sin(side/13.2) {
			return 3, ramp(0x16386a, 0x22508a)
		}
		return 4, ramp(0xd8902c, 0xf0b44a, 0xe8a438)
	case edge < 73:
		return 5, ramp(0xe8d8b0, 0xf4e8c8)
	case edge < 85:
		return 6, ramp(0x6a2018, 0x8a3424)
	}
	return 0, nil
}

// hub is where the feathers of the fan spring from.
func (d design) hub() Point { return Point{0.5 * d.w, 0.565 * d.h} }

// fan is the tail: feathers with eyes in three rows.
func (d design) fan(p Point) (int32, Ramp) {
	q := p.sub(d.hub())
	reach := 0.385 * d.w
	ring := q.length() / reach
	turn := math.Atan2(q.X, -q.Y) // 0 is up
	const open = 1.92
	if math.Abs(turn) > open || ring > 1.06 {
		return 0, nil
	}
	for row, eye := range []struct {
		radius float64
		count  int
	}{{0.90, 17}, {0.665, 14}, {0.455, 11}} {
		step := 2 * open / float64(eye.count)
		k := math.Floor((turn + open) / step)
		middle := -open + (k+0.5)*step
		u, v := (turn-middle)*eye.radius/0.085, (ring-eye.radius)/0.112
		level := math.Sqrt(u*u+v*v+0.35*u*u*v) / 1.0
		heart := math.Sqrt(u*u + (v+0.12)*(v+0.12))
		n := int32(100*(row+1)) + int32(k)*4
		switch {
		case heart < 0.36:
			return n, ramp(0x101a5c, 0x1c2c84)
		case heart < 0.62:
			return n + 1, ramp(0x18a0b8, 0x30c8d0, 0x1c88b0)
		case level < 0.88:
			return n + 2, ramp(0xc87820, 0xe8a838, 0xf0c860)
		case level < 1.12:
			return n + 3, ramp(0x1c7a3c, 0x3aa04a, 0x78b83c)
		}
	}
	if ring > 0.99+0.05*math.Abs(math.Sin(turn*17*math.Pi/(2*open)+math.Pi/2)) {
		return 0, nil
	}
	barb := int32(math.Floor((turn + open) / (2 * open) * 34))
	if barb%2 == 0 {
		return 50, ramp(0x0c4a44, 0x126058, 0x0f5a3c)
	}
	return 51, ramp(0x14705c, 0x1f8a6a, 0x1a7a70)
}

// bird is the body, from the crown to the feet.
func (d design) bird(p Point) (int32, Ramp) {
	hub := d.hub()
	u, v := (p.X-hub.X)/d.w, (p.Y-hub.Y)/d.w
	// The neck is a soft S from the breast to the head.
	const headY = -0.262
	bend := 0.030 * math.Sin(math.Pi*(v-headY)/0.30)
	head := Point{-0.012, headY}
	if h := (Point{u, v}).distance(head); h < 0.034 {
		if (Point{u, v}).distance(head.add(Point{-0.008, -0.006})) < 0.0115 {
			return 10, ramp(0x0a0a14, 0x141420)
		}
		if (Point{u, v}).distance(head.add(Point{-0.008, -0.004})) < 0.0205 {
			return 11, ramp(0xf4f0e0, 0xffffff)
		}
		return 12, ramp(0x1438a8, 0x1c50c8)
	}
	if u < -0.04 && u > -0.085 && math.Abs(v-headY-0.012-0.25*(-u-0.04)) < 0.30*(u+0.085) {
		return 13, ramp(0xe8b040, 0xd89028)
	}
	for k := -2; k <= 2; k++ {
		tip := head.add(polar(0.085, -math.Pi/2+0.30*float64(k)))
		if (Point{u, v}).distance(tip) < 0.0125 {
			return 14 + int32(k+2), ramp(0x18b0c8, 0x40d8e0)
		}
		if s, _ := toSegment(Point{u, v}, head, tip); s < 0.0045 {
			return 20, ramp(0xf0c858, 0xe8b040)
		}
	}
	width := 0.026 + 0.055*smooth(-0.20, 0.03, v)
	if v > headY && v < 0.06 && math.Abs(u-bend) < width {
		return 21, ramp(0x1030a0, 0x1848c8, 0x2068e0, 0x1c90d8)
	}
	if b := (u*u)/(0.084*0.084) + (v-0.075)*(v-0.075)/(0.120*0.120); b < 1 {
		scale := 0.5 + 0.5*math.Sin(v*150)*math.Sin(u*150)
		if scale > 0.72 {
			return 22, ramp(0x18a0c0, 0x28c0c8)
		}
		return 23, ramp(0x102c90, 0x1840b0, 0x1858c0)
	}
	for _, side := range []float64{-1, 1} {
		x := u*side - 0.035
		if v > 0.17 && v < 0.262 && math.Abs(x) < 0.009 || v > 0.248 && v < 0.266 && x > -0.035 && x < 0.045 {
			return 24, ramp(0xc86a28, 0xe08a40)
		}
	}
	return 0, nil
}

// garden is the golden ground above, and the meadow with pomegranates below.
func (d design) garden(p Point) (int32, Ramp) {
	ground := 0.775*d.h + 12*math.Sin(p.X/70)
	for i, f := range []Point{{0.17, 0.76}, {0.30, 0.80}, {0.83, 0.76}, {0.70, 0.80}, {0.43, 0.855}, {0.57, 0.855}, {0.20, 0.87}, {0.80, 0.87}, {0.17, 0.16}, {0.83, 0.16}, {0.16, 0.27}, {0.84, 0.27}, {0.27, 0.125}, {0.73, 0.125}} {
		q := p.sub(Point{f.X * d.w, f.Y * d.h})
		ring := q.length()
		n := int32(500 + 8*i)
		petals := 27 + 6*math.Cos(5*math.Atan2(q.Y, q.X))
		switch {
		case ring < 9:
			return n, ramp(0xf8d040, 0xffe880)
		case ring < petals:
			return n + 1, []Ramp{ramp(0xc01c2c, 0xe84838), ramp(0xd84a78, 0xf088a0), ramp(0x7a2c98, 0xa858c0)}[i%3]
		case i < 4 && q.Y > 0 && math.Abs(q.X-5*math.Sin(q.Y/20)) < 4.5 && q.Y < 78:
			return n + 2, ramp(0x2c7a30, 0x4a9a38)
		}
		leaf := q.rotate(-0.7 + math.Pi*float64(i%2)/2)
		if a := math.Abs(leaf.X); a < 46 && math.Abs(leaf.Y) < 11*(1-(a-30)*(a-30)/280) {
			return n + 3, ramp(0x2c7a30, 0x68a83c)
		}
	}
	if p.Y > ground {
		if p.Y > ground+44+12*math.Sin(p.X/41) {
			return 31, ramp(0x2a5a2c, 0x3f7a34, 0x5a8a3a)
		}
		return 30, ramp(0x6a9a34, 0x98b840, 0xb8c850)
	}
	glow := p.distance(d.hub()) / d.w
	if glow < 0.435 {
		return 40, ramp(0xf8dc90, 0xf4cc70, 0xffe8b0)
	}
	return 41, ramp(0xe8b050, 0xd89838, 0xf0c068, 0xe0a848)
}
