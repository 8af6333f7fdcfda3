package study

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/impasto/impasto/figure"
	"github.com/impasto/impasto/recipe"
	"github.com/impasto/impasto/transfer"
)

// TestExplain checks the contents of the reports of small runs in both languages.
func TestExplain(t *testing.T) {
	for name, settings := range map[string]map[string]string{
		"gatys":     {"iterations": "3"},
		"impasto":   {"iterations": "2", "scales": "2", "reduced": "40"}, // with the loss of the reduced picture
		"crowsonkb": {"iterations": "2", "scales": "1"},
	} {
		if testing.Short() && name != "impasto" {
			continue
		}
		p := dissected(t, found(t, name, shallow(settings)), 48)
		if name == "impasto" && !has(p.lastStep().Terms, transfer.ReducedTerm) {
			t.Error("the run has no loss of the reduced picture")
		}
		for _, lang := range []figure.Language{figure.English, figure.Korean} {
			r := p.Report(lang)
			if name == "gatys" && lang == figure.English && !testing.Short() {
				selfContained(t, r) // writes all figures
			}
			checkCode(t, r)
			if len(r.Sections) != 11 {
				t.Errorf("%s: %d sections", name, len(r.Sections))
			}
			page, err := r.Page()
			if err != nil {
				t.Fatal(err)
			}
			if found := outside.Find(page); found != nil || len(page) > 5<<20 {
				t.Errorf("%s: the page has %d bytes and %q", name, len(page), found)
			}
			for _, want := range []string{"<math", "relu2_2", "loss/content.go", figure.Scientific(p.lastStep().Loss)} {
				if !strings.Contains(string(page), want) {
					t.Errorf("%s: the page does not say %q", name, want)
				}
			}
			if strings.Contains(string(page), "%!") {
				t.Errorf("%s: a message has the wrong values", name)
			}
		}
	}
}

// checkCode opens every file that a report names.
func checkCode(t *testing.T, r *figure.Report) {
	t.Helper()
	for _, s := range r.Sections {
		for _, file := range s.Code {
			if _, err := os.Stat(filepath.Join("..", filepath.FromSlash(file))); err != nil {
				t.Errorf("%s: %v", s.Heading, err)
			}
		}
	}
}

// TestCodeOfAllRules opens the files named for the rules that the runs above do not use.
func TestCodeOfAllRules(t *testing.T) {
	var all []string
	for _, rule := range recipe.Rules() {
		all = append(all, ruleCode(rule.Name)...)
	}
	for _, distance := range recipe.Distances() {
		all = append(all, styleCode(distance.Name)...)
	}
	all = append(append(all, ruleCode("another")...), styleCode("another")...)
	checkCode(t, &figure.Report{Sections: []figure.Section{{Code: all}}})
}

// TestReportsNameWhatTheyExplain: what a report says of a step rule or of a distance is either its own, or names it; it
// is never another one's.
func TestReportsNameWhatTheyExplain(t *testing.T) {
	rules := []recipe.Rule{"another"}
	for _, row := range recipe.Rules() {
		rules = append(rules, row.Name)
	}
	for _, rule := range rules {
		_, explained := explainedRules[rule]
		for _, lang := range []figure.Language{figure.English, figure.Korean} {
			if name := ruleName(rule, lang); name == "" || (name == string(rule)) == explained {
				t.Errorf("step rule %s is named %q", rule, name)
			}
			if text := ruleText(rule, lang); text == "" || !explained && !strings.Contains(text, string(rule)) {
				t.Errorf("of step rule %s a report says %q", rule, text)
			}
		}
		if (len(ruleFormulas(rule)) > 0) != explained {
			t.Errorf("step rule %s has the formulas %q", rule, ruleFormulas(rule))
		}
	}
	distances := []recipe.Distance{"another"}
	for _, row := range recipe.Distances() {
		distances = append(distances, row.Name)
	}
	for _, d := range distances {
		_, explained := explainedDistances[d]
		formulas := styleFormulas(&recipe.Recipe{Style: recipe.StyleLoss{Distance: d}})
		if (len(formulas) > 0) != explained || statisticsName(d) == "" {
			t.Errorf("distance %s has the formulas %q", d, formulas)
		}
		if texts := styleTexts(d, figure.English); !explained && (len(texts) != 1 || !strings.Contains(texts[0], string(d))) {
			t.Errorf("of distance %s a report says %q", d, texts)
		}
	}
}

// TestFormulas draws and typesets the formulas of all recipes.
func TestFormulas(t *testing.T) {
	for _, name := range recipe.Names() {
		r := found(t, name, nil)
		all := append(lossFormulas(&r, []transfer.Term{{Kind: transfer.ReducedTerm}}), contentFormula(&r), inputFormula(transfer.Preprocessing(r.Input)))
		all = append(append(all, styleFormulas(&r)...), ruleFormulas(r.Optimizer.Rule)...)
		for _, f := range all {
			dec := xml.NewDecoder(strings.NewReader("<div>" + string(f.MathML()) + "</div>"))
			for {
				if _, err := dec.Token(); errors.Is(err, io.EOF) {
					break
				} else if err != nil {
					t.Fatalf("%s: %s: %v", name, f, err)
				}
			}
			if d := f.Drawing(); d.Width < 50 || d.Height < 15 || strings.Count(d.SVG(), "<text")+strings.Count(d.SVG(), "<polyline") < 4 {
				t.Errorf("%s: %s is drawn in %gx%g", name, f, d.Width, d.Height)
			}
			for _, lost := range []string{`\`, "{", "}", "_"} {
				if strings.Contains(string(f.MathML()), lost) {
					t.Errorf("%s: %s is set with %s in it", name, f, lost)
				}
			}
		}
	}
}

func TestFormulaReadsItsLanguage(t *testing.T) {
	got := string(figure.Formula(`x_{k+1}^2 = \frac{1}{2 N} Σ_i \t{max}(a)`).MathML())
	want := `<math displaystyle="true"><mrow><msubsup><mi>x</mi><mrow><mi>k</mi><mo>+</mo><mn>1</mn></mrow><mrow><mn>2</mn></mrow></msubsup>` +
		`<mo>=</mo><mfrac><mrow><mn>1</mn></mrow><mrow><mn>2</mn><mi>N</mi></mrow></mfrac>` +
		`<munder><mo movablelimits="false">∑</mo><mrow><mi>i</mi></mrow></munder><mtext>max</mtext><mo>(</mo><mi>a</mi><mo>)</mo></mrow></math> `
	if got != want {
		t.Errorf("%s\nwant\n%s", got, want)
	}
}

func TestNumbersInSentences(t *testing.T) {
	for v, want := range map[float64]string{293718: "2.94·10⁵", 1537.7: "1538", 0.00012: "1.2·10⁻⁴", 0: "0"} {
		if got := figure.Scientific(v); got != want {
			t.Errorf("%v is written as %s, want %s", v, got, want)
		}
	}
	for v, want := range map[float64]figure.Formula{512 * 512: "512^2", 1e6: "10^{6}", 2.5e-7: "2.5 · 10^{−7}", 0.001: "0.001", 250: "250"} {
		if got := figure.Value(v); got != want {
			t.Errorf("%v is set as %s, want %s", v, got, want)
		}
	}
}

// TestReducedMatrix averages an ordered matrix of 4 to one of 2.
func TestReducedMatrix(t *testing.T) {
	matrix := make([]float64, 16)
	for i := range matrix {
		matrix[i] = float64(i)
	}
	got := reduce(matrix, []int{3, 1, 0, 2}, 2)
	want := []float64{(15 + 13 + 7 + 5) / 4.0, (12 + 14 + 4 + 6) / 4.0, (3 + 1 + 11 + 9) / 4.0, (0 + 2 + 8 + 10) / 4.0}
	for i := range want {
		if math.Abs(got[i]-want[i]) > 1e-12 {
			t.Errorf("%v, want %v", got, want)
		}
	}
}

// curves returns the lines of the series in a chart: those that are two units wide.
var curves = regexp.MustCompile(`<polyline fill="none" points="([^"]*)" stroke="[^"]*" stroke-width="2"`)

// TestCurvesShowTheSteps checks the lines of the charts against the numbers of the run.
func TestCurvesShowTheSteps(t *testing.T) {
	p := &Pipeline{Scales: make([]transfer.Scale, 1)}
	for i, v := range []float64{1000, 400, 130, 100} {
		p.Steps = append(p.Steps, PipelineStep{Iteration: i, Done: i, Loss: v, GradientNorm: v / 10,
			Terms: []transfer.Term{{Kind: transfer.ContentTerm, Layer: "relu2_2", Value: float64(i)}, {Kind: transfer.StyleTerm, Layer: "relu1_1", Value: v - float64(i)}}})
	}
	var lines []int
	for _, m := range curves.FindAllStringSubmatch(p.drawLosses(figure.English).SVG(), -1) {
		lines = append(lines, len(strings.Fields(m[1])))
	}
	if len(lines) != 3 || lines[0] != 3 || lines[1] != 4 || lines[2] != 4 { // the content loss starts at zero
		t.Errorf("lines of %v points", lines)
	}
	if half, most := p.reached(1000-450), p.reached(1000-0.9*900); half != 1 || most != 2 {
		t.Errorf("half after %d, nine tenths after %d", half, most)
	}
	if got := p.descentFindings(figure.English)[0]; !strings.Contains(got, "after iteration 1 and nine tenths after iteration 2 of 3") {
		t.Error(got)
	}
}

// TestMessagesOfAllValues looks up the messages whose keys are composed: say panics if one is missing.
func TestMessagesOfAllValues(t *testing.T) {
	var keys []string
	for row := range 3 {
		for column := range 3 {
			keys = append(keys, place{column, row}.key())
		}
	}
	for part := range parts {
		keys = append(keys, fmt.Sprintf("part.%d", part))
	}
	for _, role := range []Role{PhotographRole, PaintingRole, NoiseRole, ResultRole} {
		keys = append(keys, "role."+string(role), "loss.picture."+string(role))
	}
	for _, kind := range transfer.Kinds() {
		keys = append(keys, "kind."+string(kind), "explain."+string(kind)+"loss", "sweep."+string(kind))
	}
	for _, key := range keys {
		for _, lang := range []figure.Language{figure.English, figure.Korean} {
			if say(lang, key) == "" {
				t.Errorf("%s is empty", key)
			}
		}
	}
}
