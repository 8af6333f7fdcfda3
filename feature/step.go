package feature

import "github.com/impasto/impasto/engine"

// outputs are the buffers that the steps of one convolution fill; nil ones are skipped.
type outputs struct {
	linear    bool // some tap reads the map before the ReLU
	pre, post *buffer
	mask      *buffer
	pool      *buffer
}

// made holds the steps of a convolution whose maps others read, and those maps.
type made struct {
	pre, post       *step
	preMap, postMap *buffer
}

// convSteps lays out one convolution with its ReLU and pooling. If nothing taps it before the ReLU,
// all of that is one operation; otherwise the ReLU and the pooling are separate operations.
func (b *builder) convSteps(phase *phase, c *conv, src *buffer, from *step, o outputs) made {
	m := made{preMap: o.pre, postMap: o.post}
	first := &step{height: c.shape.Height, align: engine.TileRows}
	if from != nil {
		first.needs = []need{{from, 1}}
	}
	phase.steps = append(phase.steps, first)
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
		m.post = &step{out: o.post, height: c.shape.Height, align: engine.TileRows, needs: []need{{first, 0}}}
		mask := o.mask
		if o.pool != nil {
			mask = nil
		}
		m.post.bind = b.bindRectify(o.pre, o.post, mask)
		phase.steps = append(phase.steps, m.post)
		tail, tailMap = m.post, o.post
	}
	if o.pool != nil {
		s := &step{height: c.shape.Height, align: engine.TileRows, needs: []need{{tail, 0}}}
		s.bind = b.bindPool(tailMap, o.pool, o.mask)
		phase.steps = append(phase.steps, s)
	}
	return m
}

func (b *builder) bindConv(c *conv, src *buffer, o outputs) binding {
	dev, x := b.x.dev, b.x
	pooling := b.job.Pooling
	dst := o.post
	if o.linear {
		dst = o.pre
	}
	if c.position == 0 {
		return func(p *Pass) operation {
			op := engine.StemForward{Stem: x.stem, Dst: p.mapOf(dst), Linear: o.linear, Mask: p.maskOf(o.mask)}
			return func(r engine.Rows) error {
				op.Rows, op.Image = r, p.image
				return dev.StemForward(op)
			}
		}
	}
	return func(p *Pass) operation {
		op := engine.Forward{Conv: x.convs[c.position].conv, Src: p.mapOf(src), Linear: o.linear, Dst: p.mapOf(dst),
			Mask: p.maskOf(o.mask), Pool: p.mapOf(o.pool), Pooling: pooling}
		return func(r engine.Rows) error {
			op.Rows = r
			return dev.Forward(op)
		}
	}
}

func (b *builder) bindRectify(src, dst, mask *buffer) binding {
	dev := b.x.dev
	return func(p *Pass) operation {
		op := engine.Rectify{Src: p.mapOf(src), Dst: p.mapOf(dst), Mask: p.maskOf(mask)}
		return func(r engine.Rows) error {
			op.Rows = r
			return dev.Rectify(op)
		}
	}
}

func (b *builder) bindPool(src, dst, mask *buffer) binding {
	dev := b.x.dev
	pooling := b.job.Pooling
	return func(p *Pass) operation {
		op := engine.Pool{Src: p.mapOf(src), Dst: p.mapOf(dst), Mask: p.maskOf(mask), Pooling: pooling}
		return func(r engine.Rows) error {
			op.Rows = r
			return dev.Pool(op)
		}
	}
}

// reduceStep shows the rows of a map to the tap with the given number; of is nil if the map is complete already.
func reduceStep(tap int, src *buffer, of *step) *step {
	s := &step{height: src.shape.Height, align: engine.PieceRows(src.shape.Width), follow: true}
	if of != nil {
		s.needs = []need{{of, 0}}
	}
	s.bind = func(p *Pass) operation {
		m, t := p.mapOf(src), p.taps[tap]
		return func(r engine.Rows) error { return t.Reduce(m, r) }
	}
	return s
}

// gradient is what the taps with the given numbers add to a gradient from their map src.
type gradient struct {
	taps     []int
	src, dst *buffer
	add      bool
}

func bindGradient(g gradient) binding {
	return func(p *Pass) operation {
		src, dst := p.mapOf(g.src), p.mapOf(g.dst)
		return func(r engine.Rows) error {
			for i, t := range g.taps {
				if err := p.taps[t].AddGradient(dst, src, r, g.add || i > 0); err != nil {
					return err
				}
			}
			return nil
		}
	}
}
