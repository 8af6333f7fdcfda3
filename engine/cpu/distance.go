package cpu

import "github.com/impasto/impasto/engine"

// momentDistance is a distance of second moments in progress.
type momentDistance struct {
	moments *momentSums
	affine  *affine
	target  []float64
	weight  float64 // W
	scale   float64 // Scale/W
	sums    []float64
}

// MomentDistance computes the sum of (G/W - Target)^2 and sets the affine map to its gradient, block by block
// of the half of G that is kept: reading whole matrices, taking them apart and setting the map from them moves
// four times as many bytes.
func (d *device) MomentDistance(op engine.MomentDistance) (distance, weight float64) {
	op.Check()
	m, f := own[*momentSums](op.Moments), own[*affine](op.Affine)
	d.mu.Lock()
	defer d.mu.Unlock()
	if m.weight <= 0 {
		return 0, m.weight
	}
	d.distance = momentDistance{moments: m, affine: f, target: op.Target, weight: m.weight, scale: op.Scale / m.weight, sums: d.sums(m.blocks)}
	d.crew.run(&d.jobs.momentDistance, m.blocks)
	for _, v := range d.distance.sums {
		distance += v
	}
	clear(f.b)
	f.constant = false
	d.distance = momentDistance{}
	return distance, m.weight
}

// momentDistanceBlock takes one block with those behind it.
func (d *device) momentDistanceBlock(_, i int) {
	r := &d.distance
	m := r.moments
	const size = lanes * lanes
	sums := m.sums[m.start(i):m.start(i+1)]
	var difference [size]float32
	r.sums[i] = r.diagonal(&difference, (*[size]float64)(sums), i)
	r.affine.place(&difference, i, i)
	for j := i + 1; j < m.blocks; j++ {
		r.sums[i] += 2 * r.differences(&difference, (*[size]float64)(sums[(j-i)*size:]), i, j)
		r.affine.place(&difference, i, j)
		transposeBlock(&difference)
		r.affine.place(&difference, j, i)
	}
}

// differences computes the scaled differences of the products of blocks i and j, and returns the sum of the
// squares of the plain ones.
func (r *momentDistance) differences(dst *[lanes * lanes]float32, products *[lanes * lanes]float64, i, j int) float64 {
	c := r.moments.channels
	rows, columns := min(lanes, c-i*lanes), min(lanes, c-j*lanes)
	clear(dst[:])
	total := 0.0
	for a := range rows {
		target, row := r.target[(i*lanes+a)*c+j*lanes:][:columns], dst[a*lanes:][:columns]
		sum := 0.0 // by row, since an addition waits for the one before it
		for b, v := range products[a*lanes:][:columns] {
			d := v/r.weight - target[b]
			sum += float64(d * d)
			row[b] = float32(r.scale * d)
		}
		total += sum
	}
	return total
}

// diagonal does the same to a block on the diagonal, of which the upper half counts.
func (r *momentDistance) diagonal(dst *[lanes * lanes]float32, products *[lanes * lanes]float64, i int) float64 {
	mirrored := *products
	for a := range lanes {
		for b := range a {
			mirrored[a*lanes+b] = products[b*lanes+a]
		}
	}
	return r.differences(dst, &mirrored, i, i)
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

// transposeBlock exchanges rows and columns.
func transposeBlock(block *[lanes * lanes]float32) {
	for a := range lanes {
		for b := range a {
			block[a*lanes+b], block[b*lanes+a] = block[b*lanes+a], block[a*lanes+b]
		}
	}
}
