package cpu

const (
	// afreshTiles is the most tiles of a map for which weights are transformed when they are used. With
	// more the products take longer than the transformed weights, four times as large, take to come from
	// memory. The number of a whole map counts, since the two differ in their last bits.
	afreshTiles = 32
	// afreshChannels is the number of channels, read plus written, above which a convolution keeps its
	// weights for that. Fewer do not meet such small maps in a VGG.
	afreshChannels = 512
	// afreshBlocks is how many blocks of 16 channels are transformed at a time: for a panel of 32 channels
	// 300 KB, which stay in the second-level cache.
	afreshBlocks = 4
	afreshStride = (afreshBlocks*panel + 1) * lanes // an odd number of cache lines, as spread makes it
	afreshSize   = frequencies * afreshStride
	// rawStep is how many of the weights that come next are fetched by a channel of a product in each frequency.
	rawStep = 9 * panel / frequencies
)

// afreshPanels is how many panels a job of convAfresh computes: two jobs a thread.
func (d *device) afreshPanels() int {
	return (d.conv.filters.panels + 2*d.crew.size - 1) / (2 * d.crew.size)
}

// convAfresh computes some panels in all frequencies, from weights that it transforms: a few channels of the
// input for all panels, then the next, so that the tiles of those and all sums stay in the second-level
// cache.
func (d *device) convAfresh(worker, index int) {
	c := &d.conv
	n := d.afreshPanels()
	first, end := index*n, min((index+1)*n, c.filters.panels)
	for b := 0; b < c.filters.blocks; b += afreshBlocks {
		for p := first; p < end; p++ {
			next := c.filters.rawPanel(p, b*lanes)
			switch {
			case p+1 < end:
				next = c.filters.rawPanel(p+1, b*lanes)
			case b+afreshBlocks < c.filters.blocks:
				next = c.filters.rawPanel(first, (b+afreshBlocks)*lanes)
			}
			d.multiplyAfresh(worker, p, b, next)
		}
	}
}

// multiplyAfresh transforms weights of a panel from block b of the input on and adds their products. Meanwhile
// the weights that are transformed next are fetched, a share by each frequency.
func (d *device) multiplyAfresh(worker, p, b int, next []float32) {
	c := &d.conv
	v, m := c.memory[:frequencies*c.vStride], c.memory[frequencies*c.vStride:]
	u := c.afresh[worker*afreshSize:][:afreshSize]
	size, tiles := c.schedule.size*lanes, c.blockTiles()
	blocks := min(afreshBlocks, c.filters.blocks-b)
	d.kernels.transformFilters(u, afreshStride, c.filters.rawPanel(p, b*lanes), blocks*panel)
	for f := range frequencies {
		share := next[min(f*blocks*lanes*rawStep, len(next)):]
		ahead, by := share, rawStep
		if tiles > maxTiles {
			ahead, by = u[min(f+1, frequencies-1)*afreshStride:], panel
		}
		for t := 0; t < tiles; {
			n := nextTiles(tiles - t)
			d.kernels.multiply(m[f*c.mStride+2*p*size+t*lanes:], size, v[f*c.vStride+b*size+t*lanes:], size, u[f*afreshStride:], n, blocks, b > 0, ahead, by)
			ahead, by = share, rawStep
			t += n
		}
	}
}
