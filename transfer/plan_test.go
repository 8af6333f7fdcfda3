package transfer

import (
	"context"
	"errors"
	"math"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/impasto/impasto/engine"
	"github.com/impasto/impasto/recipe"

	"pgregory.net/rapid"

	"github.com/impasto/impasto/canvas"
	"github.com/impasto/impasto/engine/reference"
	"github.com/impasto/impasto/feature"
)

// TestSides: the pyramid of crowsonkb's style-transfer-pytorch from 128 to 512, and counts.
func TestSides(t *testing.T) {
	tests := []struct {
		scales recipe.Scales
		last   int
		want   []int
	}{
		{recipe.Scales{Ratio: math.Sqrt2, Smallest: 128}, 512, []int{128, 181, 256, 362, 512}},
		{recipe.Scales{Ratio: math.Sqrt2, Smallest: 128}, 100, []int{100}},
		{recipe.Scales{Ratio: 2, Smallest: 128, Count: 1}, 512, []int{512}},
		{recipe.Scales{Ratio: 2, Smallest: 128, Count: 4}, 512, []int{64, 128, 256, 512}},
		{recipe.Scales{Ratio: 800.0 / 512, Smallest: 128, Count: 2}, 800, []int{512, 800}},
		{recipe.Scales{Ratio: 2, Count: 9}, 4, []int{1, 1, 2, 4}},
	}
	for _, test := range tests {
		if got := test.scales.Sides(test.last); !slices.Equal(got, test.want) {
			t.Errorf("%+v to %d: %v, want %v", test.scales, test.last, got, test.want)
		}
	}
}

func TestSidesAscend(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := recipe.Scales{Ratio: rapid.Float64Range(1.05, 4).Draw(t, "ratio"), Smallest: rapid.IntRange(1, 600).Draw(t, "smallest"),
			Count: rapid.IntRange(0, 9).Draw(t, "count")}
		last := rapid.IntRange(1, 9000).Draw(t, "last")
		got := s.Sides(last)
		if !slices.IsSorted(got) || got[len(got)-1] != last || s.Count > 0 && len(got) > s.Count {
			t.Fatalf("%v", got)
		}
		if s.Count == 0 && len(got) > 1 && got[0] < s.Smallest {
			t.Fatalf("%v goes below %d", got, s.Smallest)
		}
	})
}

// TestPaintingKeepsItsStrokes: at every scale a painting has the same size against the picture, as long as
// it is large enough, and is never enlarged.
func TestPaintingKeepsItsStrokes(t *testing.T) {
	r, _ := recipe.Find("impasto")
	r.Style.Scale = 0.5
	j := Inputs{Recipe: r, Size: 1024}
	painting := canvas.New(400, 300)
	for side, want := range map[int]size{128: {64, 48}, 512: {256, 192}, 800: {400, 300}, 1024: {400, 300}} {
		if got := j.paintingSize(painting, side); got != want {
			t.Errorf("at a scale of %d the painting is %v, want %v", side, got, want)
		}
	}
	j.Photograph = canvas.New(1024, 700)
	j.Style, _ = NewStyle(Painting{Picture: painting, Weight: 1})
	if notes := j.small(); len(notes) != 1 || !strings.Contains(notes[0], "style-scale 0.39") {
		t.Errorf("notes %q", notes)
	}
}

// TestNothingIsResampled: at the photograph's own size and one scale both pictures are read as they are.
func TestNothingIsResampled(t *testing.T) {
	job := newJob(t, reference.New32(), "gatys", nil)
	plan, err := NewPlan(job)
	if err != nil {
		t.Fatal(err)
	}
	st := plan.scales[0]
	if w, h := plan.Size(); w != 40 || h != 30 || st.readings[0].size != (size{50, 40}) {
		t.Errorf("result %dx%d, painting %v", w, h, st.readings[0].size)
	}
	if len(plan.Notes()) != 0 {
		t.Errorf("notes %q", plan.Notes())
	}
}

// TestSmallScalesAreLeftOut: a scale at which relu5_1 has no position is dropped, unless it was asked for.
func TestSmallScalesAreLeftOut(t *testing.T) {
	job := newJob(t, reference.New32(), "impasto", map[string]string{"smallest-scale": "4", "scale-ratio": "2"})
	plan, err := NewPlan(job)
	if err != nil {
		t.Fatal(err)
	}
	if got := plan.Scales(); len(got) != 1 || got[0].Width != 40 {
		t.Errorf("scales %+v", got)
	}
	job.Recipe.Scales.Count = 2
	if _, err := NewPlan(job); err == nil || !strings.Contains(err.Error(), "relu5_1") {
		t.Errorf("a scale of 20x15 gives %v", err)
	}
}

func TestPlanErrors(t *testing.T) {
	tests := []struct {
		name   string
		change func(*Inputs)
		want   string
	}{
		{"too small", func(j *Inputs) { j.Photograph = canvas.New(40, 7) }, "relu4_2 needs"},
		{"painting too small", func(j *Inputs) { j.Style, _ = NewStyle(Painting{Picture: canvas.New(9, 90), Weight: 1}) }, "painting 1"},
		{"no layer", func(j *Inputs) { j.Recipe.Style.Layers[0].Layer = "relu1_9" }, "relu1_9"},
		{"negative size", func(j *Inputs) { j.Size = -1 }, "size"},
		{"no painting", func(j *Inputs) { j.Style = nil }, "no painting"},
		{"no start", func(j *Inputs) { j.Recipe.Start.Init = recipe.InitPicture }, "no start picture"},
		{"NaN", func(j *Inputs) { j.Recipe.Content.Weight = math.NaN() }, "content-weight"},
	}
	for _, test := range tests {
		job := newJob(t, reference.New32(), "gatys", nil)
		test.change(&job)
		if _, err := NewPlan(job); err == nil || !strings.Contains(err.Error(), test.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s gives %v, want a line with %q", test.name, err, test.want)
		}
	}
}

// TestBudget: a plan keeps to its budget, or says by how much it cannot.
func TestBudget(t *testing.T) {
	job := newJob(t, reference.New32(), "gatys", small(nil))
	job.Keep = feature.KeepNone
	least, err := NewPlan(job)
	if err != nil {
		t.Fatal(err)
	}
	job.Keep, job.Budget = feature.KeepFitting, least.Bytes()
	if plan, err := NewPlan(job); err != nil || plan.Bytes() > job.Budget {
		t.Errorf("a budget of %d is not enough for %d: %v", job.Budget, least.Bytes(), err)
	}
	job.Budget = least.Bytes() / 2
	var short *BudgetError
	if _, err := NewPlan(job); !errors.As(err, &short) {
		t.Errorf("half of what is needed gives %v", err)
	}
}

// TestWork counts the multiply-adds of VGG-19 by hand: at 16x16 the table of its convolutions is short.
func TestWork(t *testing.T) {
	settings := map[string]string{"iterations": "4", "style-layers": "relu3_1", "content-layers": "conv1_2", "optimizer": "adam"}
	job := newJob(t, reference.New32(), "gatys", settings)
	job.Photograph = smooth(1, 16, 16)
	job.Style, _ = NewStyle(Painting{Picture: smooth(1, 8, 16), Weight: 1})
	plan, err := NewPlan(job)
	if err != nil {
		t.Fatal(err)
	}
	const fixed = 256 // what a convolution takes whatever its size
	shallow, deep := 3*6+6*6, 6*8+8*8
	photograph := float64((256 + fixed) * shallow)
	picture := photograph + float64((64+fixed)*deep+(16+fixed)*8*10)
	painting := float64((128+fixed)*shallow + (32+fixed)*deep + (8+fixed)*8*10)
	if want := 9 * (2*5*picture + photograph + painting); plan.Work() != want {
		t.Errorf("%v multiply-adds, want %v", plan.Work(), want)
	}
}

func TestStyleWeights(t *testing.T) {
	p := canvas.New(20, 20)
	for _, weights := range [][]float64{{}, {0}, {-1}, {1, math.NaN()}, {math.Inf(1)}} {
		var paintings []Painting
		for _, w := range weights {
			paintings = append(paintings, Painting{Picture: p, Weight: w})
		}
		if _, err := NewStyle(paintings...); err == nil {
			t.Errorf("weights %v are accepted", weights)
		}
	}
}

// TestStylesMix: a painting of weight 0 does not count, two of the same weight count as one.
func TestStylesMix(t *testing.T) {
	loss := func(paintings ...Painting) float64 {
		job := newJob(t, reference.New64(), "gatys", nil)
		job.Style, _ = NewStyle(paintings...)
		e, err := evaluate(context.Background(), job, job.Photograph)
		if err != nil {
			t.Fatal(err)
		}
		return e.Total
	}
	a, b := smooth(3, 50, 40), smooth(4, 41, 33)
	one := loss(Painting{Picture: a, Weight: 1})
	if got := loss(Painting{Picture: a, Weight: 2}, Painting{Picture: b, Weight: 0}); got != one {
		t.Errorf("with a painting of weight 0 the loss is %v, without %v", got, one)
	}
	if got := loss(Painting{Picture: a, Weight: 1}, Painting{Picture: a, Weight: 3}); math.Abs(got/one-1) > 1e-12 {
		t.Errorf("twice the same painting gives %v, once %v", got, one)
	}
	if got := loss(Painting{Picture: a, Weight: 1}, Painting{Picture: b, Weight: 1}); got == one {
		t.Error("the second painting has no effect")
	}
}

// TestStyleIsLearnedOnce, also by runs that share it.
func TestStyleIsLearnedOnce(t *testing.T) {
	job := newJob(t, reference.New32(), "gatys", map[string]string{"iterations": "1"})
	var group sync.WaitGroup
	for range 3 {
		group.Go(func() {
			if plan, err := NewPlan(job); err != nil {
				t.Error(err)
			} else if _, err := plan.Run(context.Background(), nil); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	if n := len(job.Style.lessons); n != 1 {
		t.Errorf("%d lessons, want 1", n)
	}
}

// Matrix roots take as long at any size; the estimate must know.
func TestWorkOfRoots(t *testing.T) {
	work := func(distance string, iterations string) float64 {
		plan, err := NewPlan(newJob(t, reference.New32(), "gatys", map[string]string{"style-loss": distance, "iterations": iterations, "optimizer": "adam"}))
		if err != nil {
			t.Fatal(err)
		}
		return plan.Work()
	}
	cubes := 6.*6*6 + 8*8*8 + 10*10*10 + 12*12*12 + 12*12*12
	if got, want := work("wasserstein", "4")-work("gram", "4"), 5*76*cubes; math.Abs(got/want-1) > 1e-9 {
		t.Errorf("roots are estimated at %v multiply-adds, want %v", got, want)
	}
}

// TestGradientByDifferences moves the picture along a random direction, in float64. The truncated
// Wasserstein distance has a gradient that is not its derivative.
func TestGradientByDifferences(t *testing.T) {
	for _, name := range recipe.Names() {
		overrides := map[string]string{}
		if name == "crowsonkb" {
			overrides["style-loss"] = "wasserstein"
		}
		job := newJob(t, reference.New64(), name, overrides)
		at := picture(131, 40, 30)
		e, err := evaluate(context.Background(), job, at)
		if err != nil {
			t.Fatal(err)
		}
		const h = 1.0 / (1 << 14)
		var slope float64
		forward, back := at.Clone(), at.Clone()
		for i, g := range e.Gradient {
			d := float32(1 - 2*int(word(5, uint64(i))&1))
			forward.Pix[i] += h * d
			back.Pix[i] -= h * d
			slope += float64(g * d)
		}
		f, err1 := evaluate(context.Background(), job, forward)
		b, err2 := evaluate(context.Background(), job, back)
		if err := errors.Join(err1, err2); err != nil {
			t.Fatal(err)
		}
		if got := (f.Total - b.Total) / (2 * h); math.Abs(got-slope) > 2e-3*e.GradientNorm*math.Sqrt(float64(len(e.Gradient))) {
			t.Errorf("%s: the slope is %v by differences, %v by the gradient (norm %v)", name, got, slope, e.GradientNorm)
		}
	}
}

// TestLookIsTheSameAtAnySize: the default weight of gatys is scaled with the picture, so that content and
// style keep their ratio; a weight that a user gives is taken as it is.
func TestLookIsTheSameAtAnySize(t *testing.T) {
	content := func(overrides map[string]string, width, height int) float64 {
		job := newJob(t, reference.New64(), "gatys", overrides)
		job.Photograph = smooth(2, width, height)
		e, err := evaluate(context.Background(), job, picture(7, width, height))
		if err != nil {
			t.Fatal(err)
		}
		return e.Terms[0].Value / float64(width*height)
	}
	r, _ := recipe.Find("gatys")
	for _, side := range []int{32, 64} {
		scaled := content(nil, side, side)
		given := content(map[string]string{"content-weight": strconv.FormatFloat(r.Content.Weight, 'g', -1, 64)}, side, side)
		if want := r.Content.Reference / float64(side*side); math.Abs(scaled/given/want-1) > 1e-6 {
			t.Errorf("at %d pixels the weight is %v times the recipe's, want %v", side, scaled/given, want)
		}
	}
}

// What is kept on the host grows with the paintings and with the kind of loss, not with the picture.
func TestHostBytesOfStyleLosses(t *testing.T) {
	dev := reference.New32()
	bytes := func(more map[string]string, paintings int) int64 {
		job := newJob(t, dev, "gatys", more)
		var all []Painting
		for range paintings {
			all = append(all, Painting{Picture: smooth(3, 50, 40), Weight: 1})
		}
		job.Style, _ = NewStyle(all...)
		plan, err := NewPlan(job)
		if err != nil {
			t.Fatal(err)
		}
		return plan.HostBytes()
	}
	gram, roots := bytes(nil, 1), int64(0)
	for _, channels := range []int{6, 8, 10, 12, 12} {
		roots += dev.CouplingBytes(channels, engine.ExactCoupling)
	}
	if got := bytes(map[string]string{"style-loss": "wasserstein"}, 1) - gram; got != roots {
		t.Errorf("roots take %d bytes, want %d", got, roots)
	}
	one, two := bytes(nil, 2)-gram, bytes(nil, 3)-gram
	const squares = 6*6 + 8*8 + 10*10 + 12*12 + 12*12
	if one < 8*squares || two != 2*one {
		t.Errorf("lessons of another painting take %d bytes, of two %d; moments have %d", one, two, 8*squares)
	}
	if got := bytes(map[string]string{"preserve-colors": "luminance"}, 1) - gram; got < 4*3*40*30 {
		t.Errorf("the grey photograph takes %d bytes", got)
	}
}
