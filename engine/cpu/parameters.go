package cpu

import "github.com/impasto/impasto/engine"

// parameters is the memory of a convolution, a stem or a coupling outside the Go heap until it, or its device, is closed.
type parameters struct {
	device *device
	memory []byte // nil once it is closed
}

// take allocates zeros for n numbers. The device must be locked.
func (p *parameters) take(d *device, n int) ([]float32, error) {
	memory, err := d.takeNumbers(n)
	if err != nil {
		return nil, err
	}
	p.device, p.memory = d, memory
	d.owned[p] = struct{}{}
	return place[float32](memory, 0, n), nil
}

// Bytes returns the allocated memory, in whole pages.
func (p *parameters) Bytes() int64 { return int64(len(p.memory)) }

// Close releases the memory. A second call does nothing.
func (p *parameters) Close() error {
	p.device.mu.Lock()
	defer p.device.mu.Unlock()
	return p.giveBack()
}

// giveBack closes the parameters. The device must be locked.
func (p *parameters) giveBack() error {
	memory := p.memory
	if memory == nil {
		return nil
	}
	p.memory = nil
	delete(p.device.owned, p)
	return giveBackMemory(memory)
}

// mustBeOpen panics if parameters are used after they were closed: their memory may be in use by others.
func (p *parameters) mustBeOpen() {
	if p.memory == nil {
		panic("cpu: a convolution, a stem or a coupling used after it was closed")
	}
}

func convolutionOf(c engine.Convolution) *convolution {
	conv := own[*convolution](c)
	conv.mustBeOpen()
	return conv
}

func stemOf(s engine.Stem) *stem {
	stem := own[*stem](s)
	stem.mustBeOpen()
	return stem
}
