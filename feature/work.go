package feature

// Work returns the multiply-adds of one evaluation, counting convolutions as direct ones: 9 in out a
// position, forward, and again backward. Recomputed maps are counted, losses are not.
func (p *Plan) Work() float64 { return p.workWith(0) }

// Cost returns the time of one evaluation, as the number of multiply-adds of direct convolution that the device
// performs in that time on large maps. It is Work plus the cost of a convolution that does not depend on the size
// of its map (engine.Costs): at 128 pixels a third of it, at 512 a thirtieth.
func (p *Plan) Cost() float64 { return p.workWith(p.x.dev.Costs().Positions) }

// workWith counts the multiply-adds with some positions added to every map.
func (p *Plan) workWith(positions float64) float64 {
	b := &builder{x: p.x, job: p.job, keep: func(Layer) bool { return true }}
	b.list()
	work := 0.0
	for _, c := range b.convs {
		times := 1.0
		if p.job.Gradient {
			times = 2
		}
		for _, l := range p.recomputed {
			if l.Block == c.block && l.Index >= c.index {
				times++
				break
			}
		}
		work += times * 9 * float64(c.in*c.out) * (float64(c.shape.Positions()) + positions)
	}
	return work
}
