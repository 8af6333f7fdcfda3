package cpu

import (
	"errors"
	"fmt"

	"github.com/impasto/impasto/engine"
)

// coupling implements engine.Coupling. Its coupler works on all channels, or in the span of painting and picture
// if that is smaller.
type coupling struct {
	parameters
	channels  int
	positions int // of weight 1; 0: unknown

	target   []float64 // m*
	mean     []float64 // m
	constant []float64 // b of the gradient
	matrix   []float64 // S, and afterwards A of the gradient; [C,C]
	trace    float64   // of S*
	products products

	whole  coupler // either this one or the next
	within *confined
}

// coupler computes the coupling of two covariances S and S*.
type coupler interface {
	// learn sets S*, and overwrites its argument.
	learn(target []float64)
	// transport returns tr (S*^1/2 S S*^1/2)^1/2 and T, valid until the next call. It may overwrite S.
	// If the coupler has additional dimensions, in which both covariances are the ridge, the trace
	// includes them, and beyond is T in them.
	transport(s []float64) (trace float64, t []float32, beyond float64)
}

// newCoupler makes a coupler for matrices [n,n] and a number of additional dimensions.
func newCoupler(from *room, by *products, kind engine.CouplingKind, n, more int) coupler {
	switch kind {
	case engine.ExactCoupling:
		return newPolar(from, by, n, more)
	case engine.TruncatedCoupling:
		return newNewtonSchulz(from, by, n, more)
	}
	panic(fmt.Sprintf("cpu: a coupling of unknown kind %d", kind))
}

// products multiplies matrices on a locked device. After a failure it does nothing more.
type products struct {
	device *device
	err    error
}

func (p *products) multiply(op sliceMatMul) {
	if p.err == nil {
		p.err = p.device.multiply(op)
	}
}

// CouplingBytes returns the size of the larger of the two couplers, whichever will be made.
func (d *device) CouplingBytes(channels int, kind engine.CouplingKind) int64 {
	if channels <= 0 {
		panic(fmt.Sprintf("cpu: a coupling of %d channels", channels))
	}
	var whole, within room
	c := coupling{channels: channels}
	c.lay(&whole)
	newCoupler(&whole, nil, kind, channels, 0)
	c.lay(&within)
	newConfined(&within, nil, kind, channels, 0, mostDimensions(channels))
	return engine.Align(max(whole.used, within.used))
}

// lay lays out what both couplers need.
func (c *coupling) lay(from *room) {
	c.target, c.mean, c.constant = part[float64](from, c.channels), part[float64](from, c.channels), part[float64](from, c.channels)
	c.matrix = part[float64](from, c.channels*c.channels)
}

// NewCoupling prepares the transport to a painting's distribution.
func (d *device) NewCoupling(painting engine.Moments, kind engine.CouplingKind, positions int) (engine.Coupling, error) {
	if positions < 0 {
		panic(fmt.Sprintf("cpu: a coupling of %d positions", positions))
	}
	m := own[*momentSums](painting)
	d.mu.Lock()
	defer d.mu.Unlock()
	if !(*m.weight > 0) {
		return nil, errors.New("preparing a transport: the painting's moments have no weight")
	}
	c := &coupling{channels: m.channels, positions: positions, products: products{device: d}}
	if _, err := c.take(d, int(d.CouplingBytes(m.channels, kind)/4)); err != nil {
		return nil, err
	}
	from := room{memory: c.memory}
	c.lay(&from)
	weight := d.gatherMoments(m, c.target, c.matrix)
	c.trace = normalise(weight, c.target, c.matrix)
	if positions == 0 || !c.confine(from, kind) {
		c.whole = newCoupler(&from, &c.products, kind, c.channels, 0)
		c.whole.learn(c.matrix)
	}
	if err := c.products.err; err != nil {
		return nil, errors.Join(err, c.giveBack())
	}
	return c, nil
}

// Channels returns the number of channels.
func (c *coupling) Channels() int { return c.channels }

// Transport computes the distance, and its gradient as an affine map.
func (d *device) Transport(op engine.Transport) error {
	op.Check()
	m, c, f := own[*momentSums](op.Moments), own[*coupling](op.Coupling), own[*affine](op.Affine)
	d.mu.Lock()
	defer d.mu.Unlock()
	c.mustBeOpen()
	weight := d.gatherMoments(m, c.mean, c.matrix)
	distance := scalarOf(op.Distance)
	*distance, *scalarOf(op.Weight) = 0, weight
	if !(weight > 0) {
		return nil
	}
	if c.positions > 0 && weight != float64(c.positions) {
		panic(fmt.Sprintf("cpu: a coupling for %d positions used with a weight of %v", c.positions, weight))
	}
	trace := normalise(weight, c.mean, c.matrix)
	coupled, t := c.couple()
	if err := c.products.err; err != nil {
		c.products.err = nil
		return err
	}
	*distance = trace + c.trace - 2*coupled
	for i, v := range c.mean {
		by := v - c.target[i]
		*distance += float64(by * by)
	}
	c.solve(t, op.Scale/weight)
	d.layAffine(f, c.matrix, c.constant)
	return nil
}

// couple returns the trace of the coupling and T.
func (c *coupling) couple() (trace float64, t []float32) {
	if c.within != nil {
		return c.within.transport(c.matrix)
	}
	trace, t, _ = c.whole.transport(c.matrix)
	return trace, t
}

// gatherMoments copies sums and products and returns the weight. The device must be locked.
func (d *device) gatherMoments(m *momentSums, sum, gram []float64) (weight float64) {
	d.crossing = crossing{m, engine.Statistics{Sum: sum, Gram: gram}}
	d.crew.run(&d.jobs.readMoments, m.blocks)
	d.crossing = crossing{}
	return *m.weight
}

// normalise replaces sums by the mean and products by the covariance, and returns the trace of the covariance.
func normalise(weight float64, mean, covariance []float64) (trace float64) {
	c := len(mean)
	for i, v := range mean {
		mean[i] = v / weight
	}
	for i, mi := range mean {
		row := covariance[i*c:][:c]
		for j, mj := range mean {
			row[j] = row[j]/weight - float64(mi*mj)
		}
		row[i] += engine.Ridge
		trace += row[i]
	}
	return trace
}

// solve sets matrix and constant to by (I-T) and by (T m - m*).
func (c *coupling) solve(t []float32, by float64) {
	n := c.channels
	for i := range n {
		transport, row := t[i*n:][:n], c.matrix[i*n:][:n]
		b := -by * c.target[i]
		for j, v := range transport {
			row[j] = -by * float64(v)
			b += float64(by * float64(v) * c.mean[j])
		}
		row[i] += by
		c.constant[i] = b
	}
}
