package visualize

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

// raster is an image that marks are painted into.
type raster struct {
	img    *image.RGBA
	scale  float64 // pixels a unit
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

// rect returns the pixels of an area, whole ones.
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

// paint strokes each piece of the line as a quadrilateral with a disc at its ends. All are wound the same
// way, so that overlaps stay full.
func (p *polyline) paint(r *raster) {
	half := max(p.width*r.scale, 1) / 2
	box := r.around(p.points, half)
	if box.Empty() {
		return
	}
	ras := vector.NewRasterizer(box.Dx(), box.Dy())
	for _, piece := range dashed(p.points, p.dash) {
		a, z := r.within(box, piece[0]), r.within(box, piece[1])
		length := math.Hypot(z.x-a.x, z.y-a.y)
		if length == 0 {
			continue
		}
		nx, ny := -(z.y-a.y)/length*half, (z.x-a.x)/length*half
		polygon(ras, point{a.x + nx, a.y + ny}, point{a.x - nx, a.y - ny}, point{z.x - nx, z.y - ny}, point{z.x + nx, z.y + ny})
		if len(p.dash) == 0 {
			disc(ras, z, half)
		}
	}
	ras.Draw(r.img, box, image.NewUniform(p.colour), image.Point{})
}

// around returns the pixels within a distance of the smallest rectangle with all points.
func (r *raster) around(points []point, distance float64) image.Rectangle {
	box := image.Rectangle{}
	for _, q := range points {
		at := image.Rect(int(math.Floor(r.x(q.x)-distance)), int(math.Floor(r.y(q.y)-distance)),
			int(math.Ceil(r.x(q.x)+distance))+1, int(math.Ceil(r.y(q.y)+distance))+1)
		box = box.Union(at)
	}
	return box.Intersect(r.img.Bounds())
}

// within returns the place of a point in pixels from the corner of a box.
func (r *raster) within(box image.Rectangle, p point) point {
	return point{r.x(p.x) - float64(box.Min.X), r.y(p.y) - float64(box.Min.Y)}
}

func polygon(ras *vector.Rasterizer, corners ...point) {
	ras.MoveTo(float32(corners[0].x), float32(corners[0].y))
	for _, c := range corners[1:] {
		ras.LineTo(float32(c.x), float32(c.y))
	}
	ras.ClosePath()
}

func disc(ras *vector.Rasterizer, at point, radius float64) {
	const corners = 12
	var circle [corners]point
	for i := range circle {
		sin, cos := math.Sincos(2 * math.Pi * float64(i) / corners)
		circle[i] = point{at.x + radius*cos, at.y + radius*sin}
	}
	polygon(ras, circle[:]...)
}

// dashed cuts a line into the pieces that have ink.
func dashed(points []point, dash []float64) [][2]point {
	var pieces [][2]point
	k, left, on := 0, math.Inf(1), true
	if len(dash) > 0 {
		left = dash[0]
	}
	for i := 1; i < len(points); i++ {
		a, z := points[i-1], points[i]
		for {
			length := math.Hypot(z.x-a.x, z.y-a.y)
			if length <= left {
				if on {
					pieces = append(pieces, [2]point{a, z})
				}
				left -= length
				break
			}
			t := left / length
			m := point{a.x + t*(z.x-a.x), a.y + t*(z.y-a.y)}
			if on {
				pieces = append(pieces, [2]point{a, m})
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

func (t *text) paint(r *raster) {
	face := r.face(t.size, t.bold)
	advance := float64(font.MeasureString(face, t.words)) / 64
	shift := advance * [...]float64{left: 0, centre: 0.5, right: 1}[t.anchor]
	x, y := r.x(t.at.x), r.y(t.at.y)
	if !t.upward {
		(&font.Drawer{Dst: r.img, Src: image.NewUniform(t.colour), Face: face, Dot: dot(x-shift, y)}).DrawString(t.words)
		return
	}
	metrics := face.Metrics()
	ascent, height := metrics.Ascent.Ceil(), (metrics.Ascent + metrics.Descent).Ceil()
	lying := image.NewAlpha(image.Rect(0, 0, int(advance)+2, height))
	(&font.Drawer{Dst: lying, Src: image.NewUniform(color.Alpha{0xff}), Face: face, Dot: dot(0, float64(ascent))}).DrawString(t.words)
	w, h := lying.Bounds().Dx(), lying.Bounds().Dy()
	standing := image.NewAlpha(image.Rect(0, 0, h, w))
	for v := range h {
		for u := range w {
			standing.SetAlpha(v, w-1-u, lying.AlphaAt(u, v))
		}
	}
	corner := image.Pt(int(x)-ascent, int(y+shift)-w)
	draw.DrawMask(r.img, standing.Bounds().Add(corner), image.NewUniform(t.colour), image.Point{}, standing, image.Point{}, draw.Over)
}

func dot(x, y float64) fixed.Point26_6 {
	return fixed.Point26_6{X: fixed.Int26_6(x * 64), Y: fixed.Int26_6(y * 64)}
}
