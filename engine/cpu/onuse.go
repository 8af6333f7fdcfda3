package cpu

const (
	// onUseTiles is the largest number of tiles of a map for which weights are transformed on use. With more tiles
	// the products take longer than loading the transformed weights, four times as large, from memory. The number
	// of the complete map decides, since the two methods differ in their last bits.
	onUseTiles = 32
	// onUseChannels is the number of channels, input plus output, above which a convolution keeps untransformed
	// weights for that. Convolutions with fewer do not have such small maps in a VGG.
	onUseChannels = 512
	// onUseBlocks is the number of blocks of 16 channels transformed at a time: for a panel of 32 channels
	// 300 KB, which stay in the second-level cache.
	onUseBlocks = 4
	onUseStride = (onUseBlocks*panel + 1) * lanes // an odd number of cache lines, as spread makes it
	onUseSize   = frequencies * onUseStride
	// rawStep is the number of upcoming weights that each channel of a product prefetches in each frequency.
	rawStep = 9 * panel / frequencies
)

// onUsePanels returns the number of panels that a job of convOnUse computes: two jobs per thread.
func (d *device) onUsePanels() int {
	return (d.conv.filters.panels + 2*d.crew.size - 1) / (2 * d.crew.size)
}

// convOnUse computes some panels in all frequencies, from weights that it transforms: a few channels of the
// input for all panels, then the next ones, so that their tiles and all sums stay in the second-level
// cache.
func (d *device) convOnUse(worker, index int) {
	c := &d.conv
	n := d.onUsePanels()
	first, end := index*n, min((index+1)*n, c.filters.panels)
	for b := 0; b < c.filters.blocks; b += onUseBlocks {
		for p := first; p < end; p++ {
			next := c.filters.rawPanel(p, b*lanes)
			switch {
			case p+1 < end:
				next = c.filters.rawPanel(p+1, b*lanes)
			case b+onUseBlocks < c.filters.blocks:
				next = c.filters.rawPanel(first, (b+onUseBlocks)*lanes)
			}
			d.multiplyOnUse(worker, p, b, next)
		}
	}
}

// multiplyOnUse transforms the weights of a panel starting at block b of the input and adds their products.
// Meanwhile the weights to be transformed next are prefetched, a share in each frequency.
func (d *device) multiplyOnUse(worker, p, b int, next []float32) {
	c := &d.conv
	v, m := c.memory[:frequencies*c.vStride], c.memory[frequencies*c.vStride:]
	u := c.onUse[worker*onUseSize:][:onUseSize]
	size, tiles := c.schedule.size*lanes, c.blockTiles()
	blocks := min(onUseBlocks, c.filters.blocks-b)
	d.kernels.transformFilters(u, onUseStride, c.filters.rawPanel(p, b*lanes), blocks*panel)
	for f := range frequencies {
		share := next[min(f*blocks*lanes*rawStep, len(next)):]
		ahead, by := share, rawStep
		if tiles > maxTiles {
			ahead, by = u[min(f+1, frequencies-1)*onUseStride:], panel
		}
		for t := 0; t < tiles; {
			n := nextTiles(tiles - t)
			d.kernels.multiply(m[f*c.mStride+2*p*size+t*lanes:], size, v[f*c.vStride+b*size+t*lanes:], size, u[f*onUseStride:], n, blocks, b > 0, ahead, by)
			ahead, by = share, rawStep
			t += n
		}
	}
}
