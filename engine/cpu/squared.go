package cpu

import "github.com/impasto/impasto/engine"

// AddSquaredDistance adds sum w (Src - Target)^2.
func (d *device) AddSquaredDistance(op engine.AddSquaredDistance) error {
	op.Check()
	src := mapOf(op.Src)
	d.mu.Lock()
	defer d.mu.Unlock()
	d.reduction = reduction{src: src, target: mapOf(op.Target), weight: planeOf(op.Weight), rows: op.Rows,
		pieceRows: engine.PieceRows(src.shape.Width)}
	d.reduction.distances = d.sums(d.reduction.pieces())
	d.crew.run(&d.jobs.distance, d.reduction.pieces())
	sum := scalarOf(op.Sum)
	for _, v := range d.reduction.distances {
		*sum += v
	}
	d.reduction = reduction{}
	return nil
}

// sums returns n zeros, in memory kept between operations.
func (d *device) sums(n int) []float64 {
	if n > len(d.partials) {
		d.partials = make([]float64, n)
	}
	clear(d.partials[:n])
	return d.partials[:n]
}

// distancePiece sums one piece.
func (d *device) distancePiece(_, index int) {
	r := &d.reduction
	rows := r.piece(index)
	total := 0.0
	for y := rows.From; y < rows.To; y++ {
		src, target := r.src.row(y), r.target.row(y)
		if r.weight == nil {
			for from := 0; from < len(src); from += pieceLength { // a call cannot be interrupted
				to := min(from+pieceLength, len(src))
				total += d.kernels.squaredDistance(src[from:to], target[from:to])
			}
			continue
		}
		weight := r.weight.row(y)
		for i := 0; i < len(src); i += lanes {
			w := float64(weight[i/lanes%len(weight)])
			total += float64(w * d.kernels.squaredDistance(src[i:i+lanes], target[i:i+lanes]))
		}
	}
	r.distances[index] = total
}
