package weights

import (
	"bufio"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
)

// Precision is the number format of a file.
type Precision string

// The precisions of Write. Float16 rounds to nearest, ties to even, and refuses values that are too large.
const (
	Float32 Precision = Precision(float32s)
	Float16 Precision = Precision(float16)
)

// The names of the metadata in our safetensors files. Files from elsewhere that have them are read alike.
const (
	metaName         = "name"
	metaArchitecture = "architecture"
	metaPadding      = "padding"
	metaSource       = "source"
	metaSourceSHA256 = "source_sha256"
	metaLicence      = "licence"
	metaMatrix       = "input_matrix" // nine numbers, by rows
	metaOffset       = "input_offset" // three numbers
	metaDescription  = "input"
)

// Write writes the network as a safetensors file: tensors under the names of torchvision, and the source,
// preprocessing and licence as metadata. The same model always gives the same bytes.
func Write(w io.Writer, m *Model, p Precision) error {
	width := sizes[dtype(p)]
	if p != Float32 && p != Float16 {
		return fmt.Errorf("writing network %s: unknown precision %q", m.Name, p)
	}
	indices := m.Architecture.indices()
	if len(m.Convolutions) > len(indices) {
		return fmt.Errorf("writing network %s: %d convolutions are too many for %q", m.Name, len(m.Convolutions), m.Architecture)
	}
	header, err := header(m, indices, p, width)
	if err != nil {
		return fmt.Errorf("writing network %s: %w", m.Name, err)
	}
	out := bufio.NewWriterSize(w, chunkBytes)
	var length [8]byte
	binary.LittleEndian.PutUint64(length[:], uint64(len(header)))
	out.Write(length[:]) // bufio keeps the first error for Flush
	out.Write(header)
	for _, c := range m.Convolutions {
		for _, values := range [][]float32{c.Weight, c.Bias} {
			if err := encode(out, values, p); err != nil {
				return fmt.Errorf("writing network %s: %s: %w", m.Name, c.Name, err)
			}
		}
	}
	if err := out.Flush(); err != nil {
		return fmt.Errorf("writing network %s: %w", m.Name, err)
	}
	return nil
}

// header returns the JSON object that describes the tensors, padded with spaces to a multiple of 8 bytes.
func header(m *Model, indices []int, p Precision, width int64) ([]byte, error) {
	var text strings.Builder
	meta, err := json.Marshal(metadata(m)) // sorts the keys
	if err != nil {
		return nil, err
	}
	fmt.Fprintf(&text, `{"__metadata__":%s`, meta)
	at := int64(0)
	for i, c := range m.Convolutions {
		shape := []int{c.Out, c.In, 3, 3}
		if len(c.Weight) != c.Out*c.In*9 || len(c.Bias) != c.Out {
			return nil, fmt.Errorf("%s has %d weights and %d biases for shape %v", c.Name, len(c.Weight), len(c.Bias), shape)
		}
		for _, part := range []struct {
			name  string
			shape []int
			n     int
		}{{"weight", shape, len(c.Weight)}, {"bias", shape[:1], len(c.Bias)}} {
			end := at + int64(part.n)*width
			list := strings.ReplaceAll(fmt.Sprint(part.shape), " ", ",")
			fmt.Fprintf(&text, `,"features.%d.%s":{"dtype":"%s","shape":%s,"data_offsets":[%d,%d]}`,
				indices[i], part.name, p, list, at, end)
			at = end
		}
	}
	text.WriteByte('}')
	for text.Len()%8 != 0 {
		text.WriteByte(' ')
	}
	return []byte(text.String()), nil
}

// encode writes values as little-endian numbers.
func encode(w *bufio.Writer, values []float32, p Precision) error {
	var b [4]byte
	for _, v := range values {
		if p == Float32 {
			binary.LittleEndian.PutUint32(b[:], math.Float32bits(v))
			w.Write(b[:4])
			continue
		}
		h := toFloat16(v)
		if h&0x7c00 == 0x7c00 {
			return fmt.Errorf("%g is not a float16", v)
		}
		binary.LittleEndian.PutUint16(b[:], h)
		w.Write(b[:2])
	}
	return nil
}

// metadata returns the metadata of our files.
func metadata(m *Model) map[string]string {
	meta := map[string]string{"format": "pt"} // the layout of the tensors is PyTorch's
	for key, value := range map[string]string{
		metaName:         m.Name,
		metaArchitecture: string(m.Architecture),
		metaPadding:      m.Padding,
		metaSource:       m.Source,
		metaSourceSHA256: m.SourceSHA256,
		metaLicence:      m.Licence,
	} {
		if value != "" {
			meta[key] = value
		}
	}
	if m.Input.Stated {
		meta[metaMatrix] = joined(slices.Concat(m.Input.Matrix[0][:], m.Input.Matrix[1][:], m.Input.Matrix[2][:]))
		meta[metaOffset] = joined(m.Input.Offset[:])
		meta[metaDescription] = m.Input.Description
	}
	return meta
}

// describe sets the fields of m from a file's metadata.
func (m *Model) describe(meta map[string]string) error {
	m.Name = meta[metaName]
	m.Padding = meta[metaPadding]
	m.Source = meta[metaSource]
	m.SourceSHA256 = meta[metaSourceSHA256]
	m.Licence = meta[metaLicence]
	if meta[metaMatrix] == "" {
		return nil
	}
	matrix, err := numbers(meta[metaMatrix], 9)
	if err != nil {
		return fmt.Errorf("metadata %s: %w", metaMatrix, err)
	}
	offset, err := numbers(meta[metaOffset], 3)
	if err != nil {
		return fmt.Errorf("metadata %s: %w", metaOffset, err)
	}
	m.Input = mixed(matrix, offset)
	m.Input.Description = meta[metaDescription]
	return nil
}

// joined formats numbers so that they read back exactly.
func joined(values []float32) string {
	var words []string
	for _, v := range values {
		words = append(words, strconv.FormatFloat(float64(v), 'g', -1, 32))
	}
	return strings.Join(words, " ")
}

// numbers parses n finite numbers.
func numbers(text string, n int) ([]float32, error) {
	words := strings.Fields(text)
	if len(words) != n {
		return nil, fmt.Errorf("%d numbers, want %d", len(words), n)
	}
	var values []float32
	for _, w := range words {
		v, err := strconv.ParseFloat(w, 32)
		if err != nil {
			return nil, err
		}
		if v-v != 0 {
			return nil, errors.New("a number is not finite")
		}
		values = append(values, float32(v))
	}
	return values, nil
}
