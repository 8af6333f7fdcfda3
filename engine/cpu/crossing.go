package cpu

import (
	"fmt"

	"github.com/impasto/impasto/engine"
)

// crossing is a transfer of moments between host and device in progress.
type crossing struct {
	moments *momentSums
	host    engine.Statistics
}

// ReadMoments returns the moments as complete matrices.
func (d *device) ReadMoments(src engine.Moments) (engine.Statistics, error) {
	m := own[*momentSums](src)
	c := m.channels
	s := engine.Statistics{Weight: *m.weight, Sum: make([]float64, c), Gram: make([]float64, c*c)}
	d.cross(&d.jobs.readMoments, m, s)
	return s, nil
}

// WriteMoments sets moments.
func (d *device) WriteMoments(dst engine.Moments, s engine.Statistics) error {
	m := own[*momentSums](dst)
	if c := m.channels; len(s.Sum) != c || len(s.Gram) != c*c {
		panic(fmt.Sprintf("cpu: moments of %d channels set from %d and %d numbers", c, len(s.Sum), len(s.Gram)))
	}
	clear(m.sums)
	*m.weight = s.Weight
	d.cross(&d.jobs.writeMoments, m, s)
	return nil
}

func (d *device) cross(f *job, m *momentSums, s engine.Statistics) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.crossing = crossing{m, s}
	d.crew.run(f, m.blocks)
	d.crossing = crossing{}
}

// readMoments copies the moments of one block to both sides of the diagonal.
func (d *device) readMoments(_, i int) {
	r, c := &d.crossing, d.crossing.moments.channels
	rows := min(lanes, c-i*lanes)
	for j := i; j < r.moments.blocks; j++ {
		products, columns := r.moments.products(i, j), min(lanes, c-j*lanes)
		for a := range rows {
			copy(r.host.Gram[(i*lanes+a)*c+j*lanes:][:columns], products[a*lanes:])
		}
		for b := range columns {
			row := r.host.Gram[(j*lanes+b)*c+i*lanes:][:rows]
			for a := range row {
				if i != j || a < b { // on the diagonal only the upper half is used
					row[a] = products[a*lanes+b]
				}
			}
		}
	}
	copy(r.host.Sum[i*lanes:], r.moments.sumsOf(i))
}

// writeMoments copies the moments of one block from the upper half of a matrix.
func (d *device) writeMoments(_, i int) {
	r, c := &d.crossing, d.crossing.moments.channels
	for j := i; j < r.moments.blocks; j++ {
		products, columns := r.moments.products(i, j), min(lanes, c-j*lanes)
		for a := range min(lanes, c-i*lanes) {
			copy(products[a*lanes:][:columns], r.host.Gram[(i*lanes+a)*c+j*lanes:])
		}
	}
	copy(r.moments.sumsOf(i), r.host.Sum[i*lanes:])
}
