package cpu

import (
	"fmt"

	"github.com/impasto/impasto/engine"
)

// affine is F -> A F + b with A in the layout of transformed weights: [panels][16*blocks][32]. Rows and columns of
// padding channels are zero.
type affine struct {
	channels, blocks, panels int
	a                        []float32
	b                        []float32 // [blocks of the panels][14][16]: once per tile of a product
	constant                 *float32  // not zero if b has a number that is not zero
}

func (a *affine) Channels() int { return a.channels }

func newAffine(channels int) *affine {
	if channels <= 0 {
		panic(fmt.Sprintf("cpu: affine map of %d channels", channels))
	}
	return &affine{channels: channels, blocks: blocksOf(channels), panels: panelsOf(channels)}
}

// size returns the length of matrix, constants and mark.
func (a *affine) size() int { return a.panels*panel*(a.blocks*lanes+maxTiles) + 1 }

// AffineBytes returns the bytes of an affine map.
func (d *device) AffineBytes(channels int) int64 { return 4 * int64(newAffine(channels).size()) }

// WriteAffine rounds and lays out a matrix and a constant.
func (d *device) WriteAffine(dst engine.Affine, a, b []float64) error {
	m := own[*affine](dst)
	c := m.channels
	if len(a) != c*c || len(b) != c {
		panic(fmt.Sprintf("cpu: an affine map of %d channels set from %d and %d numbers", c, len(a), len(b)))
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.layAffine(m, a, b)
	return nil
}

// layAffine is WriteAffine with the device locked.
func (d *device) layAffine(m *affine, a, b []float64) {
	d.setting = setting{m, a}
	d.crew.run(&d.jobs.setAffine, m.panels)
	d.setting = setting{}
	m.clearConstant()
	for k, v := range b {
		for i := range maxTiles {
			m.b[(k/lanes*maxTiles+i)*lanes+k%lanes] = float32(v)
		}
		if v != 0 {
			*m.constant = 1
		}
	}
}

func (a *affine) clearConstant() {
	clear(a.b)
	*a.constant = 0
}

// setting is the layout of a matrix in progress.
type setting struct {
	affine *affine
	matrix []float64
}

// setAffine lays out 32 rows of the matrix as the columns of a panel.
func (d *device) setAffine(_, p int) {
	m, c := d.setting.affine, d.setting.affine.channels
	for from := 0; from < c; from += lanes { // two kilobytes of the panel, which stay in the cache
		dst := m.panelOf(p)[from*panel:][:lanes*panel]
		clear(dst)
		for k := range min(panel, c-p*panel) {
			row := d.setting.matrix[(p*panel+k)*c:][:c]
			for i, v := range row[from:min(from+lanes, c)] {
				dst[i*panel+k] = float32(v)
			}
		}
	}
}

// affineRun is an application of an affine map in progress.
type affineRun struct {
	map_     *affine
	src, dst *featureMap
	weight   *plane
	rows     engine.Rows
	group    int // rows that one job computes
	add      bool
}

// affineJob is the least number of positions that one job computes: each panel of the matrix, up to 64 KiB, is
// then read for some tens of tiles.
const affineJob = 64

// residentBlocks is the largest number of blocks of channels for which the matrix stays in the first-level cache.
const residentBlocks = 4

// AddAffine computes rows of w (A F + b).
func (d *device) AddAffine(op engine.AddAffine) error {
	op.Check()
	d.mu.Lock()
	defer d.mu.Unlock()
	d.affine = affineRun{own[*affine](op.Affine), mapOf(op.Src), mapOf(op.Dst), planeOf(op.Weight), op.Rows, max(affineJob/op.Src.Shape().Width, 1), op.Add}
	d.crew.run(&d.jobs.affine, (op.Rows.Len()+d.affine.group-1)/d.affine.group)
	d.affine = affineRun{}
	return nil
}

// affineRows computes a group of rows.
func (d *device) affineRows(worker, index int) {
	r, w := &d.affine, &d.spaces[worker]
	from := r.rows.From + index*r.group
	width := r.src.shape.Width
	groups := (width + maxTiles - 1) / maxTiles
	for p := range r.map_.panels {
		for y := from; y < min(from+r.group, r.rows.To); y++ {
			for g := range groups {
				x := width * g / groups
				n := width*(g+1)/groups - x
				if r.weight == nil && 2*p+1 < r.dst.blocks {
					d.affineDirect(y, p, x, n)
				} else {
					d.affineSpare(w, y, p, x, n)
				}
			}
		}
	}
}

// panelOf returns 32 columns of the matrix.
func (a *affine) panelOf(p int) []float32 {
	n := a.blocks * lanes * panel
	return a.a[p*n:][:n]
}

// constants returns b of a block of channels, once for each tile of a product.
func (a *affine) constants(block int) []float32 { return a.b[block*maxTiles*lanes:][:maxTiles*lanes] }

// affineDirect computes 32 channels of n pixels in place.
func (d *device) affineDirect(y, p, x, n int) {
	r := &d.affine
	dst := r.dst.from(y, 2*p, x)
	stride := r.dst.shape.Width * lanes
	add := r.add
	if *r.map_.constant != 0 {
		for k := range 2 {
			constant := r.map_.constants(2*p + k)[:n*lanes]
			if add {
				d.kernels.axpy(dst[k*stride:][:n*lanes], 1, constant)
			} else {
				copy(dst[k*stride:], constant)
			}
		}
		add = true
	}
	ahead, by := r.map_.panelOf(p)[aheadNumbers:], panel
	if r.map_.blocks <= residentBlocks { // prefetch what is written next instead
		ahead, by = dst[n*lanes:], n/r.map_.blocks+1
	}
	d.kernels.multiply(dst, stride, r.src.from(y, 0, x), r.src.shape.Width*lanes, r.map_.panelOf(p), n, r.map_.blocks, add, ahead, by)
}

// affineSpare computes 32 channels of n pixels aside: with weights, or where the map has no block for
// half of the channels.
func (d *device) affineSpare(w *workspace, y, p, x, n int) {
	r := &d.affine
	d.kernels.multiply(w.pair[:], maxTiles*lanes, r.src.from(y, 0, x), r.src.shape.Width*lanes, r.map_.panelOf(p), n, r.map_.blocks, false, r.map_.panelOf(p)[aheadNumbers:], panel)
	for k := range min(2, r.dst.blocks-2*p) {
		half := r.map_.constants(2*p + k)[:lanes]
		dst := r.dst.from(y, 2*p+k, x)
		for i := range n {
			weight := float32(1)
			if r.weight != nil {
				weight = r.weight.row(y)[x+i]
			}
			pixel := dst[i*lanes:][:lanes]
			for l, v := range w.pair[(k*maxTiles+i)*lanes:][:lanes] {
				v = float32(weight * (v + half[l]))
				if r.add {
					v += pixel[l]
				}
				pixel[l] = v
			}
		}
	}
}
