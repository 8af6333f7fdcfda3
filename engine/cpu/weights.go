package cpu

import (
	"fmt"

	"github.com/impasto/impasto/engine"
)

// convolution is a 3x3 convolution whose weights are stored only transformed.
type convolution struct {
	parameters
	in, out           int
	padding           engine.Padding
	forward, backward filters
	bias              []float32 // [out], padded to complete panels
	// taps are the weights themselves, [9][in/32][out/16*16][32], which the backward pass of a
	// convolution that does not pad with zeros needs at the border; nil otherwise.
	taps []float32
}

func (c *convolution) In() int                 { return c.in }
func (c *convolution) Out() int                { return c.out }
func (c *convolution) Padding() engine.Padding { return c.padding }

// filters are the weights of one direction in the 36 frequencies, U[36][panels][16*blocks][32]: one
// panel is what multiply streams through.
type filters struct {
	u      []float32
	blocks int // of 16 channels summed over
	panels int // of 32 channels computed
	// raw are the weights as transformFilters reads them, [panels][16*blocks][2][9][16]; nil if every
	// map has so many tiles that the transformed ones are better.
	raw []float32
}

func newFilters(contracted, computed int) filters {
	return filters{blocks: blocksOf(contracted), panels: panelsOf(computed)}
}

// channels returns the number of channels read plus written.
func (f *filters) channels() int { return lanes*f.blocks + panel*f.panels }

func (f *filters) panelSize() int { return f.blocks * lanes * panel }
func (f *filters) size() int      { return frequencies * f.panels * f.panelSize() }

// panel returns the weights of panel p in a frequency.
func (f *filters) panel(frequency, p int) []float32 {
	n := f.panelSize()
	return f.u[(frequency*f.panels+p)*n:][:n]
}

// rawSize is the length of a panel of raw.
func (f *filters) rawSize() int { return f.blocks * lanes * 9 * panel }

// rawPanel returns the weights of panel p starting at channel c.
func (f *filters) rawPanel(p, c int) []float32 {
	n := f.rawSize()
	return f.raw[p*n:][c*9*panel : n]
}

// building is the state of the job that transforms the weights of one convolution.
type building struct {
	conv   *convolution
	weight []float32 // [out,in,3,3]
}

// NewConvolution transforms the weights for both directions, in float64 and on all threads.
func (d *device) NewConvolution(in, out int, weight, bias []float32, padding engine.Padding) (engine.Convolution, error) {
	if in <= 0 || out <= 0 || len(weight) != out*in*9 || len(bias) != out {
		panic(fmt.Sprintf("cpu: %d weights and %d biases for a convolution %d->%d", len(weight), len(bias), in, out))
	}
	c := &convolution{in: in, out: out, padding: padding, forward: newFilters(in, out), backward: newFilters(out, in)}
	d.mu.Lock()
	defer d.mu.Unlock()
	tapSize := 0
	if padding != engine.PadZero {
		tapSize = 9 * c.backward.panels * c.backward.panelSize()
	}
	rawForward, rawBackward := 0, 0
	if !d.kernels.slowFilters && c.forward.channels() > d.rawAbove {
		rawForward, rawBackward = c.forward.panels*c.forward.rawSize(), c.backward.panels*c.backward.rawSize()
	}
	all, err := c.take(d, c.forward.size()+c.backward.size()+rawForward+rawBackward+tapSize+c.forward.panels*panel)
	if err != nil {
		return nil, err
	}
	c.forward.u, all = all[:c.forward.size()], all[c.forward.size():]
	c.backward.u, all = all[:c.backward.size()], all[c.backward.size():]
	c.bias, all = all[:c.forward.panels*panel], all[c.forward.panels*panel:]
	if rawForward > 0 {
		c.forward.raw, all = all[:rawForward], all[rawForward:]
		c.backward.raw, all = all[:rawBackward], all[rawBackward:]
	}
	copy(c.bias, bias)
	d.building = building{c, weight}
	d.crew.run(&d.jobs.build, c.forward.panels*buildParts+c.backward.panels*buildParts)
	d.building = building{}
	if tapSize > 0 {
		c.taps = all[:tapSize]
		c.keepTaps(weight)
	}
	return c, nil
}

// buildParts is the number of pieces into which the transformation of a panel is divided, to occupy many threads.
const buildParts = 8

// buildRows is the number of channels transformed before they are written: a kilobyte at a time to each of
// the 36 frequencies, which lie megabytes apart.
const buildRows = 8

// build transforms one part of a panel of either direction.
func (d *device) build(_, index int) {
	c := d.building.conv
	p, part := index/buildParts, index%buildParts
	f, back := &c.forward, false
	if p >= f.panels {
		p -= f.panels
		f, back = &c.backward, true
	}
	var kernel [9]float32
	var buffer [frequencies][buildRows * panel]float32
	groups := f.blocks * lanes / buildRows
	for g := groups * part / buildParts; g < groups*(part+1)/buildParts; g++ {
		for n := range buildRows * panel {
			i, k := g*buildRows+n/panel, p*panel+n%panel
			if back {
				c.filter(&kernel, d.building.weight, i, k)
				for a, b := 0, 8; a < b; a, b = a+1, b-1 {
					kernel[a], kernel[b] = kernel[b], kernel[a]
				}
			} else {
				c.filter(&kernel, d.building.weight, k, i)
			}
			transformFilter(&buffer, n, &kernel)
			if f.raw != nil {
				raw := f.rawPanel(p, i)[n%panel/lanes*9*lanes+n%lanes:]
				for tap, w := range kernel {
					raw[tap*lanes] = w
				}
			}
		}
		for frequency := range buffer {
			copy(f.panel(frequency, p)[g*buildRows*panel:], buffer[frequency][:])
		}
	}
}

// filter reads the weights from channel i to channel k, zeros for padding channels.
func (c *convolution) filter(dst *[9]float32, weight []float32, k, i int) {
	if k < c.out && i < c.in {
		*dst = [9]float32(weight[(k*c.in+i)*9:])
	} else {
		clear(dst[:])
	}
}

// transformFilter computes G g G^T (Lavin and Gray 2016, section 4.3).
func transformFilter(dst *[frequencies][buildRows * panel]float32, at int, g *[9]float32) {
	var t [3][patchSize]float64
	for j := range t {
		c := &t[j]
		c[0], c[1], c[2], c[3], c[4], c[5] = filterTransform(float64(g[j]), float64(g[3+j]), float64(g[6+j]))
	}
	for i := range patchSize {
		a, b, c, d, e, f := filterTransform(t[0][i], t[1][i], t[2][i])
		row := dst[i*patchSize:][:patchSize]
		row[0][at], row[1][at], row[2][at] = float32(a), float32(b), float32(c)
		row[3][at], row[4][at], row[5][at] = float32(d), float32(e), float32(f)
	}
}

// filterTransform is G on one column. Every product is rounded, so that no processor fuses it.
func filterTransform(a, b, c float64) (r0, r1, r2, r3, r4, r5 float64) {
	even := a + c
	s := float64(a*(1.0/24)) + float64(c*(1.0/6))
	t := float64(b * (1.0 / 12))
	return a * 0.25, (even + b) * (-1.0 / 6), (even - b) * (-1.0 / 6), s + t, s - t, c
}

// keepTaps lays out the weights themselves.
func (c *convolution) keepTaps(weight []float32) {
	n := c.backward.panelSize()
	for k := range c.out {
		for i := range c.in {
			for tap := range 9 {
				c.taps[(tap*c.backward.panels+i/panel)*n+k*panel+i%panel] = weight[(k*c.in+i)*9+tap]
			}
		}
	}
}
