package weights

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
)

// maxHeader bounds the header of a safetensors file. That of VGG-19 is 4 kB.
const maxHeader = 16 << 20

// contents is what a reader of a format found in a file.
type contents struct {
	tensors  []*tensor
	metadata map[string]string
}

// entry is the description of a tensor in a safetensors header.
type entry struct {
	Dtype   dtype   `json:"dtype"`
	Shape   []int64 `json:"shape"`
	Offsets []int64 `json:"data_offsets"`
}

// looksSafetensors reports whether a file that begins with head may be a safetensors file: it has the length
// of a header that fits into it, and the brace that opens the header.
func looksSafetensors(head []byte, size int64) bool {
	return len(head) >= 9 && head[8] == '{' && binary.LittleEndian.Uint64(head) <= uint64(size-8)
}

// readSafetensors reads the header of a safetensors file: its length as a 64-bit little-endian number, then
// a JSON object of tensors by name. The data follow it, without gaps
// (https://github.com/huggingface/safetensors#format).
func readSafetensors(r io.ReaderAt, size int64) (contents, error) {
	var none contents
	var length [8]byte
	if _, err := r.ReadAt(length[:], 0); err != nil {
		return none, fmt.Errorf("reading the length of the header: %w", err)
	}
	n := binary.LittleEndian.Uint64(length[:])
	if n > maxHeader || int64(n) > size-8 {
		return none, fmt.Errorf("header of %d bytes in a file of %d bytes (at most %d are read)", n, size, maxHeader)
	}
	text := make([]byte, n)
	if _, err := r.ReadAt(text, 8); err != nil && !errors.Is(err, io.EOF) {
		return none, fmt.Errorf("reading the header: %w", err)
	}
	found, err := parseHeader(text, 8+int64(n), size)
	if err != nil {
		return none, fmt.Errorf("the header: %w", err)
	}
	return found, seamless(found.tensors, 8+int64(n), size)
}

// parseHeader parses the JSON object. A duplicate name is an error, which encoding/json alone would not
// detect.
func parseHeader(text []byte, data, size int64) (contents, error) {
	found := contents{metadata: map[string]string{}}
	seen := map[string]bool{}
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.DisallowUnknownFields()
	if tok, err := dec.Token(); err != nil || tok != json.Delim('{') {
		return found, errors.New("not a JSON object")
	}
	for dec.More() {
		tok, err := dec.Token()
		if err != nil {
			return found, err
		}
		name, _ := tok.(string)
		if seen[name] {
			return found, fmt.Errorf("duplicate name %q", name)
		}
		seen[name] = true
		if name == "__metadata__" {
			if err := dec.Decode(&found.metadata); err != nil {
				return found, fmt.Errorf("%s: %w", name, err)
			}
			continue
		}
		var e entry
		if err := dec.Decode(&e); err != nil {
			return found, fmt.Errorf("%q: %w", name, err)
		}
		t, err := e.tensor(data, size)
		if err != nil {
			return found, fmt.Errorf("%q: %w", name, err)
		}
		t.name = name
		found.tensors = append(found.tensors, t)
	}
	if _, err := dec.Token(); err != nil {
		return found, err
	}
	if rest := bytes.TrimSpace(text[dec.InputOffset():]); len(rest) > 0 {
		return found, fmt.Errorf("%d bytes after the object", len(rest))
	}
	return found, nil
}

// tensor checks an entry: its offsets must lie in the file and differ by the size of its shape and type.
func (e entry) tensor(data, size int64) (*tensor, error) {
	n, ok := product(e.Shape)
	if !ok {
		return nil, fmt.Errorf("invalid shape %v", e.Shape)
	}
	if len(e.Offsets) != 2 || e.Offsets[0] < 0 || e.Offsets[0] > e.Offsets[1] || e.Offsets[1] > size-data {
		return nil, fmt.Errorf("data_offsets %v lie outside the %d bytes of data", e.Offsets, size-data)
	}
	bytes := e.Offsets[1] - e.Offsets[0]
	width, known := sizes[e.Dtype]
	if known && (n > math.MaxInt64/width || n*width != bytes) {
		return nil, fmt.Errorf("shape %v of %s does not take %d bytes", e.Shape, e.Dtype, bytes)
	}
	store := &storage{kind: e.Dtype, offset: data + e.Offsets[0], elements: n}
	t, err := newTensor(store, 0, e.Shape, contiguous(e.Shape))
	if err != nil {
		return nil, err
	}
	if !known {
		store.elements = bytes
	}
	return t, nil
}

// seamless checks that the tensors fill the file from data to its end, without gaps or overlaps.
func seamless(tensors []*tensor, data, size int64) error {
	sorted := slices.Clone(tensors)
	slices.SortStableFunc(sorted, func(a, b *tensor) int { return cmp.Compare(a.store.offset, b.store.offset) })
	at := data
	for _, t := range sorted {
		width, known := sizes[t.store.kind]
		if !known {
			width = 1
		}
		if n := t.store.elements * width; n > 0 {
			if t.store.offset != at {
				return fmt.Errorf("%q begins at byte %d, want %d", t.name, t.store.offset, at)
			}
			at += n
		}
	}
	if at != size {
		return fmt.Errorf("the file has %d bytes, but its tensors end at %d", size, at)
	}
	return nil
}
