package cpu

import "github.com/impasto/impasto/engine"

// matMulRows is the number of rows of a product that a job computes: two calls of the kernel for each panel of the
// right matrix, which is read from the second-level cache once for both.
const matMulRows = 2 * maxTiles

// matMul is a product of matrices in progress. The right one is laid out like transformed weights,
// [panels][16*blocks][32].
type matMul struct {
	sliceMatMul
	blocks, panels int
	right          []float32
	left           []float32 // blocks*matMulRows*16 numbers per worker: [groups][blocks][14][16]
}

// sliceMatMul is engine.MatMul on slices.
type sliceMatMul struct {
	Dst, A, B              []float32
	Rows, Inner, Columns   int
	TransposeA, TransposeB bool
	Scale, Diagonal        float32
	Symmetric              bool
}

// MatMul computes a product of matrices. Each number is summed in the order of the inner index.
func (d *device) MatMul(op engine.MatMul) error {
	op.Check()
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.multiply(sliceMatMul{numbersOf(op.Dst), numbersOf(op.A), numbersOf(op.B),
		op.Rows, op.Inner, op.Columns, op.TransposeA, op.TransposeB, op.Scale, op.Diagonal, op.Symmetric})
}

// multiply computes a product. The device must be locked.
func (d *device) multiply(op sliceMatMul) error {
	m := matMul{sliceMatMul: op, blocks: blocksOf(op.Inner), panels: panelsOf(op.Columns)}
	right, left := m.panels*m.blocks*lanes*panel, m.blocks*matMulRows*lanes
	if err := d.beginScratch(right + padLine(left)*d.crew.size + lanes); err != nil {
		return err
	}
	m.right = d.scratch.take(right)
	m.left = d.scratch.take(left * d.crew.size)
	d.matMul = m
	d.crew.run(&d.jobs.packRight, m.panels)
	d.crew.run(&d.jobs.matMul, (op.Rows+matMulRows-1)/matMulRows)
	d.matMul = matMul{}
	return nil
}

// packRight lays out 32 columns of the right matrix, zeros beyond its borders.
func (d *device) packRight(_, p int) {
	m := &d.matMul
	rows := m.blocks * lanes
	dst := m.right[p*rows*panel:][:rows*panel]
	n := min(panel, m.Columns-p*panel)
	if n < panel || m.Inner < rows {
		clear(dst)
	}
	if m.TransposeB {
		for k := range n {
			for c, v := range m.B[(p*panel+k)*m.Inner:][:m.Inner] {
				dst[c*panel+k] = v
			}
		}
		return
	}
	for c := range m.Inner {
		copy(dst[c*panel:][:n], m.B[c*m.Columns+p*panel:])
	}
}

// packLeft lays out n rows of the left matrix starting at row i, [blocks][14][16].
func (m *matMul) packLeft(dst []float32, i, n int) {
	const stride = maxTiles * lanes
	if m.Inner%lanes != 0 {
		clear(dst[(m.blocks-1)*stride:][:stride])
	}
	if m.TransposeA {
		for c := range m.Inner {
			at := c/lanes*stride + c%lanes
			for t, v := range m.A[c*m.Rows+i:][:n] {
				dst[at+t*lanes] = v
			}
		}
		return
	}
	for t := range n {
		row := m.A[(i+t)*m.Inner:][:m.Inner]
		for b := range m.blocks {
			copy(dst[b*stride+t*lanes:][:lanes], row[b*lanes:])
		}
	}
}

// matMulGroup computes some rows of the product.
func (d *device) matMulGroup(worker, index int) {
	m, w := &d.matMul, &d.spaces[worker]
	size := m.blocks * maxTiles * lanes
	left := m.left[worker*2*size:][:2*size]
	first := index * matMulRows
	last := min(first+matMulRows, m.Rows)
	for i := first; i < last; i += maxTiles {
		m.packLeft(left[(i-first)/maxTiles*size:], i, min(maxTiles, last-i))
	}
	p := 0
	if m.Symmetric {
		p = first / panel
	}
	for ; p < m.panels; p++ {
		right := m.right[p*m.blocks*lanes*panel:]
		for i := first; i < last; i += maxTiles {
			n := min(maxTiles, last-i)
			d.kernels.multiply(w.pair[:], maxTiles*lanes, left[(i-first)/maxTiles*size:], maxTiles*lanes, right, n, m.blocks, false, right[aheadNumbers:], panel)
			m.store(&w.pair, i, n, p*panel)
		}
	}
}

// store writes 32 sums of n rows starting at row i and column j. Of a symmetric product it writes the part right
// of the diagonal, and its mirror image.
func (m *matMul) store(sums *[2 * lineLength]float32, i, n, j int) {
	columns := min(panel, m.Columns-j)
	for t := range n {
		from := 0
		if m.Symmetric {
			from = min(max(i+t-j, 0), columns)
		}
		row := m.Dst[(i+t)*m.Columns+j:][:columns]
		for k := 0; k < columns; k += lanes {
			half := sums[(k/lanes*maxTiles+t)*lanes:][:min(lanes, columns-k)]
			first := min(max(from-k, 0), len(half))
			to := row[k+first:][:len(half)-first]
			for l, v := range half[first:] {
				to[l] = float32(m.Scale * v)
			}
		}
		if on := i + t - j; 0 <= on && on < columns {
			row[on] += m.Diagonal
		}
	}
	if !m.Symmetric {
		return
	}
	for k := max(i-j, 0); k < columns; k++ { // a column of the tile is part of a row
		mirrored := m.Dst[(j+k)*m.Columns+i:][:min(n, j+k-i)]
		for t := range mirrored {
			mirrored[t] = m.Dst[(i+t)*m.Columns+j+k]
		}
	}
}
