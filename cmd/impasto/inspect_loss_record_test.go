package main

import (
	"encoding/csv"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/impasto/impasto/canvas"
)

// lastTotal returns the total in the last row of a trace.
func lastTotal(t *testing.T, path string) float64 {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return parse(t, rows[len(rows)-1][4])
}

// lossAt invokes inspect loss.
func lossAt(t *testing.T, args ...string) (lossResult, outcome) {
	t.Helper()
	got := invoke(t, append([]string{"inspect", "loss", "--json"}, args...)...)
	var r lossResult
	if got.status == statusDone {
		if err := json.Unmarshal([]byte(got.out), &r); err != nil {
			t.Fatal(err)
		}
	}
	return r, got
}

// TestLossOfAResultIsThatOfItsRun checks, for several recipes, that the loss at a result agrees with the last row of its
// trace up to the rounding of the file. The runs are clamped, since a file holds no values beyond black and white.
func TestLossOfAResultIsThatOfItsRun(t *testing.T) {
	twoPaintings(t)
	writePicture(t, "photo.png", 64, 48, 0)
	writePicture(t, "painting.png", 64, 56, 1)
	writeMap(t, "map.png", 64, 48, black, white)
	for _, args := range []string{
		"photo.png painting.png --size 40 --set smallest-scale=20 --set reduced=20", // with the loss of the reduced picture
		"photo.png painting.png --size 48 --recipe gatys",
		"photo.png painting.png --size 48 --recipe neural-style-pt --init content --optimizer lbfgs", // whose weights are converted
		"photo.png painting.png other.png --size 32 --style-mask map.png --style-mask none --style-weights 2,1 --strength-map map.png",
		"photo.png painting.png other.png --size 32 --content-mask map.png --init other.png",
	} {
		run := append([]string{"style"}, strings.Fields(args)...)
		run = append(run, "--clamp", "--iterations", "5", "--progress", "none", "-o", "16.png", "--depth", "16", "--trace", "t.csv")
		if got := invoke(t, run...); got.status != statusDone {
			t.Fatalf("%s: %s", args, got.errors)
		}
		rounded(t, "16.png", "8.png")
		want := lastTotal(t, "t.csv")
		for _, c := range []struct {
			file   string
			levels float64 // of a value
			within float64
		}{{"8.png", 255, 5e-3}, {"16.png", 65535, 1e-6}} {
			r, got := lossAt(t, "--at", c.file)
			rounding := 1 / c.levels / math.Sqrt(12) // standard deviation
			if !(math.Abs(r.Total-want) <= c.within*want+4*rounding*r.Gradient) {
				t.Errorf("%s: the loss at %s is %v, but its run ended at %v; relative difference %g: %s", args, c.file, r.Total, want, r.Total/want-1, got.errors)
			}
		}
	}
}

// rounded writes a picture with its record in 8 bits.
func rounded(t *testing.T, from, to string) {
	t.Helper()
	record, err := canvas.ReadRecipe(from)
	if err != nil {
		t.Fatal(err)
	}
	if err := canvas.Save(to, open(t, from), canvas.EncodeOptions{Recipe: record}); err != nil {
		t.Fatal(err)
	}
}

// TestLossOfAGreyRun checks a run that paints only brightness: it starts in grey, and the loss at its result is evaluated
// in grey. The slight colour that the run produces is not in the result.
func TestLossOfAGreyRun(t *testing.T) {
	studio(t)
	p := canvas.New(32, 24) // dull colours, so that nothing is clipped
	for i := range p.Pix {
		p.Pix[i] = float32(0.5 + 0.1*math.Sin(float64(i)/3))
	}
	if err := canvas.Save("photo.png", p, canvas.EncodeOptions{}); err != nil {
		t.Fatal(err)
	}
	if got := invoke(t, small("-o", "r.png", "--depth", "16", "--trace", "t.csv", "--preserve-colors", "luminance", "--iterations", "1", "--strength", "0.01")...); got.status != statusDone {
		t.Fatal(got.errors)
	}
	want := lastTotal(t, "t.csv")
	if r, got := lossAt(t, "--at", "r.png"); !(math.Abs(r.Total-want) <= 2e-2*want) {
		t.Errorf("the loss is %v, but the run ended at %v: %s", r.Total, want, got.errors)
	}
}

// TestRecordedInputsAreFound checks that inputs are found beside the picture, by digest, and by the names given.
func TestRecordedInputsAreFound(t *testing.T) {
	studio(t)
	if got := invoke(t, small("-o", "r.png")...); got.status != statusDone {
		t.Fatal(got.errors)
	}
	want, got := lossAt(t, "--at", "r.png")
	if got.status != statusDone || got.errors != "" {
		t.Fatal(got.errors)
	}
	if err := os.MkdirAll("away/deep", 0o777); err != nil {
		t.Fatal(err)
	}
	for from, to := range map[string]string{"r.png": "away/r.png", "photo.png": "away/me.png", "painting.png": "away/deep/painting.png"} {
		if err := os.Rename(from, filepath.FromSlash(to)); err != nil {
			t.Fatal(err)
		}
	}
	if r, got := lossAt(t, "--at", "away/r.png"); r.Total != want.Total {
		t.Errorf("moved: %v, want %v: %s", r.Total, want.Total, got.errors)
	}
	if err := os.Rename("away/me.png", "me.png"); err != nil {
		t.Fatal(err)
	}
	_, got = lossAt(t, "--at", "away/r.png")
	if got.status != statusFailed || strings.Count(got.errors, "\n") != 1 || !strings.Contains(got.errors, "photo.png") || !strings.Contains(got.errors, "--content") {
		t.Errorf("a missing photograph: %d %q", got.status, got.errors)
	}
	if r, got := lossAt(t, "--at", "away/r.png", "--content", "me.png"); r.Total != want.Total || got.errors != "" {
		t.Errorf("named: %v, want %v: %s", r.Total, want.Total, got.errors)
	}
	writePicture(t, "me.png", 32, 24, 0.5)
	if _, got := lossAt(t, "--at", "away/r.png", "--content", "me.png"); got.status != statusDone || !strings.Contains(got.errors, "me.png") {
		t.Errorf("another photograph: %d %q", got.status, got.errors)
	}
}

// TestFlagsChangeARecordedLoss checks that flags override the record.
func TestFlagsChangeARecordedLoss(t *testing.T) {
	studio(t)
	if got := invoke(t, small("-o", "r.png", "--recipe", "gatys")...); got.status != statusDone {
		t.Fatal(got.errors)
	}
	recorded, got := lossAt(t, "--at", "r.png")
	if recorded.Recipe != "gatys" {
		t.Fatalf("the record has recipe %s: %s", recorded.Recipe, got.errors)
	}
	if r, _ := lossAt(t, "--at", "r.png", "--style-weight", "2e6"); math.Abs(r.Style["relu1_1"]/recorded.Style["relu1_1"]-2) > 1e-6 {
		t.Errorf("twice the weight: %v, recorded %v", r.Style, recorded.Style)
	}
	if r, _ := lossAt(t, "--at", "r.png", "--recipe", "impasto"); r.Recipe != "impasto" || r.Total == recorded.Total {
		t.Errorf("%+v", r)
	}
	if _, got := lossAt(t, "--at", "r.png", "--style", "a.png", "--style", "b.png"); got.status != statusUsage || !strings.Contains(got.errors, "painted from 1 painting") {
		t.Errorf("%d %q", got.status, got.errors)
	}
}

// TestLossWithoutARecord checks that a picture of another size is refused with advice.
func TestLossWithoutARecord(t *testing.T) {
	studio(t)
	if got := invoke(t, small("-o", "r.png")...); got.status != statusDone {
		t.Fatal(got.errors)
	}
	for args, want := range map[string]string{
		"--at painting.png": "--content and --style",
		"--at r.png --as-given --content photo.png --style painting.png": "r.png is 24x18, the photograph 32x24",
		"--at painting.png --content photo.png --style painting.png":     "painting.png is 36x30, the photograph 32x24: without a record",
	} {
		if _, got := lossAt(t, strings.Fields(args)...); got.status == statusDone || strings.Count(got.errors, "\n") != 1 || !strings.Contains(got.errors, want) {
			t.Errorf("%s: %d %q", args, got.status, got.errors)
		}
	}
}
