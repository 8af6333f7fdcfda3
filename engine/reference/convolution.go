package reference

import "github.com/impasto/impasto/engine"

// convolution implements engine.Convolution:
//
//	y_k(p, q) = bias_k + sum over c, i, j of weight_kcij x_c(P(p+i-1), P(q+j-1))
//
// where P is the padding: the row or column that is read, or a zero.
type convolution[T number] struct {
	in, out int
	weight  []T // [out, in, 3, 3]
	bias    []T // [out]
	padding engine.Padding
	closed  bool
}

func (c *convolution[T]) In() int                 { return c.in }
func (c *convolution[T]) Out() int                { return c.out }
func (c *convolution[T]) Padding() engine.Padding { return c.padding }
func (c *convolution[T]) Bytes() int64            { return numberBytes * int64(len(c.weight)+len(c.bias)) }

// Close records that the convolution must not be used any more.
func (c *convolution[T]) Close() error {
	c.closed = true
	return nil
}

func (c *convolution[T]) mustBeOpen() {
	must(!c.closed, "convolution %d->%d used after it was closed", c.in, c.out)
}

func newConvolution[T number](in, out int, weight, bias []float32, padding engine.Padding) *convolution[T] {
	must(in > 0 && out > 0, "a convolution from %d to %d channels", in, out)
	must(len(weight) == 9*in*out && len(bias) == out, "convolution %d->%d: %d weights and %d biases", in, out, len(weight), len(bias))
	must(padding <= engine.PadReflect, "unknown padding %v", padding)
	return &convolution[T]{in, out, convert[T](weight), convert[T](bias), padding, false}
}

func convert[To, From number](src []From) []To {
	dst := make([]To, len(src))
	for i, v := range src {
		dst[i] = To(v)
	}
	return dst
}

func (d *device[T]) NewConvolution(in, out int, weight, bias []float32, padding engine.Padding) (engine.Convolution, error) {
	return newConvolution[T](in, out, weight, bias, padding), nil
}

// taps returns row i of the 3x3 weights from channel c to channel k.
func (c *convolution[T]) taps(k, channel, i int) (w [3]T) {
	copy(w[:], c.weight[((k*c.in+channel)*3+i)*3:])
	return w
}

// forward computes rows of y from x, which holds reach(rows) of a map of the given height.
func (c *convolution[T]) forward(x band[T], height int, rows engine.Rows) band[T] {
	y := newBand[T](c.out, rows, x.width)
	wide := x.widen(1, func(q int) int { return c.padding.Index(q, x.width) })
	parallel(c.out, func(k int) {
		for p := rows.From; p < rows.To; p++ {
			sum := y.row(k, p)
			for q := range sum {
				sum[q] = c.bias[k]
			}
			for channel := range c.in {
				for i := range 3 {
					if at := c.padding.Index(p+i-1, height); at >= 0 {
						correlate(sum, wide.row(channel, at), c.taps(k, channel, i))
					}
				}
			}
		}
	})
	return y
}

// backward computes rows of the gradient with respect to x from g, that with respect to y: the transpose of forward.
// It first computes the gradient of the padded input, then adds each of its rows and columns -1 to n to where
// the padding read it.
func (c *convolution[T]) backward(g band[T], height int, rows engine.Rows) band[T] {
	x := newBand[T](c.in, rows, g.width)
	wide := g.widen(2, func(q int) int { return engine.PadZero.Index(q, g.width) })
	parallel(c.in, func(channel int) {
		padded := make([]T, g.width+2) // columns -1 to W
		for p := rows.From; p < rows.To; p++ {
			clear(padded)
			for _, r := range readers(c.padding, p, height) {
				for k := range c.out {
					for i := range 3 {
						if at := r - (i - 1); 0 <= at && at < height {
							w := c.taps(k, channel, i)
							correlate(padded, wide.row(k, at), [3]T{w[2], w[1], w[0]})
						}
					}
				}
			}
			row := x.row(channel, p)
			for q, v := range padded {
				if at := c.padding.Index(q-1, g.width); at >= 0 {
					row[at] += v
				}
			}
		}
	})
	return x
}

// readers returns the rows -1 to n of a padded map that read row p.
func readers(padding engine.Padding, p, n int) []int {
	rows := []int{p}
	for _, border := range [2]int{-1, n} {
		if padding.Index(border, n) == p {
			rows = append(rows, border)
		}
	}
	return rows
}

// correlate adds w[0] src[x] + w[1] src[x+1] + w[2] src[x+2] to dst[x].
func correlate[T number](dst, src []T, w [3]T) {
	n := len(dst)
	left, middle, right := src[:n], src[1:][:n], src[2:][:n] // spares the bounds checks of src[x+i]
	for x := range dst {
		dst[x] += w[0]*left[x] + w[1]*middle[x] + w[2]*right[x]
	}
}

func (d *device[T]) Forward(op engine.Forward) error {
	op.Check()
	d.begin()
	defer d.end()
	must(op.Dst != op.Src, "forward: source and destination are one map")
	c := op.Conv.(*convolution[T])
	c.mustBeOpen()
	y := c.forward(op.Src.(*featureMap[T]).take(reach(op.Rows)), op.Src.Shape().Height, op.Rows)
	if !op.Linear {
		rectify(y)
	}
	if op.Dst != nil {
		op.Dst.(*featureMap[T]).put(y)
	}
	if op.Pool != nil {
		storePooled(y, op.Src.Shape().Height, op.Pooling, op.Pool, op.Mask)
	} else if op.Mask != nil {
		op.Mask.(*mask).put(op.Rows, positive(y))
	}
	return nil
}

func (d *device[T]) Backward(op engine.Backward) error {
	op.Check()
	d.begin()
	defer d.end()
	must(op.Dst != op.Src, "backward: source and destination are one map")
	height := op.Dst.Shape().Height
	var g band[T]
	if op.Routes != nil {
		g = unpool[T](op.Src, op.Routes, op.Pooling, reach(op.Rows))
	} else {
		g = op.Src.(*featureMap[T]).take(reach(op.Rows))
	}
	c := op.Conv.(*convolution[T])
	c.mustBeOpen()
	h := c.backward(g, height, op.Rows)
	if op.Add {
		h.add(op.Dst.(*featureMap[T]).take(op.Rows))
	}
	if op.Mask != nil {
		pass := op.Mask.(*mask).take(op.Rows)
		h.each(func(c, y, x int, v *T) {
			if !pass(c, y, x) {
				*v = 0
			}
		})
	}
	op.Dst.(*featureMap[T]).put(h)
	return nil
}
