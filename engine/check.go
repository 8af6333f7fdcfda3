package engine

import "fmt"

// The Check methods panic where an operation's buffers do not fit each other. Every device calls them
// first, so that a mistake reads the same everywhere.

func must(ok bool, message string) {
	if !ok {
		panic("engine: " + message)
	}
}

// fail panics. A caller tests first: to box the arguments of an operation that is well formed would
// allocate at every step of a run.
func fail(format string, args ...any) { panic("engine: " + fmt.Sprintf(format, args...)) }

func mustShape(what string, got, want Shape) {
	if got != want {
		fail("%s is %v, want %v", what, got, want)
	}
}

func mustAligned(what string, r Rows, height int) {
	if !r.Aligned(height) {
		fail("%s: rows [%d,%d) of %d are not on whole tiles of %d", what, r.From, r.To, height, TileRows)
	}
}

func mustRows(what string, r Rows, height int) {
	if r.From < 0 || r.From > r.To || r.To > height {
		fail("%s: rows [%d,%d) outside a map of %d rows", what, r.From, r.To, height)
	}
}

// mustPiece demands what keeps the order of a reduction's sums.
func mustPiece(what string, r Rows, s Shape) {
	mustRows(what, r, s.Height)
	p := PieceRows(s.Width)
	if r.From%p != 0 || r.To%p != 0 && r.To != s.Height {
		fail("%s: rows [%d,%d) of %d are not on whole pieces of %d", what, r.From, r.To, s.Height, p)
	}
}

func mustHold(what string, m Map, r Rows) {
	if r.Len() > m.Window() {
		fail("%s holds %d rows of %v, %d asked", what, m.Window(), m.Shape(), r.Len())
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

// Check panics where the operation is malformed.
func (op *StemForward) Check() {
	h, w := op.Image.Size()
	want := Shape{op.Stem.Out(), h, w}
	mustShape("stem forward: destination", op.Dst.Shape(), want)
	mustMask("stem forward: mask", op.Mask, want)
	must(!op.Linear || op.Mask == nil, "stem forward: a mask without a ReLU")
	mustAligned("stem forward", op.Rows, h)
	mustHold("stem forward: destination", op.Dst, op.Rows)
}

// Check panics where the operation is malformed.
func (op *StemBackward) Check() {
	h, w := op.Dst.Size()
	mustShape("stem backward: source", op.Src.Shape(), Shape{op.Stem.Out(), h, w})
	mustAligned("stem backward", op.Rows, h)
}

// Check panics where the operation is malformed.
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

// Check panics where the operation is malformed.
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

// Check panics where the operation is malformed.
func (op *Rectify) Check() {
	mustShape("rectify: destination", op.Dst.Shape(), op.Src.Shape())
	mustMask("rectify: mask", op.Mask, op.Src.Shape())
	mustRows("rectify", op.Rows, op.Src.Shape().Height)
	mustHold("rectify: destination", op.Dst, op.Rows)
}

// Check panics where the operation is malformed.
func (op *Pool) Check() {
	mustShape("pool: destination", op.Dst.Shape(), op.Src.Shape().Pooled())
	mustMask("pool: mask", op.Mask, op.Src.Shape())
	mustAligned("pool", op.Rows, op.Src.Shape().Height)
	mustHold("pool: destination", op.Dst, Rows{op.Rows.From / 2, op.Rows.To / 2})
}

// Check panics where the operation is malformed.
func (op *Unpool) Check() {
	mustShape("unpool: source", op.Src.Shape(), op.Dst.Shape().Pooled())
	mustMask("unpool: mask", op.Mask, op.Dst.Shape())
	must(op.Mask != nil, "unpool: no mask")
	mustAligned("unpool", op.Rows, op.Dst.Shape().Height)
	mustHold("unpool: destination", op.Dst, op.Rows)
}

// Check panics where the operation is malformed.
func (op *MaskBy) Check() {
	mustShape("mask: destination", op.Dst.Shape(), op.By.Shape())
	mustRows("mask", op.Rows, op.By.Shape().Height)
	mustHold("mask: destination", op.Dst, op.Rows)
}

// Check panics where the operation is malformed.
func (op *CopyRows) Check() {
	mustShape("copy: destination", op.Dst.Shape(), op.Src.Shape())
	mustRows("copy", op.Rows, op.Src.Shape().Height)
	mustHold("copy: source", op.Src, op.Rows)
	mustHold("copy: destination", op.Dst, op.Rows)
}

// Check panics where the operation is malformed.
func (op *AddMoments) Check() {
	s := op.Src.Shape()
	if s.Channels != op.Moments.Channels() {
		fail("moments of %d channels given %d", op.Moments.Channels(), s.Channels)
	}
	mustWeight("moments:", op.Weight, s)
	mustPiece("moments", op.Rows, s)
	mustHold("moments: source", op.Src, op.Rows)
}

// Check panics where the operation is malformed.
func (op *MomentDistance) Check() {
	c := op.Moments.Channels()
	if c != op.Affine.Channels() {
		fail("distance of moments of %d channels, affine map of %d", c, op.Affine.Channels())
	}
	if len(op.Target) != c*c {
		fail("distance of moments of %d channels from %d numbers", c, len(op.Target))
	}
}

// Check panics where the operation is malformed.
func (op *AddAffine) Check() {
	s := op.Src.Shape()
	if s.Channels != op.Affine.Channels() {
		fail("affine map of %d channels given %d", op.Affine.Channels(), s.Channels)
	}
	mustShape("affine: destination", op.Dst.Shape(), s)
	mustWeight("affine:", op.Weight, s)
	mustRows("affine", op.Rows, s.Height)
	mustHold("affine: source", op.Src, op.Rows)
	mustHold("affine: destination", op.Dst, op.Rows)
}

// Check panics where the operation is malformed.
func (op *AddSquaredDistance) Check() {
	s := op.Src.Shape()
	mustShape("squared distance: target", op.Target.Shape(), s)
	mustWeight("squared distance:", op.Weight, s)
	mustPiece("squared distance", op.Rows, s)
	mustHold("squared distance: source", op.Src, op.Rows)
	mustHold("squared distance: target", op.Target, op.Rows)
}

// Check panics where the operation is malformed.
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

// Check panics where the operation is malformed.
func (op *AddVariation) Check() {
	if op.Kind > VariationNine {
		fail("variation of unknown kind %d", op.Kind)
	}
	if op.Gradient != nil {
		h, w := op.Image.Size()
		gh, gw := op.Gradient.Size()
		if h != gh || w != gw {
			fail("variation: gradient is %dx%d, want %dx%d", gh, gw, h, w)
		}
	}
}

// CheckVectors panics where vectors differ in length.
func CheckVectors(what string, first Vector, others ...Vector) {
	for _, v := range others {
		if v.Len() != first.Len() {
			fail("%s: vectors of %d and %d numbers", what, first.Len(), v.Len())
		}
	}
}
