package critic

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/impasto/impasto"
	"github.com/impasto/impasto/canvas"
	"github.com/impasto/impasto/figure"
	"github.com/impasto/impasto/recipe"
	"github.com/impasto/impasto/transfer"
	"github.com/impasto/impasto/weights"
)

// thin is a VGG-19 of few channels up to conv5_1 with generated weights.
func thin() *weights.Model {
	m := &weights.Model{Name: "thin", Architecture: weights.VGG19}
	state, in := uint64(7), 3
	unit := func() float32 {
		state = state*6364136223846793005 + 1442695040888963407
		return float32(state>>40)/(1<<23) - 1
	}
	for b, n := range []int{2, 2, 4, 4, 1} {
		out := []int{4, 5, 6, 7, 6}[b]
		for i := range n {
			c := weights.Convolution{Name: fmt.Sprintf("conv%d_%d", b+1, i+1), In: in, Out: out, Weight: make([]float32, out*in*9), Bias: make([]float32, out)}
			for j := range c.Weight {
				c.Weight[j] = unit() * float32(math.Sqrt(6/float64(9*in)))
			}
			for j := range c.Bias {
				c.Bias[j] = 0.1 * unit()
			}
			m.Convolutions = append(m.Convolutions, c)
			in = out
		}
	}
	return m
}

// noisy is a picture of generated noise.
func noisy(seed uint64, width, height int) *canvas.Picture {
	p := canvas.New(width, height)
	for i := range p.Pix {
		seed = seed*6364136223846793005 + 1442695040888963407
		p.Pix[i] = float32(seed>>56) / 255
	}
	return p
}

// student is a program of someone who made mistakes: the textbook's loss in naive loops, in float64.
type student struct {
	bgr, raw, noMean, noStd, range255 bool
	maxPooling, replicate             bool
	linearStyle, linearContent        bool
	content                           string
	divideBy                          func(c, n float64) float64 // the Gram matrix
	outside                           func(c, n float64) float64
	contentBy                         func(c, n float64) float64
	unmatched, noLayerWeights         bool
	alpha, beta                       float64
	rows                              func(planes layer, w, h int) layer // of the matrix that is multiplied; nil for the right ones
}

func careful() student {
	return student{content: "4_2", alpha: 1e-3, beta: 1,
		divideBy:  func(_, _ float64) float64 { return 1 },
		outside:   func(c, n float64) float64 { return 4 * c * c * n * n },
		contentBy: func(_, _ float64) float64 { return 2 },
	}
}

// layer is a map [C,N].
type layer [][]float64

func (s *student) features(p *canvas.Picture) map[string]layer {
	w, h := p.Width, p.Height
	mean, std := [3]float64{0.485, 0.456, 0.406}, [3]float64{0.229, 0.224, 0.225}
	x := make(layer, 3)
	for c := range x {
		from := c
		if s.bgr {
			from = 2 - c
		}
		for _, v := range p.Channel(from) {
			y := float64(v)
			if s.range255 {
				y *= 255
			}
			if !s.raw && !s.noMean {
				y -= mean[c]
			}
			if !s.raw && !s.noStd {
				y /= std[c]
			}
			x[c] = append(x[c], y)
		}
	}
	maps := map[string]layer{}
	for i, conv := range thin().Convolutions {
		if i > 0 && strings.HasSuffix(conv.Name, "_1") {
			x = s.pool(x, w, h)
			w, h = w/2, h/2
		}
		x = s.convolve(x, conv, w, h, i == 0 && s.replicate)
		maps["conv"+conv.Name[4:]] = x
		y := make(layer, len(x))
		for c := range x {
			for _, v := range x[c] {
				y[c] = append(y[c], math.Max(v, 0))
			}
		}
		x = y
		maps["relu"+conv.Name[4:]] = x
	}
	return maps
}

func (s *student) convolve(x layer, conv weights.Convolution, w, h int, replicate bool) layer {
	out := make(layer, conv.Out)
	for o := range out {
		out[o] = make([]float64, w*h)
		for i := range out[o] {
			sum := float64(conv.Bias[o])
			for c := range x {
				for k := range 9 {
					u, v := i%w+k%3-1, i/w+k/3-1
					if replicate {
						u, v = min(max(u, 0), w-1), min(max(v, 0), h-1)
					}
					if u >= 0 && v >= 0 && u < w && v < h {
						sum += float64(conv.Weight[(o*len(x)+c)*9+k]) * x[c][v*w+u]
					}
				}
			}
			out[o][i] = sum
		}
	}
	return out
}

func (s *student) pool(x layer, w, h int) layer {
	out := make(layer, len(x))
	for c := range x {
		for v := 0; v+1 < h; v += 2 {
			for u := 0; u+1 < w; u += 2 {
				a, b, d, e := x[c][v*w+u], x[c][v*w+u+1], x[c][v*w+w+u], x[c][v*w+w+u+1]
				if s.maxPooling {
					out[c] = append(out[c], max(a, b, d, e))
				} else {
					out[c] = append(out[c], (a+b+d+e)/4)
				}
			}
		}
	}
	return out
}

func (s *student) terms(photo, painting, at *canvas.Picture) []transfer.Term {
	p, q, x := s.features(photo), s.features(painting), s.features(at)
	kind := map[bool]string{false: "relu", true: "conv"}
	name := kind[s.linearContent] + s.content
	sum := 0.0
	for c := range x[name] {
		for i, v := range x[name][c] {
			sum += (v - p[name][c][i]) * (v - p[name][c][i])
		}
	}
	terms := []transfer.Term{{Kind: transfer.ContentTerm, Layer: "relu4_2", Value: s.alpha * sum / s.contentBy(float64(len(x[name])), float64(len(x[name][0])))}}
	for _, l := range []string{"1_1", "2_1", "3_1", "4_1", "5_1"} {
		f, a := x[kind[s.linearStyle]+l], q[kind[s.linearStyle]+l]
		c, n, m := float64(len(f)), float64(len(f[0])), float64(len(a[0]))
		if halve := int(l[0] - '1'); s.rows != nil {
			f, a = s.rows(f, at.Width>>halve, at.Height>>halve), s.rows(a, painting.Width>>halve, painting.Height>>halve)
		}
		e := 0.0
		for i := range f {
			for j := range f {
				target := dotOf(a[i], a[j]) / s.divideBy(c, m)
				if !s.unmatched && s.divideBy(c, 2) == s.divideBy(c, 1) {
					target *= n / m
				}
				d := dotOf(f[i], f[j])/s.divideBy(c, n) - target
				e += d * d
			}
		}
		weight := 0.2
		if s.noLayerWeights {
			weight = 1
		}
		terms = append(terms, transfer.Term{Kind: transfer.StyleTerm, Layer: "relu" + l, Value: s.beta * weight * e / s.outside(c, n)})
	}
	return terms
}

func dotOf(a, b []float64) (sum float64) {
	for i, v := range a {
		sum += v * b[i]
	}
	return sum
}

// slips are the single mistakes, each with words of the sentence that must name it.
var slips = []struct {
	kind, says string
	make       func(*student)
}{
	{"input", "OpenCV", func(s *student) { s.bgr = true }},
	{"input", "as they are", func(s *student) { s.raw = true }},
	{"input", "do not subtract the mean", func(s *student) { s.noMean = true }},
	{"input", "do not divide by the standard deviation", func(s *student) { s.noStd = true }},
	{"input", "normalise pixels in 0..255", func(s *student) { s.range255 = true }},
	{"pooling", "pools by the maximum", func(s *student) { s.maxPooling = true }},
	{"padding", "replicates the border", func(s *student) { s.replicate = true }},
	{"relu", "style loss reads its layers before", func(s *student) { s.linearStyle = true }},
	{"relu", "content loss reads its layers before", func(s *student) { s.linearContent = true }},
	{"relu", "all layers before", func(s *student) { s.linearContent, s.linearStyle = true, true }},
	{"content layer", "reads relu4_3 where relu4_2", func(s *student) { s.content = "4_3" }},
	{"content layer", "reads relu3_2 where relu4_2", func(s *student) { s.content = "3_2" }},
	{"gram", "divided by C N, the squares are averaged", func(s *student) {
		s.divideBy, s.outside = func(c, n float64) float64 { return c * n }, func(c, _ float64) float64 { return c * c }
	}},
	{"gram", "divided by C N, the sum of squares is divided by C^2 N^2 and multiplied by 0.25", func(s *student) { s.divideBy = func(c, n float64) float64 { return c * n } }},
	{"gram", "divided by C, ", func(s *student) { s.divideBy = func(c, _ float64) float64 { return c } }},
	{"gram", "the squares are summed", func(s *student) { s.outside = func(_, _ float64) float64 { return 1 } }},
	{"gram", "divided by C^2 N^2;", func(s *student) { s.outside = func(c, n float64) float64 { return c * c * n * n } }},
	{"gram", "multiplied by 0.5;", func(s *student) { s.outside = func(c, n float64) float64 { return 2 * c * c * n * n } }},
	{"gram", "not divided, the sum", func(s *student) { s.unmatched = true }},
	{"content", "1 times the sum of squares;", func(s *student) { s.contentBy = func(_, _ float64) float64 { return 1 } }},
	{"content", "1 times the sum of squares over C N", func(s *student) { s.contentBy = func(c, n float64) float64 { return c * n } }},
	{"layer weights", "each counts 1", func(s *student) { s.noLayerWeights = true }},
	{"alpha", "lack the weight alpha", func(s *student) { s.alpha = 1 }},
}

// open opens the thin network for one test.
func open(t *testing.T) *impasto.Model {
	t.Helper()
	model, err := impasto.Open(t.Context(), thin(), impasto.Settings{Memory: 1 << 30})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := model.Close(); err != nil {
			t.Error(err)
		}
	})
	return model
}

// withSearch lets use look into a search.
func withSearch(t *testing.T, model *impasto.Model, trial Trial, claim Claim, use func(*search) error) {
	t.Helper()
	var s *search
	if err := model.Lend(t.Context(), func(l *impasto.Loan) (bytes int64, err error) {
		s, err = newSearch(l, trial, claim)
		return 0, err
	}, func(*impasto.Loan) error { return use(s) }); err != nil {
		t.Fatal(err)
	}
}

// trialOf are pictures of two sizes and the textbook's recipe with the goldens' weights.
func trialOf(t *testing.T, chosen string, overrides map[string]string) Trial {
	t.Helper()
	r, err := recipe.Find(chosen)
	if err == nil {
		err = r.Override(overrides)
	}
	if err != nil {
		t.Fatal(err)
	}
	return Trial{Recipe: r, Photo: noisy(1, 40, 34), Painting: noisy(2, 36, 42), At: noisy(3, 40, 34)}
}

var textbook = map[string]string{"content-weight": "1e-3", "style-weight": "1"}

// TestCheckNamesEveryMistake lets a student make each mistake alone, and each with another one.
func TestCheckNamesEveryMistake(t *testing.T) {
	model := open(t)
	trial := trialOf(t, "gatys", textbook)
	judge := func(t *testing.T, s student) *Verdict {
		v, err := Check(t.Context(), model, trial, Claim{Terms: s.terms(trial.Photo, trial.Painting, trial.At)})
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	if v := judge(t, careful()); !v.Right || len(v.Mistakes) > 0 {
		t.Errorf("a right program: %+v", v)
	}
	for i, slip := range slips {
		s := careful()
		slip.make(&s)
		if v := judge(t, s); v.Right || len(v.Mistakes) != 1 || !strings.Contains(v.Sentence, slip.says) {
			t.Errorf("%q: %s", slip.says, v.Sentence)
		}
		for _, further := range []int{4, 9} { // each pair takes a quarter of a second
			other := slips[(i+further)%len(slips)]
			if other.kind == slip.kind || testing.Short() {
				continue
			}
			s := careful()
			slip.make(&s)
			other.make(&s)
			v := judge(t, s)
			if all := v.Sentence + fmt.Sprint(v.Others); len(v.Mistakes) > 2 || !strings.Contains(all, slip.says) || !strings.Contains(all, other.says) {
				t.Errorf("%q and %q: %s", slip.says, other.says, v.Sentence)
			}
		}
	}
}

// gradientOf is the gradient of a program that does what a recipe says.
func gradientOf(t *testing.T, model *impasto.Model, trial Trial) []float32 {
	t.Helper()
	style, err := model.Learn(t.Context(), impasto.Painting{Picture: trial.Painting, Weight: 1})
	if err != nil {
		t.Fatal(err)
	}
	e, err := model.Evaluate(t.Context(), trial.Photo, style, trial.At, impasto.Options{Recipe: trial.Recipe})
	if err != nil {
		t.Fatal(err)
	}
	return e.Gradient
}

// TestCheckGradients lets programs differ by what recipes can say, and by what a gradient is taken by.
func TestCheckGradients(t *testing.T) {
	model := open(t)
	scale := func(by float32) func([]float32) {
		return func(g []float32) {
			for i := range g {
				g[i] *= by
			}
		}
	}
	for _, c := range []struct {
		recipe, set, says string
		change            func([]float32)
	}{
		{"gatys", "", "Right", nil},
		{"crowsonkb", "", "Right", nil},
		{"gordicaleksa", "", "Right", nil},
		{"gatys", "pooling=max", "pools by the maximum", nil},
		{"gatys", "input=caffe", "as networks from Caffe", nil},
		{"gatys", "style-normalization=mean-element", "divided by C N, the squares are averaged", nil},
		{"gatys", "content-normalization=mean", "over C N (the mean)", nil},
		{"gatys", "stem-padding=replicate", "replicates the border", nil},
		{"gatys", "content-layers=relu4_3=1", "reads relu4_3", nil},
		{"gatys", "style-layers=conv1_1=.2,conv2_1=.2,conv3_1=.2,conv4_1=.2,conv5_1=.2", "style loss reads its layers before", nil},
		{"gordicaleksa", "tv-weight=0", "total variation is missing", nil},
		{"crowsonkb", "pooling=average", "pools by the average", nil},
		{"gatys", "pooling=max input=rgb255", "pools by the maximum", nil},
		{"gatys", "", "pixels in 0..255", scale(1.0 / 255)},
		{"gatys", "", "3 times", scale(3)},
	} {
		overrides := map[string]string{}
		if c.recipe == "gatys" {
			overrides = map[string]string{"content-weight": "1e-2", "style-weight": "1e3"}
		}
		if c.recipe == "gordicaleksa" {
			overrides = map[string]string{"tv-weight": "1e5"} // of the other terms' size on so thin a network
		}
		trial := trialOf(t, c.recipe, overrides)
		theirs := trialOf(t, c.recipe, overrides)
		for _, setting := range strings.Fields(c.set) {
			name, value, _ := strings.Cut(setting, "=")
			if err := theirs.Recipe.Set(name, value); err != nil {
				t.Fatal(err)
			}
		}
		g := gradientOf(t, model, theirs)
		if c.change != nil {
			c.change(g)
		}
		v, err := Check(t.Context(), model, trial, Claim{Gradient: g})
		if err != nil {
			t.Fatal(err)
		}
		if v.Right != (c.says == "Right") || !strings.Contains(v.Sentence, c.says) {
			t.Errorf("%s %s: %s", c.recipe, c.set, v.Sentence)
		}
	}
}

// TestMistakesAreSaidInEveryLanguage writes all clauses of the table, for recipes of all kinds.
func TestMistakesAreSaidInEveryLanguage(t *testing.T) {
	model := open(t)
	for _, chosen := range []string{"gatys", "crowsonkb", "gordicaleksa"} {
		trial := trialOf(t, chosen, nil)
		withSearch(t, model, trial, Claim{Gradient: make([]float32, len(trial.At.Pix))}, func(s *search) error {
			if len(s.mistakes) < 30 {
				t.Errorf("%s: %d mistakes", chosen, len(s.mistakes))
			}
			for _, m := range s.mistakes {
				english, korean := m.says.in(figure.English), m.says.in(figure.Korean)
				if strings.Contains(english+korean, "%!") || strings.ContainsFunc(english, isHangul) || !strings.ContainsFunc(korean, isHangul) {
					t.Errorf("%s: %q, %q", chosen, english, korean)
				}
			}
			return nil
		})
	}
}

func isHangul(r rune) bool { return '가' <= r && r <= '힣' }

// TestVerdictIsSaidInKorean gives a right program and one with two mistakes.
func TestVerdictIsSaidInKorean(t *testing.T) {
	model := open(t)
	trial := trialOf(t, "gatys", textbook)
	trial.Language = figure.Korean
	s := careful()
	for _, want := range []string{"맞음: 프로그램이 gatys 레시피와 오차", "프로그램이 다르다: ImageNet의 평균을 빼지 않음; 그리고 내용 손실이 제곱합의 1배임(gatys에서는 제곱합의 0.5배)."} {
		v, err := Check(t.Context(), model, trial, Claim{Terms: s.terms(trial.Photo, trial.Painting, trial.At)})
		if err != nil || !strings.HasPrefix(v.Sentence, want) {
			t.Errorf("%v, %v, want %s", v, err, want)
		}
		s.noMean = true
		s.contentBy = func(_, _ float64) float64 { return 1 }
	}
}

func TestCheckRefuses(t *testing.T) {
	model := open(t)
	term := []transfer.Term{{Kind: transfer.StyleTerm, Layer: "relu1_1", Value: 1}}
	for says, c := range map[string]struct {
		trial Trial
		claim Claim
	}{
		"no style term": {trialOf(t, "gatys", nil), Claim{Terms: []transfer.Term{{Kind: transfer.StyleTerm, Layer: "relu1_2"}}}},
		"no term":       {trialOf(t, "gatys", nil), Claim{}},
		"numbers":       {trialOf(t, "gatys", nil), Claim{Gradient: make([]float32, 5)}},
		"plain":         {trialOf(t, "gatys", map[string]string{"loss-units": "grey"}), Claim{Terms: term}},
		"keeps":         {trialOf(t, "gatys", map[string]string{"preserve-colors": "luminance"}), Claim{Terms: term}},
		"layer \"relu9": {trialOf(t, "gatys", map[string]string{"style-layers": "relu9_1"}), Claim{Terms: term}},
	} {
		if _, err := Check(t.Context(), model, c.trial, c.claim); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v", says, err)
		}
	}
}
