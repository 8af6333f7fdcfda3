package main

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"os"
	"strings"
)

// writeNPY writes numbers in C order as a NumPy file, version 1.0: magic, the length of the header, the
// header padded with blanks so that the data begins at a multiple of 64 bytes, little-endian float32.
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
	out.WriteString("\x93NUMPY\x01\x00")
	for _, part := range []any{uint16(len(header)), []byte(header), values} {
		if err := binary.Write(&out, binary.LittleEndian, part); err != nil {
			panic(err) // fixed-size values into memory
		}
	}
	if err := os.WriteFile(path, out.Bytes(), 0o666); err != nil {
		return fmt.Errorf("write the gradient: %w", err)
	}
	return nil
}
