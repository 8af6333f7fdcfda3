package feature

import "github.com/impasto/impasto/engine"

// builder lays out the program of a job.
type builder struct {
	x    *Extractor
	job  Job
	keep func(Layer) bool // whether a tapped map is kept for the backward pass
	// tiles is the number of 4x4 tiles of a map that a band aims at.
	tiles int
	prog  *program
	time  int // of the phase under construction

	convs []*conv // the convolutions that run
	pools [blocks + 1]*pooled
}

// conv is the state of one convolution during layout.
type conv struct {
	convolution
	position int
	shape    engine.Shape
	pre      []int // taps before the ReLU
	post     []int // and after it
	last     bool  // a pooling follows

	preMap, postMap *buffer // of the forward pass, or nil
	mask            *buffer // of the ReLU; with last, of what reached the pooled map
	kept            bool
}

func (c *conv) tapped() bool { return len(c.pre)+len(c.post) > 0 }

// pooled is the state of one pooling during layout.
type pooled struct {
	shape     engine.Shape
	taps      []int
	out, grad *buffer
}

// build lays out the phases and schedules each of them.
func (x *Extractor) build(job Job, keep func(Layer) bool, tiles int) *program {
	b := &builder{x: x, job: job, keep: keep, tiles: tiles, prog: &program{}}
	b.list()
	deepest := b.convs[len(b.convs)-1].block
	for block := 1; block <= deepest; block++ {
		b.forwardBlock(block)
		b.forwardPoolTaps(block)
	}
	if job.Gradient {
		b.backwardTop(deepest)
		for block := deepest; block >= 1; block-- {
			b.backwardBlock(block)
		}
	}
	return b.prog
}

// list fills convs and pools from the layers of the job.
func (b *builder) list() {
	net := &b.x.net
	last, lastPool := 0, 0
	for _, l := range b.job.Layers {
		last = max(last, net.position(l))
		if l.Kind == Pool {
			lastPool = max(lastPool, l.Block)
		}
	}
	table := net.table()
	lastPool = max(lastPool, table[last].block-1)
	for i, c := range table[:last+1] {
		shape := net.Shape(Layer{Conv, c.block, c.index}, b.job.Height, b.job.Width)
		ends := c.index == net.Convolutions[c.block-1] && c.block <= lastPool
		b.convs = append(b.convs, &conv{convolution: c, position: i, shape: shape, last: ends})
		if ends {
			b.pools[c.block] = &pooled{shape: shape.Pooled()}
		}
	}
	for tap, l := range b.job.Layers {
		switch c := b.convs[net.position(l)]; l.Kind {
		case Conv:
			c.pre = append(c.pre, tap)
		case ReLU:
			c.post = append(c.post, tap)
		case Pool:
			b.pools[l.Block].taps = append(b.pools[l.Block].taps, tap)
		}
	}
	for _, c := range b.convs {
		c.kept = b.job.Gradient && c.tapped() && b.keep(Layer{Conv, c.block, c.index})
	}
}

func (b *builder) block(block int) []*conv {
	var convs []*conv
	for _, c := range b.convs {
		if c.block == block {
			convs = append(convs, c)
		}
	}
	return convs
}

// begin opens a phase; end schedules it.
func (b *builder) begin(backward bool) *phase {
	p := &phase{backward: backward}
	b.prog.phases = append(b.prog.phases, p)
	return p
}

func (b *builder) end(p *phase, band int) {
	p.schedule(band)
	b.time++
}

// window makes a buffer that lives in the current phase.
func (b *builder) window(name string, shape engine.Shape, whole bool) *buffer {
	return b.prog.add(&buffer{name: name, shape: shape, whole: whole, from: b.time, to: b.time})
}

// use extends the life of a buffer to the current phase and returns it.
func (b *builder) use(buf *buffer) *buffer {
	if buf != nil {
		buf.use(b.time)
	}
	return buf
}

// source returns the map that the block's first convolution reads; nil is the image.
func (b *builder) source(block int) *buffer {
	if block == 1 {
		return nil
	}
	return b.use(b.pools[block-1].out)
}

// bandTiles are the numbers of 4x4 tiles of a map that a band may aim at, best first. Fewer would keep the maps
// between two convolutions in the second-level cache, but then each operation is so short that the threads wait
// for the slowest of them and the weights of deep layers stream more often: at 512 pixels bands of 16 rows
// take 7 % longer than bands of 128 (BenchmarkBand). More cost memory and gain nothing. In the deep blocks of a
// large picture a band of 4096 tiles is most of a map, so where memory is short smaller ones save
// as much as recomputing a shallow map does, and cost less.
var bandTiles = [...]int{4096, 1024, 256}

// band returns the rows of a band of a map of the given size.
func (b *builder) band(s engine.Shape) int {
	if b.job.BandRows > 0 {
		return b.job.BandRows
	}
	perRow := (s.Width + engine.TileRows - 1) / engine.TileRows
	return max(2, (b.tiles+perRow-1)/perRow) * engine.TileRows
}

// forwardBlock lays out a block's convolutions, its pooling and its taps.
func (b *builder) forwardBlock(block int) {
	phase := b.begin(false)
	convs := b.block(block)
	src, from := b.source(block), (*step)(nil)
	for _, c := range convs {
		c.mask = b.maskOf(c)
		var o outputs
		o.linear = len(c.pre) > 0
		if o.linear {
			c.preMap = b.window("pre", c.shape, c.kept)
		}
		if len(c.post) > 0 || !c.last && c != convs[len(convs)-1] {
			c.postMap = b.window("post", c.shape, c.kept)
		}
		if c.last {
			p := b.pools[block]
			p.out = b.window("pooled", p.shape, true)
			o.pool = p.out
		}
		o.pre, o.post, o.mask = c.preMap, c.postMap, c.mask
		made := b.convSteps(phase, c, src, from, o)
		b.reduceSteps(phase, c, made)
		src, from = c.postMap, made.post
	}
	b.end(phase, b.band(convs[0].shape))
}

// maskOf returns the buffer of a convolution's ReLU mask, nil if the backward pass needs none: the
// deepest tap masks by its own map, which it has at hand.
func (b *builder) maskOf(c *conv) *buffer {
	if !b.job.Gradient || !c.last && c == b.convs[len(b.convs)-1] {
		return nil
	}
	return b.prog.add(&buffer{name: "mask", shape: c.shape, mask: true, from: b.time, to: b.time})
}

// reduceSteps shows the taps of a convolution the maps that its steps make.
func (b *builder) reduceSteps(phase *phase, c *conv, made made) {
	for _, t := range c.pre {
		phase.steps = append(phase.steps, reduceStep(t, c.preMap, made.pre))
	}
	for _, t := range c.post {
		phase.steps = append(phase.steps, reduceStep(t, c.postMap, made.post))
	}
}

// forwardPoolTaps shows the taps of a pooling its map, which is complete.
func (b *builder) forwardPoolTaps(block int) {
	p := b.pools[block]
	if p == nil || len(p.taps) == 0 {
		return
	}
	for _, t := range p.taps {
		phase := b.begin(false)
		s := reduceStep(t, b.use(p.out), nil)
		s.follow = false
		phase.steps = append(phase.steps, s)
		b.end(phase, p.shape.Height)
	}
}
