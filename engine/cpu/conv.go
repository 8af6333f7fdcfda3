package cpu

import "github.com/impasto/impasto/engine"

// convolving is a Winograd convolution in progress, forward or backward: both are a correlation with
// transformed filters, and differ only in what follows.
type convolving struct {
	filters *filters
	src     source

	// The tiles of the window: row by row, tilesX in a row, the first in row of tiles firstRow.
	height, width    int
	tilesX, firstRow int
	tiles            int

	// A block of size tiles is transformed to v[f*vStride + (b*size+t)*16], multiplied to
	// m[f*mStride + (k*size+t)*16], and transformed back. Cooperating workers share one block, which
	// starts at tile start; otherwise worker w has its own at w*share of v.
	schedule schedule
	vStride  int
	mStride  int
	memory   []float32
	share    int
	start    int
	// onUse holds worker w's weights, transformed on use, at w*onUseSize; it is nil if weights
	// transformed in advance are used.
	onUse []float32

	dst  *featureMap // nil: only pooled
	mask *mask
	forwardEpilogue
	backward bool
	add      bool
}

type forwardEpilogue struct {
	bias    []float32
	linear  bool
	average bool
	pool    *featureMap
}

// schedule is the distribution of the tiles of a convolution. It never changes a bit of the result.
type schedule struct {
	cooperate bool
	size      int // tiles in a block
	slice     int // panels that a worker computes before it transforms their tiles back
}

const (
	// localBytes is the limit on the transformed tiles of one worker's block: those that it reads, and a
	// slice of those that it writes. They share a second-level cache of 1 to 2 MiB with the weights of a
	// frequency and with the maps that stream past.
	localBytes = 1328 << 10
	// localTiles is the largest number of tiles of such a block: three products. They are written and read 36 times.
	localTiles = 3 * maxTiles
	// localChannels is the largest number of channels, input plus output, for which a worker has its own block:
	// with more, the weights (36*C*K) would be streamed from memory for too few tiles.
	localChannels = 512
	// cachedChannels is the largest number of channels for which all weights fit the second-level cache.
	cachedChannels = 128
	// slicePanels is the number of panels in a slice: with more, fewer tiles fit; with fewer, the tiles are read
	// too often.
	slicePanels = 2
	// sharedTiles is the largest number of tiles of a block that all workers share. Each is written and read once, in
	// long streams, while the weights are read once per block: 128 tiles suffice if the weights fit the
	// last-level cache, 256 if they come from memory.
	sharedTiles = 256
)

func newSchedule(f *filters, tiles, threads int) schedule {
	channels, slice := f.channels(), min(slicePanels, f.panels)
	size := min(localBytes/(frequencies*4*(lanes*f.blocks+panel*slice)), localTiles)
	if channels > localChannels || channels > cachedChannels && tiles < 2*threads*size {
		return schedule{cooperate: true, size: min(tiles, sharedTiles)}
	}
	jobs := max((tiles+size-1)/size, 4*threads) // four per thread, for balance
	jobs = (jobs + threads - 1) / threads * threads
	size = max((tiles+jobs-1)/jobs, maxTiles/2)
	return schedule{size: min(size, tiles), slice: slice}
}

// Forward computes rows of ReLU(conv(Src) + bias) and what follows it.
func (d *device) Forward(op engine.Forward) error {
	op.Check()
	if op.Rows.Len() == 0 {
		return nil
	}
	conv, src := convolutionOf(op.Conv), mapOf(op.Src)
	d.mu.Lock()
	defer d.mu.Unlock()
	d.conv = convolving{
		filters:         &conv.forward,
		src:             source{data: src, padding: conv.padding},
		dst:             mapOf(op.Dst),
		mask:            maskOf(op.Mask),
		forwardEpilogue: forwardEpilogue{conv.bias, op.Linear, op.Pooling == engine.AveragePooling, mapOf(op.Pool)},
	}
	err := d.convolve(op.Rows, src.shape)
	d.conv = convolving{}
	return err
}

// Backward computes rows of the gradient of a convolution's input.
func (d *device) Backward(op engine.Backward) error {
	op.Check()
	if op.Rows.Len() == 0 {
		return nil
	}
	conv, src, dst := convolutionOf(op.Conv), mapOf(op.Src), mapOf(op.Dst)
	d.mu.Lock()
	defer d.mu.Unlock()
	d.conv = convolving{
		filters:  &conv.backward,
		src:      source{data: src, padding: engine.PadZero, routes: maskOf(op.Routes), scale: routeScale(op.Pooling)},
		dst:      dst,
		mask:     maskOf(op.Mask),
		backward: true,
		add:      op.Add,
	}
	err := d.convolve(op.Rows, dst.shape)
	if err == nil && conv.padding != engine.PadZero {
		d.foldBorder(conv, op.Rows)
	}
	d.conv = convolving{}
	return err
}

// routeScale returns the share of a pooled gradient that each selected activation receives.
func routeScale(p engine.Pooling) float32 {
	if p == engine.AveragePooling {
		return 0.25
	}
	return 1
}

func (d *device) convolve(rows engine.Rows, shape engine.Shape) error {
	c := &d.conv
	c.height, c.width = shape.Height, shape.Width
	c.tilesX = tilesOf(shape.Width)
	c.firstRow = rows.From / tileSize
	c.tiles = (tilesOf(rows.To) - c.firstRow) * c.tilesX
	c.schedule = d.scheduleOf(c.filters, c.tiles)
	onUse := c.filters.raw != nil && tilesOf(c.height)*c.tilesX <= onUseTiles
	c.schedule.cooperate = c.schedule.cooperate || onUse
	size := c.schedule.size
	c.vStride = spread(c.filters.blocks * size * lanes)
	slice := c.filters.panels
	if !c.schedule.cooperate {
		slice = c.schedule.slice
	}
	c.mStride = spread(2 * slice * size * lanes)
	c.share = frequencies * (c.vStride + c.mStride)
	if c.schedule.cooperate {
		own := 0
		if onUse {
			own = onUseSize * d.crew.size
		}
		if err := d.beginScratch(padLine(c.share) + own); err != nil {
			return err
		}
		c.memory, c.onUse = d.scratch.take(c.share), d.scratch.take(own)
		d.cooperate()
		return nil
	}
	if err := d.beginScratch(c.share * d.crew.size); err != nil {
		return err
	}
	c.memory = d.scratch.take(c.share * d.crew.size)
	d.crew.run(&d.jobs.convBlock, (c.tiles+size-1)/size)
	return nil
}

func (d *device) scheduleOf(f *filters, tiles int) schedule {
	if d.schedule != nil {
		return d.schedule(f, tiles)
	}
	return newSchedule(f, tiles, d.crew.size)
}

func tilesOf(pixels int) int { return (pixels + tileSize - 1) / tileSize }

// spread rounds a stride between frequencies up to an odd number of cache lines: 36 streams at a
// distance of a power of two would all map to one set of the caches.
func spread(n int) int { return (n/lanes | 1) * lanes }

// convBlock runs one block of tiles through the complete convolution, slice by slice of its output:
// workers do not synchronise.
func (d *device) convBlock(worker, index int) {
	c, w := &d.conv, &d.spaces[worker]
	size, slice := c.schedule.size, c.schedule.slice
	from, to := index*size, min((index+1)*size, c.tiles)
	memory := c.memory[worker*c.share:][:c.share]
	v, m := memory[:frequencies*c.vStride], memory[frequencies*c.vStride:]
	for b := range c.filters.blocks {
		c.input(d.kernels, w, v, b, from, from, to)
	}
	fetching := 0
	if c.filters.channels() <= cachedChannels { // otherwise the products prefetch weights
		fetching = frequencies * c.filters.panels * (groupsOf(to-from) - 1)
	}
	w.upcoming.expect(c, index, d.crew.size, fetching)
	for p := 0; p < c.filters.panels; p += slice {
		end := min(p+slice, c.filters.panels)
		for f := range frequencies {
			next := c.filters.panel(min(f+1, frequencies-1), p)
			if f+1 == frequencies {
				next = c.filters.panel(0, end%c.filters.panels)
			}
			c.multiply(d.kernels, v, m, f, p, end, to-from, &w.upcoming, next)
		}
		for b := 2 * p; b < min(2*end, c.dstBlocks()); b++ {
			c.output(d.kernels, w, m[(b-2*p)*size*lanes:], b, from, from, to)
		}
	}
}

// dstBlocks returns the number of output blocks; the last panel may have one that does not exist.
func (c *convolving) dstBlocks() int {
	if c.dst != nil {
		return c.dst.blocks
	}
	return c.pool.blocks
}

// multiply computes panels [p, end) of one frequency for the first tiles of a block: the products
// M_f = V_f U_f of Lavin and Gray 2016, eq. 12. A panel of weights stays in the cache for all tiles; meanwhile
// the next one is prefetched, since otherwise memory would idle while the processor computes, and the
// processor while the next panel arrives. After the last panel follows next, which a later call reads. A worker
// with upcoming weights prefetches weights in the first product of a panel and those in the others.
func (c *convolving) multiply(k *kernels, v, m []float32, f, p, end, tiles int, coming *upcoming, next []float32) {
	size := c.schedule.size * lanes
	v, m = v[f*c.vStride:][:c.vStride], m[f*c.mStride:]
	groups := groupsOf(tiles)
	for first := p; p < end; p++ {
		u, following := c.filters.panel(f, p), next
		if p+1 < end {
			following = c.filters.panel(f, p+1)
		}
		for t, g := 0, 0; t < tiles; g++ {
			n, ahead, by := nextTiles(tiles-t), following, panel
			switch {
			case coming == nil && p == first && g == 0: // the first panel may not have been prefetched
				ahead = u[aheadNumbers:]
			case coming == nil || coming.step == 0:
				ahead, by = following[len(u)*g/groups:], (panel+groups-1)/groups
			case g > 0:
				if ahead, by = coming.piece(), coming.step/(lanes*c.filters.blocks); ahead == nil {
					ahead = following
				}
			}
			k.multiply(m[t*lanes:], size, v[t*lanes:], size, u, n, c.filters.blocks, false, ahead, by)
			t += n
		}
		m = m[min(2*size, len(m)):]
	}
}

// aheadNumbers is how far ahead of its sums a product prefetches its own weights: 16 channels.
const aheadNumbers = lanes * panel

// groupsOf returns the number of products that a panel of the given number of tiles takes.
func groupsOf(tiles int) (groups int) {
	for ; tiles > 0; groups++ {
		tiles -= nextTiles(tiles)
	}
	return groups
}

// nextTiles returns how many of the remaining tiles the next product computes: products of nearly equal
// size, since one of fewer than five tiles waits for its own sums.
func nextTiles(remaining int) int {
	products := max((remaining+maxTiles-1)/maxTiles, 1)
	return (remaining + products - 1) / products
}

// chunkTiles and chunkBlocks divide the transforms of a shared block into pieces of about ten microseconds.
const (
	chunkTiles  = maxRun
	chunkBlocks = 4
)

// cooperate runs blocks of tiles through the convolution one after the other, each step on all
// workers, so that the weights are read from memory once per block rather than once per worker.
func (d *device) cooperate() {
	c := &d.conv
	for c.start = 0; c.start < c.tiles; c.start += c.schedule.size {
		chunks := (c.blockTiles() + chunkTiles - 1) / chunkTiles
		d.crew.run(&d.jobs.convInput, chunks*((c.filters.blocks+chunkBlocks-1)/chunkBlocks))
		if len(c.onUse) > 0 {
			n := d.onUsePanels()
			d.crew.run(&d.jobs.convOnUse, (c.filters.panels+n-1)/n)
		} else {
			d.crew.run(&d.jobs.convMul, frequencies*d.panelParts())
		}
		d.crew.run(&d.jobs.convOut, chunks*((c.dstBlocks()+chunkBlocks-1)/chunkBlocks))
	}
}

// blockTiles returns the number of tiles in the shared block.
func (c *convolving) blockTiles() int { return min(c.schedule.size, c.tiles-c.start) }

// panelParts returns the number of parts into which a frequency's panels are divided: one if 36 pieces keep all
// workers busy, since a worker that computes all panels reads the tiles from its own cache.
func (d *device) panelParts() int {
	return min((16*d.crew.size+frequencies-1)/frequencies, d.conv.filters.panels)
}

func (d *device) convInput(worker, index int) {
	c := &d.conv
	b, from, to := c.chunk(index)
	v := c.memory[:frequencies*c.vStride]
	for end := min(b+chunkBlocks, c.filters.blocks); b < end; b++ {
		c.input(d.kernels, &d.spaces[worker], v, b, c.start, from, to)
	}
}

func (d *device) convMultiply(_, index int) {
	c := &d.conv
	v, m := c.memory[:frequencies*c.vStride], c.memory[frequencies*c.vStride:]
	f, p, end := d.panelPart(index)
	nextF, nextP, _ := d.panelPart(min(index+d.crew.size, frequencies*d.panelParts()-1)) // most likely
	c.multiply(d.kernels, v, m[2*p*c.schedule.size*lanes:], f, p, end, c.blockTiles(), nil, c.filters.panel(nextF, nextP))
}

// panelPart returns the frequency and the panels [p, end) of a piece of convMultiply.
func (d *device) panelPart(index int) (f, p, end int) {
	parts, panels := d.panelParts(), d.conv.filters.panels
	part := index % parts
	return index / parts, panels * part / parts, panels * (part + 1) / parts
}

func (d *device) convOutput(worker, index int) {
	c := &d.conv
	b, from, to := c.chunk(index)
	m := c.memory[frequencies*c.vStride:]
	for end := min(b+chunkBlocks, c.dstBlocks()); b < end; b++ {
		c.output(d.kernels, &d.spaces[worker], m[b*c.schedule.size*lanes:], b, c.start, from, to)
	}
}

// chunk returns the first block of channels and the tiles [from, to) of piece index of a transform.
func (c *convolving) chunk(index int) (block, from, to int) {
	n := c.blockTiles()
	chunks := (n + chunkTiles - 1) / chunkTiles
	from = c.start + index%chunks*chunkTiles
	return index / chunks * chunkBlocks, from, min(from+chunkTiles, c.start+n)
}
