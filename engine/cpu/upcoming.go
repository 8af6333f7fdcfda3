package cpu

// upcoming iterates over the memory that a worker's transforms will soon access: the output of the current block of
// tiles, and the input of the block that it will most likely take next. The products of the current block prefetch it
// into the second-level cache: otherwise memory would idle meanwhile, and the transforms would wait for it.
type upcoming struct {
	conv    *convolving
	writing bool // the current block; then the next one
	t, end  int  // tiles after the current run
	next    int  // first tile of the next block
	run     tileRun
	line    int       // the next line of the run: a row in a block of channels
	rest    []float32 // of the current line
	step    int       // numbers that each product prefetches; 0: none
}

// expect starts at block index, which the given number of products prefetch.
func (u *upcoming) expect(c *convolving, index, threads, products int) {
	*u = upcoming{conv: c, writing: true, t: index * c.schedule.size, next: (index + threads) * c.schedule.size}
	if products == 0 {
		return
	}
	u.end = min(u.t+c.schedule.size, c.tiles)
	rows, columns := c.sourceRows()*c.filters.blocks+c.writtenRows()*c.dstBlocks(), tileSize*(u.end-u.t)
	blocks := c.filters.blocks // a product prefetches equally for each
	u.step = (rows*columns/products/blocks + 1) * lanes * blocks
}

// piece returns what the next product prefetches, step numbers or fewer up to the end of a row, or nil if
// nothing is left.
func (u *upcoming) piece() []float32 {
	for len(u.rest) == 0 {
		if u.line == u.lines() && !u.advance() {
			return nil
		}
		if u.writing {
			u.rest = u.conv.writtenLine(u.run, u.line)
		} else {
			u.rest = u.conv.sourceLine(u.run, u.line)
		}
		u.line++
	}
	piece := u.rest
	u.rest = u.rest[min(u.step, len(u.rest)):]
	return piece
}

// lines returns the number of lines in the current run.
func (u *upcoming) lines() int {
	switch {
	case u.run.n == 0:
		return 0
	case u.writing:
		return u.conv.writtenRows() * u.conv.dstBlocks()
	}
	return u.conv.sourceRows() * u.conv.filters.blocks
}

// advance moves to the next run and reports whether there is one.
func (u *upcoming) advance() bool {
	if u.t >= u.end {
		if !u.writing || u.next >= u.conv.tiles {
			return false
		}
		u.writing, u.t, u.end = false, u.next, min(u.next+u.conv.schedule.size, u.conv.tiles)
	}
	u.run = u.conv.run(u.t, u.end, 0)
	u.t += u.run.n
	u.line = 0
	return true
}

// sourceRows returns the number of rows of the source below a row of tiles.
func (c *convolving) sourceRows() int {
	if c.src.routes != nil {
		return tileSize
	}
	return patchSize
}

// sourceLine returns what a run of tiles reads of a row in a block of channels; nothing if the row does not
// exist.
func (c *convolving) sourceLine(r tileRun, line int) []float32 {
	row, block := line/c.filters.blocks, line%c.filters.blocks
	if c.src.routes != nil {
		return c.src.data.part(tileSize/2*r.y-1+row, block, tileSize/2*r.x-1, tileSize/2*r.n+2)
	}
	return c.src.data.part(c.sourceRow(tileSize*r.y-1+row), block, tileSize*r.x-1, tileSize*r.n+2)
}

// writtenRows returns the number of rows to which a row of tiles is written, or pooled if it is not stored itself.
func (c *convolving) writtenRows() int {
	if c.dst == nil {
		return tileSize / 2
	}
	return tileSize
}

// writtenLine returns where a run of tiles writes a row in a block of channels.
func (c *convolving) writtenLine(r tileRun, line int) []float32 {
	row, block := line/c.dstBlocks(), line%c.dstBlocks()
	if c.dst == nil {
		return c.pool.part(tileSize/2*r.y+row, block, tileSize/2*r.x, tileSize/2*r.n)
	}
	return c.dst.part(tileSize*r.y+row, block, tileSize*r.x, tileSize*r.n)
}
