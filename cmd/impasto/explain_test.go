package main

import (
	"context"
	"encoding/json"
	"math"
	"os"
	"strings"
	"testing"

	"github.com/impasto/impasto/transfer"
)

// TestExplain checks that a page reports the same numbers as a run of style with the same options.
func TestExplain(t *testing.T) {
	studio(t)
	flags := []string{"photo.png", "painting.png", "--recipe", "gatys", "--size", "24", "--iterations", "4", "--progress", "none", "--json"}
	o := invoke(t, append(append([]string{"explain"}, flags...), "-o", "e.html", "-o", "e.png", "--csv", "e.csv")...)
	var e explainResult
	if err := json.Unmarshal([]byte(o.out), &e); err != nil || o.status != statusDone {
		t.Fatal(o.status, err, o.errors)
	}
	o = invoke(t, append([]string{"style"}, flags...)...)
	var p paintResult
	if err := json.Unmarshal([]byte(o.out), &p); err != nil || o.status != statusDone {
		t.Fatal(o.status, err, o.errors)
	}
	if e.Width != p.Width || e.Iterations != p.Iterations || math.Abs(e.Start.Total-p.FirstLoss) > 1e-9*p.FirstLoss || math.Abs(e.End.Total-p.LastLoss) > 1e-6*p.LastLoss {
		t.Errorf("explained %+v, painted %+v", e, p)
	}
	style := 0.0
	for name, share := range e.Start.Shares {
		if strings.HasPrefix(name, "style_") {
			style += share
		}
	}
	if math.Abs(style-1) > 1e-12 {
		t.Errorf("the shares of the style loss add up to %v", style)
	}
	if len(e.Seconds) != len(partNames) || e.Seconds["forward"] <= 0 || len(e.Grams) != 5 || e.Grams[0].After >= e.Grams[0].Before {
		t.Errorf("%+v", e)
	}
	rows, err := os.ReadFile("e.csv")
	if err != nil || strings.Count(string(rows), "\n") != 1+5 || !strings.HasPrefix(string(rows), "scale,iteration,total,content_relu4_2,") {
		t.Errorf("%v: %s", err, rows)
	}
}

// TestExplainOfReducedPictures explains runs whose last scale has terms of every kind, in both languages.
func TestExplainOfReducedPictures(t *testing.T) {
	studio(t)
	for _, lang := range []string{"en", "ko"} {
		o := invoke(t, "explain", "photo.png", "painting.png", "--recipe", "impasto", "--size", "32", "--scales", "2", "--iterations", "1",
			"--set", "smallest-scale=16", "--set", "reduced=24", "--tv-weight", "0.1", "--content-layers", "relu2_1", "--style-layers", "relu1_1", "--lang", lang, "-o", "e.html", "--progress", "none", "--json")
		var e explainResult
		if err := json.Unmarshal([]byte(o.out), &e); err != nil || o.status != statusDone {
			t.Fatal(o.status, err, o.errors)
		}
		for _, kind := range transfer.Kinds() {
			found := false
			for name, value := range e.End.Gradients {
				found = found || strings.HasPrefix(name, string(kind)) && value > 0
			}
			if !found {
				t.Errorf("no gradient of a term of kind %s: %v", kind, e.End.Gradients)
			}
		}
	}
}

// TestExplainInterrupted interrupts the run before it starts.
func TestExplainInterrupted(t *testing.T) {
	studio(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if o := invokeWith(ctx, "explain", "photo.png", "painting.png", "--size", "24"); o.status != statusInterrupted {
		t.Errorf("%d %s", o.status, o.errors)
	}
	if _, err := os.Stat("photo-painting-explained.png"); err == nil {
		t.Error("a sheet was written")
	}
}

func TestExplainMistakes(t *testing.T) {
	studio(t)
	writePicture(t, "large.png", 800, 600, 0)
	for _, c := range []struct {
		args   string
		status int
		want   string
	}{
		{"photo.png painting.png --recipe gatis", statusUsage, "similar names"},
		{"photo.png painting.png --content-layers relu9_1", statusUsage, "similar names"},
		{"photo.png painting.png --style-layers relu5_3", statusUsage, "end at relu5_1"},
		{"photo.png painting.png --iterations 0", statusUsage, "1 or more"},
		{"photo.png painting.png -o e.gif", statusUsage, "extension"},
		{"photo.png absent.png", statusFailed, "absent.png"},
		{"photo.png @nothing", statusUsage, "nothing"},
		{"photo.png painting.png --size 8", statusFailed, "8x6"},
		{"large.png painting.png --size original --memory 256MiB", statusFailed, "--memory "},
		{"photo.png painting.png --lang fr", statusUsage, "lang"},
	} {
		o := invoke(t, append([]string{"explain", "--progress", "none"}, strings.Fields(c.args)...)...)
		if o.status != c.status || !strings.Contains(o.errors, c.want) || strings.Count(o.errors, "\n") != 1 {
			t.Errorf("%s: %d %q", c.args, o.status, o.errors)
		}
	}
}
