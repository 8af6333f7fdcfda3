package main

import (
	"encoding/json"
	"os"
	"strings"
	"testing"
)

// TestCheckJudges holds the command against numbers of our own: right ones, and some of another recipe.
func TestCheckJudges(t *testing.T) {
	studio(t)
	writePicture(t, "at.png", 32, 24, 2)
	pictures := []string{"--content", "photo.png", "--style", "painting.png", "--at", "at.png"}
	for _, c := range []struct {
		flags, says string
		status      int
	}{
		{"", "Right", statusDone},
		{"--pooling max", "pools by the maximum", statusFailed},
		{"--set style-normalization=mean-element", "divided by C N", statusFailed},
	} {
		got := invoke(t, append(append([]string{"inspect", "loss", "--json", "--gradient", "g.npy"}, pictures...), strings.Fields(c.flags)...)...)
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

// TestCheckRefuses holds every file that does not fit to one line.
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
	nan := append([]byte(nil), whole...)
	copy(nan[len(nan)-4:], "\x00\x00\xc0\x7f")
	for name, c := range map[string]struct{ data, says string }{
		"a.json":   {"{", "no JSON object"},
		"b.json":   {"[1]", "no JSON object"},
		"c.json":   {"{}", "no term"},
		"d.json":   {`{"contents": 1}`, "is no term"},
		"e.json":   {`{"style": {"relu1_1": "x"}}`, "must be a number"},
		"f.json":   {`{"style": {"relu1_2": 1}}`, "has no style term"},
		"g.json":   {`{"total": NaN}`, "no JSON object"},
		"h.json":   {`{"total": [1]}`, "must be a number"},
		"i.json":   {`{"style": {"relu1_1": null}}`, "must have a number"},
		"j.json":   {strings.Repeat(" ", 1<<20+1), "larger"},
		"a.npy":    {"text", "no NumPy file"},
		"b.npy":    {string(whole[:len(whole)-4]), "bytes of numbers"},
		"c.npy":    {strings.Replace(string(whole), "(3, 24, 32)", "(3, 32, 24)", 1), "shape"},
		"d.npy":    {strings.Replace(string(whole), "<f4", ">f4", 1), "little-endian"},
		"e.npy":    {strings.Replace(string(whole), "False", "True ", 1), "C order"},
		"f.npy":    {string(whole[:20]), "cut short"},
		"g.npy":    {string(nan), "finite"},
		"none.npy": {"", "no NumPy file"},
	} {
		if err := os.WriteFile(name, []byte(c.data), 0o666); err != nil {
			t.Fatal(err)
		}
		got := invoke(t, "check", name, "--content", "photo.png", "--style", "painting.png", "--at", "photo.png")
		if got.status != statusFailed || !strings.Contains(got.errors, c.says) || strings.Count(got.errors, "\n") != 1 || got.out != "" {
			t.Errorf("%s: %d %q", name, got.status, got.errors)
		}
	}
}
