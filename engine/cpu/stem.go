package cpu

import (
	"fmt"

	"github.com/impasto/impasto/engine"
)

// stem is the first convolution with its preprocessing, [out,3,3,3]. It is too narrow for Winograd: its
// 27 products per number cost less than writing the number.
type stem struct {
	parameters
	out, blocks, panels int
	padding             engine.Padding
	pre                 engine.Preprocessing
	forward             []float32 // [panels][27][32]
	bias                []float32 // [panels*32]
	backward            []float32 // [blocks][27][16], flipped taps
}

func (s *stem) Out() int                { return s.out }
func (s *stem) Padding() engine.Padding { return s.padding }

// stemTaps are the weights of one output channel: three channels of 3x3.
const stemTaps = 27

// NewStem lays out the weights for both directions.
func (d *device) NewStem(out int, weight, bias []float32, pre engine.Preprocessing, padding engine.Padding) (engine.Stem, error) {
	if out <= 0 || len(weight) != out*stemTaps || len(bias) != out {
		panic(fmt.Sprintf("cpu: %d weights and %d biases for a stem 3->%d", len(weight), len(bias), out))
	}
	s := &stem{out: out, blocks: blocksOf(out), panels: panelsOf(out), padding: padding, pre: pre}
	d.mu.Lock()
	defer d.mu.Unlock()
	forward, backward := s.panels*stemTaps*panel, s.blocks*stemTaps*lanes
	all, err := s.take(d, forward+backward+s.panels*panel)
	if err != nil {
		return nil, err
	}
	s.forward, all = all[:forward], all[forward:]
	s.backward, s.bias = all[:backward], all[backward:]
	copy(s.bias, bias)
	for k := range out {
		for i, w := range weight[k*stemTaps:][:stemTaps] {
			c, tap := i/9, i%9
			s.forward[(k/panel*stemTaps+i)*panel+k%panel] = w
			s.backward[(k/lanes*stemTaps+c*9+8-tap)*lanes+k%lanes] = w
		}
	}
	return s, nil
}

// stemming is an operation on a stem in progress. Each job is a row of tiles and has its own memory.
type stemming struct {
	stem   *stem
	image  *picture
	m      *featureMap
	mask   *mask
	linear bool
	add    bool
	rows   engine.Rows
	memory []float32
	share  int // numbers of memory per worker
}

// StemForward computes rows of ReLU(conv(preprocess(Image)) + bias).
func (d *device) StemForward(op engine.StemForward) error {
	op.Check()
	if op.Rows.Len() == 0 {
		return nil
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	s := stemOf(op.Stem)
	d.stem = stemming{stem: s, image: pictureOf(op.Image), m: mapOf(op.Dst), mask: maskOf(op.Mask), linear: op.Linear, rows: op.Rows}
	width := d.stem.image.width
	d.stem.share = padLine(3*patchSize*(width+2)) + padLine(panel*width)
	return d.runStem(&d.jobs.stemForward)
}

// StemBackward computes rows of the gradient with respect to the image.
func (d *device) StemBackward(op engine.StemBackward) error {
	op.Check()
	if op.Rows.Len() == 0 {
		return nil
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.stem = stemming{stem: stemOf(op.Stem), image: pictureOf(op.Dst), m: mapOf(op.Src), add: op.Add, rows: op.Rows}
	d.stem.share = padLine(6 * (d.stem.image.width + 2))
	return d.runStem(&d.jobs.stemBackward)
}

func (d *device) runStem(f *job) error {
	s := &d.stem
	if err := d.beginScratch(s.share * d.crew.size); err != nil {
		return err
	}
	s.memory = d.scratch.take(s.share * d.crew.size)
	d.crew.run(f, tilesOf(s.rows.Len()))
	d.stem = stemming{}
	return nil
}

// stemForwardRows computes one row of tiles: it preprocesses the six rows below it, with their padding.
func (d *device) stemForwardRows(worker, index int) {
	s := &d.stem
	width := s.image.width
	memory := s.memory[worker*s.share:][:s.share]
	line := width + 2
	first := s.rows.From + tileSize*index
	last := min(first+tileSize, s.rows.To)
	for i := range last - first + 2 {
		s.preprocess(d.kernels, memory[i*line:], patchSize*line, first-1+i)
	}
	rows := &d.spaces[worker].stemRows
	for y := first; y < last; y++ {
		for i := range rows {
			rows[i] = memory[(i/3*patchSize+y-first+i%3)*line:][:line]
		}
		for p := range s.stem.panels {
			d.stemForwardPanel(rows, memory[padLine(3*patchSize*line):], p, y)
		}
	}
}

// preprocess writes row y of the padded image to dst[channel*stride:].
func (s *stemming) preprocess(kernels *kernels, dst []float32, stride, y int) {
	height, width := s.image.height, s.image.width
	from := s.stem.padding.Index(y, height)
	for k := range 3 {
		line := dst[k*stride:][:width+2]
		if from < 0 {
			clear(line)
			continue
		}
		r, g, b := s.image.row(0, from), s.image.row(1, from), s.image.row(2, from)
		m, offset := s.stem.pre.Matrix[k], s.stem.pre.Offset[k]
		inner := line[1 : 1+width]
		copy(inner, r)
		kernels.scale(inner, m[0])
		kernels.axpy(inner, m[1], g)
		kernels.axpy(inner, m[2], b)
		for x := range inner {
			inner[x] += offset
		}
		line[0], line[width+1] = 0, 0
		if left := s.stem.padding.Index(-1, width); left >= 0 {
			line[0], line[width+1] = inner[left], inner[s.stem.padding.Index(width, width)]
		}
	}
}

// stemForwardPanel computes 32 channels of row y. If the map has no block for the second half of
// them, spare memory takes both.
func (d *device) stemForwardPanel(rows *[9][]float32, spare []float32, p, y int) {
	s := &d.stem
	width, stem := s.image.width, s.stem
	weight, bias := stem.forward[p*stemTaps*panel:][:stemTaps*panel], stem.bias[p*panel:][:panel]
	var words []uint16
	if 2*p+1 < stem.blocks {
		if s.mask != nil {
			words = s.mask.from(y, 2*p, 0)
		}
		d.kernels.stemForward(s.m.from(y, 2*p, 0), width*lanes, words, width, rows, weight, bias, width, !s.linear)
		return
	}
	d.kernels.stemForward(spare, width*lanes, nil, 0, rows, weight, bias, width, !s.linear)
	copy(s.m.from(y, 2*p, 0), spare[:width*lanes])
	if s.mask != nil {
		words = s.mask.from(y, 2*p, 0)
		for x := range width {
			words[x] = positive((*[lanes]float32)(spare[x*lanes:]))
		}
	}
}

// stemBackwardRows computes one row of tiles of the image's gradient.
func (d *device) stemBackwardRows(worker, index int) {
	s := &d.stem
	memory := s.memory[worker*s.share:][:s.share]
	line := s.image.width + 2
	first := s.rows.From + tileSize*index
	for y := first; y < min(first+tileSize, s.rows.To); y++ {
		sum, beyond := memory[:3*line], memory[3*line:6*line]
		d.stemRow(worker, sum, y)
		for _, q := range [2]int{-1, s.image.height} {
			if s.stem.padding.Index(q, s.image.height) == y {
				d.stemRow(worker, beyond, q)
				for i, v := range beyond {
					sum[i] += v
				}
			}
		}
		s.fold(sum)
		s.unprocess(d.kernels, sum, y)
	}
}

// stemRow computes row y of the gradient with respect to the padded, preprocessed image, [3][W+2]; y may be a row
// of the padding.
func (d *device) stemRow(worker int, sum []float32, y int) {
	s, w := &d.stem, &d.spaces[worker]
	clear(sum)
	width := s.image.width
	for block := range s.stem.blocks {
		weight := s.stem.backward[block*stemTaps*lanes:][:stemTaps*lanes]
		// Pixels 1 to W-2 read the map itself; two on either side read beyond it.
		if width <= 2 {
			s.stemRun(d, w, sum, weight, block, y, -1, width+2, true)
			continue
		}
		s.stemRun(d, w, sum, weight, block, y, -1, 2, true)
		s.stemRun(d, w, sum, weight, block, y, 1, width-2, false)
		s.stemRun(d, w, sum, weight, block, y, width-1, 2, true)
	}
}

// stemRun computes n pixels of a row starting at pixel x; if gather is set, they are few and read beyond the border.
// The kernel gets at most as many at once as the workspace has zeros, which stand for rows that do not
// exist.
func (s *stemming) stemRun(d *device, w *workspace, sum, weight []float32, block, y, x, n int, gather bool) {
	line := s.image.width + 2
	for end := x + n; x < end; x += tileSize * maxRun {
		m := min(tileSize*maxRun, end-x)
		for c := range w.stemSums {
			w.stemSums[c] = sum[c*line+x+1:][:m]
		}
		for i := range w.stemSources {
			at := y - 1 + i
			switch {
			case at < 0 || at >= s.image.height:
				w.stemSources[i] = w.zeros[:(m+2)*lanes]
			case gather:
				w.stemSources[i] = s.gather(w.patch[i][:(m+2)*lanes], block, at, x)
			default:
				w.stemSources[i] = s.m.from(at, block, x-1)[:(m+2)*lanes]
			}
		}
		d.kernels.stemBackward(&w.stemSums, &w.stemSources, weight, m)
	}
}

// gather copies the pixels of a row starting at x-1, with zeros where there are none.
func (s *stemming) gather(dst []float32, block, y, x int) []float32 {
	clear(dst)
	for j := range len(dst) / lanes {
		if px := x - 1 + j; px >= 0 && px < s.image.width {
			copy(dst[j*lanes:(j+1)*lanes], s.m.from(y, block, px))
		}
	}
	return dst
}

// fold adds the columns of the padding to those from which they were read.
func (s *stemming) fold(sum []float32) {
	width := s.image.width
	left, right := s.stem.padding.Index(-1, width), s.stem.padding.Index(width, width)
	if left < 0 {
		return
	}
	for c := range 3 {
		line := sum[c*(width+2):][:width+2]
		line[1+left] += line[0]
		line[1+right] += line[width+1]
	}
}

// unprocess writes row y of the gradient with respect to RGB: the transposed matrix of the preprocessing.
func (s *stemming) unprocess(kernels *kernels, sum []float32, y int) {
	width := s.image.width
	line := width + 2
	a, b, c := sum[1:][:width], sum[line+1:][:width], sum[2*line+1:][:width]
	for j := range 3 {
		dst := s.image.row(j, y)
		if s.add {
			kernels.axpy(dst, s.stem.pre.Matrix[0][j], a)
		} else {
			copy(dst, a)
			kernels.scale(dst, s.stem.pre.Matrix[0][j])
		}
		kernels.axpy(dst, s.stem.pre.Matrix[1][j], b)
		kernels.axpy(dst, s.stem.pre.Matrix[2][j], c)
	}
}
