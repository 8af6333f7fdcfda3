package critic

import (
	"math"
	"strconv"
	"strings"
	"testing"

	"github.com/impasto/impasto"
	"github.com/impasto/impasto/canvas"
	"github.com/impasto/impasto/figure"
	"github.com/impasto/impasto/recipe"
	"github.com/impasto/impasto/transfer"
)

// judge checks a claim of terms.
func judge(t *testing.T, model *impasto.Model, trial Trial, claim Claim) *Verdict {
	t.Helper()
	v, err := Check(t.Context(), model, trial, claim)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// times multiplies the terms whose name, kind and layer, begins with one that is given.
func times(terms []transfer.Term, by map[string]float64) []transfer.Term {
	for i, t := range terms {
		for name, factor := range by {
			if strings.HasPrefix(string(t.Kind)+" "+t.Layer, name) {
				terms[i].Value *= factor
			}
		}
	}
	return terms
}

// TestCheckFindsFactors lets students weigh right terms by numbers of their own.
func TestCheckFindsFactors(t *testing.T) {
	model := open(t)
	trial := trialOf(t, "gatys", textbook)
	for _, c := range []struct {
		by   map[string]float64
		says []string
	}{
		{map[string]float64{"content": 3.7}, []string{"your content loss is 3.7 times that of gatys: a weight of 0.0037"}},
		{map[string]float64{"style": 3.7}, []string{"your style loss is 3.7 times that of gatys: a weight of 3.7"}},
		{map[string]float64{"": 3.7}, []string{"all your terms are 3.7 times"}},
		{map[string]float64{"style relu3_1": 3.7}, []string{"your style term of relu3_1 is 3.7 times"}},
		{map[string]float64{"style relu1_1": 3.7, "style relu4_1": 0.3}, []string{"relu1_1 is 3.7 times", "relu4_1 is 0.3 times"}},
		{map[string]float64{"content": 3.7, "style": 0.03}, []string{"content loss is 3.7 times", "style loss is 0.03 times"}},
		{map[string]float64{"": 3.7, "style relu2_1": 2}, []string{"relu2_1 is 7.4 times", "all other terms are 3.7 times"}},
		{map[string]float64{"content": 0}, []string{"content loss is missing"}},
	} {
		s := careful()
		v := judge(t, model, trial, Claim{Terms: times(s.terms(trial.Photo, trial.Painting, trial.At), c.by)})
		if v.Right || len(v.Mistakes) != len(c.says) {
			t.Errorf("%v: %s", c.by, v.Sentence)
		}
		for _, says := range c.says {
			if !strings.Contains(v.Sentence, says) {
				t.Errorf("%v: %s, want %s", c.by, v.Sentence, says)
			}
		}
	}
}

// TestCheckFindsFactorsOfGradients does the same with gradients of programs whose recipe weighs otherwise.
func TestCheckFindsFactorsOfGradients(t *testing.T) {
	model := open(t)
	gatys := map[string]string{"content-weight": "1e-1", "style-weight": "1e3"}
	for _, c := range []struct{ recipe, set, says string }{
		{"gatys", "content-weight=3.7e-1", "your content loss is 3.7 times"},
		{"gatys", "style-weight=3.7e3", "your style loss is 3.7 times"},
		{"gatys", "content-weight=3.7e-1 style-weight=3.7e3", "your gradient is 3.7 times"},
		{"gatys", "content-weight=3.7e-1 style-weight=2.2e3", "your content loss is 3.7"},
		{"gatys", "content-weight=3.7e-1 style-weight=2.2e3", "your style loss is 2.2"},
		{"gatys", "style-layers=relu1_1=.2,relu2_1=.2,relu3_1=.74,relu4_1=.2,relu5_1=.2", "style term of relu3_1 is 3.7"},
		{"gatys", "content-weight=0", "content loss is missing"},
		{"gatys", "pooling=max content-weight=3.7e-1", "pools by the maximum"},
		{"gatys", "pooling=max content-weight=3.7e-1", "with that, your content loss is 3.7 times"},
		{"pytorch-tutorial", "content-weight=5 style-weight=300", "content loss is 5 times"},
		{"pytorch-tutorial", "content-weight=5 style-weight=300", "style loss is 0.3 times"},
	} {
		base := map[string]string{"content-weight": "1", "style-weight": "1e3"}
		if c.recipe == "gatys" {
			base = gatys
		}
		trial, theirs := trialOf(t, c.recipe, base), trialOf(t, c.recipe, base)
		for _, setting := range strings.Fields(c.set) {
			name, value, _ := strings.Cut(setting, "=")
			if err := theirs.Recipe.Set(name, value); err != nil {
				t.Fatal(err)
			}
		}
		v := judge(t, model, trial, Claim{Gradient: gradientOf(t, model, theirs)})
		if v.Right || !strings.Contains(squeeze(v.Sentence), c.says) {
			t.Errorf("%s: %s, want %s", c.set, v.Sentence, c.says)
		}
	}
}

// squeeze rounds numbers in a sentence, since factors of gradients come out in float32.
func squeeze(s string) string {
	words := strings.Fields(s)
	for i, w := range words {
		if x, err := strconv.ParseFloat(w, 64); err == nil {
			words[i] = strconv.FormatFloat(x, 'g', 3, 64)
		}
	}
	return strings.Join(words, " ")
}

// TestCheckKnowsPrograms lets students begin with programs that many begin with, and weigh as they like.
func TestCheckKnowsPrograms(t *testing.T) {
	model := open(t)
	trial := trialOf(t, "gatys", textbook)
	means := func(s *student) {
		s.contentBy = func(c, n float64) float64 { return c * n }
		s.outside = func(c, _ float64) float64 { return c * c }
	}
	keras := func(s *student) {
		s.outside = func(_, _ float64) float64 { return 4 * 9 * 40 * 34 * 40 * 34 }
	}
	for name, c := range map[string]struct {
		make func(*student)
		says []string
	}{
		"the Keras example's division": {keras, []string{"own 3 channels and size"}},
		"Keras, unmatched": {func(s *student) {
			keras(s)
			s.unmatched, s.maxPooling, s.contentBy = true, true, func(_, _ float64) float64 { return 1 }
		}, []string{"own 3 channels and size", "pools by the maximum", "1 times the sum of squares", "the Keras example"}},
		"Keras with other weights": {func(s *student) {
			keras(s)
			s.unmatched, s.maxPooling, s.contentBy = true, true, func(_, _ float64) float64 { return 1 }
			s.alpha, s.beta = 0.37, 21
		}, []string{"own 3 channels and size", "pools by the maximum", "1 times the sum of squares", "content loss is 370 times", "style loss is 21 times"}},
		"TensorFlow": {func(s *student) {
			means(s)
			s.maxPooling, s.divideBy = true, func(_, n float64) float64 { return n }
		}, []string{"divided by N, the squares are averaged", "over C N (the mean)", "pools by the maximum", "TensorFlow's tutorial"}},
		"TensorFlow with other weights": {func(s *student) {
			means(s)
			s.maxPooling, s.divideBy = true, func(_, n float64) float64 { return n }
			s.alpha, s.beta = 1e4, 0.01
		}, []string{"pools by the maximum", "1e+04 if yours is 1 times the sum of squares over C N (the mean)", "style loss is 0.04 times"}}, // the textbook's own means, but for the 1/4
		"PyTorch with other weights": {func(s *student) {
			means(s)
			s.maxPooling, s.linearStyle, s.linearContent = true, true, true
			s.divideBy = func(c, n float64) float64 { return c * n }
			s.alpha, s.beta = 2, 3e5
		}, []string{"divided by C N, the squares are averaged", "pools by the maximum", "all layers before the ReLU", "PyTorch's tutorial", "style loss is 3e+05 times"}},
	} {
		s := careful()
		c.make(&s)
		v := judge(t, model, trial, Claim{Terms: s.terms(trial.Photo, trial.Painting, trial.At)})
		for _, says := range c.says {
			if !strings.Contains(v.Sentence, says) {
				t.Errorf("%s: %s, want %s", name, v.Sentence, says)
			}
		}
	}
}

// TestCheckKnowsReshapedMatrices lets students multiply matrices that reshape did not transpose.
func TestCheckKnowsReshapedMatrices(t *testing.T) {
	model := open(t)
	trial := trialOf(t, "gatys", textbook)
	trial.Painting = noisy(2, 36, 34) // matrices of lines can only be compared at one height
	for says, rows := range map[string]func(planes layer, w, h int) layer{
		"[C,H,W] are reshaped to [N,C]": func(x layer, _, _ int) layer {
			flat, c := flatten(x, false), len(x)
			out := make(layer, c)
			for i, v := range flat {
				out[i%c] = append(out[i%c], v)
			}
			return out
		},
		"[H,W,C] are reshaped to [C,N]":   func(x layer, _, _ int) layer { return cutInto(flatten(x, true), len(x)) },
		"[H,W,C] are reshaped to [H,W C]": func(x layer, _, h int) layer { return cutInto(flatten(x, true), h) },
	} {
		for _, maxPooling := range []bool{false, true} {
			s := careful()
			s.maxPooling, s.rows = maxPooling, rows
			v := judge(t, model, trial, Claim{Terms: s.terms(trial.Photo, trial.Painting, trial.At)})
			if want := map[bool]int{false: 1, true: 2}[maxPooling]; len(v.Mistakes) != want || !strings.Contains(v.Sentence, says) {
				t.Errorf("%s: %s", says, v.Sentence)
			}
		}
	}
}

// flatten writes planes one after another, or pixel by pixel.
func flatten(planes layer, byPixel bool) (flat []float64) {
	if !byPixel {
		for _, p := range planes {
			flat = append(flat, p...)
		}
		return flat
	}
	for i := range planes[0] {
		for c := range planes {
			flat = append(flat, planes[c][i])
		}
	}
	return flat
}

func cutInto(flat []float64, rows int) (out layer) {
	for n := len(flat) / rows; len(flat) > 0; flat = flat[n:] {
		out = append(out, flat[:n])
	}
	return out
}

// TestReshapedGradient holds the gradient of matrices of wrong layouts to differences of their values.
func TestReshapedGradient(t *testing.T) {
	model := open(t)
	trial := trialOf(t, "gatys", textbook)
	trial.Painting = noisy(2, 36, 34)
	for as := rowsOfPlanes; as <= rowsOfLines; as++ {
		measure := func(trial Trial, claim Claim) (m *measured) {
			withSearch(t, model, trial, claim, func(s *search) (err error) {
				c := s.base.clone()
				c.content = nil
				c.layout, c.gramForm = as, gramForm{byElements, byMatrix, 1, false}
				m, err = s.measure(t.Context(), &c)
				return err
			})
			return m
		}
		value := func(at *canvas.Picture) float64 {
			moved := trial
			moved.At = at
			return sum(measure(moved, Claim{Terms: []transfer.Term{{Kind: transfer.StyleTerm, Value: 1}}}).values)
		}
		// The claim is a direction; along it the gradient is an inner product.
		way := noisy(9, 40, 34)
		for i := range way.Pix {
			way.Pix[i] -= 0.5
		}
		along := sum(measure(trial, Claim{Gradient: way.Pix}).along)
		const h = 1e-3
		step := func(by float32) *canvas.Picture {
			p := canvas.New(40, 34)
			for i := range p.Pix {
				p.Pix[i] = trial.At.Pix[i] + by*way.Pix[i]
			}
			return p
		}
		numeric := (value(step(h)) - value(step(-h))) / (2 * h)
		if math.Abs(along-numeric) > 0.01*math.Abs(numeric) {
			t.Errorf("layout %d: the gradient gives %g, differences %g", as, along, numeric)
		}
	}
}

func sum(values []float64) (all float64) {
	for _, v := range values {
		all += v
	}
	return all
}

// TestCheckNamesZerosAndNaN gives claims without information.
func TestCheckNamesZerosAndNaN(t *testing.T) {
	model := open(t)
	trial := trialOf(t, "gatys", textbook)
	numbers := func(at int, v float64) []float32 {
		g := make([]float32, len(trial.At.Pix))
		if at >= 0 {
			g[at] = float32(v)
		}
		return g
	}
	for says, claim := range map[string]Claim{
		"gradient is zero everywhere":                              {Gradient: numbers(-1, 0)},
		"first of them (NaN) at channel 1 (G), row 2, column 5":    {Gradient: numbers(40*34+2*40+5, math.NaN())},
		"first of them (+Inf) at channel 2 (B), row 33, column 39": {Gradient: numbers(3*40*34-1, math.Inf(1))},
		"your style term of relu1_1 is NaN":                        {Terms: []transfer.Term{{Kind: transfer.StyleTerm, Layer: "relu1_1", Value: math.NaN()}}},
		"your total is -Inf":                                       {Terms: []transfer.Term{{Value: math.Inf(-1)}}},
		"all your terms are zero":                                  {Terms: []transfer.Term{{Kind: transfer.StyleTerm}, {Kind: transfer.ContentTerm}}},
	} {
		if v := judge(t, model, trial, claim); v.Right || len(v.Mistakes) != 1 || !strings.Contains(v.Sentence, says) {
			t.Errorf("%s, want %s", v.Sentence, says)
		}
	}
	// What is zero by rights is right.
	still := trial
	still.At = trial.Photo
	if err := still.Recipe.Set("style-weight", "0"); err != nil {
		t.Fatal(err)
	}
	if v := judge(t, model, still, Claim{Gradient: numbers(-1, 0)}); !v.Right {
		t.Errorf("a content loss at the photograph: %s", v.Sentence)
	}
}

// TestCheckAddsUp finds a total that is not the sum of its terms, alone and beside another mistake.
func TestCheckAddsUp(t *testing.T) {
	model := open(t)
	trial := trialOf(t, "gatys", textbook)
	s := careful()
	terms := append(s.terms(trial.Photo, trial.Painting, trial.At), transfer.Term{Value: 3})
	v := judge(t, model, trial, Claim{Terms: terms})
	if v.Right || len(v.Mistakes) != 1 || !strings.Contains(v.Sentence, "your total is 3, but your terms add up to") {
		t.Error(v.Sentence)
	}
	v = judge(t, model, trial, Claim{Terms: times(terms, map[string]float64{"content": 3.7})})
	if len(v.Mistakes) != 2 || !strings.Contains(v.Sentence, "3.7 times") || !strings.Contains(v.Sentence, "add up") {
		t.Error(v.Sentence)
	}
}

// TestRatiosSuggest gives claims that nothing explains, and reads what the ratios are said to suggest.
func TestRatiosSuggest(t *testing.T) {
	model := open(t)
	trial := trialOf(t, "gatys", textbook)
	in := map[string][2]float64{"relu1_1": {4, 1360}, "relu2_1": {5, 340}, "relu3_1": {6, 80}, "relu4_1": {7, 20}, "relu5_1": {6, 4}}
	style := func(by func(layer string, i int) float64) map[string]float64 {
		all := map[string]float64{}
		for i, l := range []string{"relu1_1", "relu2_1", "relu3_1", "relu4_1", "relu5_1"} {
			all["style "+l] = by(l, i)
		}
		return all
	}
	odd := []float64{1.3, 0.8, 1.1, 1.4, 0.7}
	for says, by := range map[string]map[string]float64{
		"go with C^3 N^-1":     style(func(l string, _ int) float64 { return math.Pow(in[l][0], 3) / in[l][1] }),
		"near 58^4":            style(func(_ string, i int) float64 { return math.Pow(58, 4) * odd[i] }),
		"near 255^-4":          style(func(_ string, i int) float64 { return math.Pow(255, -4) * odd[i] }),
		"agrees up to relu2_1": style(func(_ string, i int) float64 { return []float64{1, 1, 3, 0.2, 5}[i] }),
		"near 1 and differ":    style(func(_ string, i int) float64 { return odd[i] }),
		"in no simple way":     style(func(_ string, i int) float64 { return []float64{3, 5, 0.1, 20, 1.1}[i] }),
	} {
		by["content"] = 1.234
		for _, lang := range []figure.Language{figure.English, figure.Korean} {
			trial.Language = lang
			s := careful()
			v := judge(t, model, trial, Claim{Terms: times(s.terms(trial.Photo, trial.Painting, trial.At), by)})
			all := strings.Join(v.Hints, "\n")
			if len(v.Mistakes) > 0 || len(v.Ratios) != 6 || math.Abs(v.Ratios[0].Ratio-1.234) > 1e-3 {
				t.Errorf("%s: %+v", says, v)
			}
			if lang == figure.English && !strings.Contains(all, says) || lang == figure.Korean && !strings.ContainsFunc(all, isHangul) {
				t.Errorf("%s: %s", says, all)
			}
		}
	}
	// A gradient that has nothing to do with the loss.
	trial.Language = figure.English
	v := judge(t, model, trial, Claim{Gradient: noisy(8, 40, 34).Pix})
	if len(v.Mistakes) > 0 || !strings.Contains(strings.Join(v.Hints, "\n"), "cannot be made of") {
		t.Errorf("%+v", v)
	}
}

// TestCheckReadsGradientsOfFormulas gives gradients of formulas that recipes do not have, made from the parts of one.
func TestCheckReadsGradientsOfFormulas(t *testing.T) {
	model := open(t)
	trial := trialOf(t, "gatys", map[string]string{"content-weight": "1e-1", "style-weight": "1e3"})
	trial.Painting = noisy(2, 36, 34)
	for says, change := range map[string]func(*convention){
		"own 3 channels and size":         func(c *convention) { c.gramForm.outside = byPicture },
		"[C,H,W] are reshaped to [N,C]":   func(c *convention) { c.layout = rowsOfPlanes },
		"[H,W,C] are reshaped to [C,N]":   func(c *convention) { c.layout = rowsOfPixels },
		"[H,W,C] are reshaped to [H,W C]": func(c *convention) { c.layout = rowsOfLines },
		"TensorFlow's tutorial": func(c *convention) {
			c.lens.pooling, c.gramForm, c.contentForm = true, gramForms[recipe.Mean], contentForm{1, byElements}
		},
		"style loss is 21 times": func(c *convention) {
			c.layout, c.beta = rowsOfPlanes, 21*c.beta
		},
	} {
		claimed := make([]float32, len(trial.At.Pix))
		withSearch(t, model, trial, Claim{Gradient: trial.At.Pix}, func(s *search) error {
			c := s.base.clone()
			change(&c)
			v := newSight(c.lens)
			for _, term := range c.summands(s.shapes(c.lens)) {
				for _, p := range term.parts {
					if p.kind == paintingSquare {
						continue
					}
					g, err := s.gradient(t.Context(), v, p.basis)
					if err != nil {
						return err
					}
					for i, x := range g {
						claimed[i] += float32(p.by) * x
					}
				}
			}
			return nil
		})
		if got := judge(t, model, trial, Claim{Gradient: claimed}); got.Right || !strings.Contains(squeeze(got.Sentence), says) {
			t.Errorf("%s: %s", says, got.Sentence)
		}
	}
}
