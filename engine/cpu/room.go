package cpu

import "unsafe"

// room hands out parts of a piece of memory, each starting at a cache line. Without memory it only counts.
type room struct {
	memory []byte
	used   int64
}

const cacheLine = 64

// part returns the next n numbers, or nil if there is no memory.
func part[T number](r *room, n int) []T {
	var zero T
	at := r.used
	r.used += (int64(n)*int64(unsafe.Sizeof(zero)) + cacheLine - 1) / cacheLine * cacheLine
	if r.memory == nil || n == 0 {
		return nil
	}
	_ = r.memory[r.used-1]
	return unsafe.Slice((*T)(unsafe.Pointer(&r.memory[at])), n)
}

// rows are consecutive vectors.
type rows struct {
	n, width int
	data     []float64
}

// takeRows returns the next n rows.
func takeRows(r *room, n, width int) rows { return rows{n, width, part[float64](r, n*width)} }

func (r rows) row(i int) []float64 { return r.data[i*r.width:][:r.width] }

// first returns the first n rows.
func (r rows) first(n int) rows { return rows{n, r.width, r.data} }

// clearFrom clears the rows starting at i.
func (r rows) clearFrom(i int) { clear(r.data[i*r.width : r.n*r.width]) }
