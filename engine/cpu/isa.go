package cpu

import (
	"fmt"
	"slices"
	"strings"
)

// known lists the instruction sets for which some build of this package has kernels.
var known = []string{"avx512", "avx2", "neon", "portable"}

// available returns the kernels that this processor supports, best first. The portable ones are always
// last; they also fill in for kernels that an instruction set does not have.
func available() []*kernels {
	base := portable()
	all := make([]*kernels, 0, len(known))
	for _, k := range archKernels() {
		all = append(all, k.over(base))
	}
	return append(all, base)
}

// ISAs returns the instruction sets that this processor has and this build supports, best first.
// The last is always "portable".
func ISAs() []string {
	var names []string
	for _, k := range available() {
		names = append(names, k.name)
	}
	return names
}

// choose returns the kernels of the named instruction set, or the best ones if name is empty.
func choose(name string) (*kernels, error) {
	all := available()
	if name == "" {
		return all[0], nil
	}
	for _, k := range all {
		if k.name == name {
			return k, nil
		}
	}
	if !slices.Contains(known, name) {
		return nil, fmt.Errorf("choosing the CPU's kernels: unknown instruction set %q; use one of %s", name, strings.Join(known, ", "))
	}
	return nil, fmt.Errorf("choosing the CPU's kernels: this processor or build lacks %s; use one of %s", name, strings.Join(ISAs(), ", "))
}

// over returns a copy of base in which the kernels that k has replace those of base.
func (k *kernels) over(base *kernels) *kernels {
	merged := *base
	merged.name = k.name
	if k.multiply != nil {
		merged.multiply = k.multiply
	}
	if k.transformInput != nil {
		merged.transformInput = k.transformInput
	}
	if k.transformFilters != nil {
		merged.transformFilters, merged.slowFilters = k.transformFilters, false
	}
	if k.transformForward != nil {
		merged.transformForward = k.transformForward
	}
	if k.transformBackward != nil {
		merged.transformBackward = k.transformBackward
	}
	if k.unpool != nil {
		merged.unpool = k.unpool
	}
	if k.moments != nil {
		merged.moments = k.moments
	}
	if k.stemForward != nil {
		merged.stemForward = k.stemForward
	}
	if k.stemBackward != nil {
		merged.stemBackward = k.stemBackward
	}
	if k.dot != nil {
		merged.dot = k.dot
	}
	if k.axpy != nil {
		merged.axpy = k.axpy
	}
	if k.scale != nil {
		merged.scale = k.scale
	}
	if k.lerp != nil {
		merged.lerp = k.lerp
	}
	if k.adam != nil {
		merged.adam = k.adam
	}
	if k.squaredDistance != nil {
		merged.squaredDistance = k.squaredDistance
	}
	if k.difference != nil {
		merged.difference = k.difference
	}
	if k.peak != nil {
		merged.peak = k.peak
	}
	return &merged
}
