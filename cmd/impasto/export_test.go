package main

import (
	"encoding/json"
	"math"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/impasto/impasto/recipe"
)

// TestExportWritesThisRun checks that a program contains the code of its run and none of other runs.
func TestExportWritesThisRun(t *testing.T) {
	inFolder(t)
	for args, want := range map[string][2]string{
		"":                                     {"F.avg_pool2d(x, 2)", "max_pool2d"},
		"--recipe gatys --optimizer lbfgs":     {"torch.optim.LBFGS", "if max(width, height) >"},
		"--pooling max":                        {"F.max_pool2d(x, 2)", "avg_pool2d"},
		"--optimizer adam":                     {"torch.optim.Adam([x], lr=0.02, betas=(0.9, 0.999), eps=1e-08)", "LBFGS"},
		"--recipe crowsonkb":                   {`mode="replicate"`, "def resample(x, size, mode=\"nearest\")"},
		"--recipe gordicaleksa":                {"def total_variation(x):", "replicate"},
		"--style-layers relu3_1":               {`STYLE = {"relu3_1": 1}`, "relu5_1"},
		"--recipe gatys --strength 2":          {"BETA = 1e+06 * 2", "GAMMA"},
		"--init noise --seed 7":                {"torch.manual_seed(7)", "--start"},
		"a.png b.png --size 300":               {`default=["b.png"]`, "torch.manual_seed"},
		"--init start.png":                     {`default="start.png"`, "x = content\n"},
		"--recipe gatys --set loss-units=grey": {"flat grey picture", "GAMMA"},
		"--preserve-colors luminance":          {"def luma(x):", "def power("},
		"--recipe impasto":                     {"if max(width, height) > 512:", "GRAM"},
		"--style-weights 3,0.5":                {"SHARES = [3, 0.5]", "len(values)"},
	} {
		got := invoke(t, append([]string{"export", "--pytorch"}, strings.Fields(args)...)...)
		if got.status != statusDone || !strings.Contains(got.out, want[0]) || strings.Contains(got.out, want[1]) {
			t.Errorf("%s: exit status %d %s: contains %q: %v, contains %q: %v", args, got.status, got.errors,
				want[0], strings.Contains(got.out, want[0]), want[1], strings.Contains(got.out, want[1]))
		}
		if strings.Contains(got.out, "{{") || strings.Contains(got.out, "<no value>") || strings.Contains(got.out, "\n\n\n\n") {
			t.Errorf("%s: the program is not clean", args)
		}
	}
}

// TestExportWritesEveryRuleAndDistance: of each step rule and distance of package recipe there is a program with what is
// its own, or none at all; it is never another one's.
func TestExportWritesEveryRuleAndDistance(t *testing.T) {
	inFolder(t)
	var settings []string
	for _, rule := range recipe.Rules() {
		settings = append(settings, "optimizer="+string(rule.Name))
	}
	for _, distance := range recipe.Distances() {
		settings = append(settings, "style-loss="+string(distance.Name))
	}
	own := map[string]string{
		"optimizer=lbfgs": "torch.optim.LBFGS(", "optimizer=adam": "torch.optim.Adam(", "optimizer=gd": "torch.optim.SGD(",
		"style-loss=gram": "(g - a)", "style-loss=wasserstein": "torch.linalg.eigvalsh(b", "style-loss=wasserstein-truncated": "Root.apply(t)",
	}
	for _, setting := range settings {
		got := invoke(t, "export", "--recipe", "gatys", "--set", setting)
		_, value, _ := strings.Cut(setting, "=")
		if refused := got.status != statusDone && strings.Contains(got.errors, value); own[setting] == "" && !refused {
			t.Errorf("%s: exit status %d %q; want an error that names %s, or its part of the program in this test", setting, got.status, got.errors, value)
		}
		kind, _, _ := strings.Cut(setting, "=")
		for other, text := range own {
			if has := strings.Contains(got.out, text); strings.HasPrefix(other, kind) && has != (other == setting) {
				t.Errorf("%s: the program has %s: %v", setting, text, has)
			}
		}
	}
}

// TestExportRefusesOthers: the program of a rule or of a distance that the template does not have is refused.
func TestExportRefusesOthers(t *testing.T) {
	for want, change := range map[string]func(*recipe.Recipe){
		"optimizer newton":   func(r *recipe.Recipe) { r.Optimizer.Rule = "newton" },
		"style-loss another": func(r *recipe.Recipe) { r.Style.Distance = "another" },
	} {
		r, err := recipe.Find("gatys")
		if err != nil {
			t.Fatal(err)
		}
		var e exportCommand
		if err := e.checkScope(&r); err != nil {
			t.Fatal(err)
		}
		change(&r)
		if err := e.checkScope(&r); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v", want, err)
		}
	}
}

func TestExportMistakes(t *testing.T) {
	inFolder(t)
	for args, want := range map[string]string{
		"@cat b.png":                      "built in",
		"a.png":                           "without a painting",
		"-o nowhere/nst.py":               "create it first",
		"--style-layers relu6_1":          "relu",
		"--set scale.last.strength=2":     "scale.last",
		"--set levels=4":                  "levels",
		"--content-mask a.png":            "do not support masks",
		"--strength-map a.png":            "do not support masks",
		"--style-weights 0,0":             "all shares are 0",
		"a.png b.png --style-weights 1,2": "2 numbers for 1 painting",
	} {
		got := invoke(t, append([]string{"export"}, strings.Fields(args)...)...)
		if got.status == statusDone || !strings.Contains(got.errors, want) || strings.Count(got.errors, "\n") != 1 {
			t.Errorf("%s: %d %q", args, got.status, got.errors)
		}
	}
}

// TestExportedProgramsAgree runs the program of every recipe and compares its loss with ours. It needs a Python with
// torch, numpy, pillow and safetensors, named by IMPASTO_PYTHON.
func TestExportedProgramsAgree(t *testing.T) {
	python := os.Getenv("IMPASTO_PYTHON")
	if python == "" {
		t.Skip("IMPASTO_PYTHON names no Python with torch")
	}
	studio(t)
	writePicture(t, "at.png", 32, 24, 2)
	for _, name := range recipe.Names() {
		if got := invoke(t, "export", "--recipe", name, "--weights", "net.safetensors", "-o", "nst.py"); got.status != statusDone {
			t.Fatal(got.errors)
		}
		out, err := exec.Command(python, "nst.py", "photo.png", "painting.png", "--at", "at.png", "--double").Output()
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		var theirs, ours lossResult
		if err := json.Unmarshal(out, &theirs); err != nil {
			t.Fatal(err)
		}
		got := invoke(t, append([]string{"inspect", "loss", "--content", "photo.png", "--style", "painting.png", "--at", "at.png", "--recipe", name, "--json"},
			movedWeights(t, name)...)...)
		if err := json.Unmarshal([]byte(got.out), &ours); err != nil {
			t.Errorf("%s: %v %s", name, err, got.errors)
			continue
		}
		if math.Abs(ours.Total/theirs.Total-1) > 1e-5 || math.Abs(ours.Gradient/theirs.Gradient-1) > 1e-2 {
			t.Errorf("%s: the loss is %v with a gradient of %v, PyTorch has %v and %v", name, ours.Total, ours.Gradient, theirs.Total, theirs.Gradient)
		}
	}
}

// movedWeights returns the converted weights of a recipe on the built-in network as flags. Programs use them, but inspect
// loss does not convert weights.
func movedWeights(t *testing.T, name string) []string {
	t.Helper()
	r, err := recipe.Find(name)
	if err != nil {
		t.Fatal(err)
	}
	if moveTo(defaultNetwork(), &r) == "" {
		return nil
	}
	return []string{"--content-weight", exact(r.Content.Weight), "--style-weight", exact(r.Style.Weight)}
}
