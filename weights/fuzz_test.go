package weights

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// fuzzRead gives the fixtures of one format to the fuzzer, and what it makes of them to Read: that must end in
// an error, or in a network that can be written and read again.
func fuzzRead(f *testing.F, pattern string) {
	files, err := filepath.Glob(fixture(pattern))
	if err != nil || len(files) == 0 {
		f.Fatalf("no fixtures %s: %v", pattern, err)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := readBytes(data)
		if err != nil {
			return
		}
		again, err := readBytes(written(t, m, Float32))
		if err != nil {
			t.Fatalf("what was written is not read: %v", err)
		}
		if !cmp.Equal(m.Convolutions, again.Convolutions, cmpopts.EquateEmpty()) {
			t.Error("what was written is not what was read")
		}
	})
}

func FuzzSafetensors(f *testing.F) { fuzzRead(f, "*.safetensors") }
func FuzzZip(f *testing.F)         { fuzzRead(f, "*16.pth") }
func FuzzLegacy(f *testing.F)      { fuzzRead(f, "*-legacy.pth") }
func FuzzArrays(f *testing.F)      { fuzzRead(f, "*.ckpt") }

// FuzzPickle is about the operations alone, of which a complete file holds few.
func FuzzPickle(f *testing.F) {
	f.Add([]byte(dictOf(str("a"), tensorOf("0", 16, 0, nums(2, 8), nums(8, 1)))))
	f.Add([]byte("\x80\x04\x95\x00\x00\x00\x00\x00\x00\x00\x00\x8c\x01a\x94]\x94(K\x01M\x02\x00Ne\x85\x94."))
	f.Fuzz(func(t *testing.T, data []byte) {
		s := storages{}
		v, err := unpickle(&cursor{r: bytes.NewReader(data), end: int64(len(data))}, s.persistent)
		if err != nil {
			return
		}
		tensors, err := flatten(v)
		if err != nil {
			return
		}
		for _, x := range tensors {
			n, ok := product(x.shape)
			span, fits := extent(x.shape, x.strides)
			if !ok || !fits || n < 0 || x.start < 0 || x.start+span > x.store.elements {
				t.Errorf("a tensor of shape %v, strides %v, start %d in %d elements", x.shape, x.strides, x.start, x.store.elements)
			}
		}
	})
}
