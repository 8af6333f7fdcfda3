package cpu

import "github.com/impasto/impasto/engine"

// momentDistance is a distance of second moments in progress.
type momentDistance struct {
	moments, painting *momentSums
	affine            *affine
	scale             float64 // Scale/W
	sums              []float64
}

// MomentDistance computes the sum of (G/W - P/V)^2 and sets the affine map to its gradient, block by block
// of the stored halves of G and P: reading complete matrices and setting the map from them would move
// four times as many bytes.
func (d *device) MomentDistance(op engine.MomentDistance) error {
	op.Check()
	m, f := own[*momentSums](op.Moments), own[*affine](op.Affine)
	d.mu.Lock()
	defer d.mu.Unlock()
	distance, weight := scalarOf(op.Distance), *m.weight
	*distance, *scalarOf(op.Weight) = 0, weight
	if weight <= 0 {
		return nil
	}
	d.distance = momentDistance{moments: m, painting: own[*momentSums](op.Painting), affine: f, scale: op.Scale / weight, sums: d.sums(m.blocks)}
	d.crew.run(&d.jobs.momentDistance, m.blocks)
	for _, v := range d.distance.sums {
		*distance += v
	}
	f.clearConstant()
	d.distance = momentDistance{}
	return nil
}

// momentDistanceBlock processes one block with those after it.
func (d *device) momentDistanceBlock(_, i int) {
	r := &d.distance
	var difference [lanes * lanes]float32
	var products, target blockProducts // on the diagonal, of which the upper half is used
	r.moments.mirror(&products, i)
	r.painting.mirror(&target, i)
	r.sums[i] = r.differences(&difference, &products, &target, i, i)
	r.affine.place(&difference, i, i)
	if i%2 == 0 && i+1 == r.moments.blocks {
		r.affine.clearSpare()
	}
	for j := i + 1; j < r.moments.blocks; j++ {
		r.sums[i] += 2 * r.differences(&difference, r.moments.products(i, j), r.painting.products(i, j), i, j)
		r.affine.place(&difference, i, j)
		transposeBlock(&difference)
		r.affine.place(&difference, j, i)
	}
}

// differences computes the scaled differences of the products of blocks i and j, and returns the sum of the
// squares of the plain ones.
func (r *momentDistance) differences(dst *[lanes * lanes]float32, products, target *blockProducts, i, j int) float64 {
	c := r.moments.channels
	rows, columns := min(lanes, c-i*lanes), min(lanes, c-j*lanes)
	weight, paintingWeight := *r.moments.weight, *r.painting.weight
	clear(dst[:])
	var divided [lanes]float64
	total := 0.0
	for a := range rows {
		painting, row := target[a*lanes:][:columns], dst[a*lanes:][:columns]
		if paintingWeight != 1 { // dividing by 1 would take a third of the time
			for b, v := range painting {
				divided[b] = v / paintingWeight
			}
			painting = divided[:columns]
		}
		sum := 0.0 // by row, since an addition waits for the previous one
		for b, v := range products[a*lanes:][:columns] {
			d := v/weight - painting[b]
			sum += float64(d * d)
			row[b] = float32(r.scale * d)
		}
		total += sum
	}
	return total
}

// place lays out the rows of block i and the columns of block j of the matrix, given by rows.
func (a *affine) place(block *[lanes * lanes]float32, i, j int) {
	dst := a.panelOf(i * lanes / panel)[j*lanes*panel+i*lanes%panel:]
	for column := range lanes {
		line := dst[column*panel:][:lanes]
		for row := range line {
			line[row] = block[row*lanes+column]
		}
	}
}

// clearSpare clears the block of rows that pads the last panel if the number of blocks is odd.
func (a *affine) clearSpare() {
	dst := a.panelOf(a.panels - 1)
	for column := range a.blocks * lanes {
		clear(dst[column*panel+lanes:][:panel-lanes])
	}
}

// transposeBlock exchanges rows and columns.
func transposeBlock(block *[lanes * lanes]float32) {
	for a := range lanes {
		for b := range a {
			block[a*lanes+b], block[b*lanes+a] = block[b*lanes+a], block[a*lanes+b]
		}
	}
}
