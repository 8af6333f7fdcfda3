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

func TestInspectFeatures(t *testing.T) {
	wholeNetwork(t)
	studio(t)
	o := invoke(t, "inspect", "features", "photo.png", "--layers", "relu1_1,relu2_1", "--channels", "2", "--json", "-o", "f.html", "--csv", "f.csv", "--lang", "ko")
	var result featuresResult
	if err := json.Unmarshal([]byte(o.out), &result); err != nil || o.status != statusDone {
		t.Fatal(o.status, err, o.errors)
	}
	// A position of relu2_1 sees 10 pixels, with stride 2, starting at -4.
	if l := result.Layers[1]; l.Field != 10 || l.Stride != 2 || l.Offset != -4 || len(l.Strongest) != 2 || l.Dead <= 0 || l.Dead >= 1 {
		t.Errorf("%+v", l)
	}
	rows, err := os.ReadFile("f.csv")
	if err != nil || strings.Count(string(rows), "\n") != 1+64+128 {
		t.Errorf("%v, %d rows", err, strings.Count(string(rows), "\n"))
	}
	if page, err := os.ReadFile("f.html"); err != nil || !strings.Contains(string(page), "수용 영역") {
		t.Errorf("%v, the page is not in Korean", err)
	}
}

func TestInspectGram(t *testing.T) {
	wholeNetwork(t)
	studio(t)
	o := invoke(t, "inspect", "gram", "photo.png", "--layers", "relu1_1", "--pair", "3,5", "--json", "-o", "g.png", "-o", "g.html", "--csv", "g.csv")
	var one gramResult
	if err := json.Unmarshal([]byte(o.out), &one); err != nil || o.status != statusDone {
		t.Fatal(o.status, err, o.errors)
	}
	picture := one.Layers[0].Pictures[0]
	if pair := picture.Pairs[0]; len(picture.Pairs) != 1 || pair.Channels != [2]int{3, 5} || picture.Positions != 32*24 || len(picture.Eigenvalues) != 64 || one.Layers[0].StyleLoss != nil {
		t.Errorf("%+v", picture)
	}
	if rows, err := os.ReadFile("g.csv"); err != nil || strings.Count(string(rows), "\n") != 1+64*65/2 {
		t.Errorf("%v, %d rows", err, strings.Count(string(rows), "\n"))
	}

	// The style loss between a picture and itself is 0.
	for second, zero := range map[string]bool{"photo.png": true, "painting.png": false} {
		o := invoke(t, "inspect", "gram", "photo.png", second, "--layers", "relu1_1", "--json")
		var two gramResult
		if err := json.Unmarshal([]byte(o.out), &two); err != nil || o.status != statusDone {
			t.Fatal(o.status, err, o.errors)
		}
		if e := two.Layers[0].StyleLoss; e == nil || (*e == 0) != zero {
			t.Errorf("the style loss to %s is %v", second, e)
		}
	}
}

// TestStudyMistakes checks that each mistake gives a one-line error with a remedy.
func TestStudyMistakes(t *testing.T) {
	wholeNetwork(t)
	studio(t)
	if err := os.MkdirAll("full", 0o777); err != nil {
		t.Fatal(err)
	}
	writePicture(t, "full/other.png", 4, 4, 0)
	writePicture(t, "large.png", 800, 600, 0)
	for _, c := range []struct {
		args   string
		status int
		want   string
	}{
		{"reconstruct content photo.png --layers relu3_5", statusUsage, "similar names"},
		{"reconstruct content photo.png --layers relu5_3", statusUsage, "end at relu5_1"},
		{"reconstruct content photo.png -o a.bmp", statusUsage, "extension"},
		{"reconstruct content photo.png -o nowhere/a.png", statusFailed, "create it first"},
		{"reconstruct content photo.png --frames full", statusUsage, "name a new one"},
		{"reconstruct content photo.png --figures full", statusUsage, "name a new one"},
		{"reconstruct content photo.png --iterations=-1", statusUsage, "1 or more"},
		{"reconstruct style photo.png --texture 5", statusUsage, "512x256"},
		{"inspect gram photo.png --pair 1,64 --layers relu1_1", statusUsage, "channels 0 to 63"},
		{"inspect gram photo.png --pair one", statusUsage, "12,40"},
		{"inspect gram photo.png painting.png --pair 1,2", statusUsage, "one picture"},
		{"inspect features photo.png --layers conv9_9", statusUsage, "similar names"},
		{"inspect gram large.png --size original --layers relu1_1 --memory 128MiB", statusFailed, "smaller --size"},
		{"inspect features photo.png -o a.gif", statusUsage, "extension"},
		{"reconstruct style absent.png", statusFailed, "absent.png"},
		{"reconstruct content photo.png --size 8", statusFailed, "8x6"},
	} {
		args := strings.Fields(c.args)
		if args[0] == "reconstruct" {
			args = append(args, "--progress", "none")
		}
		o := invoke(t, args...)
		if o.status != c.status || !strings.Contains(o.errors, c.want) || strings.Count(o.errors, "\n") != 1 {
			t.Errorf("%s: %d %q", c.args, o.status, o.errors)
		}
	}
}
