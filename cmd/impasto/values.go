package main

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// longSide is the value of --size.
type longSide struct {
	pixels int // 0 keeps the photograph's own size
}

// UnmarshalText parses a number of pixels, or "original".
func (s *longSide) UnmarshalText(text []byte) error {
	if string(text) == "original" {
		*s = longSide{}
		return nil
	}
	n, err := strconv.Atoi(strings.TrimSuffix(string(text), "px"))
	if err != nil || n < 1 {
		return fmt.Errorf("%q is not a size; write the long side in pixels, such as 512, or original", text)
	}
	*s = longSide{n}
	return nil
}

// String returns the text that UnmarshalText parses.
func (s longSide) String() string {
	if s.pixels == 0 {
		return "original"
	}
	return strconv.Itoa(s.pixels)
}

// byteSize is a number of bytes.
type byteSize int64

// units lists units of memory. A unit that ends in another precedes it.
var units = []struct {
	suffix string
	bytes  float64
}{
	{"KiB", 1 << 10}, {"MiB", 1 << 20}, {"GiB", 1 << 30}, {"TiB", 1 << 40},
	{"kB", 1e3}, {"KB", 1e3}, {"MB", 1e6}, {"GB", 1e9}, {"TB", 1e12},
	{"K", 1 << 10}, {"M", 1 << 20}, {"G", 1 << 30}, {"T", 1 << 40}, {"B", 1},
}

// UnmarshalText parses a number of bytes with a unit, such as 6GiB or 800MB.
func (b *byteSize) UnmarshalText(text []byte) error {
	number, unit := strings.TrimSpace(string(text)), 1.0
	for _, u := range units {
		if rest, ok := strings.CutSuffix(number, u.suffix); ok {
			number, unit = strings.TrimSpace(rest), u.bytes
			break
		}
	}
	v, err := strconv.ParseFloat(number, 64)
	if err != nil || !(v > 0) || v*unit >= math.MaxInt64 {
		return fmt.Errorf("%q is not an amount of memory; write it as 6GiB or 800MB", text)
	}
	*b = byteSize(v * unit)
	return nil
}

// String returns the size in a suitable unit, such as "1.4 GiB".
func (b byteSize) String() string {
	switch {
	case b >= 1<<30:
		return fmt.Sprintf("%.1f GiB", float64(b)/(1<<30))
	case b >= 1<<20:
		return fmt.Sprintf("%.0f MiB", float64(b)/(1<<20))
	}
	return fmt.Sprintf("%d B", int64(b))
}
