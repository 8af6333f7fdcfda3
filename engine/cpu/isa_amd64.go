//go:build !purego

package cpu

import xcpu "golang.org/x/sys/cpu"

//go:generate go run -C _asm .

// archKernels returns the kernels of the instruction sets that this processor has and the system
// supports, best first.
func archKernels() []*kernels {
	var all []*kernels
	// BMI2 is for the masks of tails.
	if xcpu.X86.HasAVX512F && xcpu.X86.HasAVX512BW && xcpu.X86.HasAVX512DQ && xcpu.X86.HasAVX512VL && xcpu.X86.HasBMI2 {
		all = append(all, avx512())
	}
	if xcpu.X86.HasAVX2 && xcpu.X86.HasFMA {
		all = append(all, avx2())
	}
	return all
}

func avx512() *kernels {
	return &kernels{
		name:              "avx512",
		multiply:          multiplyAVX512,
		transformInput:    transformInputAVX512,
		transformFilters:  transformFiltersAVX512,
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

func avx2() *kernels {
	return &kernels{
		name:              "avx2",
		multiply:          multiplyAVX2,
		transformInput:    transformInputAVX2,
		transformFilters:  transformFiltersAVX2,
		transformForward:  transformForwardAVX2,
		transformBackward: transformBackwardAVX2,
		unpool:            unpoolAVX2,
		moments:           momentsAVX2,
		stemForward:       stemForwardAVX2,
		stemBackward:      stemBackwardAVX2,
		dot:               dotAVX2,
		axpy:              axpyAVX2,
		scale:             scaleAVX2,
		lerp:              lerpAVX2,
		adam:              adamAVX2,
		squaredDistance:   squaredDistanceAVX2,
		difference:        differenceAVX2,
		peak:              peakAVX2,
	}
}
