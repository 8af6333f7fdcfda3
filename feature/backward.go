package feature

import "github.com/impasto/impasto/engine"

// incoming is the gradient that arrives at a convolution from above: through the convolution conv from
// the gradient grad of its output or, if that map is never stored, from the pooled gradient through routes.
type incoming struct {
	conv           *conv
	step           *step
	grad           *buffer
	pooled, routes *buffer
}

func (i incoming) source() *buffer {
	if i.routes != nil {
		return i.pooled
	}
	return i.grad
}

// needs returns the needs of a step that reads the gradient with a halo of one row.
func (i incoming) needs() []need {
	if i.step == nil {
		return nil
	}
	return []need{{i.step, 1}}
}

// backwardTop starts the gradient at the deepest pooling, whose taps are its only source.
func (b *builder) backwardTop(block int) {
	p := b.pools[block]
	if p == nil {
		return
	}
	phase := b.begin(true)
	p.grad = b.window("pooled gradient", p.shape, true)
	s := &step{out: p.grad, height: p.shape.Height, align: engine.TileRows}
	s.bind = bindGradient(gradient{taps: p.taps, src: b.use(p.out), dst: p.grad})
	phase.steps = append(phase.steps, s)
	b.end(phase, p.shape.Height)
}

// backwardBlock lays out a block's backward pass: maps that taps read again and that were not kept are
// recomputed from the block's input, and gradients pass from the block's output to its input.
func (b *builder) backwardBlock(block int) {
	phase := b.begin(true)
	convs := b.block(block)
	tapped := b.recompute(phase, block, convs)
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
		above = b.gradientStep(phase, c, tapped[i], above)
	}
	b.inputStep(phase, convs[0], above)
	b.end(phase, b.band(convs[0].shape))
}

// recompute lays out the convolutions that must run a second time, and returns for each the maps that its
// taps read in the backward pass.
func (b *builder) recompute(phase *phase, block int, convs []*conv) []made {
	maps := make([]made, len(convs))
	needed := make([]bool, len(convs))
	for i := len(convs) - 1; i >= 0; i-- {
		next := i+1 < len(convs) && needed[i+1] && !(convs[i].kept && convs[i].postMap != nil)
		needed[i] = next || convs[i].tapped() && !convs[i].kept
	}
	src, from := (*buffer)(nil), (*step)(nil)
	for i, c := range convs {
		if !needed[i] {
			maps[i] = made{preMap: b.usedIf(c.kept, c.preMap), postMap: b.usedIf(c.kept, c.postMap)}
			src, from = maps[i].postMap, nil
			continue
		}
		if i == 0 {
			src = b.source(block)
		}
		o := outputs{linear: len(c.pre) > 0}
		if o.linear {
			o.pre = b.window("pre recomputed", c.shape, false)
		}
		if len(c.post) > 0 || i+1 < len(convs) && needed[i+1] {
			o.post = b.window("post recomputed", c.shape, false)
		}
		maps[i] = b.convSteps(phase, c, src, from, o)
		src, from = maps[i].postMap, maps[i].post
	}
	return maps
}

func (b *builder) usedIf(kept bool, buf *buffer) *buffer {
	if !kept {
		return nil
	}
	return b.use(buf)
}

// gradientStep lays out the gradient with respect to the output of a convolution, before its ReLU: what arrives
// from above, and what its taps add after and before the ReLU.
func (b *builder) gradientStep(phase *phase, c *conv, tapped made, above incoming) incoming {
	out := b.window("gradient", c.shape, false)
	s := &step{out: out, height: c.shape.Height, align: engine.TileRows, needs: above.needs()}
	for _, f := range []*step{tapped.pre, tapped.post} {
		if f != nil {
			s.needs = append(s.needs, need{f, 0})
		}
	}
	mask, fromPool := b.use(c.mask), c.last && above.pooled != nil
	post := gradient{taps: c.post, src: tapped.postMap, dst: out}
	pre := gradient{taps: c.pre, src: tapped.preMap, dst: out, add: fromPool || above.conv != nil || len(post.taps) > 0}
	binds := []binding{bindGradient(post)}
	if len(post.taps) > 0 && (fromPool || above.conv == nil) {
		binds = append(binds, b.bindMask(tapped.postMap, out))
	}
	switch {
	case fromPool:
		binds = append(binds, b.bindUnpool(above.pooled, mask, out, len(post.taps) > 0))
	case above.conv != nil:
		binds = append(binds, b.bindBackward(above, out, mask, len(post.taps) > 0))
	}
	s.bind = bindAll(append(binds, bindGradient(pre))...)
	phase.steps = append(phase.steps, s)
	return incoming{step: s, grad: out, conv: c}
}

// bindAll runs operations on the same rows, in order.
func bindAll(binds ...binding) binding {
	return func(p *Pass) operation {
		all := make([]operation, len(binds))
		for i, b := range binds {
			all[i] = b(p)
		}
		return func(r engine.Rows) error {
			for _, do := range all {
				if err := do(r); err != nil {
					return err
				}
			}
			return nil
		}
	}
}

// bindMask passes the gradient of the taps through the derivative of the ReLU before their map.
func (b *builder) bindMask(by, out *buffer) binding {
	dev := b.x.dev
	return func(p *Pass) operation {
		op := engine.MaskBy{By: p.mapOf(by), Dst: p.mapOf(out)}
		return func(r engine.Rows) error {
			op.Rows = r
			return dev.MaskBy(op)
		}
	}
}

// bindUnpool passes the gradient of a pooled map to the convolution before it.
func (b *builder) bindUnpool(pooled, mask, out *buffer, add bool) binding {
	dev, pooling := b.x.dev, b.job.Pooling
	return func(p *Pass) operation {
		op := engine.Unpool{Src: p.mapOf(pooled), Mask: p.maskOf(mask), Pooling: pooling, Dst: p.mapOf(out), Add: add}
		return func(r engine.Rows) error {
			op.Rows = r
			return dev.Unpool(op)
		}
	}
}

// bindBackward passes the gradient from above back through its convolution.
func (b *builder) bindBackward(above incoming, out, mask *buffer, add bool) binding {
	dev, pooling, conv := b.x.dev, b.job.Pooling, b.x.convs[above.conv.position].conv
	return func(p *Pass) operation {
		op := engine.Backward{Conv: conv, Src: p.mapOf(above.source()), Routes: p.maskOf(above.routes),
			Pooling: pooling, Dst: p.mapOf(out), Add: add, Mask: p.maskOf(mask)}
		return func(r engine.Rows) error {
			op.Rows = r
			return dev.Backward(op)
		}
	}
}

// inputStep lays out the gradient with respect to the input of a block: the image, or the pooled map of the
// block before, whose own taps add theirs.
func (b *builder) inputStep(phase *phase, first *conv, above incoming) {
	s := &step{height: first.shape.Height, align: engine.TileRows, needs: above.needs()}
	phase.steps = append(phase.steps, s)
	if first.block == 1 {
		s.bind = b.bindStem(above)
		return
	}
	before := b.pools[first.block-1]
	before.grad = b.window("pooled gradient", before.shape, true)
	s.out = before.grad
	taps := gradient{taps: before.taps, dst: before.grad, add: true}
	if out := b.use(before.out); len(before.taps) > 0 {
		taps.src = out
	}
	s.bind = bindAll(b.bindBackward(above, before.grad, nil, false), bindGradient(taps))
}

// bindStem passes a gradient back to the image.
func (b *builder) bindStem(above incoming) binding {
	dev, stem := b.x.dev, b.x.stem
	return func(p *Pass) operation {
		op := engine.StemBackward{Stem: stem, Src: p.mapOf(above.grad)}
		return func(r engine.Rows) error {
			op.Rows, op.Dst = r, p.gradient
			return dev.StemBackward(op)
		}
	}
}
