package cpu

import (
	"fmt"

	"github.com/impasto/impasto/engine"
)

// lineLength is the number of values in a stretch of 128 positions of a block: two of them, and the sums of a few
// pairs of blocks, fit a first-level cache.
const lineLength = 128 * lanes

// momentSums holds the sums of a map and of its products, in float64: for each block i of channels the
// products with the blocks j >= i, [16][16] each, followed by the sums themselves, [16]. Those of padding
// channels are zero.
type momentSums struct {
	channels, blocks int
	sums             []float64
	weight           *float64
}

// blockProducts are the products of two blocks.
type blockProducts [lanes * lanes]float64

func newMomentSums(channels int) *momentSums {
	if channels <= 0 {
		panic(fmt.Sprintf("cpu: moments of %d channels", channels))
	}
	return &momentSums{channels: channels, blocks: blocksOf(channels)}
}

// MomentsBytes returns the bytes of moments: their sums and their weight.
func (d *device) MomentsBytes(channels int) int64 {
	m := newMomentSums(channels)
	return 8 * int64(m.start(m.blocks)+1)
}

func (m *momentSums) Channels() int { return m.channels }

// start returns the start of the sums of block i; start(blocks) is the total length.
func (m *momentSums) start(i int) int {
	pairs := i*m.blocks - i*(i-1)/2
	return pairs*lanes*lanes + i*lanes
}

// products returns those of block i with block j >= i.
func (m *momentSums) products(i, j int) *blockProducts {
	return (*blockProducts)(m.sums[m.start(i)+(j-i)*lanes*lanes:])
}

// mirror copies the products of block i with itself, mirroring the upper half.
func (m *momentSums) mirror(dst *blockProducts, i int) {
	*dst = *m.products(i, i)
	for a := range lanes {
		for b := range a {
			dst[a*lanes+b] = dst[b*lanes+a]
		}
	}
}

// sumsOf returns the sums of the existing channels of block i.
func (m *momentSums) sumsOf(i int) []float64 {
	return m.sums[m.start(i+1)-lanes:][:min(lanes, m.channels-i*lanes)]
}

// ResetMoments sets moments to zero.
func (d *device) ResetMoments(dst engine.Moments) error {
	m := own[*momentSums](dst)
	d.mu.Lock()
	defer d.mu.Unlock()
	clear(m.sums)
	*m.weight = 0
	return nil
}

// reduction is a sum over positions in progress. Rows are divided into pieces at absolute rows; the sums
// of pieces are added in order.
type reduction struct {
	moments     *momentSums
	src, target *featureMap
	weight      *plane
	rows        engine.Rows
	pieceRows   int
	first       int // piece of this round
	parts       int // into which the blocks of channels are divided
	partial     []float32
	totals      []float32 // of each worker, [blocks][32][16]
	distances   []float64
}

// piece returns the rows of piece i of the window.
func (r *reduction) piece(i int) engine.Rows {
	from := r.rows.From + i*r.pieceRows
	return engine.Rows{From: from, To: min(from+r.pieceRows, r.rows.To)}
}

func (r *reduction) pieces() int { return (r.rows.Len() + r.pieceRows - 1) / r.pieceRows }

// partialBytes limits the memory of the sums of pieces before they are added.
const partialBytes = 8 << 20

// AddMoments adds rows to the moments.
func (d *device) AddMoments(op engine.AddMoments) error {
	op.Check()
	m, src := own[*momentSums](op.Moments), mapOf(op.Src)
	d.mu.Lock()
	defer d.mu.Unlock()
	d.reduction = reduction{moments: m, src: src, weight: planeOf(op.Weight), rows: op.Rows, pieceRows: engine.PieceRows(src.shape.Width)}
	r := &d.reduction
	size := len(m.sums)
	round := min(max(partialBytes/4/size, 1), max(r.pieces(), 1))
	totals := d.crew.size * m.blocks * totalsLength
	if err := d.beginScratch(padLine(round*size) + totals); err != nil {
		return err
	}
	r.partial = d.scratch.take(round * size)
	r.totals = d.scratch.take(totals)
	for r.first = 0; r.first < r.pieces(); r.first += round {
		n := min(round, r.pieces()-r.first)
		r.parts = min((momentJobs*d.crew.size+n-1)/n, m.blocks)
		d.crew.run(&d.jobs.moments, n*r.parts)
		r.partial = r.partial[:n*size]
		d.crew.run(&d.jobs.foldMoments, m.blocks)
	}
	*m.weight += r.totalWeight()
	d.reduction = reduction{}
	return nil
}

func (r *reduction) totalWeight() float64 {
	if r.weight == nil {
		return float64(r.rows.Len() * r.src.shape.Width)
	}
	sum := 0.0
	for y := r.rows.From; y < r.rows.To; y++ {
		for _, w := range r.weight.row(y) {
			sum += float64(w)
		}
	}
	return sum
}

const (
	// momentJobs is the least number of jobs per thread if there are enough blocks. Each reads the
	// complete piece, so more jobs cost more reading.
	momentJobs = 4
	// totalsLength is the size of the 32 sums to which a block's positions are added in turn.
	totalsLength = 32 * lanes
)

// momentsPiece sums the products of every parts-th block, and its sums, over one piece, one stretch of
// positions after another, so that each is read from memory once and from the cache for all pairs.
func (d *device) momentsPiece(worker, index int) {
	r, w := &d.reduction, &d.spaces[worker]
	m := r.moments
	part, piece := index%r.parts, index/r.parts
	partial := r.partial[piece*len(m.sums):][:len(m.sums)]
	totals := r.totals[worker*m.blocks*totalsLength:][:m.blocks*totalsLength]
	clear(totals)
	for i := part; i < m.blocks; i += r.parts {
		clear(partial[m.start(i):m.start(i+1)])
	}
	rows := r.piece(r.first + piece)
	for y := rows.From; y < rows.To; y++ {
		for x := 0; x < r.src.shape.Width; x += lineLength / lanes {
			n := min(lineLength/lanes, r.src.shape.Width-x)
			for i := part; i < m.blocks; i += r.parts {
				d.momentsRow(w, partial[m.start(i):m.start(i+1)], totals[i*totalsLength:][:totalsLength], i, y, x, n)
			}
		}
	}
	for i := part; i < m.blocks; i += r.parts {
		t := totals[i*totalsLength:][:totalsLength]
		for n := totalsLength / 2; n >= lanes; n /= 2 {
			d.kernels.axpy(t[:n], 1, t[n:2*n])
		}
		copy(partial[m.start(i+1)-lanes:], t[:lanes])
	}
}

// momentsRow adds n positions of row y, starting at x, to the sums of block i.
func (d *device) momentsRow(w *workspace, sums, totals []float32, i, y, x, n int) {
	r := &d.reduction
	const size = lanes * lanes
	a := r.src.from(y, i, x)[:n*lanes]
	if r.weight != nil {
		a = weighted(w.line[:n*lanes], a, r.weight.row(y)[x:])
	}
	for j := i; j < r.moments.blocks; j++ {
		d.kernels.moments((*[size]float32)(sums[(j-i)*size:]), a, r.src.from(y, j, x), n)
	}
	for len(a) > 0 {
		k := min(len(a), totalsLength)
		d.kernels.axpy(totals[:k], 1, a[:k])
		a = a[k:]
	}
}

// weighted writes to dst each position of a times its weight.
func weighted(dst, a, weight []float32) []float32 {
	for i, v := range a {
		dst[i] = v * weight[i/lanes]
	}
	return dst
}

// foldMoments adds the sums of a block, piece by piece.
func (d *device) foldMoments(_, i int) {
	r := &d.reduction
	from, to := r.moments.start(i), r.moments.start(i+1)
	sums := r.moments.sums[from:to]
	for piece := 0; piece < len(r.partial); piece += len(r.moments.sums) {
		for k, v := range r.partial[piece:][from:to] {
			sums[k] += float64(v)
		}
	}
}
