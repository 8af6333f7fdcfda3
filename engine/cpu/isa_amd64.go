//go:build !purego

package cpu

// archKernels returns the kernels of the instruction sets that this processor has, best first.
func archKernels() []*kernels { return nil }
