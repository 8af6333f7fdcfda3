package cpu

import "github.com/impasto/impasto/engine"

// pyramid is an image and its levels, each half the size of the previous one.
type pyramid struct {
	levels []level
	at     int    // the current level: made from the one before it, or adding the one after it
	strips int    // into which each channel of it is divided
	rows   []ring // of each thread: rows of the level halved across; [4][width of the next]
	jobs   struct{ halve, gather job }
}

// level is an image [3][height][width].
type level struct {
	height, width int
	data          []float32
}

func (l *level) row(c, y int) []float32 { return l.data[(c*l.height+y)*l.width:][:l.width] }

// maxLevels is more than any image has.
const maxLevels = 32

func newPyramid(threads int) *pyramid {
	p := &pyramid{levels: make([]level, 0, maxLevels), rows: make([]ring, threads)}
	for i := range p.rows {
		p.rows[i].held = make([]int, 4)
	}
	p.jobs.halve, p.jobs.gather = p.halveStrip, p.gatherStrip
	return p
}

// below returns the size of the next level; a level of one pixel has none.
func below(height, width int) (h, w int, ok bool) {
	return (height + 1) / 2, (width + 1) / 2, height > 1 || width > 1
}

// MultilevelBytes counts the levels below the image, a third of it, and the rows of all threads.
func (d *device) MultilevelBytes(height, width, levels int) int64 {
	return 4 * int64(multilevelNumbers(height, width, levels, d.crew.size))
}

func multilevelNumbers(height, width, levels, threads int) (n int) {
	for h, w := height, width; levels > 0; levels-- {
		next, wide, ok := below(h, w)
		if !ok {
			break
		}
		if n == 0 {
			n = threads * 4 * padLine(wide)
		}
		h, w = next, wide
		n += padLine(3 * h * w)
	}
	return n
}

// Multilevel applies M.
func (d *device) Multilevel(op engine.Multilevel) error {
	op.Check()
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.multilevel(pictureOf(op.V), op.Levels)
}

// multilevel replaces an image by M times it: starting from the coarsest, each level is weighted and receives the next.
func (d *device) multilevel(v *picture, levels int) error {
	p := d.pyramid
	if err := d.beginScratch(multilevelNumbers(v.height, v.width, levels, d.crew.size)); err != nil {
		return err
	}
	p.build(v, levels, &d.scratch)
	last := len(p.levels) - 1
	for p.at = 1; p.at <= last; p.at++ {
		p.run(d.crew, &p.jobs.halve)
	}
	for p.at = last; p.at >= 0; p.at-- {
		p.run(d.crew, &p.jobs.gather)
	}
	p.levels = p.levels[:0]
	return nil
}

// build lays out the levels and the rows.
func (p *pyramid) build(v *picture, levels int, from *scratch) {
	p.levels = append(p.levels[:0], level{v.height, v.width, v.data})
	for i := range levels {
		h, w, ok := below(p.levels[i].height, p.levels[i].width)
		if !ok {
			break
		}
		if i == 0 {
			for k := range p.rows {
				p.rows[k].data = from.take(4 * w)
			}
		}
		p.levels = append(p.levels, level{h, w, from.take(3 * h * w)})
	}
}

// run divides the current level into strips. At the top of a strip the rows above are halved again.
func (p *pyramid) run(c *crew, j *job) {
	const jobs, least = 4, 16 // jobs per thread; rows of a strip
	p.strips = max(min((jobs*c.size+2)/3, p.levels[p.at].height/least), 1)
	c.run(j, 3*p.strips)
}

// strip returns the channel and the rows of a strip.
func (p *pyramid) strip(index int) (channel, from, to int) {
	i, height := index%p.strips, p.levels[p.at].height
	return index / p.strips, i * height / p.strips, (i + 1) * height / p.strips
}

// halveStrip makes rows of a level: means of four by four pixels of the previous one with the weights 1 3 3 1.
// Pixels beyond the edges repeat those at the edge.
func (p *pyramid) halveStrip(worker, index int) {
	from, to := &p.levels[p.at-1], &p.levels[p.at]
	r := &p.rows[worker]
	r.width = to.width
	r.forget()
	channel, top, bottom := p.strip(index)
	for y := top; y < bottom; y++ {
		i, j, k, n := four(y, from.height)
		a, b, c, d := from.halved(r, channel, i), from.halved(r, channel, j), from.halved(r, channel, k), from.halved(r, channel, n)
		out := to.row(channel, y)
		for x := range out {
			out[x] = (a[x] + d[x] + float32(3*(b[x]+c[x]))) / 8
		}
	}
}

// halved returns row y halved across.
func (l *level) halved(r *ring, channel, y int) []float32 {
	out, missing := r.row(y)
	if !missing {
		return out
	}
	row := l.row(channel, y)
	for x := range out {
		a, b, c, d := four(x, l.width)
		out[x] = (row[a] + row[d] + float32(3*(row[b]+row[c]))) / 8
	}
	return out
}

// four returns the pixels, out of n, from which pixel i of the next level is made.
func four(i, n int) (a, b, c, d int) {
	return max(2*i-1, 0), 2 * i, min(2*i+1, n-1), min(2*i+2, n-1)
}

// fourWeights are those of the pixels in four times the transpose of halving, per direction; they keep brightness.
var fourWeights = [4]float32{0.25, 0.75, 0.75, 0.25}

// gatherStrip weights rows of a level, except the image, and adds four times the transpose of what made the next.
func (p *pyramid) gatherStrip(worker, index int) {
	channel, top, bottom := p.strip(index)
	to := &p.levels[p.at]
	for y := top; y < bottom; y++ {
		row := to.row(channel, y)
		if p.at > 0 {
			// 2^i - 2^(i-1): together with the finer ones 2^i.
			scale(row, float32(int64(1)<<(p.at-1)))
		}
		if p.at+1 < len(p.levels) {
			next := &p.levels[p.at+1]
			tall := p.rows[worker].data[:next.width]
			next.doubled(tall, channel, y, to.height)
			double(row, tall)
		}
	}
}

// doubled sets a row to what goes to row y of a level of the given height, still as wide as the next level.
func (l *level) doubled(tall []float32, channel, y, height int) {
	clear(tall)
	for from := max(y/2-1, 0); from <= min(y/2+1, l.height-1); from++ {
		i, j, k, n := four(from, height)
		for part, at := range [...]int{i, j, k, n} {
			if at == y {
				axpy(tall, fourWeights[part], l.row(channel, from))
			}
		}
	}
}

// double adds a row to one of twice the width.
func double(out, row []float32) {
	for x, v := range row {
		a, b, c, d := four(x, len(out))
		out[a] += 0.25 * v
		out[b] += float32(0.75 * v)
		out[c] += float32(0.75 * v)
		out[d] += 0.25 * v
	}
}
