package transfer

import (
	"context"
	"errors"
	"math"
	"slices"
	"testing"

	"github.com/impasto/impasto/recipe"

	"github.com/impasto/impasto/canvas"
	"github.com/impasto/impasto/engine/reference"
	"github.com/impasto/impasto/feature"
	"github.com/impasto/impasto/optim"
)

// TestEveryRule runs each recipe with each step rule over two scales. The reference device panics where
// two buffers of the plan that live at once share memory.
func TestEveryRule(t *testing.T) {
	for _, name := range recipe.Names() {
		for _, rule := range []string{"lbfgs", "adam", "gd"} {
			t.Run(name+"/"+rule, func(t *testing.T) {
				job := newJob(t, reference.New64(), name, small(map[string]string{"optimizer": rule, "init": "noise", "noise": "0.2"}))
				result, rows := paint(t, job)
				checkRows(t, rows, []size{{27, 20}, {40, 30}}, []int{6, 3})
				if p := result.Picture; !result.Finished || p.Width != 40 || p.Height != 30 || !finitePicture(p) {
					t.Errorf("the result is %dx%d, finished %v", p.Width, p.Height, result.Finished)
				}
				if result.LastLoss > result.FirstLoss {
					t.Errorf("the loss rises from %v to %v", result.FirstLoss, result.LastLoss)
				}
			})
		}
	}
}

// checkRows compares the progress of a run with its scales.
func checkRows(t *testing.T, rows []Progress, sizes []size, iterations []int) {
	t.Helper()
	i, evaluations, done := 0, 0, 0
	for scale, s := range sizes {
		for k := 0; k <= iterations[scale]; k++ {
			if i == len(rows) {
				t.Fatalf("%d rows, more expected", len(rows))
			}
			r := rows[i]
			if r.Scale != scale || r.Scales != len(sizes) || r.Width != s.width || r.Height != s.height {
				t.Fatalf("row %d: scale %d of %d at %dx%d, want %d at %v", i, r.Scale, r.Scales, r.Width, r.Height, scale, s)
			}
			if r.Iteration != k || r.Iterations != iterations[scale] || r.Done != done+k {
				t.Fatalf("row %d: iteration %d of %d, done %d, want %d of %d", i, r.Iteration, r.Iterations, r.Done, k, iterations[scale])
			}
			if r.Evaluations <= evaluations {
				t.Fatalf("row %d: %d evaluations after %d", i, r.Evaluations, evaluations)
			}
			sum := 0.0
			for _, term := range r.Terms {
				sum += term.Value
			}
			if math.Abs(sum-r.Loss) > 1e-9*r.Loss {
				t.Fatalf("row %d: terms add up to %v, the loss is %v", i, sum, r.Loss)
			}
			evaluations = r.Evaluations
			i++
		}
		done += iterations[scale]
	}
	if i != len(rows) {
		t.Fatalf("%d rows, want %d", len(rows), i)
	}
}

func finitePicture(p *canvas.Picture) bool {
	return !slices.ContainsFunc(p.Pix, func(v float32) bool { return v-v != 0 })
}

// TestRepeats: the same seed gives the same bits, another one another picture.
func TestRepeats(t *testing.T) {
	run := func(seed uint64) *canvas.Picture {
		job := newJob(t, reference.New32(), "impasto", small(map[string]string{"init": "noise"}))
		job.Seed = seed
		result, _ := paint(t, job)
		return result.Picture
	}
	a, b, c := run(1), run(1), run(2)
	if !slices.Equal(a.Pix, b.Pix) {
		t.Error("one seed gives two pictures")
	}
	if slices.Equal(a.Pix, c.Pix) {
		t.Error("two seeds give one picture")
	}
}

// TestInterrupted: wherever a run is interrupted, the picture so far is there and the error says so.
func TestInterrupted(t *testing.T) {
	job := newJob(t, reference.New32(), "gatys", small(nil))
	plan, err := NewPlan(job)
	if err != nil {
		t.Fatal(err)
	}
	for stop := range plan.Iterations() + 2 {
		ctx, cancel := context.WithCancel(context.Background())
		rows := 0
		var last Progress
		result, err := plan.Run(ctx, func(p *Progress) {
			if last = *p; rows == stop {
				cancel()
			}
			rows++
		})
		cancel()
		if stop == plan.Iterations()+1 {
			if err != nil {
				t.Errorf("interrupted after the last iteration: %v", err)
			}
			continue
		}
		if !errors.Is(err, context.Canceled) || result.Finished {
			t.Fatalf("interrupted at row %d: error %v", stop, err)
		}
		if p := result.Picture; p.Width != last.Width || !finitePicture(p) {
			t.Errorf("interrupted at row %d: a picture of %d, was at %d", stop, p.Width, last.Width)
		}
		if result.LastLoss != last.Loss {
			t.Errorf("interrupted at row %d: loss %v, was %v", stop, result.LastLoss, last.Loss)
		}
	}
}

// TestInterruptedAtOnce: before the first evaluation the picture is the start.
func TestInterruptedAtOnce(t *testing.T) {
	job := newJob(t, reference.New32(), "gatys", map[string]string{"init": "picture"})
	job.Start = smooth(9, 40, 30)
	plan, err := NewPlan(job)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	result, err := plan.Run(ctx, nil)
	if !errors.Is(err, context.Canceled) || !slices.Equal(result.Picture.Pix, job.Start.Pix) {
		t.Errorf("error %v", err)
	}
}

// TestNotFinite: a start that is not finite ends at once and says so.
func TestNotFinite(t *testing.T) {
	job := newJob(t, reference.New32(), "gatys", map[string]string{"init": "picture"})
	job.Start = smooth(9, 40, 30)
	job.Start.Pix[100] = float32(math.NaN())
	plan, err := NewPlan(job)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := plan.Run(context.Background(), nil); !errors.Is(err, optim.ErrNotFinite) {
		t.Errorf("error %v", err)
	}
}

// TestKeepAndRecompute: what is kept in memory changes no bit of the picture.
func TestKeepAndRecompute(t *testing.T) {
	var pictures []*canvas.Picture
	var bytes []int64
	for _, keep := range []feature.Keep{feature.KeepAll, feature.KeepNone} {
		job := newJob(t, reference.New32(), "gatys", small(nil))
		job.Keep = keep
		plan, err := NewPlan(job)
		if err != nil {
			t.Fatal(err)
		}
		result, _ := paint(t, job)
		pictures, bytes = append(pictures, result.Picture), append(bytes, plan.Bytes())
	}
	if !slices.Equal(pictures[0].Pix, pictures[1].Pix) {
		t.Error("the two plans give two pictures")
	}
	if bytes[1] > bytes[0] {
		t.Errorf("recomputing takes %d bytes, keeping %d", bytes[1], bytes[0])
	}
}

// TestAverage compares the running average with its definition: weights d^age that add up to 1.
func TestAverage(t *testing.T) {
	const decay = 0.8
	iterates := [][]float32{}
	job := newJob(t, reference.New64(), "impasto", map[string]string{"scales": "1", "iterations": "6", "optimizer": "adam"})
	plan, err := NewPlan(job)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := plan.Run(context.Background(), func(p *Progress) { iterates = append(iterates, now(t, p).Pix) }); err != nil {
		t.Fatal(err)
	}
	if err := job.Recipe.Set("averaging", "0.8"); err != nil {
		t.Fatal(err)
	}
	result, _ := paint(t, job)
	want := make([]float32, len(iterates[0]))
	for i := range want {
		var sum, weights float64
		for k, x := range iterates {
			w := math.Pow(decay, float64(len(iterates)-1-k))
			sum, weights = sum+w*float64(x[i]), weights+w
		}
		want[i] = float32(sum / weights)
	}
	if d := relative(result.Picture.Pix, want); d > 1e-5 {
		t.Errorf("the average is off by %v", d)
	}
}

// TestCarriedMoments: with moments carried over, the first step at the next scale is not that of a fresh Adam.
func TestCarriedMoments(t *testing.T) {
	second := func(carry string) float64 {
		_, rows := paint(t, newJob(t, reference.New64(), "impasto", small(map[string]string{"optimizer": "adam", "averaging": "0.9", "carry-moments": carry})))
		for _, r := range rows {
			if r.Scale == 1 && r.Iteration == 1 {
				return r.Loss
			}
		}
		return math.NaN()
	}
	if a, b := second("true"), second("false"); a == b || math.IsNaN(a) {
		t.Errorf("losses %v with and %v without", a, b)
	}
}

// TestStarts: each start begins with the picture that it promises.
func TestStarts(t *testing.T) {
	start := func(init string) *canvas.Picture {
		job := newJob(t, reference.New32(), "gatys", map[string]string{"init": init, "iterations": "0", "noise": "0.1"})
		job.Start = smooth(5, 20, 15)
		result, rows := paint(t, job)
		if len(rows) != 1 || rows[0].Iteration != 0 {
			t.Errorf("init %s without iterations has %d rows", init, len(rows))
		}
		return result.Picture
	}
	job := newJob(t, reference.New32(), "gatys", nil)
	if !slices.Equal(start("content").Pix, job.Photograph.Pix) {
		t.Error("init content is not the photograph")
	}
	grey := start("grey")
	if grey.Pix[0] != 0.485 || grey.Channel(2)[17] != 0.406 {
		t.Error("init grey is not the mean colour")
	}
	if d := relative(start("noise").Pix, grey.Pix); d < 0.1 || d > 0.4 {
		t.Errorf("init noise is %v off the mean colour", d)
	}
	if p := start("picture"); p.Width != 40 || p.Height != 30 {
		t.Error("init picture was not brought to size")
	}
	if p := start("style"); p.Width != 40 || p.Height != 30 {
		t.Error("init style was not brought to size")
	}
}

// TestClampedIterates: with clamp every picture lies in [0,1].
func TestClampedIterates(t *testing.T) {
	job := newJob(t, reference.New32(), "pytorch-tutorial", map[string]string{"iterations": "8", "init": "noise", "noise": "0.5"})
	plan, err := NewPlan(job)
	if err != nil {
		t.Fatal(err)
	}
	_, err = plan.Run(context.Background(), func(p *Progress) {
		if q := now(t, p); slices.Min(q.Pix) < 0 || slices.Max(q.Pix) > 1 {
			t.Errorf("iteration %d leaves [0,1]", p.Iteration)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestNothingToDo: a run that starts at the minimum ends there, and says that nothing was found.
func TestNothingToDo(t *testing.T) {
	for _, rule := range []string{"lbfgs", "adam", "gd"} {
		job := newJob(t, reference.New32(), "gatys", map[string]string{"optimizer": rule, "style-weight": "0", "iterations": "5"})
		job.Style = nil
		result, rows := paint(t, job)
		if !result.Events.Has(optim.Stalled) || len(rows) != 2 || !slices.Equal(result.Picture.Pix, job.Photograph.Pix) {
			t.Errorf("%s: events %q in %d rows", rule, result.Events, len(rows))
		}
	}
}

// TestJitter: noise over the start is as strong as asked for, and depends on the seed alone.
func TestJitter(t *testing.T) {
	start := func(jitter string, seed uint64) *canvas.Picture {
		job := newJob(t, reference.New32(), "gatys", map[string]string{"jitter": jitter})
		job.Seed = seed
		plan, err := NewPlan(job)
		if err != nil {
			t.Fatal(err)
		}
		return plan.scales[0].start()
	}
	plain, one, again, other := start("0", 1), start("0.25", 1), start("0.25", 1), start("0.25", 2)
	if !slices.Equal(one.Pix, again.Pix) || slices.Equal(one.Pix, other.Pix) {
		t.Error("the noise is not the seed's")
	}
	sum := 0.0
	for i, v := range one.Pix {
		sum += math.Pow(float64(v-plain.Pix[i]), 2)
	}
	// Of 3600 samples the deviation is known to 1.2 %.
	if have := math.Sqrt(sum / float64(len(one.Pix))); math.Abs(have-0.25) > 0.015 {
		t.Errorf("the noise deviates by %v, want 0.25", have)
	}
}
