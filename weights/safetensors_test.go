package weights

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// safetensors is a file with that header and n bytes of data.
func safetensors(header string, n int) []byte {
	file := binary.LittleEndian.AppendUint64(nil, uint64(len(header)))
	return append(append(file, header...), make([]byte, n)...)
}

func TestHostileSafetensors(t *testing.T) {
	const tensor = `{"a":{"dtype":"F32","shape":[2,2],"data_offsets":[0,16]}`
	refused(t, safetensors(tensor+"}", 16), "not a VGG") // so those below are refused for what they say
	for name, c := range map[string]struct {
		header string
		n      int
		word   string
	}{
		"twice":             {tensor + `,"a":{"dtype":"F32","shape":[2,2],"data_offsets":[16,32]}}`, 32, `duplicate name "a"`},
		"overlap":           {tensor + `,"b":{"dtype":"F32","shape":[2],"data_offsets":[8,16]}}`, 16, "begins at byte"},
		"gap":               {tensor + `,"b":{"dtype":"F32","shape":[2],"data_offsets":[20,28]}}`, 28, "begins at byte"},
		"rest":              {tensor + "}", 17, "end at"},
		"outside":           {tensor + "}", 15, "outside the"},
		"backwards":         {`{"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}`, 8, "outside the"},
		"negative":          {`{"a":{"dtype":"F32","shape":[2],"data_offsets":[-8,0]}}`, 8, "outside the"},
		"2^60 elements":     {`{"a":{"dtype":"F32","shape":[1152921504606846976],"data_offsets":[0,8]}}`, 8, "does not take 8 bytes"},
		"2^64 elements":     {`{"a":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,0]}}`, 0, "invalid shape"},
		"wrong size":        {`{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}`, 8, "does not take 8 bytes"},
		"fraction":          {`{"a":{"dtype":"F32","shape":[2.5],"data_offsets":[0,8]}}`, 8, "2.5"},
		"unknown field":     {`{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8],"x":1}}`, 8, "x"},
		"one offset":        {`{"a":{"dtype":"F32","shape":[2],"data_offsets":[8]}}`, 8, "outside"},
		"two objects":       {tensor + "}{}", 16, "after the object"},
		"cut":               {tensor, 16, "EOF"},
		"metadata of lists": {`{"__metadata__":{"a":[1]}}`, 0, "__metadata__"},
		"deep":              {`{"a":` + strings.Repeat("[", 20000), 0, "depth"},
	} {
		t.Run(name, func(t *testing.T) { refused(t, safetensors(c.header, c.n), c.word) })
	}
	long := safetensors(tensor+"}", 16)
	binary.LittleEndian.PutUint64(long, maxHeader+1)
	refused(t, long, "unknown format")
	binary.LittleEndian.PutUint64(long, 1<<63)
	refused(t, long, "unknown format")
}

// TestUnreadableNumbers is about tensors that are where a layer should be, but hold no numbers for one.
func TestUnreadableNumbers(t *testing.T) {
	data := written(t, mustRead(t, "reference16.safetensors"), Float32)
	length := int(binary.LittleEndian.Uint64(data))
	header, rest := string(data[8:8+length]), data[8+length:]
	nan := bytes.Clone(rest)
	copy(nan[40:], "\x00\x00\xc0\x7f")
	refused(t, append(safetensors(header, 0), nan...), "features.0.weight holds a number that is not finite")
	integers := strings.Replace(header, "F32", "I32", 1)
	refused(t, append(safetensors(integers, 0), rest...), "features.0.weight has elements of type I32")
	unknown := strings.Replace(header, "F32", "X32", 1)
	refused(t, append(safetensors(unknown, 0), rest...), "features.0.weight has elements of type X32")
}

// written returns what Write writes.
func written(t testing.TB, m *Model, p Precision) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := Write(&b, m, p); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestWrite checks that what is written reads back the same, with all that is known about it.
func TestWrite(t *testing.T) {
	for _, p := range []Precision{Float32, Float16} {
		for _, cut := range []int{16, 9} {
			want := mustRead(t, "normalised19-legacy.pth")
			want.Convolutions = want.Convolutions[:cut]
			want.Name, want.Padding, want.Source = "a", "reflect", `https://example.org/"a" <b>`
			want.SourceSHA256, want.Licence = strings.Repeat("ab", 32), "MIT"
			want.Input.Matrix[1][1] = 0.1 // has no short binary form
			data := written(t, want, p)
			if !bytes.Equal(data, written(t, want, p)) {
				t.Error("the same model was written in two ways")
			}
			got, err := readBytes(data)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s, %d convolutions (-want +got):\n%s", p, cut, diff)
			}
		}
	}
}

func TestWriteErrors(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*Model)
		p      Precision
		word   string
	}{
		"too large":        {func(m *Model) { m.Convolutions[2].Bias[0] = 65520 }, Float16, "65520 is not a float16"},
		"precision":        {func(m *Model) {}, "F8", "unknown precision"},
		"architecture":     {func(m *Model) { m.Architecture = "vgg11" }, Float32, "too many"},
		"number of biases": {func(m *Model) { m.Convolutions[2].Bias = nil }, Float32, "conv2_1 has"},
	} {
		m := mustRead(t, "reference16.safetensors")
		c.change(m)
		err := Write(&bytes.Buffer{}, m, c.p)
		if err == nil || !strings.Contains(err.Error(), c.word) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := Write(full{}, mustRead(t, "reference16.safetensors"), Float32); err == nil {
		t.Error("a full disk was not noticed")
	}
}

type full struct{}

func (full) Write(p []byte) (int, error) { return 0, fmt.Errorf("full") }
