package main

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"math"
	"os"
	"regexp"
	"slices"
	"strings"

	"github.com/impasto/impasto/transfer"
)

// readBounded reads a file that has limit bytes at most.
func readBounded(path string, limit int64) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("read what a program computed: %w; give the .json or .npy file that it wrote", err)
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", path, err)
	}
	if int64(len(data)) > limit {
		return nil, fmt.Errorf("read %s: it is larger than the %d bytes that it could need", path, limit)
	}
	return data, nil
}

// readTerms reads the terms of a loss in the form of inspect loss --json. Content and style may also be one
// number each, their sum.
func readTerms(path string) ([]transfer.Term, error) {
	const limit = 1 << 20
	data, err := readBounded(path, limit)
	if err != nil {
		return nil, err
	}
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(data, &fields); err != nil {
		return nil, fmt.Errorf(`read %s: no JSON object of loss terms (%v); write {"content": {"relu4_2": 1.5}, "style": {...}, "total": 3}`, path, err)
	}
	var terms []transfer.Term
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		more, err := termsOf(name, fields[name])
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", path, err)
		}
		terms = append(terms, more...)
	}
	if len(terms) == 0 {
		return nil, fmt.Errorf("read %s: there is no term of the loss; it may have content, style, tv and total", path)
	}
	return terms, nil
}

// termsOf reads one field.
func termsOf(name string, value json.RawMessage) ([]transfer.Term, error) {
	kind := transfer.Kind(name)
	switch name {
	case "recipe", "network", "gradient_l2":
		return nil, nil // what inspect loss says besides
	case "total":
		kind = ""
	case "content", "style", "tv":
	default:
		return nil, fmt.Errorf("%q is no term; known are content, style, tv and total", name)
	}
	var number *float64
	if err := json.Unmarshal(value, &number); err == nil && number != nil {
		if name == "tv" && *number == 0 {
			return nil, nil // there is none
		}
		return []transfer.Term{{Kind: kind, Value: *number}}, nil
	}
	var layers map[string]*float64
	if err := json.Unmarshal(value, &layers); err != nil || layers == nil || name == "tv" || name == "total" {
		return nil, fmt.Errorf("%s must be a number%s", name, map[bool]string{true: ", or numbers by layer"}[name == "content" || name == "style"])
	}
	var terms []transfer.Term
	for _, layer := range slices.Sorted(maps.Keys(layers)) {
		if layer == "" || layers[layer] == nil {
			return nil, fmt.Errorf("%s: the term %q must have a number", name, layer)
		}
		terms = append(terms, transfer.Term{Kind: kind, Layer: layer, Value: *layers[layer]})
	}
	return terms, nil
}

// The parts of a NumPy header that matter.
var (
	npyType    = regexp.MustCompile(`'descr':\s*'<f([48])'`)
	npyFortran = regexp.MustCompile(`'fortran_order':\s*False`)
	npyShape   = regexp.MustCompile(`'shape':\s*\(([0-9, ]*)\)`)
)

// readGradient reads a NumPy file of float32 or float64, [3,H,W] or [1,3,H,W], with numbers of the given picture.
func readGradient(path string, height, width int) ([]float32, error) {
	const header = 1 << 16
	count := 3 * height * width
	data, err := readBounded(path, header+8*int64(count))
	if err != nil {
		return nil, err
	}
	bytes, body, err := openNPY(data, height, width)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", path, err)
	}
	if len(body) != bytes*count {
		return nil, fmt.Errorf("read %s: it has %d bytes of numbers where %d are needed", path, len(body), bytes*count)
	}
	gradient := make([]float32, count)
	for i := range gradient {
		v := 0.0
		if bytes == 4 {
			v = float64(math.Float32frombits(binary.LittleEndian.Uint32(body[4*i:])))
		} else {
			v = math.Float64frombits(binary.LittleEndian.Uint64(body[8*i:]))
		}
		if gradient[i] = float32(v); math.IsNaN(v) || math.IsInf(float64(gradient[i]), 0) {
			return nil, fmt.Errorf("read %s: number %d is %v; a gradient is finite", path, i, v)
		}
	}
	return gradient, nil
}

// openNPY reads the header: bytes a number, and the numbers.
func openNPY(data []byte, height, width int) (bytes int, body []byte, err error) {
	const magic = "\x93NUMPY"
	if len(data) < 12 || string(data[:6]) != magic {
		return 0, nil, fmt.Errorf("no NumPy file; write it with numpy.save")
	}
	start, length := 10, int(binary.LittleEndian.Uint16(data[8:]))
	if data[6] >= 2 {
		start, length = 12, int(binary.LittleEndian.Uint32(data[8:]))
	}
	if length < 0 || length > len(data)-start {
		return 0, nil, fmt.Errorf("the NumPy header is cut short")
	}
	header := string(data[start : start+length])
	number := npyType.FindStringSubmatch(header)
	if number == nil || !npyFortran.MatchString(header) {
		return 0, nil, fmt.Errorf("the numbers must be float32 or float64, little-endian and in C order; save numpy.ascontiguousarray(g, 'float32')")
	}
	want := fmt.Sprintf("3,%d,%d", height, width)
	shape := npyShape.FindStringSubmatch(header)
	if shape == nil {
		return 0, nil, fmt.Errorf("the NumPy header has no shape")
	}
	have := strings.ReplaceAll(shape[1], " ", "")
	if have != want && have != "1,"+want {
		return 0, nil, fmt.Errorf("the shape is (%s), and the picture needs (%s)", have, want)
	}
	return map[string]int{"4": 4, "8": 8}[number[1]], data[start+length:], nil
}
