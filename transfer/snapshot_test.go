package transfer

import (
	"bytes"
	"context"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/impasto/impasto/engine"
	"github.com/impasto/impasto/engine/cpu"
	"github.com/impasto/impasto/engine/reference"
)

// held are runs that differ in what a snapshot has to hold.
var held = []struct {
	name, recipe string
	settings     map[string]string
}{
	{"wolfe", "impasto", nil},
	{"fixed steps", "neural-style-pt", map[string]string{"init": "content"}},
	{"full history", "impasto", map[string]string{"history": "2", "iterations": "6"}},
	{"levels", "gatys", map[string]string{"levels": "2"}},
	{"bounded", "pytorch-tutorial", map[string]string{"line-search": "wolfe"}},
	{"adam", "impasto", map[string]string{"optimizer": "adam"}},
	{"moments carried and averaged", "crowsonkb", map[string]string{"scale-ratio": "1.5"}},
	{"descent", "gatys", map[string]string{"optimizer": "gd"}},
	{"noise", "gatys", map[string]string{"init": "noise", "noise": "0.3"}},
	{"jitter", "impasto", map[string]string{"jitter": "0.1"}},
	{"reduced", "impasto", map[string]string{"reduced": "39", "scale-ratio": "2", "style-layers": "relu1_1=1,relu3_1=2", "content-layers": "relu3_2=1"}},
	{"rules by scale", "impasto", map[string]string{"scale.first.optimizer": "adam", "scale.last.optimizer": "lbfgs"}},
}

// heldInputs makes the inputs of such a run on a device, with an extractor and a style of their own: what a fresh
// process has.
func heldInputs(t testing.TB, dev engine.Device, recipe string, settings map[string]string) Inputs {
	in := newJob(t, dev, recipe, small(settings))
	in.Seed = 7
	return in
}

// TestResume checks that a run that continues from a snapshot, at any boundary of any scale, ends with the bits
// of the run that was not interrupted.
func TestResume(t *testing.T) {
	dev := processor(t)
	for _, c := range held {
		t.Run(c.name, func(t *testing.T) { testResume(t, func() engine.Device { return dev }, c.recipe, c.settings) })
	}
	// The strict device panics where a run that was resumed reads what only the one before it wrote.
	t.Run("reference", func(t *testing.T) {
		testResume(t, func() engine.Device { return reference.New32() }, "crowsonkb", map[string]string{"scale-ratio": "1.5"})
	})
}

// processor is the fast device, which is closed with the test.
func processor(t testing.TB) engine.Device {
	t.Helper()
	dev, err := cpu.New(cpu.Options{Threads: 2})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { dev.Close() })
	return dev
}

func testResume(t *testing.T, device func() engine.Device, recipe string, settings map[string]string) {
	plan := func() *Plan {
		p, err := NewPlan(heldInputs(t, device(), recipe, settings))
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	r, err := plan().Begin()
	if err != nil {
		t.Fatal(err)
	}
	var written [][]byte
	for {
		written = append(written, snapshotOf(t, r))
		if r.Done() {
			break
		}
		if err := r.Step(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	want, err := r.Finish(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	for i, data := range written {
		s, err := ReadSnapshot(bytes.NewReader(data), 1<<30)
		if err != nil {
			t.Fatal(err)
		}
		again, err := plan().Resume(t.Context(), s)
		if err != nil {
			t.Fatalf("resume at boundary %d: %v", i, err)
		}
		got, err := again.Finish(t.Context(), nil)
		if err != nil {
			t.Fatalf("resumed at boundary %d: %v", i, err)
		}
		if !slices.Equal(got.Picture.Pix, want.Picture.Pix) || got.LastLoss != want.LastLoss {
			t.Fatalf("resumed at boundary %d of %d: the picture or its loss differs (%v, want %v)", i, len(written), got.LastLoss, want.LastLoss)
		}
		if got.Iterations != want.Iterations || got.Events != want.Events || got.FirstLoss != want.FirstLoss || !slices.Equal(got.Terms, want.Terms) {
			t.Fatalf("resumed at boundary %d: %+v, want %+v", i, got, want)
		}
	}
}

func snapshotOf(t testing.TB, r *Run) []byte {
	t.Helper()
	s, err := r.Snapshot()
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if n, err := s.WriteTo(&out); err != nil || n != int64(out.Len()) {
		t.Fatalf("%d bytes of %d written: %v", n, out.Len(), err)
	}
	return out.Bytes()
}

// begun returns a run after so many steps.
func begun(t testing.TB, in Inputs, steps int) *Run {
	t.Helper()
	plan, err := NewPlan(in)
	if err != nil {
		t.Fatal(err)
	}
	r, err := plan.Begin()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.Close() })
	for range steps {
		if err := r.Step(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	return r
}

// TestPairsAreAppended checks what lets a snapshot be written in increments: within a scale a pair of
// L-BFGS keeps its name and its numbers.
func TestPairsAreAppended(t *testing.T) {
	r := begun(t, heldInputs(t, reference.New32(), "impasto", map[string]string{"history": "3", "iterations": "8"}), 0)
	known, pairs, scale := map[string][]float32{}, 0, 0
	for !r.Done() {
		if err := r.Step(t.Context()); err != nil {
			t.Fatal(err)
		}
		s, err := r.Snapshot()
		if err != nil {
			t.Fatal(err)
		}
		if s.Scale != scale {
			scale, known = s.Scale, map[string][]float32{}
		}
		for _, v := range s.Vectors {
			if !strings.HasPrefix(v.Name, "pair ") {
				continue
			}
			if was, ok := known[v.Name]; ok && !slices.Equal(was, v.Data) {
				t.Fatalf("%s changed", v.Name)
			} else if !ok {
				pairs++
			}
			known[v.Name] = v.Data
		}
	}
	if pairs < 8 {
		t.Errorf("only %d vectors of pairs were seen", pairs)
	}
}

// TestInterruptedRunGoesOn cancels every step of a run once, somewhere within it, and steps again: the result has the bits of the
// run that was left alone.
func TestInterruptedRunGoesOn(t *testing.T) {
	dev := processor(t)
	for _, c := range held {
		t.Run(c.name, func(t *testing.T) {
			in := heldInputs(t, dev, c.recipe, c.settings)
			want, _ := paint(t, in)
			r := begun(t, in, 0)
			for polls := int64(1); !r.Done(); polls = polls*7%31 + 1 {
				err := r.Step(&cancelled{Context: t.Context(), after: polls})
				if err != nil && !errors.Is(err, context.Canceled) {
					t.Fatal(err)
				}
				if err == nil {
					continue
				}
				data := snapshotOf(t, r) // must be whole, too
				if _, err := ReadSnapshot(bytes.NewReader(data), 1<<30); err != nil {
					t.Fatal(err)
				}
				if err := r.Step(t.Context()); err != nil {
					t.Fatal(err)
				}
			}
			got, err := r.Result()
			if err != nil || !slices.Equal(got.Picture.Pix, want.Picture.Pix) {
				t.Errorf("an interrupted run ends with other bits (%v)", err)
			}
		})
	}
}

// cancelled is a context that ends after it was asked a number of times.
type cancelled struct {
	context.Context
	after int64
}

func (c *cancelled) Err() error {
	if c.after--; c.after < 0 {
		return context.Canceled
	}
	return nil
}

// TestResumeRefuses names what does not fit.
func TestResumeRefuses(t *testing.T) {
	in := heldInputs(t, reference.New32(), "impasto", nil)
	data := snapshotOf(t, begun(t, in, 3))
	other := in
	other.Seed = 8
	for name, change := range map[string]struct {
		in     Inputs
		change func(*Snapshot)
		want   string
	}{
		"other seed":     {other, func(*Snapshot) {}, "other pictures, settings or sizes"},
		"no such scale":  {in, func(s *Snapshot) { s.Scale = 5 }, "scale 5"},
		"no image":       {in, func(s *Snapshot) { s.Vectors = s.Vectors[1:] }, `"image" is missing`},
		"other size":     {in, func(s *Snapshot) { s.Vectors[0].Pixels[0]++ }, "wrong size"},
		"no units":       {in, func(s *Snapshot) { s.Units = nil }, "units"},
		"another rule":   {in, func(s *Snapshot) { s.Rule.Rule = "adam" }, "state"},
		"a bad change":   {in, func(s *Snapshot) { s.Changes = []Change{{Settings: map[string]string{"scales": "3"}}} }, "scales"},
		"vector too far": {in, func(s *Snapshot) { s.Rule.Vectors = []int{9999} }, ""},
	} {
		s, err := ReadSnapshot(bytes.NewReader(data), 1<<30)
		if err != nil {
			t.Fatal(err)
		}
		change.change(s)
		plan, err := NewPlan(change.in)
		if err != nil {
			t.Fatal(err)
		}
		r, err := plan.Resume(t.Context(), s)
		var refused *SnapshotError
		if !errors.As(err, &refused) || !strings.Contains(err.Error(), change.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v, want a line with %q", name, err, change.want)
		}
		if r != nil {
			r.Close()
		}
	}
}

// TestReadSnapshotRefuses: a file that is cut or changed anywhere is never taken for a whole one.
func TestReadSnapshotRefuses(t *testing.T) {
	data := snapshotOf(t, begun(t, heldInputs(t, reference.New32(), "crowsonkb", map[string]string{"scale-ratio": "1.5"}), 4))
	rapid.Check(t, func(t *rapid.T) {
		damaged := slices.Clone(data)
		if rapid.Bool().Draw(t, "cut") {
			damaged = damaged[:rapid.IntRange(0, len(data)-1).Draw(t, "length")]
		} else {
			damaged[rapid.IntRange(0, len(data)-1).Draw(t, "at")] ^= byte(1 << rapid.IntRange(0, 7).Draw(t, "bit"))
		}
		if _, err := ReadSnapshot(bytes.NewReader(damaged), 1<<30); err == nil {
			t.Fatal("a damaged snapshot is read")
		}
	})
	var refused *SnapshotError
	if _, err := ReadSnapshot(bytes.NewReader(data), 1000); !errors.As(err, &refused) || !strings.Contains(err.Error(), "memory") {
		t.Errorf("a snapshot beyond the limit: %v", err)
	}
}

func FuzzReadSnapshot(f *testing.F) {
	f.Add(snapshotOf(f, begun(f, heldInputs(f, reference.New32(), "gatys", nil), 2))[:2000])
	f.Fuzz(func(t *testing.T, data []byte) {
		s, err := ReadSnapshot(bytes.NewReader(data), 1<<20)
		if err != nil {
			return
		}
		if _, err := s.WriteTo(io.Discard); err != nil {
			t.Error(err)
		}
	})
}
