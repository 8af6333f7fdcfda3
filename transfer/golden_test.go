package transfer

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"math"
	"os"
	"testing"

	"github.com/impasto/impasto/engine/cpu"
	"github.com/impasto/impasto/feature"
)

// golden is what PyTorch computed for a recipe (testdata/recipes.py).
type golden struct {
	AtSeed     uint64    `json:"at_seed"`
	Total      float64   `json:"total"`
	Terms      []float64 `json:"terms"`
	GradientL2 float64   `json:"gradient_l2"`
	Gradient   []byte    `json:"gradient"`
}

// TestRecipesAgreeWithPyTorch compares every published recipe with PyTorch's numbers, on the definitions in both
// precisions and on every instruction set, with maps kept and with maps recomputed.
func TestRecipesAgreeWithPyTorch(t *testing.T) {
	data, err := os.ReadFile("testdata/recipes.json")
	if err != nil {
		t.Fatal(err)
	}
	goldens := map[string]golden{}
	if err := json.Unmarshal(data, &goldens); err != nil {
		t.Fatal(err)
	}
	if len(goldens) < 6 {
		t.Fatalf("only %d goldens", len(goldens))
	}
	all := devices()
	for _, isa := range cpu.ISAs() {
		dev, err := cpu.New(cpu.Options{ISA: isa, Threads: 2})
		if err != nil {
			t.Fatal(err)
		}
		defer dev.Close()
		all[isa] = dev
	}
	for name, want := range goldens {
		for on, dev := range all {
			t.Run(name+"/"+on, func(t *testing.T) {
				overrides := map[string]string{}
				if name == "gatys" {
					overrides = map[string]string{"content-weight": "1e-3", "style-weight": "1"}
				}
				job := newJob(t, dev, name, overrides)
				job.Photograph = picture(2, 24, 29)
				job.Style, _ = NewStyle(Painting{Picture: picture(3, 20, 33), Weight: 1})
				for _, job.Keep = range []feature.Keep{feature.KeepAll, feature.KeepNone} {
					got, err := evaluate(context.Background(), job, picture(want.AtSeed, 24, 29))
					if err != nil {
						t.Fatal(err)
					}
					compare(t, got, want)
				}
			})
		}
	}
}

// The goldens are float64; the bounds are what float32 needs, with convolutions by Winograd's algorithm. A
// term may be off by 1e-5 of itself, or by 1e-6 of the total.
func compare(t *testing.T, got *Evaluation, want golden) {
	t.Helper()
	if math.Abs(got.Total/want.Total-1) > 3e-6 {
		t.Errorf("total is %v, PyTorch has %v", got.Total, want.Total)
	}
	if len(got.Terms) != len(want.Terms) {
		t.Fatalf("%d terms, PyTorch has %d", len(got.Terms), len(want.Terms))
	}
	for i, v := range want.Terms {
		if math.Abs(got.Terms[i].Value-v) > max(1e-5*v, 1e-6*want.Total) {
			t.Errorf("%s %s is %v, PyTorch has %v", got.Terms[i].Kind, got.Terms[i].Layer, got.Terms[i].Value, v)
		}
	}
	if math.Abs(got.GradientNorm/want.GradientL2-1) > 1e-5 {
		t.Errorf("the gradient's norm is %v, PyTorch has %v", got.GradientNorm, want.GradientL2)
	}
	gradient := make([]float32, len(want.Gradient)/4)
	for i := range gradient {
		gradient[i] = math.Float32frombits(binary.LittleEndian.Uint32(want.Gradient[4*i:]))
	}
	if d := relative(got.Gradient, gradient); d > 1e-5 {
		t.Errorf("the gradient is off by %v", d)
	}
}
