package main

import (
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// peakChains is how many independent sums the peak loop keeps: well above latency times units.
const peakChains = 12

func peakAVX512(a *assembly) {
	a.kernel("peakAVX512", "(n int) float64", `
peakAVX512 does n rounds of 12 independent fused multiply-adds on 16 lanes and returns how many operations these were:

	for range n {
		for i := range sum {
			sum[i] = fma(x, y, sum[i])
		}
	}
	return 2 * 12 * 16 * float64(n)`)
	n, operations := a.value(a.Param("n")), a.GP64()
	a.IMUL3Q(operand.U32(2*peakChains*16), n, operations)
	for i := range peakChains + 2 {
		zero(a, z[i])
	}
	loop := a.label("loop")
	a.Label(loop)
	for i := range peakChains {
		a.VFMADD231PS(z[peakChains], z[peakChains+1], z[i])
	}
	a.DECQ(n)
	a.JNE(operand.LabelRef(loop))
	a.VZEROUPPER()
	a.CVTSQ2SD(operations, reg.X0)
	a.Store(reg.X0, a.ReturnIndex(0))
	a.RET()
}
