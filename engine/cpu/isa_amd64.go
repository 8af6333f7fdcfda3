//go:build !purego

package cpu

import xcpu "golang.org/x/sys/cpu"

//go:generate go run -C _asm .

// archKernels returns the kernels of the instruction sets that this processor has and the system
// supports, best first.
func archKernels() []*kernels {
	var all []*kernels
	if xcpu.X86.HasAVX512F && xcpu.X86.HasAVX512BW && xcpu.X86.HasAVX512DQ && xcpu.X86.HasAVX512VL && xcpu.X86.HasBMI2 {
		all = append(all, avx512())
	}
	return all
}

func avx512() *kernels {
	return &kernels{
		name:              "avx512",
		multiply:          multiplyAVX512,
		transformInput:    transformInputAVX512,
		transformForward:  transformForwardAVX512,
		transformBackward: transformBackwardAVX512,
		unpool:            unpoolAVX512,
		moments:           momentsAVX512,
		stemForward:       stemForwardAVX512,
		stemBackward:      stemBackwardAVX512,
		dot:               dotAVX512,
		axpy:              axpyAVX512,
		scale:             scaleAVX512,
		lerp:              lerpAVX512,
		adam:              adamAVX512,
		squaredDistance:   squaredDistanceAVX512,
		difference:        differenceAVX512,
		peak:              peakAVX512,
	}
}
