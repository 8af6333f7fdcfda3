package cpu

import "github.com/impasto/impasto/engine"

// points are positions of a map, y*width+x each.
type points []int32

func (p points) Len() int { return len(p) }

// PointsBytes returns the bytes of positions.
func (d *device) PointsBytes(n int) int64 { return 4 * int64(n) }

// WritePoints sets positions.
func (d *device) WritePoints(dst engine.Points, positions []int32) error {
	return copyAll("write points", own[points](dst), positions)
}

// picking is a Gather or a Scatter in progress.
type picking struct {
	m              *featureMap
	rows           engine.Rows
	points         points
	matrix         []float32
	stride, offset int
	add            bool
}

// pointGroup is the number of points per job of gather.
const pointGroup = 64

// row returns the part of row k of the matrix that belongs to a block of channels.
func (p *picking) row(k, block int) []float32 {
	at := k*p.stride + p.offset + block*lanes
	return p.matrix[at:][:min(lanes, p.m.shape.Channels-block*lanes)]
}

// find returns the position of point k, and whether it is in the current rows.
func (p *picking) find(k int) (y, x int, found bool) {
	at, width := int(p.points[k]), p.m.shape.Width
	if at < p.rows.From*width || at >= p.rows.To*width {
		return 0, 0, false
	}
	return at / width, at % width, true
}

// Gather copies features at points to the rows of a matrix.
func (d *device) Gather(op engine.Gather) error {
	op.Check()
	d.mu.Lock()
	defer d.mu.Unlock()
	d.picking = picking{m: mapOf(op.Src), rows: op.Rows, points: own[points](op.Points), matrix: numbersOf(op.Dst), stride: op.Stride, offset: op.Offset}
	d.crew.run(&d.jobs.gather, (op.Points.Len()+pointGroup-1)/pointGroup)
	d.picking = picking{}
	return nil
}

// gatherPoints processes a group of points.
func (d *device) gatherPoints(_, index int) {
	p := &d.picking
	for k := index * pointGroup; k < min((index+1)*pointGroup, len(p.points)); k++ {
		y, x, found := p.find(k)
		if !found {
			continue
		}
		for block := range p.m.blocks {
			copy(p.row(k, block), p.m.from(y, block, x))
		}
	}
}

// Scatter adds the rows of a matrix to features at points.
func (d *device) Scatter(op engine.Scatter) error {
	op.Check()
	d.mu.Lock()
	defer d.mu.Unlock()
	d.picking = picking{m: mapOf(op.Dst), rows: op.Rows, points: own[points](op.Points), matrix: numbersOf(op.Src), stride: op.Stride, offset: op.Offset, add: op.Add}
	d.crew.run(&d.jobs.scatter, d.picking.m.blocks)
	d.picking = picking{}
	return nil
}

// scatterBlock processes a block of channels, so that points at one place are added in order.
func (d *device) scatterBlock(_, block int) {
	p := &d.picking
	if !p.add {
		for y := p.rows.From; y < p.rows.To; y++ {
			clear(p.m.from(y, block, 0)[:p.m.shape.Width*lanes])
		}
	}
	for k := range p.points {
		y, x, found := p.find(k)
		if !found {
			continue
		}
		dst := p.m.from(y, block, x)
		for c, v := range p.row(k, block) {
			dst[c] += v
		}
	}
}
