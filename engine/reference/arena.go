package reference

import (
	"fmt"
	"slices"
	"sync"

	"github.com/impasto/impasto/engine"
)

// A number takes four bytes of an arena on either device, as in plans. The numbers
// themselves are elsewhere: each buffer has its own memory, and the arena only records
// who last wrote where.
const numberBytes = 4

// addressable is more memory than any processor can address. An arena itself takes no memory.
const addressable = 1 << 48

// book serialises the operations of a device and records what the current one has read or written.
type book struct {
	mu      sync.Mutex
	touched []*extent
}

// extent is the piece [from, to) of an arena that a buffer occupies, in bytes.
type extent struct {
	arena      *ledger
	what       string
	from, to   int64
	invalidate func() // invalidate the contents
	dirty      bool   // was written once
}

// ledger records the buffers of one arena.
type ledger struct {
	book    *book
	bytes   int64
	closed  bool
	extents []*extent
}

// place enters a buffer into the ledger.
func (l *ledger) place(what string, offset, bytes int64) *extent {
	must(!l.closed, "%s placed in a closed arena", what)
	must(offset >= 0 && offset%engine.Alignment == 0, "%s: offset %d is not a multiple of %d", what, offset, int64(engine.Alignment))
	must(offset+bytes <= l.bytes, "%s: bytes [%d,%d) do not fit an arena of %d", what, offset, offset+bytes, l.bytes)
	e := &extent{arena: l, what: what, from: offset, to: offset + bytes}
	l.extents = append(l.extents, e)
	return e
}

// read records that the current operation reads the buffer.
func (e *extent) read() {
	must(!e.arena.closed, "%s used after its arena was closed", e.what)
	e.arena.book.touched = append(e.arena.book.touched, e)
}

// overlaps reports whether the buffers share bytes.
func (e *extent) overlaps(o *extent) bool { return o.from < e.to && e.from < o.to }

// used reports whether another buffer has ever been written to the place of e.
func (e *extent) used() bool {
	return slices.ContainsFunc(e.arena.extents, func(o *extent) bool { return o != e && o.dirty && e.overlaps(o) })
}

// write records that the current operation writes the buffer: whatever shares its bytes is lost.
func (e *extent) write() {
	must(!e.arena.closed, "%s used after its arena was closed", e.what)
	for _, o := range e.arena.extents {
		if o != e && e.overlaps(o) {
			must(!slices.Contains(e.arena.book.touched, o), "one operation uses %s at %d and writes %s at %d over it", o.what, o.from, e.what, e.from)
			o.invalidate()
		}
	}
	e.arena.book.touched = append(e.arena.book.touched, e)
	e.dirty = true
}

// placement identifies a buffer: placing the same one twice gives the same contents.
type placement struct {
	offset int64
	kind   byte
	shape  engine.Shape
	length int // window of a map, numbers of a vector, channels of moments
}

// arena implements engine.Arena.
type arena[T number] struct {
	ledger
	device *device[T]
	placed map[placement]any
}

func (d *device[T]) NewArena(bytes int64) (engine.Arena, error) {
	must(bytes >= 0, "an arena of %d bytes", bytes)
	if bytes > addressable {
		return nil, fmt.Errorf("allocating %d TiB of memory: too large", bytes>>40)
	}
	return &arena[T]{ledger{book: &d.book, bytes: bytes}, d, map[placement]any{}}, nil
}

func (d *device[T]) MapBytes(shape engine.Shape, window int) int64 {
	return numberBytes * int64(shape.Channels) * int64(window) * int64(shape.Width)
}

func (d *device[T]) MaskBytes(shape engine.Shape) int64 {
	return (int64(shape.Channels)*int64(shape.Height)*int64(shape.Width) + 7) / 8
}

func (a *arena[T]) Bytes() int64 { return a.bytes }

func (a *arena[T]) Close() error {
	a.book.mu.Lock()
	defer a.book.mu.Unlock()
	a.closed = true
	for _, e := range a.extents {
		e.invalidate()
	}
	return nil
}

// find returns the buffer at p, which place makes if there is none yet.
func find[B any, T number](a *arena[T], p placement, place func() B) B {
	a.book.mu.Lock()
	defer a.book.mu.Unlock()
	if b, ok := a.placed[p]; ok {
		must(!a.closed, "a buffer placed in a closed arena")
		return b.(B)
	}
	b := place()
	a.placed[p] = b
	return b
}
