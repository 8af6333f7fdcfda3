package enginetest

import (
	"flag"
	"fmt"
	"runtime"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/impasto/impasto/engine"
	"github.com/impasto/impasto/engine/reference"
)

// A suite is as good as the mistakes that it finds: each mutant is the reference with one mistake, and
// names the checks that must find it.
var mutants = []struct {
	mistake string
	found   []string
	make    func(d engine.Device) engine.Device
}{
	{"a fresh arena is not zero", []string{"Arena"}, func(d engine.Device) engine.Device { return dirty{d} }},
	{"a write behind a vector", []string{"Vectors"}, func(d engine.Device) engine.Device { return &leaky{Device: d} }},
	{"no panic on vectors of two lengths", []string{"Misuse"}, func(d engine.Device) engine.Device { return lenient{d} }},
	{"NaN is not seen", []string{"NotANumber"}, func(d engine.Device) engine.Device { return blind{d} }},
	{"NaN is clamped away", []string{"NotANumber"}, func(d engine.Device) engine.Device { return cleaning{d} }},
	{"a sum in float32", []string{"VectorReductions"}, func(d engine.Device) engine.Device { return rough{changing{d}} }},
	{"Adam without its second correction", []string{"VectorSteps"}, func(d engine.Device) engine.Device { return uncorrected{d} }},
	{"reflection taken for replication", []string{"Forward", "ForwardPooled", "Backward"}, func(d engine.Device) engine.Device { return unreflected{d} }},
	{"colours in another order", []string{"StemForward", "StemBackward"}, func(d engine.Device) engine.Device { return transposed{d} }},
	{"Add is forgotten", []string{"Backward", "StemBackward", "Unpool", "Affine", "Difference", "Scatter"}, func(d engine.Device) engine.Device { return forgetful{d} }},
	{"a mask is forgotten", []string{"Backward", "Forward"}, func(d engine.Device) engine.Device { return unmasked{d} }},
	{"routes to all that is positive", []string{"Pool", "ForwardPooled"}, func(d engine.Device) engine.Device { return generous{d} }},
	{"one row too many", []string{"CopyRows", "Rectify"}, func(d engine.Device) engine.Device { return eager{d} }},
	{"an input is changed", []string{"Difference"}, func(d engine.Device) engine.Device { return destructive{d} }},
	{"bits that depend on the window", []string{"Bands"}, func(d engine.Device) engine.Device { return windowed{d} }},
	{"weights are forgotten", []string{"Moments", "SquaredDistance", "Affine", "Difference"}, func(d engine.Device) engine.Device { return unweighted{d} }},
	{"moments that are not symmetric", []string{"Moments"}, func(d engine.Device) engine.Device { return skewed{d} }},
	{"moments that are rounded", []string{"MomentsOfIntegers"}, func(d engine.Device) engine.Device { return rounding{d} }},
	{"a reset that does nothing", []string{"Moments", "SquaredDistance", "Scalars"}, func(d engine.Device) engine.Device { return lasting{d} }},
	{"the gradient of a distance keeps its constant", []string{"MomentDistance"}, func(d engine.Device) engine.Device { return constant{d} }},
	{"a painting's weight is forgotten", []string{"MomentDistance", "MomentsOnHost"}, func(d engine.Device) engine.Device { return divided{d} }},
	{"statistics that change when they are read again", []string{"MomentsOnHost"}, func(d engine.Device) engine.Device { return sharing{d, map[int]engine.Statistics{}} }},
	{"a result that is added to", []string{"Scalars", "VectorReductions"}, func(d engine.Device) engine.Device { return adding{changing{d}} }},
	{"the result beside the one asked for", []string{"Scalars", "VectorReductions"}, func(d engine.Device) engine.Device { return neighbourly{d} }},
	{"nine points taken for four", []string{"TotalVariation"}, func(d engine.Device) engine.Device { return fourPoints{d} }},
	{"a product whose mirror is rounded otherwise", []string{"MatMul"}, func(d engine.Device) engine.Device { return lopsided{d} }},
	{"a transposition is forgotten", []string{"MatMul"}, func(d engine.Device) engine.Device { return untransposed{d} }},
	{"an offset is forgotten", []string{"Gather", "Scatter"}, func(d engine.Device) engine.Device { return unmoved{d} }},
	{"points are added to what was there", []string{"Scatter"}, func(d engine.Device) engine.Device { return hoarding{d} }},
	{"the roots of the other kind", []string{"Transport"}, func(d engine.Device) engine.Device { return swapped{d} }},
	{"a painting that is read late", []string{"Transport"}, func(d engine.Device) engine.Device { return procrastinating{d} }},
	{"a gradient where there is no weight", []string{"Transport"}, func(d engine.Device) engine.Device { return unconcerned{d} }},
	{"a transport that is not scaled", []string{"Transport"}, func(d engine.Device) engine.Device { return unscaled{d} }},
	{"windows that are mirrored", []string{"Resample", "ResampleBackward"}, func(d engine.Device) engine.Device { return mirrored{d} }},
	{"an image that is not limited", []string{"ResampleBackward"}, func(d engine.Device) engine.Device { return unlimited{d} }},
	{"encoded values taken for light", []string{"ResampleBackward", "ResampleDifferences"}, func(d engine.Device) engine.Device { return flatCurve{d} }},
	{"a level too many", []string{"Multilevel", "MultilevelIsPositive"}, func(d engine.Device) engine.Device { return tall{d} }},
	{"a direction without levels", []string{"DirectionWithLevels"}, func(d engine.Device) engine.Device { return level{d} }},
	{"levels that are not symmetric", []string{"MultilevelIsPositive"}, func(d engine.Device) engine.Device { return fading{d} }},
	{"pairs in the wrong order", []string{"Direction"}, func(d engine.Device) engine.Device { return newestLast{d} }},
	{"a direction without its slope", []string{"Direction"}, func(d engine.Device) engine.Device { return flat{d} }},
	{"an arena of any size", []string{"Errors"}, func(d engine.Device) engine.Device { return boastful{d} }},
	{"a stem that cannot be closed twice", []string{"Closing"}, func(d engine.Device) engine.Device { return fussy{d} }},
	{"times that run backwards", []string{"Marks"}, func(d engine.Device) engine.Device { return backwards{d} }},
	{"times in another unit", []string{"Marks"}, func(d engine.Device) engine.Device { return late{d} }},
}

func TestMutantsAreFound(t *testing.T) {
	setFlag(t, "rapid.shrinktime", "0s") // the smallest example of a mistake made on purpose is of no use
	setFlag(t, "rapid.nofailfile", "true")
	for _, m := range mutants {
		t.Run(m.mistake, func(t *testing.T) {
			for _, name := range m.found {
				i := slices.IndexFunc(checks, func(c check) bool { return c.name == name })
				r := record(func(t rapid.TB) { checks[i].run(t, sound(t, m.make(reference.New32()))) })
				if !r.failed {
					t.Errorf("check %s does not find it", name)
				}
			}
		})
	}
	t.Run("bits that depend on threads", func(t *testing.T) {
		r := record(func(t rapid.TB) {
			checkThreads(t, func(threads int) engine.Device { return rushing{threaded{reference.New32(), threads}} })
		})
		if !r.failed {
			t.Error("RunThreads does not find it")
		}
	})
}

func setFlag(t *testing.T, name, value string) {
	old := flag.Lookup(name).Value.String()
	if err := flag.Set(name, value); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { flag.Set(name, old) })
}

// recorder is a test that may fail without failing the one around it.
type recorder struct {
	rapid.TB
	failed bool
	log    string
}

// record runs f in a goroutine of its own, as FailNow ends it.
func record(f func(t rapid.TB)) *recorder {
	r := &recorder{}
	done := make(chan struct{})
	go func() {
		defer close(done)
		f(r)
	}()
	<-done
	return r
}

func (r *recorder) Helper()                           {}
func (r *recorder) Name() string                      { return "mutant" }
func (r *recorder) Log(args ...any)                   { r.log += fmt.Sprintln(args...) }
func (r *recorder) Logf(format string, args ...any)   { r.log += fmt.Sprintf(format+"\n", args...) }
func (r *recorder) Error(args ...any)                 { r.Log(args...); r.Fail() }
func (r *recorder) Errorf(format string, args ...any) { r.Logf(format, args...); r.Fail() }
func (r *recorder) Fatal(args ...any)                 { r.Log(args...); r.FailNow() }
func (r *recorder) Fatalf(format string, args ...any) { r.Logf(format, args...); r.FailNow() }
func (r *recorder) Fail()                             { r.failed = true }
func (r *recorder) FailNow()                          { r.failed = true; runtime.Goexit() }
func (r *recorder) Failed() bool                      { return r.failed }
