package cpu

// upcoming walks over what a worker's transforms will touch soon: what the block of tiles at hand is written to,
// and what the one that it takes most likely next is read from. The products of the block at hand fetch it
// into the second-level cache: memory would else idle meanwhile, and the transforms wait for it.
type upcoming struct {
	conv    *convolving
	writing bool // the block at hand; then the next one
	t, end  int  // tiles behind the run at hand
	next    int  // first tile of the next block
	run     tileRun
	line    int       // the next of the run: a row in a block of channels
	rest    []float32 // of the line at hand
	step    int       // numbers that each product fetches; 0: none
}

// expect starts at block index, of which the given number of products fetch.
func (u *upcoming) expect(c *convolving, index, threads, products int) {
	*u = upcoming{conv: c, writing: true, t: index * c.schedule.size, next: (index + threads) * c.schedule.size}
	if products == 0 {
		return
	}
	u.end = min(u.t+c.schedule.size, c.tiles)
	rows, columns := c.sourceRows()*c.filters.blocks+c.writtenRows()*c.dstBlocks(), tileSize*(u.end-u.t)
	blocks := c.filters.blocks // a product fetches as much for each
	u.step = (rows*columns/products/blocks + 1) * lanes * blocks
}

// piece returns what the next product fetches, step numbers or less than that up to the end of a row; nil where
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

// lines is how many there are in the run at hand.
func (u *upcoming) lines() int {
	switch {
	case u.run.n == 0:
		return 0
	case u.writing:
		return u.conv.writtenRows() * u.conv.dstBlocks()
	}
	return u.conv.sourceRows() * u.conv.filters.blocks
}

// advance goes on to the next run and reports whether there is one.
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

// sourceRows is how many rows of the source lie under a row of tiles.
func (c *convolving) sourceRows() int {
	if c.src.routes != nil {
		return tileSize
	}
	return patchSize
}

// sourceLine returns what a run of tiles reads of a row in a block of channels; nothing where the row does not
// exist.
func (c *convolving) sourceLine(r tileRun, line int) []float32 {
	row, block := line/c.filters.blocks, line%c.filters.blocks
	if c.src.routes != nil {
		return c.src.data.part(tileSize/2*r.y-1+row, block, tileSize/2*r.x-1, tileSize/2*r.n+2)
	}
	return c.src.data.part(c.sourceRow(tileSize*r.y-1+row), block, tileSize*r.x-1, tileSize*r.n+2)
}

// writtenRows is how many rows a row of tiles is written to, or pooled to where it is not stored itself.
func (c *convolving) writtenRows() int {
	if c.dst == nil {
		return tileSize / 2
	}
	return tileSize
}

// writtenLine returns what a run of tiles is written to of a row in a block of channels.
func (c *convolving) writtenLine(r tileRun, line int) []float32 {
	row, block := line/c.dstBlocks(), line%c.dstBlocks()
	if c.dst == nil {
		return c.pool.part(tileSize/2*r.y+row, block, tileSize/2*r.x, tileSize/2*r.n)
	}
	return c.dst.part(tileSize*r.y+row, block, tileSize*r.x, tileSize*r.n)
}
