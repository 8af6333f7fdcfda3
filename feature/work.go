package feature

// Work returns the multiply-adds of one evaluation, convolutions counted as direct ones: 9 in out a
// position, forward, and again backward. It is what run times are proportional to, whatever kernels
// compute it. Maps that are computed anew are counted, the losses are not.
func (p *Plan) Work() float64 {
	b := &builder{x: p.x, job: p.job, keep: func(Layer) bool { return true }}
	b.list()
	work := 0.0
	for _, c := range b.convs {
		times := 1.0
		if p.job.Gradient {
			times = 2
		}
		for _, again := range p.again {
			if again.Block == c.block && again.Index >= c.index {
				times++
				break
			}
		}
		work += times * 9 * float64(c.in*c.out) * float64(c.shape.Positions())
	}
	return work
}
