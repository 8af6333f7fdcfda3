package cpu

import (
	"fmt"
	"unsafe"

	"github.com/impasto/impasto/engine"
)

// arena is one piece of mapped memory. Buffers are headers for parts of it.
type arena struct {
	memory []byte
}

// number is a type as which memory is read.
type number interface {
	~float32 | ~float64 | ~uint16 | ~int32
}

// place returns n numbers of type T at a byte offset of the memory.
func place[T number](memory []byte, offset int64, n int) []T {
	var zero T
	size := int64(n) * int64(unsafe.Sizeof(zero))
	if offset < 0 || offset%engine.Alignment != 0 || offset+size > int64(len(memory)) {
		panic(fmt.Sprintf("cpu: %d bytes at offset %d of an arena of %d", size, offset, len(memory)))
	}
	if n == 0 {
		return nil
	}
	s := unsafe.Slice((*T)(unsafe.Pointer(&memory[offset])), n)
	return s[:n:n]
}

// NewArena allocates bytes of zeros, in huge pages if the system has them.
func (d *device) NewArena(bytes int64) (engine.Arena, error) {
	memory, err := d.takeBytes(bytes)
	if err != nil {
		return nil, err
	}
	return &arena{memory}, nil
}

// takeBytes allocates whole pages of zeros.
func (d *device) takeBytes(n int64) ([]byte, error) {
	memory, err := d.takeMemory(max(engine.Align(n), engine.Alignment))
	if err != nil {
		return nil, fmt.Errorf("allocating %d MiB of memory: %w; lower the size or the memory budget", n>>20, err)
	}
	return memory, nil
}

// takeNumbers allocates zeros for n numbers.
func (d *device) takeNumbers(n int) ([]byte, error) { return d.takeBytes(4 * int64(n)) }

func (a *arena) Bytes() int64 { return int64(len(a.memory)) }

func (a *arena) Close() error {
	memory := a.memory
	a.memory = nil
	if memory == nil {
		return nil
	}
	return giveBackMemory(memory)
}

func (a *arena) Map(offset int64, shape engine.Shape, window int) engine.Map {
	m := newFeatureMap(shape, window)
	m.data = place[float32](a.memory, offset, window*m.stride)
	return m
}

func (a *arena) Mask(offset int64, shape engine.Shape) engine.Mask {
	m := &mask{shape: shape, stride: blocksOf(shape.Channels) * shape.Width}
	m.words = place[uint16](a.memory, offset, shape.Height*m.stride)
	return m
}

func (a *arena) Plane(offset int64, height, width int) engine.Plane {
	return &plane{height, width, place[float32](a.memory, offset, height*width)}
}

func (a *arena) Vector(offset int64, n int) engine.Vector {
	return vector(place[float32](a.memory, offset, n))
}

func (a *arena) Image(offset int64, height, width int) engine.Image {
	return &picture{height, width, place[float32](a.memory, offset, 3*height*width)}
}

func (a *arena) Moments(offset int64, channels int) engine.Moments {
	m := newMomentSums(channels)
	n := m.start(m.blocks)
	memory := place[float64](a.memory, offset, n+1)
	m.sums, m.weight = memory[:n:n], &memory[n]
	return m
}

func (a *arena) Affine(offset int64, channels int) engine.Affine {
	m := newAffine(channels)
	memory := place[float32](a.memory, offset, m.size())
	n := m.panels * m.blocks * lanes * panel
	m.a, m.b, m.constant = memory[:n:n], memory[n:len(memory)-1:len(memory)-1], &memory[len(memory)-1]
	return m
}

func (a *arena) Scalars(offset int64, n int) engine.Scalars {
	return scalars(place[float64](a.memory, offset, n))
}

func (a *arena) Points(offset int64, n int) engine.Points {
	return points(place[int32](a.memory, offset, n))
}
