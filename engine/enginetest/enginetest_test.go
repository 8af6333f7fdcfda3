package enginetest

import (
	"slices"
	"testing"

	"github.com/impasto/impasto/engine"
	"github.com/impasto/impasto/engine/reference"
)

func TestReference32(t *testing.T) {
	Run(t, func(testing.TB) engine.Device { return reference.New32() })
}

// threaded pretends to have threads; the reference gives the same bits with any number.
type threaded struct {
	engine.Device
	threads int
}

func (d threaded) Threads() int { return d.threads }

func TestReferenceThreads(t *testing.T) {
	RunThreads(t, func(threads int) engine.Device { return threaded{reference.New64(), threads} })
}

func TestFaults(t *testing.T) {
	all := []Implementation{{Name: "fast", Available: true}, {Name: "other", Available: false}, {Name: "plain", Available: true}}
	for _, c := range []struct {
		name      string
		all       []Implementation
		exercised map[string]bool
		selected  bool
		want      []string
	}{
		{"everything ran", all, map[string]bool{"fast": true, "plain": true}, false, nil},
		{"one did not run", all, map[string]bool{"plain": true}, false, []string{"fast can run here and was not exercised"}},
		{"one was selected", all, map[string]bool{"plain": true}, true, nil},
		{"none can run", all[1:2], nil, true, []string{"no implementation can run here"}},
	} {
		if got := faults(c.all, c.exercised, c.selected); !slices.Equal(got, c.want) {
			t.Errorf("%s: faults are %q, want %q", c.name, got, c.want)
		}
	}
}

// A package that implements engine.Device has a test like this one.
func ExampleRunAll() {
	_ = func(t *testing.T) { // func TestDevices(t *testing.T)
		RunAll(t, []Implementation{{
			Name:      "reference32",
			Available: true,
			Open: func(t testing.TB, threads int) engine.Device {
				return threaded{reference.New32(), threads}
			},
		}})
	}
}
