// Package enginetest is the compliance suite of engine.Device: it checks every implementation, on
// every instruction set, against package engine/reference.
//
// Shapes, windows and values are random (pgregory.net/rapid): heights and widths that are not multiples
// of a tile, channels that do not fill a block, maps of which a ring of rows is held. Every buffer lies
// between guards, all memory is NaN before it is written, and each operation is checked for
// what it computes and for what it must not change.
package enginetest

import (
	"flag"
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/impasto/impasto/engine"
)

// Implementation is one implementation that a package offers: an instruction set, a driver.
type Implementation struct {
	// Name is the name that the device returned by Open must report.
	Name string
	// Available reports whether this machine can run it.
	Available bool
	// Open returns a device that works with the given number of threads of the host. The suite closes it.
	Open func(t testing.TB, threads int) engine.Device
}

// RunAll runs the suite on every implementation that this machine can run, and fails if one of them
// was not exercised: a suite that passes because nothing ran is worthless. A -run pattern that
// selects parts of a test is taken as the intention to skip the others.
func RunAll(t *testing.T, implementations []Implementation) {
	exercised := map[string]bool{}
	for _, i := range implementations {
		t.Run(i.Name, func(t *testing.T) {
			if !i.Available {
				t.Skip("this machine cannot run it")
			}
			open := func(t testing.TB, threads int) engine.Device {
				d := i.Open(t, threads)
				if d.Name() != i.Name {
					t.Fatalf("opened %q, the device calls itself %q", i.Name, d.Name())
				}
				return d
			}
			Run(t, func(t testing.TB) engine.Device { return open(t, 2) })
			RunThreads(t, func(threads int) engine.Device { return open(t, threads) })
			exercised[i.Name] = true
		})
	}
	for _, fault := range faults(implementations, exercised, selects(t)) {
		t.Error(fault)
	}
}

// selects reports whether -run names parts of the test t.
func selects(t *testing.T) bool {
	pattern := flag.Lookup("test.run")
	return pattern != nil && strings.Count(pattern.Value.String(), "/") > strings.Count(t.Name(), "/")
}

// faults lists what should have been exercised and was not.
func faults(implementations []Implementation, exercised map[string]bool, selected bool) (all []string) {
	available := 0
	for _, i := range implementations {
		if !i.Available {
			continue
		}
		available++
		if !exercised[i.Name] && !selected {
			all = append(all, fmt.Sprintf("%s can run here and was not exercised", i.Name))
		}
	}
	if available == 0 {
		all = append(all, "no implementation can run here")
	}
	return all
}

// check is one property of a device.
type check struct {
	name string
	run  func(t rapid.TB, device engine.Device)
}

// checks are what a device must satisfy.
var checks = []check{
	{"Arena", checkArena},
	{"Host", checkHost},
	{"Vectors", checkVectors},
	{"VectorReductions", checkVectorReductions},
	{"VectorSteps", checkVectorSteps},
	{"NotANumber", checkNotANumber},
	{"StemForward", checkStemForward},
	{"StemBackward", checkStemBackward},
	{"Forward", checkForward},
	{"ForwardPooled", checkForwardPooled},
	{"Backward", checkBackward},
	{"Adjoint", checkAdjoint},
	{"Wide", checkWide},
	{"Rectify", checkRectify},
	{"Pool", checkPool},
	{"Unpool", checkUnpool},
	{"MaskBy", checkMaskBy},
	{"CopyRows", checkCopyRows},
	{"Scalars", checkScalars},
	{"Moments", checkMoments},
	{"MomentsOfIntegers", checkMomentsOfIntegers},
	{"MomentsOnHost", checkMomentsOnHost},
	{"Affine", checkAffine},
	{"MomentDistance", checkMomentDistance},
	{"SquaredDistance", checkSquaredDistance},
	{"Difference", checkDifference},
	{"TotalVariation", checkTotalVariation},
	{"Gather", checkGather},
	{"Scatter", checkScatter},
	{"MatMul", checkMatMul},
	{"Transport", checkTransport},
	{"Resample", checkResample},
	{"ResampleBackward", checkResampleBackward},
	{"ResampleDifferences", checkResampleDifferences},
	{"Multilevel", checkMultilevel},
	{"MultilevelIsPositive", checkMultilevelIsPositive},
	{"Direction", checkDirection},
	{"DirectionWithLevels", checkDirectionWithLevels},
	{"Bands", checkBands},
	{"BandsOfSums", checkBandsOfSums},
	{"Concurrent", checkConcurrent},
	{"Misuse", checkMisuse},
	{"Errors", checkErrors},
	{"Closing", checkClosing},
	{"Marks", checkMarks},
}

// sound returns a device that fails the test if an operation returns an error.
func sound(t rapid.TB, device engine.Device) intercepted {
	return intercepted{device, func(do func() error) error {
		err := do()
		if err != nil {
			t.Errorf("%s: an operation fails: %v", device.Name(), err)
		}
		return err
	}}
}

// Run runs the suite on the device that open returns. Properties are tested -rapid.checks times, a fifth
// of it with -short.
func Run(t *testing.T, open func(t testing.TB) engine.Device) {
	for _, c := range checks {
		t.Run(c.name, func(t *testing.T) {
			device := open(t)
			c.run(t, sound(t, device))
			if err := device.Close(); err != nil {
				t.Errorf("closing the device: %v", err)
			}
		})
	}
}
