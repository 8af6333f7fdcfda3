package cpu

import (
	"fmt"
	"unsafe"

	"github.com/impasto/impasto/engine"
)

// arena is one piece of mapped memory. Buffers are headers over parts of it.
type arena struct {
	memory []byte
}

// number is what memory is read as.
type number interface{ ~float32 | ~uint16 }

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

// NewArena takes bytes of zeros from the system, in huge pages where it has them.
func (d *device) NewArena(bytes int64) (engine.Arena, error) {
	memory, err := takeMemory(max(engine.Align(bytes), engine.Alignment))
	if err != nil {
		return nil, fmt.Errorf("taking %d MiB of memory: %w; lower the size or the memory budget", bytes>>20, err)
	}
	return &arena{memory}, nil
}

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
