package engine

import "fmt"

// The Check methods panic if an operation's buffers do not match. Every device calls them
// first, so that a mistake gives the same message everywhere.

func must(ok bool, message string) {
	if !ok {
		panic("engine: " + message)
	}
}

// fail panics. Callers test first: boxing the arguments for a valid operation would allocate at every
// step of a run.
func fail(format string, args ...any) { panic("engine: " + fmt.Sprintf(format, args...)) }

func mustShape(what string, got, want Shape) {
	if got != want {
		fail("%s is %v, want %v", what, got, want)
	}
}

func mustAligned(what string, r Rows, height int) {
	if !r.Aligned(height) {
		fail("%s: rows [%d,%d) of %d are not aligned to tiles of %d", what, r.From, r.To, height, TileRows)
	}
}

func mustRows(what string, r Rows, height int) {
	if r.From < 0 || r.From > r.To || r.To > height {
		fail("%s: rows [%d,%d) outside a map of %d rows", what, r.From, r.To, height)
	}
}

// mustPiece checks that rows keep the order of a reduction's sums.
func mustPiece(what string, r Rows, s Shape) {
	mustRows(what, r, s.Height)
	p := PieceRows(s.Width)
	if r.From%p != 0 || r.To%p != 0 && r.To != s.Height {
		fail("%s: rows [%d,%d) of %d are not aligned to pieces of %d", what, r.From, r.To, s.Height, p)
	}
}

func mustHold(what string, m Map, r Rows) {
	if r.Len() > m.Window() {
		fail("%s holds %d rows of %v, want %d", what, m.Window(), m.Shape(), r.Len())
	}
}

func mustMask(what string, m Mask, want Shape) {
	if m != nil {
		mustShape(what, m.Shape(), want)
	}
}

func mustWeight(what string, w Plane, s Shape) {
	if w != nil {
		h, wd := w.Size()
		if h != s.Height || wd != s.Width {
			fail("%s weight is %dx%d, want %dx%d", what, h, wd, s.Height, s.Width)
		}
	}
}

// Check panics if the operation is malformed.
func (op *StemForward) Check() {
	h, w := op.Image.Size()
	want := Shape{op.Stem.Out(), h, w}
	mustShape("stem forward: destination", op.Dst.Shape(), want)
	mustMask("stem forward: mask", op.Mask, want)
	must(!op.Linear || op.Mask == nil, "stem forward: a mask without a ReLU")
	mustAligned("stem forward", op.Rows, h)
	mustHold("stem forward: destination", op.Dst, op.Rows)
}

// Check panics if the operation is malformed.
func (op *StemBackward) Check() {
	h, w := op.Dst.Size()
	mustShape("stem backward: source", op.Src.Shape(), Shape{op.Stem.Out(), h, w})
	mustAligned("stem backward", op.Rows, h)
}

// Check panics if the operation is malformed.
func (op *Forward) Check() {
	in := op.Src.Shape()
	out := Shape{op.Conv.Out(), in.Height, in.Width}
	if in.Channels != op.Conv.In() {
		fail("forward: source has %d channels, want %d", in.Channels, op.Conv.In())
	}
	must(op.Dst != nil || op.Pool != nil, "forward: nothing to write")
	must(!op.Linear || op.Mask == nil && op.Pool == nil, "forward: a mask or a pooling without a ReLU")
	mustAligned("forward", op.Rows, in.Height)
	mustMask("forward: mask", op.Mask, out)
	if op.Dst != nil {
		mustShape("forward: destination", op.Dst.Shape(), out)
		mustHold("forward: destination", op.Dst, op.Rows)
	}
	if op.Pool != nil {
		mustShape("forward: pooled", op.Pool.Shape(), out.Pooled())
		mustHold("forward: pooled", op.Pool, Rows{op.Rows.From / 2, op.Rows.To / 2})
	}
}

// Check panics if the operation is malformed.
func (op *Backward) Check() {
	in := op.Dst.Shape()
	out := Shape{op.Conv.Out(), in.Height, in.Width}
	if in.Channels != op.Conv.In() {
		fail("backward: destination has %d channels, want %d", in.Channels, op.Conv.In())
	}
	if op.Routes != nil {
		mustShape("backward: routes", op.Routes.Shape(), out)
		mustShape("backward: pooled source", op.Src.Shape(), out.Pooled())
	} else {
		mustShape("backward: source", op.Src.Shape(), out)
	}
	mustMask("backward: mask", op.Mask, in)
	mustAligned("backward", op.Rows, in.Height)
	mustHold("backward: destination", op.Dst, op.Rows)
}

// Check panics if the operation is malformed.
func (op *Rectify) Check() {
	mustShape("rectify: destination", op.Dst.Shape(), op.Src.Shape())
	mustMask("rectify: mask", op.Mask, op.Src.Shape())
	mustRows("rectify", op.Rows, op.Src.Shape().Height)
	mustHold("rectify: destination", op.Dst, op.Rows)
}

// Check panics if the operation is malformed.
func (op *Pool) Check() {
	mustShape("pool: destination", op.Dst.Shape(), op.Src.Shape().Pooled())
	mustMask("pool: mask", op.Mask, op.Src.Shape())
	mustAligned("pool", op.Rows, op.Src.Shape().Height)
	mustHold("pool: destination", op.Dst, Rows{op.Rows.From / 2, op.Rows.To / 2})
}

// Check panics if the operation is malformed.
func (op *Unpool) Check() {
	mustShape("unpool: source", op.Src.Shape(), op.Dst.Shape().Pooled())
	mustMask("unpool: mask", op.Mask, op.Dst.Shape())
	must(op.Mask != nil, "unpool: no mask")
	mustAligned("unpool", op.Rows, op.Dst.Shape().Height)
	mustHold("unpool: destination", op.Dst, op.Rows)
}

// Check panics if the operation is malformed.
func (op *MaskBy) Check() {
	mustShape("mask: destination", op.Dst.Shape(), op.By.Shape())
	mustRows("mask", op.Rows, op.By.Shape().Height)
	mustHold("mask: destination", op.Dst, op.Rows)
}

// Check panics if the operation is malformed.
func (op *CopyRows) Check() {
	mustShape("copy: destination", op.Dst.Shape(), op.Src.Shape())
	mustRows("copy", op.Rows, op.Src.Shape().Height)
	mustHold("copy: source", op.Src, op.Rows)
	mustHold("copy: destination", op.Dst, op.Rows)
}

// Check panics if the operation is malformed.
func (op *AddMoments) Check() {
	s := op.Src.Shape()
	if s.Channels != op.Moments.Channels() {
		fail("moments of %d channels given a map of %d", op.Moments.Channels(), s.Channels)
	}
	mustWeight("moments:", op.Weight, s)
	mustPiece("moments", op.Rows, s)
	mustHold("moments: source", op.Src, op.Rows)
}

// CheckScalar panics if a row of results does not have the given one.
func CheckScalar(what string, s Scalar) {
	if s.At < 0 || s.At >= s.Of.Len() {
		fail("%s: result %d of %d", what, s.At, s.Of.Len())
	}
}

func mustChannels(what string, got, want int) {
	if got != want {
		fail("%s has %d channels, want %d", what, got, want)
	}
}

// Check panics if the operation is malformed.
func (op *MomentDistance) Check() {
	c := op.Moments.Channels()
	mustChannels("distance of moments: affine map", op.Affine.Channels(), c)
	mustChannels("distance of moments: painting", op.Painting.Channels(), c)
	CheckScalar("distance of moments", op.Distance)
	CheckScalar("distance of moments: weight", op.Weight)
}

// Check panics if the operation is malformed.
func (op *Transport) Check() {
	c := op.Moments.Channels()
	mustChannels("transport: affine map", op.Affine.Channels(), c)
	mustChannels("transport: coupling", op.Coupling.Channels(), c)
	CheckScalar("transport", op.Distance)
	CheckScalar("transport: weight", op.Weight)
}

// Check panics if the operation is malformed.
func (op *AddAffine) Check() {
	s := op.Src.Shape()
	if s.Channels != op.Affine.Channels() {
		fail("affine map of %d channels given a map of %d", op.Affine.Channels(), s.Channels)
	}
	mustShape("affine: destination", op.Dst.Shape(), s)
	mustWeight("affine:", op.Weight, s)
	mustRows("affine", op.Rows, s.Height)
	mustHold("affine: source", op.Src, op.Rows)
	mustHold("affine: destination", op.Dst, op.Rows)
}

// Check panics if the operation is malformed.
func (op *AddSquaredDistance) Check() {
	s := op.Src.Shape()
	mustShape("squared distance: target", op.Target.Shape(), s)
	mustWeight("squared distance:", op.Weight, s)
	CheckScalar("squared distance", op.Sum)
	mustPiece("squared distance", op.Rows, s)
	mustHold("squared distance: source", op.Src, op.Rows)
	mustHold("squared distance: target", op.Target, op.Rows)
}

// Check panics if the operation is malformed.
func (op *AddDifference) Check() {
	s := op.Src.Shape()
	mustShape("difference: target", op.Target.Shape(), s)
	mustShape("difference: destination", op.Dst.Shape(), s)
	mustWeight("difference:", op.Weight, s)
	mustRows("difference", op.Rows, s.Height)
	mustHold("difference: source", op.Src, op.Rows)
	mustHold("difference: target", op.Target, op.Rows)
	mustHold("difference: destination", op.Dst, op.Rows)
}

// Check panics if the operation is malformed.
func (op *AddTotalVariation) Check() {
	if op.Kind > NinePointVariation {
		fail("total variation of unknown kind %d", op.Kind)
	}
	CheckScalar("total variation", op.Sum)
	if op.Gradient != nil {
		h, w := op.Image.Size()
		mustSize("total variation: gradient", op.Gradient, h, w)
	}
}

func mustSize(what string, got Image, height, width int) {
	if h, w := got.Size(); h != height || w != width {
		fail("%s is %dx%d, want %dx%d", what, h, w, height, width)
	}
}

func mustMatrix(what string, v Vector, points Points, stride, offset, channels int) {
	if offset < 0 || offset+channels > stride || v.Len() != points.Len()*stride {
		fail("%s: %d channels at %d of a matrix of %d numbers, %d points of %d", what, channels, offset, v.Len(), points.Len(), stride)
	}
}

// Check panics if the operation is malformed.
func (op *Gather) Check() {
	s := op.Src.Shape()
	mustRows("gather", op.Rows, s.Height)
	mustHold("gather: source", op.Src, op.Rows)
	mustMatrix("gather", op.Dst, op.Points, op.Stride, op.Offset, s.Channels)
}

// Check panics if the operation is malformed.
func (op *Scatter) Check() {
	s := op.Dst.Shape()
	mustRows("scatter", op.Rows, s.Height)
	mustHold("scatter: destination", op.Dst, op.Rows)
	mustMatrix("scatter", op.Src, op.Points, op.Stride, op.Offset, s.Channels)
}

// Check panics if the tables do not match the sizes.
func (r *Resampling) Check() {
	must(r.Height > 0 && r.Width > 0 && r.ToHeight > 0 && r.ToWidth > 0, "resampling: an empty image")
	for _, t := range []struct {
		taps *Taps
		to   int
	}{{&r.Across, r.ToWidth}, {&r.Down, r.ToHeight}} {
		if len(t.taps.First) != t.to || t.taps.Width < 1 || len(t.taps.Weights) != t.to*t.taps.Width {
			fail("resampling: %d windows of %d with %d weights for %d numbers", len(t.taps.First), t.taps.Width, len(t.taps.Weights), t.to)
		}
	}
}

// Check panics if the images do not match the resampling.
func (op *Resample) Check(r *Resampling) {
	mustSize("resampling: source", op.Src, r.Height, r.Width)
	mustSize("resampling: destination", op.Dst, r.ToHeight, r.ToWidth)
}

// Check panics if the images do not match the resampling.
func (op *ResampleBackward) Check(r *Resampling) {
	mustSize("resampling backward: source", op.Src, r.Height, r.Width)
	mustSize("resampling backward: resampled", op.Resampled, r.ToHeight, r.ToWidth)
	mustSize("resampling backward: gradient", op.Gradient, r.ToHeight, r.ToWidth)
	mustSize("resampling backward: destination", op.Dst, r.Height, r.Width)
}

// Check panics if the image is empty.
func (op *Multilevel) Check() {
	h, w := op.V.Size()
	must(op.Levels >= 0 && h > 0 && w > 0, "multilevel: negative levels, or an empty image")
}

// Check panics if the operation is malformed.
func (op *Direction) Check() {
	CheckVectors("direction", op.D, op.G)
	CheckVectors("direction", op.D, op.S...)
	CheckVectors("direction", op.D, op.Y...)
	if n := len(op.S); n != len(op.Y) || n != len(op.Rho) {
		fail("direction: pairs of %d steps, %d differences of gradients and %d factors", n, len(op.Y), len(op.Rho))
	}
	CheckScalar("direction", op.Slope)
	if op.Levels > 0 {
		_, ok := op.D.(Image)
		must(ok, "direction: levels of a vector that is not an image")
	}
}

// CheckVectors panics if vectors differ in length.
func CheckVectors(what string, first Vector, others ...Vector) {
	for _, v := range others {
		if v.Len() != first.Len() {
			fail("%s: vectors of %d and %d numbers", what, first.Len(), v.Len())
		}
	}
}
