package cpu

import "github.com/impasto/impasto/engine"

// border is the correction, in progress, of a backward convolution that does not pad with zeros: what
// the forward pass read beyond the border belongs to the pixels that were read there.
type border struct {
	conv *convolution
	rows engine.Rows
}

// foldBorder adds the gradient of the padding around the input to rows of the destination. Only
// tests use it, since the convolutions of a VGG pad with zeros; hence it is plain Go.
func (d *device) foldBorder(conv *convolution, rows engine.Rows) {
	d.border = border{conv, rows}
	d.crew.run(&d.jobs.border, conv.backward.panels)
	d.border = border{}
}

// borderPanel folds 32 input channels.
func (d *device) borderPanel(_, p int) {
	c, b := &d.conv, &d.border
	padding := b.conv.padding
	var sum [panel]float32
	for y := -1; y <= c.height; y++ {
		to := padding.Index(y, c.height)
		if to < b.rows.From || to >= b.rows.To {
			continue
		}
		inside := y == to
		for x := -1; x <= c.width; x++ {
			if inside && x >= 0 && x < c.width {
				x = c.width - 1 // skip to the right border
				continue
			}
			clear(sum[:])
			d.beyond(&sum, p, y, x)
			c.addMasked(&sum, p, to, padding.Index(x, c.width))
		}
	}
}

// beyond adds the gradient of pixel (y, x) of the padding: the taps of the pixels that read it.
func (d *device) beyond(sum *[panel]float32, p, y, x int) {
	c, conv := &d.conv, d.border.conv
	n := conv.backward.panelSize()
	for tap := range 9 {
		gy, gx := y+1-tap/3, x+1-tap%3
		if gy < 0 || gy >= c.height || gx < 0 || gx >= c.width {
			continue
		}
		weight := conv.taps[(tap*conv.backward.panels+p)*n:][:n]
		for k := range conv.out {
			g := c.src.at(k, gy, gx)
			for l, w := range weight[k*panel:][:panel] {
				sum[l] += float32(g * w)
			}
		}
	}
}

// at returns one number of the gradient that a backward convolution reads.
func (s *source) at(channel, y, x int) float32 {
	block, lane := channel/lanes, channel%lanes
	if s.routes == nil {
		return s.data.from(y, block, x)[lane]
	}
	if s.routes.from(y, block, x)[0]>>lane&1 == 0 {
		return 0
	}
	return s.scale * s.data.from(y/2, block, x/2)[lane]
}

// addMasked adds 32 channels to a pixel of the destination where its mask lets them pass.
func (c *convolving) addMasked(sum *[panel]float32, p, y, x int) {
	for l, v := range sum {
		block, lane := 2*p+l/lanes, l%lanes
		if block >= c.dst.blocks || c.mask != nil && c.mask.from(y, block, x)[0]>>lane&1 == 0 {
			continue
		}
		c.dst.from(y, block, x)[lane] += v
	}
}
