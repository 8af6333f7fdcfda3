package cpu

import "github.com/impasto/impasto/engine"

// maxRun is the largest number of tiles of a row transformed in one call: 128 pixels of six rows are 48 KiB,
// which a first-level cache can hold, and a call takes a few microseconds.
const maxRun = 32

// expandedRun is that number if the six rows are first expanded from a pooled map: both they and their sources
// are then in the first-level cache.
const expandedRun = 12

// workspace is one worker's memory for the borders of maps.
type workspace struct {
	patch    [patchSize][patchSize * lanes]float32
	expanded [patchSize][(tileSize*expandedRun + 4) * lanes]float32
	zeros    [(tileSize*maxRun + 2) * lanes]float32
	rows     [patchSize][]float32
	upcoming upcoming

	// Tiles write pixels that do not exist to the spare rows; a tile that crosses the right
	// border is written to tile, from which its pixels are copied.
	spare      [tileSize * maxRun * lanes]float32
	spareWords [tileSize * maxRun]uint16
	tile       [tileSize][tileSize * lanes]float32
	tileWords  [tileSize][tileSize]uint16
	tilePool   [tileSize / 2][tileSize / 2 * lanes]float32
	forward    forwardRun
	backward   backwardRun

	// The stem's rows: in fields, since arguments of a call through a pointer are on the heap.
	stemRows              [9][]float32
	stemSums, stemSources [3][]float32

	line [lineLength]float32
	pair [2 * lineLength]float32
	_    [lanes]float32
}

// tileRun is a piece of a row of tiles.
type tileRun struct {
	y, x int // of the first tile
	n    int
	at   int // of the first tile in its block
}

// run returns the run that starts at tile t of the window and ends before tile end, in the block that
// starts at tile start.
func (c *convolving) run(t, end, start int) tileRun {
	x := t % c.tilesX
	n := min(end-t, c.tilesX-x, maxRun)
	return tileRun{y: c.firstRow + t/c.tilesX, x: x, n: n, at: t - start}
}

// source is the input of a convolution: a map, or a pooled map that routes spread to twice the size.
type source struct {
	data    *featureMap
	padding engine.Padding
	routes  *mask // nil: the map itself
	scale   float32
}

// input transforms tiles [from, to) of a block of channels.
func (c *convolving) input(k *kernels, w *workspace, v []float32, block, start, from, to int) {
	for t := from; t < to; {
		r := c.run(t, to, start)
		dst := v[(block*c.schedule.size+r.at)*lanes:]
		if c.src.routes != nil {
			r.n = min(r.n, expandedRun)
			c.expand(k, w, block, r)
			k.transformInput(dst, c.vStride, &w.rows, r.n)
		} else {
			c.inputRun(k, w, dst, block, r)
		}
		t += r.n
	}
}

// inputRun transforms a run that reads the map itself; the tiles at the left and right border use a
// copy of their patch.
func (c *convolving) inputRun(k *kernels, w *workspace, dst []float32, block int, r tileRun) {
	x, end := r.x, r.x+r.n
	if x == 0 {
		c.gather(w, block, r.y, x)
		k.transformInput(dst, c.vStride, &w.rows, 1)
		x++
	}
	if end == c.tilesX && end > x {
		end--
		c.gather(w, block, r.y, end)
		k.transformInput(dst[(end-r.x)*lanes:], c.vStride, &w.rows, 1)
	}
	if x < end {
		n := (tileSize*(end-x) + 2) * lanes
		for i := range w.rows {
			if y := c.sourceRow(tileSize*r.y - 1 + i); y >= 0 {
				w.rows[i] = c.src.data.from(y, block, tileSize*x-1)[:n]
			} else {
				w.rows[i] = w.zeros[:n]
			}
		}
		k.transformInput(dst[(x-r.x)*lanes:], c.vStride, &w.rows, end-x)
	}
}

// sourceRow returns the row that is read at row y of the padded map, or -1 for zeros. Values read beyond the padding
// do not matter; zeros make them reproducible.
func (c *convolving) sourceRow(y int) int {
	if y > c.height {
		return -1
	}
	return c.src.padding.Index(y, c.height)
}

// gather copies the patch of one tile, with its padding, and points w.rows to it.
func (c *convolving) gather(w *workspace, block, ty, tx int) {
	left := tileSize*tx - 1
	from, to := max(left, 0), min(left+patchSize, c.width)
	for i := range w.patch {
		p := w.patch[i][:]
		w.rows[i] = p
		y := c.sourceRow(tileSize*ty - 1 + i)
		if y < 0 {
			clear(p)
			continue
		}
		row := c.src.data.from(y, block, 0)
		copy(p[(from-left)*lanes:], row[from*lanes:to*lanes])
		for x := left; x < left+patchSize; x++ {
			if x >= from && x < to {
				continue
			}
			pixel := p[(x-left)*lanes:][:lanes]
			if i := c.src.padding.Index(min(x, c.width), c.width); i >= 0 && x <= c.width {
				copy(pixel, row[i*lanes:])
			} else {
				clear(pixel)
			}
		}
	}
}

// expand spreads the pooled gradients under a run of tiles over the pixels from which they were pooled,
// and points w.rows to them.
func (c *convolving) expand(k *kernels, w *workspace, block int, r tileRun) {
	left := tileSize*r.x - 2 // even, as unpool requires
	n := tileSize*r.n + 4
	pooled := c.src.data.shape
	from, to := max(left, 0), min(left+n, 2*pooled.Width)
	for i := range w.expanded {
		line := w.expanded[i][:n*lanes]
		w.rows[i] = line[lanes:]
		y := tileSize*r.y - 1 + i
		if y < 0 || y >= 2*pooled.Height || to <= from {
			clear(line)
			continue
		}
		clear(line[:(from-left)*lanes])
		clear(line[(to-left)*lanes:])
		k.unpool(line[(from-left)*lanes:], c.src.data.from(y/2, block, from/2), c.src.routes.from(y, block, from), c.src.scale, to-from)
	}
}

// output transforms back tiles [from, to) of a block of channels, the first of which is at m, and finishes them.
func (c *convolving) output(k *kernels, w *workspace, m []float32, block, start, from, to int) {
	whole := c.width / tileSize // tiles that do not cross the right border
	for t := from; t < to; {
		r := c.run(t, to, start)
		t += r.n
		across := r.x+r.n > whole
		if across {
			r.n--
		}
		at := m[r.at*lanes:]
		if r.n > 0 {
			c.finish(k, w, at, block, r)
		}
		if across {
			r.x, r.at, at = r.x+r.n, r.at+r.n, at[r.n*lanes:]
			r.n = 1
			c.finishAcross(k, w, at, block, r)
		}
	}
}

func (c *convolving) finish(k *kernels, w *workspace, m []float32, block int, r tileRun) {
	if c.backward {
		c.finishBackward(k, w, m, block, r)
	} else {
		c.finishForward(k, w, m, block, r)
	}
}

func (c *convolving) finishForward(k *kernels, w *workspace, m []float32, block int, r tileRun) {
	run := &w.forward
	*run = forwardRun{m: m, stride: c.mStride, tiles: r.n, bias: c.bias[block*lanes:][:lanes], linear: c.linear, average: c.average}
	for i := range tileSize {
		y := tileSize*r.y + i
		exists := y < c.height
		if c.dst != nil {
			run.dst[i] = w.spare[:]
			if exists {
				run.dst[i] = c.dst.from(y, block, tileSize*r.x)
			}
		}
		if c.mask != nil {
			run.mask[i] = w.spareWords[:]
			if exists {
				run.mask[i] = c.mask.from(y, block, tileSize*r.x)
			}
		}
		if c.pool != nil && i < tileSize/2 {
			run.pool[i] = w.spare[:]
			if y := tileSize/2*r.y + i; y < c.pool.shape.Height {
				run.pool[i] = c.pool.from(y, block, tileSize/2*r.x)
			}
		}
	}
	k.transformForward(run)
	c.dropLastRow(block, r)
}

// dropLastRow clears the mask of an odd last row, which no pooled pixel reads.
func (c *convolving) dropLastRow(block int, r tileRun) {
	last := c.height - 1
	if c.mask == nil || c.pool == nil || c.height%2 == 0 || last/tileSize != r.y {
		return
	}
	n := min(tileSize*r.n, c.width-tileSize*r.x)
	clear(c.mask.from(last, block, tileSize*r.x)[:n])
}

func (c *convolving) finishBackward(k *kernels, w *workspace, m []float32, block int, r tileRun) {
	run := &w.backward
	*run = backwardRun{m: m, stride: c.mStride, tiles: r.n, add: c.add}
	for i := range tileSize {
		y := tileSize*r.y + i
		run.dst[i] = w.spare[:]
		if c.mask != nil {
			run.mask[i] = w.spareWords[:]
		}
		if y < c.height {
			run.dst[i] = c.dst.from(y, block, tileSize*r.x)
			if c.mask != nil {
				run.mask[i] = c.mask.from(y, block, tileSize*r.x)
			}
		}
	}
	k.transformBackward(run)
}

// finishAcross finishes a tile of which only some columns exist.
func (c *convolving) finishAcross(k *kernels, w *workspace, m []float32, block int, r tileRun) {
	left := tileSize * r.x
	n := c.width - left
	rows := min(tileSize, c.height-tileSize*r.y)
	if c.backward {
		run := &w.backward
		*run = backwardRun{m: m, stride: c.mStride, tiles: 1, add: c.add}
		for i := range tileSize {
			run.dst[i] = w.tile[i][:]
			if c.mask != nil {
				run.mask[i] = w.tileWords[i][:]
			}
			if i < rows && c.add {
				copy(w.tile[i][:], c.dst.from(tileSize*r.y+i, block, left)[:n*lanes])
			}
			if i < rows && c.mask != nil {
				copy(w.tileWords[i][:], c.mask.from(tileSize*r.y+i, block, left)[:n])
			}
		}
		k.transformBackward(run)
	} else {
		run := &w.forward
		*run = forwardRun{m: m, stride: c.mStride, tiles: 1, bias: c.bias[block*lanes:][:lanes], linear: c.linear, average: c.average}
		for i := range tileSize {
			run.dst[i] = w.tile[i][:]
			if c.mask != nil {
				run.mask[i] = w.tileWords[i][:]
			}
			if c.pool != nil && i < tileSize/2 {
				run.pool[i] = w.tilePool[i][:]
			}
		}
		k.transformForward(run)
		c.keepAcross(w, block, r, n)
	}
	if c.dst != nil {
		for i := range rows {
			copy(c.dst.from(tileSize*r.y+i, block, left), w.tile[i][:n*lanes])
		}
	}
}

// keepAcross copies the mask and the pooled pixels of a tile of n columns. An odd last column is
// not pooled.
func (c *convolving) keepAcross(w *workspace, block int, r tileRun, n int) {
	rows := min(tileSize, c.height-tileSize*r.y)
	if c.mask != nil {
		for i := range rows {
			words := c.mask.from(tileSize*r.y+i, block, tileSize*r.x)[:n]
			copy(words, w.tileWords[i][:])
			if c.pool != nil && n%2 != 0 {
				words[n-1] = 0
			}
		}
	}
	if c.pool != nil {
		for i := range rows / 2 {
			copy(c.pool.from(tileSize/2*r.y+i, block, tileSize/2*r.x)[:n/2*lanes], w.tilePool[i][:])
		}
	}
	c.dropLastRow(block, r)
}
