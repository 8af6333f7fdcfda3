package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestReconstruct(t *testing.T) {
	studio(t)
	o := invoke(t, "reconstruct", "content", "photo.png", "--layers", "relu1_2,relu2_2", "--iterations", "4", "--progress", "none",
		"--json", "-o", "a.png", "-o", "a.html", "-o", "a.gif", "--frames", "frames", "--figures", "figures")
	if o.status != statusDone {
		t.Fatal(o.status, o.errors)
	}
	var result reconstructResult
	if err := json.Unmarshal([]byte(o.out), &result); err != nil {
		t.Fatal(err)
	}
	if len(result.Layers) != 2 || result.Layers[1].Name != "relu2_2" || result.Layers[1].PSNR <= 0 ||
		len(result.Layers[0].Losses) != 5 || result.Layers[0].LastLoss >= result.Layers[0].FirstLoss {
		t.Errorf("%+v", result)
	}
	for _, name := range []string{"a.png", "a.html", "a.gif", "frames/relu2_2-0004.png", "figures/figure-04.svg", "figures/captions.txt"} {
		if info, err := os.Stat(filepath.FromSlash(name)); err != nil || info.Size() == 0 {
			t.Errorf("%s: %v", name, err)
		}
	}

	o = invoke(t, "reconstruct", "style", "painting.png", "--layers", "relu1_1,relu2_1", "--iterations", "3", "--texture", "40x20", "--progress", "none")
	if o.status != statusDone || !strings.Contains(o.out, "relu1_1+relu2_1: loss") {
		t.Errorf("%d %s %s", o.status, o.out, o.errors)
	}
	if _, err := os.Stat("painting-style.png"); err != nil {
		t.Error(err)
	}
}

// TestStudyMistakes holds each mistake to one line that says what to do.
func TestStudyMistakes(t *testing.T) {
	studio(t)
	if err := os.MkdirAll("full", 0o777); err != nil {
		t.Fatal(err)
	}
	writePicture(t, "full/other.png", 4, 4, 0)
	for _, c := range []struct {
		args   string
		status int
		want   string
	}{
		{"reconstruct content photo.png --layers relu3_5", statusUsage, "near are"},
		{"reconstruct content photo.png --layers relu5_3", statusUsage, "end at relu5_1"},
		{"reconstruct content photo.png -o a.bmp", statusUsage, "ending"},
		{"reconstruct content photo.png -o nowhere/a.png", statusFailed, "make it first"},
		{"reconstruct content photo.png --frames full", statusUsage, "name a new one"},
		{"reconstruct content photo.png --figures full", statusUsage, "name a new one"},
		{"reconstruct content photo.png --iterations 0", statusUsage, "1 or more"},
		{"reconstruct style photo.png --texture 5", statusUsage, "512x256"},
		{"reconstruct style absent.png", statusFailed, "absent.png"},
		{"reconstruct content photo.png --size 8", statusFailed, "8x6"},
	} {
		o := invoke(t, append(strings.Fields(c.args), "--progress", "none")...)
		if o.status != c.status || !strings.Contains(o.errors, c.want) || strings.Count(o.errors, "\n") != 1 {
			t.Errorf("%s: %d %q", c.args, o.status, o.errors)
		}
	}
}
