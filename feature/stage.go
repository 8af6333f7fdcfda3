package feature

import "github.com/impasto/impasto/engine"

// outputs are the buffers that the stages of one convolution fill; nil ones are left out.
type outputs struct {
	linear    bool // some tap reads the map before the ReLU
	pre, post *buffer
	mask      *buffer
	pool      *buffer
}

// made are the stages of a convolution whose maps others read, and those maps.
type made struct {
	pre, post       *stage
	preMap, postMap *buffer
}

// incoming is the gradient that comes to a convolution from above: through the convolution conv from
// the gradient grad by its output, or, where that map never exists, from the pooled gradient through routes.
type incoming struct {
	conv           *conv
	stage          *stage
	grad           *buffer
	pooled, routes *buffer
}

func (i incoming) source() *buffer {
	if i.routes != nil {
		return i.pooled
	}
	return i.grad
}

// convStages lays out one convolution with its ReLU and pooling. Where nothing taps it before the ReLU,
// all of that is one operation; otherwise the ReLU and the pooling are operations of their own.
func (b *builder) convStages(phase *phase, c *conv, src *buffer, from *stage, o outputs) made {
	m := made{preMap: o.pre, postMap: o.post}
	first := &stage{height: c.shape.Height, align: engine.TileRows}
	if from != nil {
		first.needs = []need{{from, 1}}
	}
	phase.stages = append(phase.stages, first)
	if !o.linear {
		first.out = o.post
		first.bind = b.bindConv(c, src, o)
		m.post = first
		return m
	}
	first.out = o.pre
	first.bind = b.bindConv(c, src, outputs{linear: true, pre: o.pre})
	m.pre = first
	tail, tailMap := first, o.pre
	if o.post != nil {
		m.post = &stage{out: o.post, height: c.shape.Height, align: engine.TileRows, needs: []need{{first, 0}}}
		mask := o.mask
		if o.pool != nil {
			mask = nil
		}
		m.post.bind = b.bindRectify(o.pre, o.post, mask)
		phase.stages = append(phase.stages, m.post)
		tail, tailMap = m.post, o.post
	}
	if o.pool != nil {
		s := &stage{height: c.shape.Height, align: engine.TileRows, needs: []need{{tail, 0}}}
		s.bind = b.bindPool(tailMap, o.pool, o.mask)
		phase.stages = append(phase.stages, s)
	}
	return m
}

func (b *builder) bindConv(c *conv, src *buffer, o outputs) func(*Pass) func(engine.Rows) {
	dev, x := b.x.dev, b.x
	pooling := b.job.Pooling
	dst := o.post
	if o.linear {
		dst = o.pre
	}
	if c.position == 0 {
		return func(p *Pass) func(engine.Rows) {
			op := engine.StemForward{Stem: x.stem, Dst: p.mapOf(dst), Linear: o.linear, Mask: p.maskOf(o.mask)}
			return func(r engine.Rows) {
				op.Rows, op.Image = r, p.image
				dev.StemForward(op)
			}
		}
	}
	return func(p *Pass) func(engine.Rows) {
		op := engine.Forward{Conv: x.convs[c.position], Src: p.mapOf(src), Linear: o.linear, Dst: p.mapOf(dst),
			Mask: p.maskOf(o.mask), Pool: p.mapOf(o.pool), Pooling: pooling}
		return func(r engine.Rows) {
			op.Rows = r
			dev.Forward(op)
		}
	}
}

func (b *builder) bindRectify(src, dst, mask *buffer) func(*Pass) func(engine.Rows) {
	dev := b.x.dev
	return func(p *Pass) func(engine.Rows) {
		op := engine.Rectify{Src: p.mapOf(src), Dst: p.mapOf(dst), Mask: p.maskOf(mask)}
		return func(r engine.Rows) {
			op.Rows = r
			dev.Rectify(op)
		}
	}
}

func (b *builder) bindPool(src, dst, mask *buffer) func(*Pass) func(engine.Rows) {
	dev := b.x.dev
	pooling := b.job.Pooling
	return func(p *Pass) func(engine.Rows) {
		op := engine.Pool{Src: p.mapOf(src), Dst: p.mapOf(dst), Mask: p.maskOf(mask), Pooling: pooling}
		return func(r engine.Rows) {
			op.Rows = r
			dev.Pool(op)
		}
	}
}

// reduceStage shows a tap the rows of a map; of is nil where the map is whole already.
func reduceStage(t Tap, src *buffer, of *stage) *stage {
	s := &stage{height: src.shape.Height, align: engine.PieceRows(src.shape.Width), follow: true}
	if of != nil {
		s.needs = []need{{of, 0}}
	}
	s.bind = func(p *Pass) func(engine.Rows) {
		m := p.mapOf(src)
		return func(r engine.Rows) { t.Reduce(m, r) }
	}
	return s
}

// gradient is what taps add to a gradient from their map src.
type gradient struct {
	taps     []Tap
	src, dst *buffer
	add      bool
}

func bindGradient(g gradient) func(*Pass) func(engine.Rows) {
	return func(p *Pass) func(engine.Rows) {
		src, dst := p.mapOf(g.src), p.mapOf(g.dst)
		return func(r engine.Rows) {
			for i, t := range g.taps {
				t.AddGradient(dst, src, r, g.add || i > 0)
			}
		}
	}
}
