package main

import (
	"cmp"
	"errors"
	"fmt"
	"text/tabwriter"
	"time"

	"github.com/impasto/impasto/engine"
	"github.com/impasto/impasto/feature"
	"github.com/impasto/impasto/loss"
)

// layerResult is the cost of one convolution or one loss in an iteration. Seconds are medians. FLOP counts are
// those of direct convolution. Bytes are the least traffic between memory and processor: every map and every weight
// is read or written once per operation.
type layerResult struct {
	Name     string          `json:"name"` // conv1_2; gram relu1_1, content relu4_2
	Forward  directionResult `json:"forward"`
	Backward directionResult `json:"backward"`
	Share    float64         `json:"share_of_peak"` // of the multiply-add peak, both directions
}

type directionResult struct {
	Seconds   float64 `json:"seconds"`
	FLOP      float64 `json:"flop"`
	Bytes     float64 `json:"bytes"`
	GFLOPs    float64 `json:"gflops"`    // a second, effective
	Intensity float64 `json:"intensity"` // FLOP a byte
}

// layerClock is a device that measures the cost of the layers of a network. It identifies convolutions by the
// order in which they are created.
type layerClock struct {
	engine.Device
	unnamed []string // names of the convolutions not yet created
	layers  []*meter
	of      map[any]*meter // by engine.Convolution, engine.Stem
}

// meter adds up the costs of a layer.
type meter struct {
	name              string
	forward, backward cost
	forwards          []float64 // seconds of each evaluation
	backwards         []float64
}

// cost is the cost of one direction in the current evaluation.
type cost struct {
	spans       [][2]engine.Mark
	spent       time.Duration // sum over spans already added
	flop, bytes float64
}

// charge runs an operation and records its time on the device, its FLOPs and its bytes.
func (d *layerClock) charge(c *cost, flop, bytes float64, operation func() error) error {
	from, err := d.Mark()
	if err != nil {
		return err
	}
	if err := operation(); err != nil {
		return err
	}
	to, err := d.Mark()
	if err != nil {
		return err
	}
	c.spans = append(c.spans, [2]engine.Mark{from, to})
	c.flop += flop
	c.bytes += bytes
	return nil
}

// add adds the times of the recorded spans.
func (d *layerClock) add(c *cost) error {
	for _, s := range c.spans {
		spent, err := d.Between(s[0], s[1])
		if err != nil {
			return err
		}
		c.spent += spent
	}
	c.spans = c.spans[:0]
	return nil
}

func newLayerClock(dev engine.Device, convolutions []string) *layerClock {
	return &layerClock{Device: dev, unnamed: convolutions, of: map[any]*meter{}}
}

// meter adds a meter.
func (d *layerClock) meter(name string) *meter {
	m := &meter{name: name}
	d.layers = append(d.layers, m)
	return m
}

func (d *layerClock) name(conv any) {
	d.of[conv] = d.meter(d.unnamed[0])
	d.unnamed = d.unnamed[1:]
}

// NewConvolution creates a convolution of the device and its meter.
func (d *layerClock) NewConvolution(in, out int, weight, bias []float32, padding engine.Padding) (engine.Convolution, error) {
	c, err := d.Device.NewConvolution(in, out, weight, bias, padding)
	if err == nil {
		d.name(c)
	}
	return c, err
}

// NewStem creates a stem of the device and its meter.
func (d *layerClock) NewStem(out int, weight, bias []float32, pre engine.Preprocessing, padding engine.Padding) (engine.Stem, error) {
	s, err := d.Device.NewStem(out, weight, bias, pre, padding)
	if err == nil {
		d.name(s)
	}
	return s, err
}

// directFLOP returns the FLOPs of a direct 3x3 convolution per position.
func directFLOP(in, out int) float64 { return 2 * 9 * float64(in*out) }

// weightBytes returns the size of the weights of a convolution as transformed for F(4x4,3x3).
func weightBytes(c engine.Convolution) float64 { return 4 * 36 * float64(c.In()*c.Out()) }

// Forward is the timed operation of the device.
func (d *layerClock) Forward(op engine.Forward) error {
	in, out := op.Conv.In(), op.Conv.Out()
	numbers := float64(in)
	if op.Dst != nil {
		numbers += float64(out)
	}
	if op.Pool != nil {
		numbers += float64(out) / 4
	}
	positions := float64(op.Rows.Len() * op.Src.Shape().Width)
	bytes := 4*numbers + maskBytes(op.Mask)
	return d.charge(&d.of[op.Conv].forward, positions*directFLOP(in, out), positions*bytes+weightBytes(op.Conv),
		func() error { return d.Device.Forward(op) })
}

// maskBytes returns the size of a mask per position: one bit per channel.
func maskBytes(m engine.Mask) float64 {
	if m == nil {
		return 0
	}
	return float64(m.Shape().Channels) / 8
}

// Backward is the timed operation of the device.
func (d *layerClock) Backward(op engine.Backward) error {
	in, out := op.Conv.In(), op.Conv.Out()
	numbers := float64(out + in)
	if op.Routes != nil {
		numbers -= 0.75 * float64(out) // it reads the pooled gradient
	}
	if op.Add {
		numbers += float64(in)
	}
	positions := float64(op.Rows.Len() * op.Dst.Shape().Width)
	bytes := 4*numbers + maskBytes(op.Mask) + maskBytes(op.Routes)
	return d.charge(&d.of[op.Conv].backward, positions*directFLOP(in, out), positions*bytes+weightBytes(op.Conv),
		func() error { return d.Device.Backward(op) })
}

// StemForward is the timed operation of the device.
func (d *layerClock) StemForward(op engine.StemForward) error {
	positions := float64(op.Rows.Len() * op.Dst.Shape().Width)
	out := op.Stem.Out()
	return d.charge(&d.of[op.Stem].forward, positions*directFLOP(3, out), positions*(4*float64(3+out)+maskBytes(op.Mask)),
		func() error { return d.Device.StemForward(op) })
}

// StemBackward is the timed operation of the device.
func (d *layerClock) StemBackward(op engine.StemBackward) error {
	positions := float64(op.Rows.Len() * op.Src.Shape().Width)
	out := op.Stem.Out()
	return d.charge(&d.of[op.Stem].backward, positions*directFLOP(3, out), positions*4*float64(3+out),
		func() error { return d.Device.StemBackward(op) })
}

// metered is a term of one layer that measures its cost.
type metered struct {
	loss.Term
	dev   *layerClock
	layer feature.Layer
	meter *meter
	// forward and backward are the FLOPs of the term per position.
	forward, backward float64
}

// Reduce is the timed operation of the term.
func (m *metered) Reduce(src engine.Map, rows engine.Rows) error {
	positions := float64(rows.Len() * src.Shape().Width)
	return m.dev.charge(&m.meter.forward, positions*m.forward, positions*4*float64(src.Shape().Channels),
		func() error { return m.Tap(0).Reduce(src, rows) })
}

// Solve is the timed operation of the term.
func (m *metered) Solve() error { return m.dev.charge(&m.meter.forward, 0, 0, m.Term.Solve) }

// AddGradient is the timed operation of the term.
func (m *metered) AddGradient(dst, src engine.Map, rows engine.Rows, add bool) error {
	maps := 2.0
	if add {
		maps = 3
	}
	positions := float64(rows.Len() * src.Shape().Width)
	return m.dev.charge(&m.meter.backward, positions*m.backward, positions*4*maps*float64(src.Shape().Channels),
		func() error { return m.Tap(0).AddGradient(dst, src, rows, add) })
}

// reset clears the costs before an evaluation.
func (d *layerClock) reset() {
	for _, m := range d.layers {
		m.forward, m.backward = cost{}, cost{}
	}
}

// take stores the times of an evaluation.
func (d *layerClock) take() error {
	for _, m := range d.layers {
		if err := cmp.Or(d.add(&m.forward), d.add(&m.backward)); err != nil {
			return err
		}
		m.forwards = append(m.forwards, m.forward.spent.Seconds())
		m.backwards = append(m.backwards, m.backward.spent.Seconds())
	}
	return nil
}

// convolutions returns the time of all convolutions but the first in the last evaluation taken.
func (d *layerClock) convolutions() (sum time.Duration) {
	for conv, m := range d.of {
		if _, ok := conv.(engine.Convolution); ok {
			sum += m.forward.spent + m.backward.spent
		}
	}
	return sum
}

// results returns the costs of the layers, given the multiply-add peak in GFLOP/s.
func (d *layerClock) results(peak float64) []layerResult {
	var all []layerResult
	for _, m := range d.layers {
		r := layerResult{Name: m.name, Forward: m.forward.result(median(m.forwards)), Backward: m.backward.result(median(m.backwards))}
		r.Share = (r.Forward.FLOP + r.Backward.FLOP) / (r.Forward.Seconds + r.Backward.Seconds) / 1e9 / peak
		all = append(all, r)
	}
	return all
}

func (c *cost) result(seconds float64) directionResult {
	return directionResult{Seconds: seconds, FLOP: c.flop, Bytes: c.bytes, GFLOPs: c.flop / seconds / 1e9, Intensity: c.flop / c.bytes}
}

// measureBandwidth returns the memory bandwidth of all threads in bytes per second: the best of a few sums x + a y
// over vectors larger than any cache (the triad of McCalpin's STREAM).
func measureBandwidth(dev engine.Device) (best float64, err error) {
	const (
		numbers = 32 << 20
		rounds  = 8
		streams = 3 // two are read, one is written
	)
	arena, err := dev.NewArena(2 * 4 * numbers)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, arena.Close()) }()
	x, y := arena.Vector(0, numbers), arena.Vector(4*numbers, numbers)
	if err := cmp.Or(dev.Fill(x, 1), dev.Fill(y, 1)); err != nil {
		return 0, err
	}
	for range rounds {
		from, err := dev.Mark()
		if err != nil {
			return 0, err
		}
		if err := dev.Axpy(x, 0.5, y); err != nil {
			return 0, err
		}
		to, err := dev.Mark()
		if err != nil {
			return 0, err
		}
		spent, err := dev.Between(from, to)
		if err != nil {
			return 0, err
		}
		best = max(best, streams*4*numbers/spent.Seconds())
	}
	return best, nil
}

// printLayers prints a table of the layers.
func (r *benchResult) printLayers(c console) error {
	table := tabwriter.NewWriter(c.out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintf(table, "\nlayer\tforward ms\tGFLOP/s\tFLOP/byte\tbackward ms\tGFLOP/s\tFLOP/byte\tof the peak\t\n")
	for _, l := range r.Layers {
		fmt.Fprintf(table, "%s\t%.2f\t%.0f\t%.0f\t%.2f\t%.0f\t%.0f\t%.2f\t\n", l.Name,
			1e3*l.Forward.Seconds, l.Forward.GFLOPs, l.Forward.Intensity,
			1e3*l.Backward.Seconds, l.Backward.GFLOPs, l.Backward.Intensity, l.Share)
	}
	fmt.Fprintf(table, "memory bandwidth %.0f GB/s\n", r.Bandwidth)
	return table.Flush()
}
