package transfer

import (
	"sync"

	"github.com/impasto/impasto/engine"
)

// multilevel is a guess of the inverse Hessian of a picture's loss, up to a factor, for L-BFGS to begin with:
//
//	M = I + sum over levels l of 2^(l-1) (4^l P_l^T P_l)
//
// where P_l halves the picture l times. On detail that level l still shows, and level l+1 does not, M is about 2^l:
// what is spread over many pixels changes a loss of features little for each of them, and may move far. It is
// the preconditioner of Bramble, Pasciak and Xu, Parallel Multilevel Preconditioners, Math. Comp. 55
// (1990), with the weights of an operator of order one. M is symmetric and at least I.
type multilevel struct {
	dev    engine.Device
	pix    []float32
	planes [3][]level
}

// level is a plane of one channel, and room for its columns halved.
type level struct {
	width, height int
	pix, tall     []float32 // [height][width], [height][width of the next level]
}

// newMultilevel prepares M for pictures of the given size. Levels of a single pixel end it.
func newMultilevel(dev engine.Device, s size, levels int) *multilevel {
	m := &multilevel{dev: dev, pix: make([]float32, 3*s.width*s.height)}
	for c := range m.planes {
		l := level{width: s.width, height: s.height, pix: m.pix[c*s.width*s.height:][:s.width*s.height]}
		for range levels {
			if l.width == 1 && l.height == 1 {
				break
			}
			next := level{width: (l.width + 1) / 2, height: (l.height + 1) / 2}
			l.tall = make([]float32, l.height*next.width)
			m.planes[c] = append(m.planes[c], l)
			next.pix = make([]float32, next.width*next.height)
			l = next
		}
		m.planes[c] = append(m.planes[c], l)
	}
	return m
}

// apply replaces v, a picture, by M v.
func (m *multilevel) apply(v engine.Vector) {
	m.dev.Read(m.pix, v)
	var wg sync.WaitGroup
	for _, levels := range m.planes {
		wg.Go(func() { pyramid(levels) })
	}
	wg.Wait()
	m.dev.Write(v, m.pix)
}

// pyramid replaces the first level by M of it: from the coarsest on, each is weighed and gets what lies below.
func pyramid(levels []level) {
	last := len(levels) - 1
	for i := range last {
		levels[i].halve(&levels[i+1])
	}
	for i := last; i > 0; i-- {
		weight := float32(int64(1) << (i - 1)) // 2^i - 2^(i-1): together with the finer ones 2^i
		for k := range levels[i].pix {
			levels[i].pix[k] *= weight
		}
		if i < last {
			levels[i+1].double(&levels[i])
		}
	}
	if last > 0 {
		levels[1].double(&levels[0])
	}
}

// halve writes means over four by four pixels with the weights 1 3 3 1 to the next level. Beyond the edges the
// pixels at the edge go on.
func (l *level) halve(next *level) {
	for y := range l.height {
		row, out := l.pix[y*l.width:][:l.width], l.tall[y*next.width:][:next.width]
		for x := range out {
			a, b, c, d := four(x, l.width)
			out[x] = (row[a] + row[d] + 3*(row[b]+row[c])) / 8
		}
	}
	for y := range next.height {
		i, j, k, n := four(y, l.height)
		w := next.width
		a, b, c, d := l.tall[i*w:][:w], l.tall[j*w:][:w], l.tall[k*w:][:w], l.tall[n*w:][:w]
		out := next.pix[y*w:][:w]
		for x := range out {
			out[x] = (a[x] + d[x] + 3*(b[x]+c[x])) / 8
		}
	}
}

// four returns which of n pixels the pixel i of the next level is made of.
func four(i, n int) (a, b, c, d int) {
	return max(2*i-1, 0), 2 * i, min(2*i+1, n-1), min(2*i+2, n-1)
}

// double adds four times the transpose of halve, which keeps brightness, to the level above.
func (l *level) double(above *level) {
	clear(above.tall)
	w := l.width
	for y := range l.height {
		i, j, k, n := four(y, above.height)
		row := l.pix[y*w:][:w]
		for _, part := range [...]struct {
			at     int
			weight float32
		}{{i, 0.25}, {j, 0.75}, {k, 0.75}, {n, 0.25}} {
			out := above.tall[part.at*w:][:w]
			for x, v := range row {
				out[x] += part.weight * v
			}
		}
	}
	for y := range above.height {
		row, out := above.tall[y*w:][:w], above.pix[y*above.width:][:above.width]
		for x, v := range row {
			a, b, c, d := four(x, above.width)
			out[a] += 0.25 * v
			out[b] += 0.75 * v
			out[c] += 0.75 * v
			out[d] += 0.25 * v
		}
	}
}
