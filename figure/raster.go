package figure

import (
	"image"
	"image/color"
	"image/draw"
	"math"

	"golang.org/x/image/font"
	"golang.org/x/image/math/fixed"
	"golang.org/x/image/vector"

	xdraw "golang.org/x/image/draw"
)

// raster is an image into which marks are painted.
type raster struct {
	img    *image.RGBA
	scale  float64 // pixels per unit
	dx, dy float64 // of the group being painted, in units
	faces  map[faceKey]*face
}

type faceKey struct {
	size float64
	bold bool
}

func newRaster(width, height, scale float64) *raster {
	r := &raster{scale: scale, faces: map[faceKey]*face{},
		img: image.NewRGBA(image.Rect(0, 0, int(math.Ceil(width*scale)), int(math.Ceil(height*scale))))}
	draw.Draw(r.img, r.img.Bounds(), image.NewUniform(paper), image.Point{}, draw.Src)
	return r
}

func (r *raster) x(v float64) float64 { return (v + r.dx) * r.scale }
func (r *raster) y(v float64) float64 { return (v + r.dy) * r.scale }

// rect returns the pixels of an area, rounded outwards.
func (r *raster) rect(x, y, w, h float64) image.Rectangle {
	return image.Rect(int(math.Round(r.x(x))), int(math.Round(r.y(y))), int(math.Round(r.x(x+w))), int(math.Round(r.y(y+h))))
}

func (g *group) paint(r *raster) {
	r.dx, r.dy = r.dx+g.dx, r.dy+g.dy
	for _, m := range g.marks {
		m.paint(r)
	}
	r.dx, r.dy = r.dx-g.dx, r.dy-g.dy
}

func (p *pixels) paint(r *raster) {
	var how xdraw.Interpolator = xdraw.CatmullRom
	if p.coarse {
		how = xdraw.NearestNeighbor
		if p.w*r.scale < float64(p.img.Bounds().Dx()) {
			how = xdraw.CatmullRom // fewer pixels than squares
		}
	}
	how.Scale(r.img, r.rect(p.x, p.y, p.w, p.h), p.img, p.img.Bounds(), draw.Src, nil)
}

// paint strokes each piece of the line as a quadrilateral with discs at its ends. All have the same
// orientation, so that overlaps stay filled.
func (p *polyline) paint(r *raster) {
	half := max(p.width*r.scale, 1) / 2
	box := r.around(p.points, half)
	if box.Empty() {
		return
	}
	ras := vector.NewRasterizer(box.Dx(), box.Dy())
	for _, piece := range dashed(p.points, p.dash) {
		a, z := r.within(box, piece[0]), r.within(box, piece[1])
		length := math.Hypot(z.X-a.X, z.Y-a.Y)
		if length == 0 {
			continue
		}
		nx, ny := -(z.Y-a.Y)/length*half, (z.X-a.X)/length*half
		polygon(ras, Point{a.X + nx, a.Y + ny}, Point{a.X - nx, a.Y - ny}, Point{z.X - nx, z.Y - ny}, Point{z.X + nx, z.Y + ny})
		if len(p.dash) == 0 {
			disc(ras, z, half)
		}
	}
	ras.Draw(r.img, box, image.NewUniform(p.colour), image.Point{})
}

// around returns the pixels within a distance of the bounding box of all points.
func (r *raster) around(points []Point, distance float64) image.Rectangle {
	box := image.Rectangle{}
	for _, q := range points {
		at := image.Rect(int(math.Floor(r.x(q.X)-distance)), int(math.Floor(r.y(q.Y)-distance)),
			int(math.Ceil(r.x(q.X)+distance))+1, int(math.Ceil(r.y(q.Y)+distance))+1)
		box = box.Union(at)
	}
	return box.Intersect(r.img.Bounds())
}

// within returns a point in pixels from the corner of a box.
func (r *raster) within(box image.Rectangle, p Point) Point {
	return Point{r.x(p.X) - float64(box.Min.X), r.y(p.Y) - float64(box.Min.Y)}
}

func polygon(ras *vector.Rasterizer, corners ...Point) {
	ras.MoveTo(float32(corners[0].X), float32(corners[0].Y))
	for _, c := range corners[1:] {
		ras.LineTo(float32(c.X), float32(c.Y))
	}
	ras.ClosePath()
}

func disc(ras *vector.Rasterizer, at Point, radius float64) {
	const corners = 12
	var circle [corners]Point
	for i := range circle {
		sin, cos := math.Sincos(2 * math.Pi * float64(i) / corners)
		circle[i] = Point{at.X + radius*cos, at.Y + radius*sin}
	}
	polygon(ras, circle[:]...)
}

// dashed divides a line into the pieces that have ink.
func dashed(points []Point, dash []float64) [][2]Point {
	var pieces [][2]Point
	k, left, on := 0, math.Inf(1), true
	if len(dash) > 0 {
		left = dash[0]
	}
	for i := 1; i < len(points); i++ {
		a, z := points[i-1], points[i]
		for {
			length := math.Hypot(z.X-a.X, z.Y-a.Y)
			if length <= left {
				if on {
					pieces = append(pieces, [2]Point{a, z})
				}
				left -= length
				break
			}
			t := left / length
			m := Point{a.X + t*(z.X-a.X), a.Y + t*(z.Y-a.Y)}
			if on {
				pieces = append(pieces, [2]Point{a, m})
			}
			a, k, on = m, (k+1)%len(dash), !on
			left = dash[k]
		}
	}
	return pieces
}

func (r *raster) face(size float64, bold bool) *face {
	key := faceKey{size, bold}
	if r.faces[key] == nil {
		r.faces[key] = newFace(size*r.scale, bold)
	}
	return r.faces[key]
}

func (t *Text) paint(r *raster) {
	face := r.face(t.Size, t.Bold)
	advance := float64(font.MeasureString(face, t.Words)) / 64
	shift := advance * [...]float64{Left: 0, Centre: 0.5, Right: 1}[t.Anchor]
	x, y := r.x(t.At.X), r.y(t.At.Y)
	if !t.Upward {
		(&font.Drawer{Dst: r.img, Src: image.NewUniform(t.Colour), Face: face, Dot: dot(x-shift, y)}).DrawString(t.Words)
		return
	}
	metrics := face.Metrics()
	ascent, height := metrics.Ascent.Ceil(), (metrics.Ascent + metrics.Descent).Ceil()
	lying := image.NewAlpha(image.Rect(0, 0, int(advance)+2, height))
	(&font.Drawer{Dst: lying, Src: image.NewUniform(color.Alpha{0xff}), Face: face, Dot: dot(0, float64(ascent))}).DrawString(t.Words)
	w, h := lying.Bounds().Dx(), lying.Bounds().Dy()
	standing := image.NewAlpha(image.Rect(0, 0, h, w))
	for v := range h {
		for u := range w {
			standing.SetAlpha(v, w-1-u, lying.AlphaAt(u, v))
		}
	}
	corner := image.Pt(int(x)-ascent, int(y+shift)-w)
	draw.DrawMask(r.img, standing.Bounds().Add(corner), image.NewUniform(t.Colour), image.Point{}, standing, image.Point{}, draw.Over)
}

func dot(x, y float64) fixed.Point26_6 {
	return fixed.Point26_6{X: fixed.Int26_6(x * 64), Y: fixed.Int26_6(y * 64)}
}
