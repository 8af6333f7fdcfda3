//go:build !purego

package cpu

// archKernels returns the kernels of NEON, which every arm64 processor has.
func archKernels() []*kernels {
	return []*kernels{{
		name:              "neon",
		multiply:          multiplyNEON,
		transformInput:    transformInputNEON,
		transformForward:  transformForwardNEON,
		transformBackward: transformBackwardNEON,
		moments:           momentsNEON,
		stemForward:       stemForwardNEON,
		stemBackward:      stemBackwardNEON,
		peak:              peakNEON,
	}}
}
