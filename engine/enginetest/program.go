package enginetest

import "github.com/impasto/impasto/engine"

// transport computes the distance of distributions: of many positions, and of few whose number is known.
func (r *run) transport() {
	const channels = 40
	for _, positions := range []int{300, 12} {
		shape := engine.Shape{Channels: channels, Height: 1, Width: positions}
		src, dst := r.newMap(shape), r.newMap(shape)
		own, painting := r.moments(channels), r.moments(channels)
		affine, row := r.arena.Affine(r.take(r.AffineBytes(channels)), channels), r.scalars(2)
		r.WriteMap(src, engine.All(shape), r.normal(shape.Elements()))
		r.AddMoments(engine.AddMoments{Moments: painting, Src: src, Rows: engine.All(shape)})
		r.WriteMap(src, engine.All(shape), r.normal(shape.Elements()))
		r.AddMoments(engine.AddMoments{Moments: own, Src: src, Rows: engine.All(shape)})
		for _, kind := range []engine.CouplingKind{engine.ExactCoupling, engine.TruncatedCoupling} {
			coupling, _ := r.NewCoupling(painting, kind, positions)
			r.open = append(r.open, coupling)
			r.Transport(engine.Transport{Moments: own, Coupling: coupling, Affine: affine, Scale: 0.3,
				Distance: engine.Scalar{Of: row}, Weight: engine.Scalar{Of: row, At: 1}})
			r.AddAffine(engine.AddAffine{Affine: affine, Src: src, Rows: engine.All(shape), Dst: dst})
			r.noteScalars("the transport", row)
			r.noteMap("the gradient of the transport", dst)
		}
	}
}

// scales resamples an image and a gradient, and computes the levels of an image.
func (r *run) scales() {
	const h, w, toH, toW = 111, 90, 37, 30
	image := func(h, w int) engine.Image {
		i := r.arena.Image(r.take(12*int64(h*w)), h, w)
		r.Write(i, r.normal(3*h*w))
		return i
	}
	thirds := func(n int) engine.Taps {
		t := engine.Taps{Width: 5}
		for i := range n {
			t.First = append(t.First, 3*i-1)
			t.Weights = append(t.Weights, 0.1, 0.25, 0.3, 0.25, 0.1)
		}
		return t
	}
	large, small, by, back := image(h, w), image(toH, toW), image(toH, toW), image(h, w)
	resampler, _ := r.NewResampler(engine.Resampling{Height: h, Width: w, ToHeight: toH, ToWidth: toW, Across: thirds(toW), Down: thirds(toH)})
	r.open = append(r.open, resampler)
	r.Resample(engine.Resample{Resampler: resampler, Src: large, Dst: small})
	r.ResampleBackward(engine.ResampleBackward{Resampler: resampler, Src: large, Resampled: small, Gradient: by, Dst: back})
	r.Multilevel(engine.Multilevel{V: large, Levels: 3})
	r.noteVector("the resampled image", small)
	r.noteVector("the gradient brought back", back)
	r.noteVector("the levels", large)
}
