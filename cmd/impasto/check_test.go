package main

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"slices"
	"strings"
	"testing"
)

// TestCheckJudges checks correct numbers and those of another recipe.
func TestCheckJudges(t *testing.T) {
	studio(t)
	writePicture(t, "at.png", 32, 24, 2)
	pictures := []string{"--content", "photo.png", "--style", "painting.png", "--at", "at.png", "--recipe", "gatys"}
	for _, c := range []struct {
		flags, says string
		status      int
	}{
		{"", "Right", statusDone},
		{"--pooling max", "pools by the maximum", statusFailed},
		{"--set style-normalization=mean-element", "divided by C N", statusFailed},
	} {
		got := invoke(t, append(append([]string{"inspect", "loss", "--recipe", "gatys", "--json", "--gradient", "g.npy"}, pictures...), strings.Fields(c.flags)...)...)
		if err := os.WriteFile("terms.json", []byte(got.out), 0o666); err != nil {
			t.Fatal(err)
		}
		for _, file := range []string{"terms.json", "g.npy"} {
			got := invoke(t, append([]string{"check", file, "--json"}, pictures...)...)
			var r checkResult
			if err := json.Unmarshal([]byte(got.out), &r); err != nil {
				t.Fatal(err, got.errors)
			}
			if got.status != c.status || !strings.Contains(r.Sentence, c.says) || r.Right != (c.status == statusDone) {
				t.Errorf("%s %s: exit status %d, %+v", file, c.flags, got.status, r)
			}
		}
	}
}

// TestCheckRefuses checks that every unsuitable file gives a one-line error.
func TestCheckRefuses(t *testing.T) {
	studio(t)
	good := make([]float32, 3*24*32)
	if err := writeNPY("good.npy", good, 3, 24, 32); err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile("good.npy")
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct{ data, says string }{
		"a.json":   {"{", "not a JSON object"},
		"b.json":   {"[1]", "not a JSON object"},
		"c.json":   {"{}", "no term"},
		"d.json":   {`{"contents": 1}`, "is not a term"},
		"e.json":   {`{"style": {"relu1_1": "x"}}`, "must be a number"},
		"f.json":   {`{"style": {"relu1_2": 1}}`, "has no style term"},
		"g.json":   {`{"total": NAN0}`, "not a JSON object"},
		"h.json":   {`{"total": [1, 2]}`, "must be a number"},
		"i.json":   {`{"style": {"relu1_1": null}}`, "must be a number"},
		"j.json":   {strings.Repeat(" ", 1<<20+1), "larger"},
		"a.npy":    {"text", "not a NumPy file"},
		"b.npy":    {string(whole[:len(whole)-4]), "bytes of data"},
		"c.npy":    {strings.Replace(string(whole), "(3, 24, 32)", "(3, 32, 24)", 1), "shape"},
		"d.npy":    {strings.Replace(string(whole), "<f4", ">f4", 1), "little-endian"},
		"e.npy":    {strings.Replace(string(whole), "False", "True ", 1), "C order"},
		"f.npy":    {string(whole[:20]), "truncated"},
		"g.npy":    {strings.Replace(string(whole), "(3, 24, 32), }  ", "(2, 3, 24, 32)}", 1), "shape is (2,3,24,32)"},
		"k.json":   {"\x89PNG\r\n\x1a\n", "this is a picture"},
		"l.png":    {"\xff\xd8\xff\xe0" + strings.Repeat(" ", 1<<20), ".json file, or its gradient in a .npy file"},
		"m.npy":    {"PK\x03\x04", "this is an archive"},
		"none.npy": {"", "not a NumPy file"},
	} {
		if err := os.WriteFile(name, []byte(c.data), 0o666); err != nil {
			t.Fatal(err)
		}
		got := invoke(t, "check", name, "--content", "photo.png", "--style", "painting.png", "--at", "photo.png", "--recipe", "gatys")
		if got.status != statusFailed || !strings.Contains(got.errors, c.says) || strings.Count(got.errors, "\n") != 1 || got.out != "" {
			t.Errorf("%s: %d %q", name, got.status, got.errors)
		}
	}
}

// TestCheckReadsWhatProgramsWrite reads a gradient in the shapes of all frameworks, and numbers as written by Python.
func TestCheckReadsWhatProgramsWrite(t *testing.T) {
	studio(t)
	writePicture(t, "at.png", 32, 24, 2)
	pictures := []string{"--content", "photo.png", "--style", "painting.png", "--at", "at.png"}
	got := invoke(t, append([]string{"inspect", "loss", "--recipe", "gatys", "--json", "--gradient", "g.npy"}, pictures...)...)
	var terms lossResult
	if err := json.Unmarshal([]byte(got.out), &terms); err != nil {
		t.Fatal(err, got.errors)
	}
	const h, w = 24, 32
	g, err := readGradient("g.npy", h, w)
	if err != nil {
		t.Fatal(err)
	}
	pixels, zeros, nan := make([]float32, len(g)), make([]float32, len(g)), slices.Clone(g)
	for i := range g {
		pixels[i%(h*w)*3+i/(h*w)] = g[i]
	}
	nan[h*w+2*w+5] = float32(math.NaN())
	for _, err := range []error{
		writeNPY("batch.npy", g, 1, 3, h, w), writeNPY("pixels.npy", pixels, h, w, 3), writeNPY("batch-pixels.npy", pixels, 1, h, w, 3),
		writeNPY("named.dat", g, 1, 3, h, w), writeNPY("zeros.npy", zeros, 1, 3, h, w), writeNPY("nan.npy", nan, 1, 3, h, w),
		os.WriteFile("one.json", fmt.Appendf(nil, `{"total": [[%.9g]]}`, terms.Total), 0o666),
		os.WriteFile("nan.json", []byte(`{"style": {"relu1_1": 1, "relu3_1": NaN}, "recipe": "a \"NaN\""}`), 0o666),
		os.WriteFile("inf.json", []byte(`{"content": [-Infinity]}`), 0o666),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	for name, says := range map[string]string{
		"batch.npy": "Right", "pixels.npy": "Right", "batch-pixels.npy": "Right", "named.dat": "Right", "one.json": "Right",
		"zeros.npy": "zero everywhere",
		"nan.npy":   "(NaN) at channel 1 (G), row 2, column 5",
		"nan.json":  "your style term of relu3_1 is NaN",
		"inf.json":  "your content loss is -Inf",
	} {
		got := invoke(t, append([]string{"check", name}, pictures...)...)
		if want := map[bool]int{true: statusDone, false: statusFailed}[says == "Right"]; got.status != want || !strings.Contains(got.out, says) {
			t.Errorf("%s: exit status %d, %s%s", name, got.status, got.out, got.errors)
		}
	}
}

// TestCheckPrintsRatios checks the ratios of terms that nothing explains.
func TestCheckPrintsRatios(t *testing.T) {
	studio(t)
	writePicture(t, "at.png", 32, 24, 2)
	pictures := []string{"--content", "photo.png", "--style", "painting.png", "--at", "at.png"}
	got := invoke(t, append([]string{"inspect", "loss", "--recipe", "gatys", "--json"}, pictures...)...)
	var terms lossResult
	if err := json.Unmarshal([]byte(got.out), &terms); err != nil {
		t.Fatal(err, got.errors)
	}
	for i, l := range []string{"relu1_1", "relu2_1", "relu3_1", "relu4_1", "relu5_1"} {
		terms.Style[l] *= []float64{1, 1, 3, 0.2, 7}[i]
	}
	data, err := json.Marshal(map[string]any{"content": terms.Content, "style": terms.Style})
	if err == nil {
		err = os.WriteFile("mine.json", data, 0o666)
	}
	if err != nil {
		t.Fatal(err)
	}
	for lang, says := range map[string][]string{
		"en": {"no known convention", "yours", "gatys", "relu4_1", "0.2", "agrees up to relu2_1"},
		"ko": {"설명되지 않는다", "비율", "relu4_1", "0.2", "relu2_1까지는 일치"},
	} {
		got := invoke(t, append([]string{"check", "mine.json", "--lang", lang}, pictures...)...)
		for _, word := range says {
			if got.status != statusFailed || !strings.Contains(got.out, word) {
				t.Errorf("exit status %d, want %q in\n%s", got.status, word, got.out)
			}
		}
	}
	got = invoke(t, append([]string{"check", "mine.json", "--json"}, pictures...)...)
	var r checkResult
	if err := json.Unmarshal([]byte(got.out), &r); err != nil {
		t.Fatal(err, got.errors)
	}
	if len(r.Ratios) != 6 || len(r.Hints) < 2 || math.Abs(*r.Ratios[4].Ratio-0.2) > 1e-6 || r.Ratios[4].Theirs == nil {
		t.Errorf("%s", got.out)
	}
}
