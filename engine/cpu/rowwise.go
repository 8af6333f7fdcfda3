package cpu

import (
	"math"

	"github.com/impasto/impasto/engine"
)

// rowwise is an operation in progress that processes maps row by row.
type rowwise struct {
	do               func(*device, int, int) // takes a worker and a row
	from             int                     // the first row
	src, dst, target *featureMap
	mask             *mask
	weight           *plane
	scale            float32
	add, average     bool
}

func (d *device) runRows(r rowwise, n int) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.rowwise = r
	d.crew.run(&d.jobs.rowwise, n)
	d.rowwise = rowwise{}
	return nil
}

func (d *device) rowwiseRow(worker, index int) {
	d.rowwise.do(d, worker, d.rowwise.from+index)
}

// Rectify computes max(Src, 0).
func (d *device) Rectify(op engine.Rectify) error {
	op.Check()
	return d.runRows(rowwise{do: (*device).rectifyRow, from: op.Rows.From, src: mapOf(op.Src), dst: mapOf(op.Dst), mask: maskOf(op.Mask)}, op.Rows.Len())
}

func (d *device) rectifyRow(_, y int) {
	r := &d.rowwise
	dst := r.dst.row(y)
	for i, v := range r.src.row(y)[:len(dst)] {
		dst[i] = max(v, 0)
	}
	if r.mask != nil {
		for i := range r.mask.row(y) {
			r.mask.row(y)[i] = positive((*[lanes]float32)(dst[i*lanes:]))
		}
	}
}

// Pool pools ReLU(Src).
func (d *device) Pool(op engine.Pool) error {
	op.Check()
	return d.runRows(rowwise{do: (*device).poolRow, from: op.Rows.From / 2, src: mapOf(op.Src), dst: mapOf(op.Dst), mask: maskOf(op.Mask),
		average: op.Pooling == engine.AveragePooling}, (op.Rows.Len()+1)/2)
}

// poolRow computes row y of the pooled map; after the last one it only clears the mask of a row that is
// not pooled.
func (d *device) poolRow(_, y int) {
	r := &d.rowwise
	for i := 2 * y; r.mask != nil && i < min(2*y+2, r.src.shape.Height); i++ {
		clear(r.mask.row(i))
	}
	if y >= r.dst.shape.Height {
		return
	}
	for block := range r.dst.blocks {
		for x := range r.dst.shape.Width {
			r.poolSquare(block, y, x)
		}
	}
}

// poolSquare pools 2x2 activations of 16 channels, after their ReLU.
func (r *rowwise) poolSquare(block, y, x int) {
	var rectified [4][lanes]float32
	var quad [4]*[lanes]float32
	for i := range quad {
		src, dst := (*[lanes]float32)(r.src.from(2*y+i/2, block, 2*x+i%2)), &rectified[i]
		for l, v := range src {
			dst[l] = max(v, 0)
		}
		quad[i] = dst
	}
	var bits [4]uint16
	if out := (*[lanes]float32)(r.dst.from(y, block, x)); r.average {
		bits = averagePool(out, &quad)
	} else {
		bits = maxPool(out, &quad)
	}
	if r.mask == nil {
		return
	}
	for i, b := range bits {
		r.mask.from(2*y+i/2, block, 2*x+i%2)[0] = b
	}
}

// Unpool spreads the gradient of a pooled map.
func (d *device) Unpool(op engine.Unpool) error {
	op.Check()
	return d.runRows(rowwise{do: (*device).unpoolRow, from: op.Rows.From, src: mapOf(op.Src), dst: mapOf(op.Dst), mask: maskOf(op.Mask),
		scale: routeScale(op.Pooling), add: op.Add}, op.Rows.Len())
}

func (d *device) unpoolRow(worker, y int) {
	r, line := &d.rowwise, d.spaces[worker].line[:]
	if !r.add {
		clear(r.dst.row(y))
	}
	if y/2 >= r.src.shape.Height {
		return
	}
	even := 2 * r.src.shape.Width
	for block := range r.dst.blocks {
		for x := 0; x < even; x += lineLength / lanes {
			n := min(lineLength/lanes, even-x)
			dst, src, words := r.dst.from(y, block, x), r.src.from(y/2, block, x/2), r.mask.from(y, block, x)
			if !r.add {
				d.kernels.unpool(dst, src, words, r.scale, n)
				continue
			}
			d.kernels.unpool(line, src, words, r.scale, n)
			d.kernels.axpy(dst[:n*lanes], 1, line[:n*lanes])
		}
	}
}

// MaskBy clears Dst where By is not greater than zero.
func (d *device) MaskBy(op engine.MaskBy) error {
	op.Check()
	return d.runRows(rowwise{do: (*device).maskByRow, from: op.Rows.From, src: mapOf(op.By), dst: mapOf(op.Dst)}, op.Rows.Len())
}

func (d *device) maskByRow(_, y int) {
	dst := d.rowwise.dst.row(y)
	for i, v := range d.rowwise.src.row(y)[:len(dst)] {
		dst[i] = math.Float32frombits(math.Float32bits(dst[i]) & -isPositive(v))
	}
}

// CopyRows copies rows.
func (d *device) CopyRows(op engine.CopyRows) error {
	op.Check()
	return d.runRows(rowwise{do: (*device).copyRow, from: op.Rows.From, src: mapOf(op.Src), dst: mapOf(op.Dst)}, op.Rows.Len())
}

func (d *device) copyRow(_, y int) { copy(d.rowwise.dst.row(y), d.rowwise.src.row(y)) }

// AddDifference computes Scale w (Src - Target).
func (d *device) AddDifference(op engine.AddDifference) error {
	op.Check()
	return d.runRows(rowwise{do: (*device).differenceRow, from: op.Rows.From, src: mapOf(op.Src), target: mapOf(op.Target), dst: mapOf(op.Dst),
		weight: planeOf(op.Weight), scale: op.Scale, add: op.Add}, op.Rows.Len())
}

func (d *device) differenceRow(_, y int) {
	r := &d.rowwise
	dst, src, target := r.dst.row(y), r.src.row(y), r.target.row(y)
	if r.weight == nil {
		for from := 0; from < len(dst); from += pieceLength { // a call cannot be interrupted
			to := min(from+pieceLength, len(dst))
			d.kernels.difference(dst[from:to], src[from:to], target[from:to], r.scale, r.add)
		}
		return
	}
	weight := r.weight.row(y)
	for block := range r.dst.blocks {
		for x, w := range weight {
			i := (block*len(weight) + x) * lanes
			d.kernels.difference(dst[i:i+lanes], src[i:i+lanes], target[i:i+lanes], r.scale*w, r.add)
		}
	}
}
