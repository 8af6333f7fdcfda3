package main

import (
	"encoding/json"
	"math"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/impasto/impasto/recipe"
	"github.com/impasto/impasto/weights/vgg16"
)

// TestExportWritesThisRun holds a program to its run, and to saying nothing of other runs.
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
			t.Errorf("%s: exit status %d %s: %q is there: %v, %q is there: %v", args, got.status, got.errors,
				want[0], strings.Contains(got.out, want[0]), want[1], strings.Contains(got.out, want[1]))
		}
		if strings.Contains(got.out, "{{") || strings.Contains(got.out, "<no value>") || strings.Contains(got.out, "\n\n\n\n") {
			t.Errorf("%s: the program is not clean", args)
		}
	}
}

func TestExportMistakes(t *testing.T) {
	inFolder(t)
	for args, want := range map[string]string{
		"@cat b.png":                      "built in",
		"a.png":                           "no painting",
		"-o nowhere/nst.py":               "make it first",
		"--style-layers relu6_1":          "relu",
		"--set scale.last.strength=2":     "scale.last",
		"--set levels=4":                  "levels",
		"--content-mask a.png":            "no masks",
		"--strength-map a.png":            "no masks",
		"--style-weights 0,0":             "all are 0",
		"a.png b.png --style-weights 1,2": "2 numbers for 1 painting",
	} {
		got := invoke(t, append([]string{"export"}, strings.Fields(args)...)...)
		if got.status == statusDone || !strings.Contains(got.errors, want) || strings.Count(got.errors, "\n") != 1 {
			t.Errorf("%s: %d %q", args, got.status, got.errors)
		}
	}
}

// TestExportedProgramsAgree runs every recipe's program and holds its loss to ours. It needs a Python that
// has torch, numpy, pillow and safetensors, named by IMPASTO_PYTHON.
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

// movedWeights are the weights of a recipe on the built-in network as flags, where they are moved: a program has them,
// and inspect loss leaves a recipe as it is.
func movedWeights(t *testing.T, name string) []string {
	t.Helper()
	r, err := recipe.Find(name)
	if err != nil {
		t.Fatal(err)
	}
	if moveTo(vgg16.Network(), &r) == "" {
		return nil
	}
	return []string{"--content-weight", exact(r.Content.Weight), "--style-weight", exact(r.Style.Weight)}
}
