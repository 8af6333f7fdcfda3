package weights

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"math/bits"
	"slices"
)

// dtype is the type of a tensor's elements, by its name in safetensors.
type dtype string

// The types that parameters are read from. A file may also contain others.
const (
	float16  dtype = "F16"
	bfloat16 dtype = "BF16"
	float32s dtype = "F32"
	float64s dtype = "F64"
)

// sizes are the bytes per element. A type that is missing makes a tensor unreadable, not its file.
var sizes = map[dtype]int64{
	float16: 2, bfloat16: 2, float32s: 4, float64s: 8,
	"BOOL": 1, "U8": 1, "I8": 1, "U16": 2, "I16": 2, "U32": 4, "I32": 4, "U64": 8, "I64": 8,
	"F8_E4M3": 1, "F8_E5M2": 1, "C64": 8,
}

const (
	// maxElements bounds the elements of one tensor. The largest of VGG-19 has 2.4 million.
	maxElements = 1 << 24
	// maxParameters bounds the parameters of one network. VGG-19 has 20 million.
	maxParameters = 1 << 26
	// chunkBytes is the number of bytes read at once, a multiple of every element's size.
	chunkBytes = 1 << 18
)

// storage is a run of elements in a file, of which tensors are views.
type storage struct {
	kind     dtype
	offset   int64 // of its first byte in the file
	elements int64
	// verify checks the bytes if the format has a checksum of them; otherwise it is nil.
	verify func() error
}

// tensor describes where an array lies in a file; its numbers are not yet read.
type tensor struct {
	name    string
	store   *storage
	start   int64 // its first element in the storage
	shape   []int64
	strides []int64 // in elements, one for each dimension
}

// contiguous returns the strides of an array of the given shape whose last index runs fastest.
// The shape must have been checked with product.
func contiguous(shape []int64) []int64 {
	strides := make([]int64, len(shape))
	step := int64(1)
	for i := len(shape) - 1; i >= 0; i-- {
		strides[i] = step
		step *= max(shape[i], 1)
	}
	return strides
}

// product returns the product of sizes, and whether none is negative and the product is an int64.
func product(shape []int64) (int64, bool) {
	n := uint64(1)
	for _, s := range shape {
		if s < 0 {
			return 0, false
		}
		hi, lo := bits.Mul64(n, uint64(s))
		if hi != 0 || lo > math.MaxInt64 {
			return 0, false
		}
		n = lo
	}
	return int64(n), true
}

// extent returns the number of elements that an array spans in its storage, from the first to the last.
// It reports false if that is not an int64, or if a stride is negative.
func extent(shape, strides []int64) (int64, bool) {
	last := int64(0)
	for i, n := range shape {
		if n == 0 {
			return 0, true
		}
		step, ok := product([]int64{n - 1, strides[i]})
		if !ok || last > math.MaxInt64-1-step {
			return 0, false
		}
		last += step
	}
	return last + 1, true
}

// newTensor returns a view of a storage, or an error if it does not fit.
func newTensor(store *storage, start int64, shape, strides []int64) (*tensor, error) {
	if len(shape) != len(strides) {
		return nil, fmt.Errorf("tensor with %d sizes and %d strides", len(shape), len(strides))
	}
	if _, ok := product(shape); !ok {
		return nil, fmt.Errorf("tensor of shape %v has too many elements", shape)
	}
	span, ok := extent(shape, strides)
	if !ok || start < 0 || start > store.elements || span > store.elements-start {
		return nil, fmt.Errorf("tensor of shape %v and strides %v reaches outside its storage of %d elements",
			shape, strides, store.elements)
	}
	return &tensor{store: store, start: start, shape: shape, strides: strides}, nil
}

// transposed returns the tensor with its dimensions in another order.
func (t *tensor) transposed(order ...int) *tensor {
	u := *t
	u.shape, u.strides = nil, nil
	for _, d := range order {
		u.shape = append(u.shape, t.shape[d])
		u.strides = append(u.strides, t.strides[d])
	}
	return &u
}

// read returns the elements in float32, the last index fastest. Numbers that are not finite, or too large
// for float32, are an error: no network has them.
func (t *tensor) read(r io.ReaderAt) ([]float32, error) {
	n, ok := product(t.shape)
	if !ok || n > maxElements {
		return nil, fmt.Errorf("%s has shape %v; a layer may have at most %d elements", t.name, t.shape, maxElements)
	}
	width, ok := sizes[t.store.kind]
	if !ok || !slices.Contains([]dtype{float16, bfloat16, float32s, float64s}, t.store.kind) {
		return nil, fmt.Errorf("%s has elements of type %s; must be F32, F16, BF16 or F64", t.name, t.store.kind)
	}
	if t.store.verify != nil {
		if err := t.store.verify(); err != nil {
			return nil, fmt.Errorf("%s: %w", t.name, err)
		}
	}
	v := view{r: r, kind: t.store.kind, width: width, origin: t.store.offset}
	out := make([]float32, n)
	if err := v.read(out, t.start, t.shape, t.strides); err != nil {
		return nil, fmt.Errorf("%s: %w", t.name, err)
	}
	for _, x := range out {
		if x-x != 0 {
			return nil, fmt.Errorf("%s holds a number that is not finite", t.name)
		}
	}
	return out, nil
}

// view reads elements of one storage.
type view struct {
	r      io.ReaderAt
	kind   dtype
	width  int64
	origin int64
	buf    []byte
}

// read fills dst with the array that begins at element start. A dense array is read in one piece and gathered;
// of a sparse one, each value of the first index is read by itself.
func (v *view) read(dst []float32, start int64, shape, strides []int64) error {
	if len(dst) == 0 {
		return nil
	}
	if slices.Equal(strides, contiguous(shape)) {
		return v.run(dst, start)
	}
	span, _ := extent(shape, strides)
	if span <= 4*int64(len(dst)) {
		flat := make([]float32, span)
		if err := v.run(flat, start); err != nil {
			return err
		}
		gather(dst, flat, shape, strides)
		return nil
	}
	part := len(dst) / int(shape[0])
	for i := range shape[0] {
		if err := v.read(dst[int(i)*part:][:part], start+i*strides[0], shape[1:], strides[1:]); err != nil {
			return err
		}
	}
	return nil
}

// run reads len(dst) consecutive elements.
func (v *view) run(dst []float32, start int64) error {
	at := v.origin + start*v.width
	for len(dst) > 0 {
		n := min(int64(len(dst)), chunkBytes/v.width)
		if int64(len(v.buf)) < n*v.width {
			v.buf = make([]byte, n*v.width)
		}
		b := v.buf[:n*v.width]
		if _, err := v.r.ReadAt(b, at); err != nil {
			if errors.Is(err, io.EOF) {
				err = io.ErrUnexpectedEOF
			}
			return err
		}
		decode(dst[:n], b, v.kind)
		dst = dst[n:]
		at += n * v.width
	}
	return nil
}

// gather copies a strided array out of the elements it spans.
func gather(dst, flat []float32, shape, strides []int64) {
	if len(shape) == 0 {
		dst[0] = flat[0]
		return
	}
	part := len(dst) / int(shape[0])
	for i := range shape[0] {
		gather(dst[int(i)*part:][:part], flat[i*strides[0]:], shape[1:], strides[1:])
	}
}

// decode converts little-endian elements. b must hold exactly len(dst) of them.
func decode(dst []float32, b []byte, kind dtype) {
	switch kind {
	case float32s:
		for i := range dst {
			dst[i] = math.Float32frombits(binary.LittleEndian.Uint32(b[4*i:]))
		}
	case float16:
		for i := range dst {
			dst[i] = fromFloat16(binary.LittleEndian.Uint16(b[2*i : 2*i+2]))
		}
	case bfloat16:
		for i := range dst {
			dst[i] = fromBFloat16(binary.LittleEndian.Uint16(b[2*i:]))
		}
	case float64s:
		for i := range dst {
			dst[i] = float32(math.Float64frombits(binary.LittleEndian.Uint64(b[8*i:])))
		}
	}
}
