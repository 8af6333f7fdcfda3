package feature

// Work returns the multiply-adds of one evaluation, convolutions counted as direct ones: 9 in out a
// position, forward, and again backward. Maps that are computed anew are counted, the losses are not.
func (p *Plan) Work() float64 { return p.workWith(0) }

// Cost returns how long one evaluation takes, in the multiply-adds of direct convolution that a device does
// meanwhile on large maps. It is Work, with fixedPositions more for every convolution: at 128 pixels a third
// of it, at 512 a thirtieth.
func (p *Plan) Cost() float64 { return p.workWith(fixedPositions) }

// fixedPositions is what a convolution takes whatever the size of its map, in positions: its transformed
// weights come from memory, and threads wait for each other. Times of VGG-19 with the textbook's losses
// at 128, 256 and 512 pixels lie on a line with that intercept (impasto bench on AVX-512).
const fixedPositions = 256

// workWith counts the multiply-adds with some positions added to every map.
func (p *Plan) workWith(positions int) float64 {
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
		work += times * 9 * float64(c.in*c.out) * float64(c.shape.Positions()+positions)
	}
	return work
}
