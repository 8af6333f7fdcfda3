//go:build purego || !(amd64 || arm64)

package cpu

// archKernels returns none: this build has portable kernels only.
func archKernels() []*kernels { return nil }
