package feature

import "github.com/impasto/impasto/engine"

// A program is the work of one evaluation, laid out before any memory is allocated: phases of steps over
// buffers. A phase is one VGG block in one direction. Its steps advance together in bands of rows: the
// last one, the driver, asks for a band, and each asks those before it for the rows it needs, so that a
// buffer between two steps holds a band and a few rows, never a complete map, and no row is computed twice.
type program struct {
	buffers []*buffer
	phases  []*phase
}

// buffer is a map or a mask of the program.
type buffer struct {
	name     string
	shape    engine.Shape
	mask     bool
	whole    bool // keep every row; otherwise the schedule determines window
	window   int
	from, to int // phases during which it is live, inclusive
	offset   int64
	bytes    int64
}

// phase is one block, forward or backward.
type phase struct {
	backward bool
	steps    []*step
	turns    []turn
}

// step computes rows of its output, in order.
type step struct {
	out    *buffer // nil: a reduction, or a map that is always complete (image, pooled map)
	height int     // rows in all
	align  int     // windows start at multiples of it
	needs  []need
	follow bool // a reduction: it uses the available rows and drives nothing
	bind   binding

	done, want int // used while scheduling
}

// binding makes the operation of a step in a pass, whose buffers have been placed.
type binding func(*Pass) operation

// need states that rows up to t of a step need rows up to t+halo of another.
type need struct {
	of   *step
	halo int
}

// turn is one run of a step: on which rows.
type turn struct {
	step int
	rows engine.Rows
}

func (p *program) add(b *buffer) *buffer {
	p.buffers = append(p.buffers, b)
	return b
}

// use extends the life of a buffer to the phase at time t.
func (b *buffer) use(t int) { b.to = max(b.to, t) }

// schedule lays out the turns of a phase for bands of the given number of rows, and determines how many rows
// each buffer must hold. The last step that is not a reduction drives.
func (p *phase) schedule(band int) {
	for _, s := range p.steps {
		s.done, s.want = 0, 0
	}
	driver := p.driver()
	for driver.done < driver.height {
		driver.want = roundUp(driver.done+band, driver.align, driver.height)
		for i := len(p.steps) - 1; i >= 0; i-- {
			p.steps[i].pull()
		}
		for i, s := range p.steps {
			if s.follow {
				s.want = s.available()
			}
			if s.want > s.done {
				p.turns = append(p.turns, turn{i, engine.Rows{From: s.done, To: s.want}})
				s.done = s.want
				p.measure(s)
			}
		}
	}
}

func (p *phase) driver() *step {
	for i := len(p.steps) - 1; ; i-- {
		if !p.steps[i].follow {
			return p.steps[i]
		}
	}
}

// pull asks the preceding steps for the rows that this one wants.
func (s *step) pull() {
	if s.follow || s.want <= s.done {
		return
	}
	for _, n := range s.needs {
		n.of.want = max(n.of.want, roundUp(s.want+n.halo, n.of.align, n.of.height))
	}
}

// available returns the row up to which a reduction can proceed.
func (s *step) available() int {
	rows := s.height
	for _, n := range s.needs {
		if n.of.done < n.of.height {
			rows = min(rows, n.of.done/s.align*s.align)
		}
	}
	return max(rows, s.done)
}

// measure widens the window of the rows that s just computed down to the first row that is still needed.
func (p *phase) measure(s *step) {
	if s.out == nil || s.out.whole {
		return
	}
	first := s.done
	for _, consumer := range p.steps {
		for _, n := range consumer.needs {
			if n.of == s {
				first = min(first, max(0, consumer.done-n.halo))
			}
		}
	}
	s.out.window = max(s.out.window, s.done-first)
}

// roundUp returns rows rounded up to a multiple of align, and at most height.
func roundUp(rows, align, height int) int {
	return min((rows+align-1)/align*align, height)
}

// place determines the size and the offset of every buffer, and returns the total bytes.
func (p *program) place(dev engine.Device) int64 {
	for _, b := range p.buffers {
		if b.whole {
			b.window = b.shape.Height
		}
		if b.mask {
			b.bytes = engine.Align(dev.MaskBytes(b.shape))
		} else {
			b.bytes = engine.Align(dev.MapBytes(b.shape, b.window))
		}
	}
	return fit(p.buffers)
}
