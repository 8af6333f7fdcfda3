package feature

import "github.com/impasto/impasto/engine"

// builder lays out the program of a job.
type builder struct {
	x    *Extractor
	job  Job
	keep func(Layer) bool // whether a tapped map is kept for the backward pass
	// tiles is how many 4x4 tiles of a map a band aims at.
	tiles int
	prog  *program
	time  int // of the phase under construction

	convs []*conv // those that run
	pools [blocks + 1]*pooled
}

// conv is the state of one convolution while the program is laid out.
type conv struct {
	convolution
	position int
	shape    engine.Shape
	pre      []Tap // before the ReLU
	post     []Tap // behind it
	last     bool  // a pooling follows

	preMap, postMap *buffer // of the forward pass; nil where there is none
	mask            *buffer // of the ReLU; with last, of what reached the pooled map
	kept            bool
}

func (c *conv) tapped() bool { return len(c.pre)+len(c.post) > 0 }

// pooled is the state of one pooling.
type pooled struct {
	shape     engine.Shape
	taps      []Tap
	out, grad *buffer
}

// build lays out the phases and schedules each.
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

// list fills convs and pools from the taps of the job.
func (b *builder) list() {
	net := &b.x.net
	last, lastPool := 0, 0
	for _, p := range b.job.Taps {
		last = max(last, net.position(p.Layer))
		if p.Layer.Kind == Pool {
			lastPool = max(lastPool, p.Layer.Block)
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
	for _, p := range b.job.Taps {
		switch c := b.convs[net.position(p.Layer)]; p.Layer.Kind {
		case Conv:
			c.pre = append(c.pre, p.Tap)
		case ReLU:
			c.post = append(c.post, p.Tap)
		case Pool:
			b.pools[p.Layer.Block].taps = append(b.pools[p.Layer.Block].taps, p.Tap)
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

// use keeps a buffer alive to the current phase and returns it.
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

// bandTiles are how many 4x4 tiles of a map a band may aim at, best first. Fewer would keep the maps between
// two convolutions in the second-level cache, but then each operation is over so soon that the threads wait
// for the slowest of them and the weights of deep layers stream more often: at 512 pixels bands of 16 rows
// take 7 % longer than of 128 (BenchmarkBand). More cost memory and bring nothing. In the deep blocks of a
// large picture a band of 4096 tiles is most of a map, so that where memory is short smaller ones save
// as much as computing a shallow map anew does, and cost less.
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
	src, from := b.source(block), (*stage)(nil)
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
		made := b.convStages(phase, c, src, from, o)
		b.reduceStages(phase, c, made)
		src, from = c.postMap, made.post
	}
	b.end(phase, b.band(convs[0].shape))
}

// maskOf returns the buffer for a convolution's ReLU mask, nil where the backward pass needs none: the
// deepest tap masks by its own map, which it has at hand.
func (b *builder) maskOf(c *conv) *buffer {
	if !b.job.Gradient || !c.last && c == b.convs[len(b.convs)-1] {
		return nil
	}
	return b.prog.add(&buffer{name: "mask", shape: c.shape, mask: true, from: b.time, to: b.time})
}

// reduceStages lets the taps of a convolution see what its stages made.
func (b *builder) reduceStages(phase *phase, c *conv, made made) {
	for _, t := range c.pre {
		phase.stages = append(phase.stages, reduceStage(t, c.preMap, made.pre))
	}
	for _, t := range c.post {
		phase.stages = append(phase.stages, reduceStage(t, c.postMap, made.post))
	}
}

// forwardPoolTaps lets the taps of a pooling see its map, which is whole.
func (b *builder) forwardPoolTaps(block int) {
	p := b.pools[block]
	if p == nil || len(p.taps) == 0 {
		return
	}
	for _, t := range p.taps {
		phase := b.begin(false)
		s := reduceStage(t, b.use(p.out), nil)
		s.follow = false
		phase.stages = append(phase.stages, s)
		b.end(phase, p.shape.Height)
	}
}

// backwardTop starts the gradient at the deepest pooling, where only its taps give one.
func (b *builder) backwardTop(block int) {
	p := b.pools[block]
	if p == nil {
		return
	}
	phase := b.begin(true)
	p.grad = b.window("pooled gradient", p.shape, true)
	s := &stage{out: p.grad, height: p.shape.Height, align: engine.TileRows}
	s.bind = bindGradient(gradient{taps: p.taps, src: b.use(p.out), dst: p.grad})
	phase.stages = append(phase.stages, s)
	b.end(phase, p.shape.Height)
}

// backwardBlock lays out a block's backward pass: maps that taps need again and that were not kept are
// computed anew from the block's input, and gradients go down from the block's output to its input.
func (b *builder) backwardBlock(block int) {
	phase := b.begin(true)
	convs := b.block(block)
	again := b.recompute(phase, block, convs)
	above := incoming{}
	if p := b.pools[block]; p != nil {
		above.pooled = b.use(p.grad)
	}
	for i := len(convs) - 1; i >= 0; i-- {
		c := convs[i]
		if above.pooled != nil && c.last && !c.tapped() {
			above.routes = b.use(c.mask)
			above.conv = c
			continue
		}
		above = b.gradientStage(phase, c, again[i], above)
	}
	b.inputStage(phase, block, convs[0], above)
	b.end(phase, b.band(convs[0].shape))
}

// recompute lays out the convolutions that must run again, and returns for each the maps that its taps
// read in the backward pass.
func (b *builder) recompute(phase *phase, block int, convs []*conv) []made {
	again := make([]made, len(convs))
	needed := make([]bool, len(convs))
	for i := len(convs) - 1; i >= 0; i-- {
		next := i+1 < len(convs) && needed[i+1] && !(convs[i].kept && convs[i].postMap != nil)
		needed[i] = next || convs[i].tapped() && !convs[i].kept
	}
	src, from := (*buffer)(nil), (*stage)(nil)
	for i, c := range convs {
		if !needed[i] {
			again[i] = made{preMap: b.usedIf(c.kept, c.preMap), postMap: b.usedIf(c.kept, c.postMap)}
			src, from = again[i].postMap, nil
			continue
		}
		if i == 0 {
			src = b.source(block)
		}
		o := outputs{linear: len(c.pre) > 0}
		if o.linear {
			o.pre = b.window("pre again", c.shape, false)
		}
		if len(c.post) > 0 || i+1 < len(convs) && needed[i+1] {
			o.post = b.window("post again", c.shape, false)
		}
		again[i] = b.convStages(phase, c, src, from, o)
		src, from = again[i].postMap, again[i].post
	}
	return again
}

func (b *builder) usedIf(kept bool, buf *buffer) *buffer {
	if !kept {
		return nil
	}
	return b.use(buf)
}

// gradientStage lays out the gradient by the output of a convolution, before its ReLU: what comes from
// above, and what its taps add behind and before the ReLU.
func (b *builder) gradientStage(phase *phase, c *conv, again made, above incoming) incoming {
	out := b.window("gradient", c.shape, false)
	s := &stage{out: out, height: c.shape.Height, align: engine.TileRows}
	if above.stage != nil {
		s.needs = append(s.needs, need{above.stage, 1})
	}
	for _, f := range []*stage{again.pre, again.post} {
		if f != nil {
			s.needs = append(s.needs, need{f, 0})
		}
	}
	post := gradient{taps: c.post, src: again.postMap, dst: out}
	mask := b.use(c.mask)
	dev, pooling := b.x.dev, b.job.Pooling
	var conv engine.Convolution
	if above.conv != nil {
		conv = b.x.convs[above.conv.position]
	}
	fromPool := c.last && above.pooled != nil
	pre := gradient{taps: c.pre, src: again.preMap, dst: out, add: fromPool || conv != nil || len(post.taps) > 0}
	s.bind = func(p *Pass) func(engine.Rows) {
		postTaps, preTaps := bindGradient(post)(p), bindGradient(pre)(p)
		dst := p.mapOf(out)
		maskBy := engine.MaskBy{By: p.mapOf(again.postMap), Dst: dst}
		unpool := engine.Unpool{Src: p.mapOf(above.pooled), Mask: p.maskOf(mask), Pooling: pooling, Dst: dst, Add: len(post.taps) > 0}
		back := engine.Backward{Conv: conv, Src: p.mapOf(above.source()), Routes: p.maskOf(above.routes), Pooling: pooling,
			Dst: dst, Add: len(post.taps) > 0, Mask: p.maskOf(mask)}
		return func(r engine.Rows) {
			postTaps(r)
			if len(post.taps) > 0 && (fromPool || conv == nil) {
				maskBy.Rows = r
				dev.MaskBy(maskBy)
			}
			switch {
			case fromPool:
				unpool.Rows = r
				dev.Unpool(unpool)
			case conv != nil:
				back.Rows = r
				dev.Backward(back)
			}
			preTaps(r)
		}
	}
	phase.stages = append(phase.stages, s)
	return incoming{stage: s, grad: out, conv: c}
}

// inputStage lays out the gradient by the input of a block: the image, or the pooled map of the block
// before, whose own taps add theirs.
func (b *builder) inputStage(phase *phase, block int, first *conv, above incoming) {
	s := &stage{height: first.shape.Height, align: engine.TileRows}
	if above.stage != nil {
		s.needs = append(s.needs, need{above.stage, 1})
	}
	phase.stages = append(phase.stages, s)
	dev, x, pooling := b.x.dev, b.x, b.job.Pooling
	if block == 1 {
		s.bind = func(p *Pass) func(engine.Rows) {
			op := engine.StemBackward{Stem: x.stem, Src: p.mapOf(above.grad)}
			return func(r engine.Rows) {
				op.Rows, op.Dst = r, p.gradient
				dev.StemBackward(op)
			}
		}
		return
	}
	before := b.pools[block-1]
	before.grad = b.window("pooled gradient", before.shape, true)
	s.out = before.grad
	taps := gradient{taps: before.taps, src: b.use(before.out), dst: before.grad, add: true}
	if len(before.taps) == 0 {
		taps.src = nil
	}
	s.bind = func(p *Pass) func(engine.Rows) {
		addTaps := bindGradient(taps)(p)
		op := engine.Backward{Conv: x.convs[first.position], Src: p.mapOf(above.source()), Routes: p.maskOf(above.routes),
			Pooling: pooling, Dst: p.mapOf(before.grad)}
		return func(r engine.Rows) {
			op.Rows = r
			dev.Backward(op)
			addTaps(r)
		}
	}
}
