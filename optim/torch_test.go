package optim

import (
	"context"
	"encoding/json"
	"math"
	"os"
	"slices"
	"testing"
)

type torchRun struct {
	Start  []float64            `json:"start"`
	Losses map[string][]float64 `json:"losses"`
}

func readTorch(t *testing.T) map[string]torchRun {
	t.Helper()
	data, err := os.ReadFile("testdata/torch.json")
	if err != nil {
		t.Fatal(err)
	}
	runs := map[string]torchRun{}
	if err := json.Unmarshal(data, &runs); err != nil {
		t.Fatal(err)
	}
	return runs
}

// evaluations runs a rule until it has evaluated n times and returns every value.
func evaluations(t *testing.T, r Rule, p problem, s Space, n int) []float64 {
	t.Helper()
	var trace []float64
	f := p.objective(s, &trace)
	step, err := r.Start(context.Background(), f)
	for err == nil && len(trace) < n && !step.Events.Has(Stalled) {
		step, err = r.Step(context.Background(), f)
	}
	if err != nil {
		t.Fatal(err)
	}
	return trace[:min(n, len(trace))]
}

// TestTorchTrajectories follows PyTorch value by value where nothing chaotic lies between.
func TestTorchTrajectories(t *testing.T) {
	follow := map[string]int{"wolfe": 10, "fixed": 12, "adam": 31, "descent": 31}
	for _, p := range problems {
		run := readTorch(t)[p.name]
		for rule, want := range run.Losses {
			t.Run(p.name+"/"+rule, func(t *testing.T) {
				s := newSpace(run.Start)
				n := min(follow[rule], len(want))
				got := evaluations(t, rules(s)[rule], p, s, n)
				for i := range got {
					if math.Abs(got[i]-want[i]) > 1e-3*math.Abs(want[i])+1e-6 {
						t.Fatalf("value %d is %v, PyTorch has %v", i, got[i], want[i])
					}
				}
			})
		}
	}
}

// TestNoWorseThanTorch compares levels: line searches amplify rounding, and levels are what counts.
func TestNoWorseThanTorch(t *testing.T) {
	for _, p := range problems {
		run := readTorch(t)[p.name]
		want := run.Losses["wolfe"]
		s := newSpace(run.Start)
		got := evaluations(t, rules(s)["wolfe"], p, s, len(want))
		for _, n := range []int{len(want) / 2, len(want)} {
			ours, theirs := slices.Min(got[:min(n, len(got))]), slices.Min(want[:n])
			if ours > 1.5*theirs+1e-9*want[0] {
				t.Errorf("%s: after %d evaluations %v, PyTorch has %v", p.name, n, ours, theirs)
			}
		}
	}
}
