package main

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"regexp"
	"strings"

	"github.com/impasto/impasto/internal/atomicfile"
)

// writeNPY writes values in C order to a NumPy file, version 1.0: magic, length of the header, header padded with
// spaces so that the data starts at a multiple of 64 bytes, and little-endian float32 data.
// https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
func writeNPY(path string, values []float32, shape ...int) error {
	sides := make([]string, len(shape))
	for i, n := range shape {
		sides[i] = fmt.Sprint(n)
	}
	header := fmt.Sprintf("{'descr': '<f4', 'fortran_order': False, 'shape': (%s), }", strings.Join(sides, ", "))
	const before = 10 // magic, version, length
	for (before+len(header)+1)%64 != 0 {
		header += " "
	}
	header += "\n"
	var out bytes.Buffer
	out.WriteString(npyMagic + "\x01\x00")
	for _, part := range []any{uint16(len(header)), []byte(header), values} {
		if err := binary.Write(&out, binary.LittleEndian, part); err != nil {
			panic(err) // fixed-size values into memory
		}
	}
	if err := atomicfile.Write(path, out.Bytes()); err != nil {
		return fmt.Errorf("write the gradient to %s: %w", path, err)
	}
	return nil
}

// npyMagic is the start of every NumPy file.
const npyMagic = "\x93NUMPY"

// The parts of a NumPy header that matter.
var (
	npyType    = regexp.MustCompile(`'descr':\s*'<f([48])'`)
	npyFortran = regexp.MustCompile(`'fortran_order':\s*False`)
	npyShape   = regexp.MustCompile(`'shape':\s*\(([0-9, ]*)\)`)
)

// readGradient reads a NumPy file of float32 or float64 of shape [3,H,W] or [H,W,3], with any number of leading axes of
// length 1, and returns it as [3,H,W].
func readGradient(path string, height, width int) ([]float32, error) {
	const header = 1 << 16
	count := 3 * height * width
	data, err := readBounded(path, header+8*int64(count))
	if err != nil {
		return nil, err
	}
	array, err := openNPY(data, height, width)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", path, err)
	}
	if len(array.body) != array.bytes*count {
		return nil, fmt.Errorf("read %s: the file has %d bytes of data; %d are needed", path, len(array.body), array.bytes*count)
	}
	gradient := make([]float32, count)
	for i := range count {
		v := 0.0
		if array.bytes == 4 {
			v = float64(math.Float32frombits(binary.LittleEndian.Uint32(array.body[4*i:])))
		} else {
			v = math.Float64frombits(binary.LittleEndian.Uint64(array.body[8*i:]))
		}
		at := i
		if array.byPixel {
			at = i%3*height*width + i/3
		}
		gradient[at] = float32(v)
	}
	return gradient, nil
}

// npyArray is the data of a NumPy file.
type npyArray struct {
	bytes   int // per value
	byPixel bool
	body    []byte
}

// openNPY parses the header.
func openNPY(data []byte, height, width int) (a npyArray, err error) {
	if len(data) < 12 || string(data[:6]) != npyMagic {
		return a, fmt.Errorf("not a NumPy file; write it with numpy.save")
	}
	start, length := 10, int(binary.LittleEndian.Uint16(data[8:]))
	if data[6] >= 2 {
		start, length = 12, int(binary.LittleEndian.Uint32(data[8:]))
	}
	if length < 0 || length > len(data)-start {
		return a, fmt.Errorf("the NumPy header is truncated")
	}
	header := string(data[start : start+length])
	number := npyType.FindStringSubmatch(header)
	if number == nil || !npyFortran.MatchString(header) {
		return a, fmt.Errorf("the values must be little-endian float32 or float64 in C order; save numpy.ascontiguousarray(g, 'float32')")
	}
	shape := npyShape.FindStringSubmatch(header)
	if shape == nil {
		return a, fmt.Errorf("the NumPy header has no shape")
	}
	have := strings.TrimSuffix(strings.ReplaceAll(shape[1], " ", ""), ",")
	sides := have
	for strings.HasPrefix(sides, "1,") && strings.Count(sides, ",") > 2 {
		sides = sides[2:]
	}
	planes, pixels := fmt.Sprintf("3,%d,%d", height, width), fmt.Sprintf("%d,%d,3", height, width)
	if sides != planes && sides != pixels {
		return a, fmt.Errorf("the shape is (%s); the picture needs (%s)", have, planes)
	}
	return npyArray{map[string]int{"4": 4, "8": 8}[number[1]], sides != planes, data[start+length:]}, nil
}
