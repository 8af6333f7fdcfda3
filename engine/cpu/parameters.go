package cpu

import "github.com/impasto/impasto/engine"

// parameters are what a convolution, a stem or a coupling keeps outside the Go heap until it is closed, or its device is.
type parameters struct {
	device *device
	memory []byte // nil once it is closed
}

// take takes zeros for n numbers. The device is locked.
func (p *parameters) take(d *device, n int) ([]float32, error) {
	memory, err := d.takeNumbers(n)
	if err != nil {
		return nil, err
	}
	p.device, p.memory = d, memory
	d.owned[p] = struct{}{}
	return place[float32](memory, 0, n), nil
}

// Bytes returns the memory that was taken, in whole pages.
func (p *parameters) Bytes() int64 { return int64(len(p.memory)) }

// Close gives the memory back. What is closed already stays so.
func (p *parameters) Close() error {
	p.device.mu.Lock()
	defer p.device.mu.Unlock()
	return p.giveBack()
}

// giveBack closes the parameters. The device is locked.
func (p *parameters) giveBack() error {
	memory := p.memory
	if memory == nil {
		return nil
	}
	p.memory = nil
	delete(p.device.owned, p)
	return giveBackMemory(memory)
}

// mustBeOpen panics where parameters are used after they were closed: their memory is another's by now.
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
