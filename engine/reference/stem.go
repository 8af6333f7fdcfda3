package reference

import "github.com/impasto/impasto/engine"

// stem implements engine.Stem: a convolution of z = Matrix rgb + Offset.
type stem[T number] struct {
	convolution[T]
	matrix [3][3]T
	offset [3]T
}

func (d *device[T]) NewStem(out int, weight, bias []float32, pre engine.Preprocessing, padding engine.Padding) (engine.Stem, error) {
	s := &stem[T]{convolution: *newConvolution[T](3, out, weight, bias, padding)}
	for c := range 3 {
		copy(s.matrix[c][:], convert[T](pre.Matrix[c][:]))
	}
	copy(s.offset[:], convert[T](pre.Offset[:]))
	return s, nil
}

// preprocess returns rows of z, leaving out those beyond the image.
func (s *stem[T]) preprocess(rgb []T, height, width int, rows engine.Rows) band[T] {
	z := newBand[T](3, engine.Rows{From: max(rows.From, 0), To: min(rows.To, height)}, width)
	z.each(func(c, y, x int, v *T) {
		*v = s.offset[c]
		for i := range 3 {
			*v += s.matrix[c][i] * rgb[(i*height+y)*width+x]
		}
	})
	return z
}

func (d *device[T]) StemForward(op engine.StemForward) error {
	op.Check()
	d.begin()
	defer d.end()
	s := op.Stem.(*stem[T])
	s.mustBeOpen()
	height, width := op.Image.Size()
	z := s.preprocess(vectorOf[T](op.Image).take(), height, width, reach(op.Rows))
	y := s.forward(z, height, op.Rows)
	if !op.Linear {
		rectify(y)
	}
	op.Dst.(*featureMap[T]).put(y)
	if op.Mask != nil {
		op.Mask.(*mask).put(op.Rows, positive(y))
	}
	return nil
}

// StemBackward multiplies the gradient with respect to z by the transpose of Matrix.
func (d *device[T]) StemBackward(op engine.StemBackward) error {
	op.Check()
	d.begin()
	defer d.end()
	s := op.Stem.(*stem[T])
	s.mustBeOpen()
	height, width := op.Dst.Size()
	g := s.backward(op.Src.(*featureMap[T]).take(reach(op.Rows)), height, op.Rows)
	dst := vectorOf[T](op.Dst)
	for i := range 3 {
		from, to := (i*height+op.Rows.From)*width, (i*height+op.Rows.To)*width
		if op.Add {
			dst.part(from, to)
		}
		rgb := dst.put(from, to)
		for at := range rgb {
			var v T
			for c := range 3 {
				v += s.matrix[c][i] * g.data[c*len(rgb)+at]
			}
			if op.Add {
				v += rgb[at]
			}
			rgb[at] = v
		}
	}
	return nil
}
