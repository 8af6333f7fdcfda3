package main

import (
	"github.com/mmcloughlin/avo/operand"
)

// peakChains is how many independent sums the peak loop keeps: well above latency times units.
const peakChains = 12

func peakAVX512(a *assembly) {
	a.kernel("peakAVX512", "(n int)", `
peakAVX512 does n rounds of 12 independent fused multiply-adds on 16 lanes, and nothing else:

	for range n {
		for i := range sum {
			sum[i] = fma(x, y, sum[i])
		}
	}`)
	n := a.value(a.Param("n"))
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
	a.RET()
}
