package cpu

import (
	"math"
	"testing"
)

// TestNotANumberPasses asks that a ReLU and a pooling do not hide that a computation went wrong, and that
// only a mask does.
func TestNotANumberPasses(t *testing.T) {
	nan := float32(math.NaN())
	for _, k := range available() {
		t.Run(k.name, func(t *testing.T) {
			const tiles, stride = 1, lanes
			m := make([]float32, frequencies*stride)
			for f := range frequencies {
				m[f*stride+3], m[f*stride+5], m[f*stride+12] = nan, -1, nan
			}
			forward := forwardRun{m: m, stride: stride, tiles: tiles, bias: make([]float32, lanes)}
			backward := backwardRun{m: m, stride: stride, tiles: tiles}
			for y := range tileSize {
				forward.dst[y], forward.mask[y] = make([]float32, tileSize*lanes), make([]uint16, tileSize)
				backward.dst[y] = make([]float32, tileSize*lanes)
				backward.mask[y] = []uint16{1 << 12, 1 << 12, 1 << 12, 1 << 12}
			}
			k.transformForward(&forward)
			k.transformBackward(&backward)
			for p := range tileSize * tileSize {
				y, x := p/tileSize, p%tileSize
				for l := range lanes {
					if got := isNaN(forward.dst[y][x*lanes+l]); got != (l == 3 || l == 12) {
						t.Fatalf("forward: lane %d of pixel (%d,%d): NaN is %v", l, x, y, got)
					}
					if got := isNaN(backward.dst[y][x*lanes+l]); got != (l == 12) {
						t.Fatalf("backward: lane %d of pixel (%d,%d): NaN is %v", l, x, y, got)
					}
				}
			}
			forward.pool = [2][]float32{make([]float32, 2*lanes), make([]float32, 2*lanes)}
			for _, forward.average = range []bool{false, true} {
				k.transformForward(&forward)
				if !isNaN(forward.pool[1][lanes+12]) || isNaN(forward.pool[1][lanes+5]) {
					t.Fatalf("pooled %v, average %v", forward.pool[1][lanes:], forward.average)
				}
			}
		})
	}
}

func isNaN(v float32) bool { return v != v }

func TestPeakCountsOperations(t *testing.T) {
	for _, k := range available() {
		if one, ten := k.peak(1), k.peak(10); one <= 0 || ten != 10*one {
			t.Errorf("%s: 1 round is %v operations, 10 rounds are %v", k.name, one, ten)
		}
	}
}
