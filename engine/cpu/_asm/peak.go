package main

import (
	"fmt"

	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// peakChains is how many independent sums the peak loop keeps: above latency times units of all
// processors, within the 16 registers of AVX2.
const peakChains = 12

func (s *simd) peak() {
	s.kernel("peak"+s.suffix, "(n int) float64", fmt.Sprintf(`
peak%s does n rounds of %d independent multiply-adds of %d lanes and returns how many operations these were:

	for range n {
		for i := range sum {
			sum[i] = fma(x, y, sum[i])
		}
	}
	return 2 * len(sum) * lanes * float64(n)`, s.suffix, peakChains, s.lanes))
	n, operations := s.value(s.Param("n")), s.GP64()
	s.IMUL3Q(operand.U32(2*peakChains*s.lanes), n, operations)
	for i := range peakChains + 2 {
		zero(s.assembly, s.v[i])
	}
	loop := s.label("loop")
	s.Label(loop)
	for i := range peakChains {
		s.VFMADD231PS(s.v[peakChains], s.v[peakChains+1], s.v[i])
	}
	s.DECQ(n)
	s.JNE(operand.LabelRef(loop))
	s.VZEROUPPER()
	s.CVTSQ2SD(operations, reg.X0)
	s.Store(reg.X0, s.ReturnIndex(0))
	s.RET()
}
