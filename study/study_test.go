package study

import (
	"image"
	"math"
	"testing"

	"github.com/impasto/impasto/canvas"
	"github.com/impasto/impasto/engine"
	"github.com/impasto/impasto/figure"
)

// TestStudyGram checks every number of a study against its definition.
func TestStudyGram(t *testing.T) {
	m := builtIn(t)
	photo := example(t, "cat", 64)
	layers := []string{"relu1_1", "relu2_1"}
	maps, err := Look(t.Context(), m, photo, layers...)
	if err != nil {
		t.Fatal(err)
	}
	studies, err := StudyGram(t.Context(), m, photo, layers, GramOptions{Pairs: 3, Patches: 4})
	if err != nil {
		t.Fatal(err)
	}
	for i, g := range studies {
		matrix := gramOf(maps[i])
		c := g.Shape.Channels
		trace, eigen, most := 0.0, 0.0, 0.0
		for k, v := range matrix {
			if math.Abs(v-g.Matrix[k]) > 1e-5*math.Abs(v)+1e-7 {
				t.Fatalf("%s: G[%d]/N is %v, by its definition %v", g.Layer, k, g.Matrix[k], v)
			}
			if k/c == k%c {
				trace += v
			} else {
				most = max(most, v)
			}
		}
		for _, v := range g.Eigenvalues {
			eigen += v
		}
		if math.Abs(eigen-trace) > 1e-4*trace {
			t.Errorf("%s: the eigenvalues add up to %v, the diagonal to %v", g.Layer, eigen, trace)
		}
		if math.Abs(g.Pairs[0].Entry-most) > 1e-5*most {
			t.Errorf("%s: the first pair has %v, the largest entry is %v", g.Layer, g.Pairs[0].Entry, most)
		}
		for _, p := range g.Pairs {
			checkPair(t, g, p)
		}
	}
}

// TestGramReports writes the pages of one picture and of two.
func TestGramReports(t *testing.T) {
	m := builtIn(t)
	layers := []string{"relu2_1"}
	pictures := [2]*canvas.Picture{example(t, "cat", 64), example(t, "mosaic", 48)}
	var studies [2][]*Gram
	for i, p := range pictures {
		var err error
		if studies[i], err = StudyGram(t.Context(), m, p, layers, GramOptions{Pairs: 2, Patches: 3}); err != nil {
			t.Fatal(err)
		}
	}
	for _, lang := range []figure.Language{figure.English, figure.Korean} {
		selfContained(t, GramReport(pictures[0], studies[0], lang))
		selfContained(t, GramPairReport(pictures, studies[0], studies[1], lang))
	}
}

func gramOf(m *Maps) []float64 {
	features := make([][]float64, m.Shape.Channels)
	for i := range features {
		for _, v := range m.Channel(i) {
			features[i] = append(features[i], float64(v))
		}
	}
	matrix := direct(features)
	for i := range matrix {
		matrix[i] /= float64(m.Shape.Positions())
	}
	return matrix
}

func checkPair(t *testing.T, g *Gram, p *Pair) {
	t.Helper()
	sum, both := 0.0, 0.0
	for k, v := range p.MapI {
		sum += float64(v) * float64(p.MapJ[k])
		if p.Product[k] != v*p.MapJ[k] {
			t.Errorf("%s: the product at %d is %v", g.Layer, k, p.Product[k])
		}
		if v > 0 && p.MapJ[k] > 0 {
			both++
		}
	}
	n := float64(g.Shape.Positions())
	if math.Abs(sum/n-p.Entry) > 1e-5*sum/n || p.Both != both/n {
		t.Errorf("%s: pair %d,%d: G/N %v and %v of positions, directly %v and %v", g.Layer, p.I, p.J, p.Entry, p.Both, sum/n, both/n)
	}
	for _, q := range p.Patches {
		if float32(q.Value) != p.Product[q.Y*g.Shape.Width+q.X] || q.Seen != g.Field.At(q.X, q.Y) {
			t.Errorf("%s: patch %+v", g.Layer, q)
		}
	}
}

func TestStyleLoss(t *testing.T) {
	shape := engine.Shape{Channels: 2, Height: 1, Width: 1}
	a := &Gram{Shape: shape, Matrix: []float64{1, 2, 2, 5}}
	b := &Gram{Shape: shape, Matrix: []float64{1, 0, 0, 2}}
	if got, want := StyleLoss(a, b), (4+4+9)/16.0; got != want {
		t.Errorf("%v, want %v", got, want)
	}
}

func TestStudyGramRefusesChannels(t *testing.T) {
	m := builtIn(t)
	if _, err := StudyGram(t.Context(), m, example(t, "cat", 32), []string{"relu1_1"}, GramOptions{Asked: &[2]int{3, 64}}); err == nil {
		t.Error("channel 64 of 64 was taken")
	}
}

func TestStudyFeatures(t *testing.T) {
	m := builtIn(t)
	photo := example(t, "cat", 96)
	studies, err := StudyFeatures(t.Context(), m, photo, []string{"relu3_1"}, 4, 5)
	if err != nil {
		t.Fatal(err)
	}
	f := studies[0]
	positive, sum, squares := 0.0, 0.0, 0.0
	for i, c := range f.Channels {
		for _, v := range c.Map {
			sum += float64(v)
			squares += float64(v) * float64(v)
			if v > 0 {
				positive++
			}
		}
		if i > 0 && c.Norm > f.Channels[i-1].Norm {
			t.Errorf("channel %d is stronger than the one before it", c.Index)
		}
		if (len(c.Patches) > 0) != (i < 4) {
			t.Errorf("channel %d, number %d, has %d patches", c.Index, i, len(c.Patches))
		}
		apart(t, f, c.Patches)
	}
	selfContained(t, FeaturesReport(photo, studies, figure.Korean))
	n := float64(f.Shape.Elements())
	for _, v := range []struct {
		what      string
		got, want float64
	}{{"dead", f.Dead, 1 - positive/n}, {"mean", f.Mean, sum / n}, {"norm", f.Norm, math.Sqrt(squares)}} {
		if math.Abs(v.got-v.want) > 1e-9*max(1, v.want) {
			t.Errorf("%s: %v, want %v", v.what, v.got, v.want)
		}
	}
}

// apart checks that patches are ordered and do not overlap too much.
func apart(t *testing.T, f *Features, patches []Patch) {
	t.Helper()
	for i, p := range patches {
		if i > 0 && p.Value > patches[i-1].Value {
			t.Errorf("patch %d is stronger than the one before it", i)
		}
		for _, q := range patches[:i] {
			d := p.Seen.Min.Sub(q.Seen.Min)
			if half := f.Field.Size / 2; max(d.X, -d.X) < half && max(d.Y, -d.Y) < half {
				t.Errorf("patches at %v and %v show nearly the same", p.Seen, q.Seen)
			}
		}
	}
}

// TestStrongestSkipsNeighbours uses a ridge whose five largest values are adjacent.
func TestStrongestSkipsNeighbours(t *testing.T) {
	values := []float32{9, 8, 7, 6, 5, 0, 1, -1}
	got := strongest(values, engine.Shape{Channels: 1, Height: 1, Width: 8}, Field{Size: 6, Stride: 2, Start: -2}, 3)
	want := []Patch{{0, 0, 9, image.Rect(-2, -2, 4, 4)}, {2, 0, 7, image.Rect(2, -2, 8, 4)}, {4, 0, 5, image.Rect(6, -2, 12, 4)}}
	if len(got) != len(want) {
		t.Fatalf("%+v", got)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("%+v, want %+v", got[i], want[i])
		}
	}
}
