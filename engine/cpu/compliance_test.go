package cpu_test

import (
	"slices"
	"testing"

	"github.com/impasto/impasto/engine"
	"github.com/impasto/impasto/engine/cpu"
	"github.com/impasto/impasto/engine/enginetest"
)

// TestCompliance runs the suite on every instruction set that this processor has. Those of another
// architecture are not in the build, and CI runs each on its own.
func TestCompliance(t *testing.T) {
	var all []enginetest.Implementation
	for _, isa := range []string{"avx512", "avx2", "neon", "portable"} {
		all = append(all, enginetest.Implementation{
			Name:      isa,
			Available: slices.Contains(cpu.ISAs(), isa),
			Open: func(t testing.TB, threads int) engine.Device {
				d, err := cpu.New(cpu.Options{Threads: threads, ISA: isa})
				if err != nil {
					t.Fatal(err)
				}
				return d
			},
		})
	}
	enginetest.RunAll(t, all)
}
