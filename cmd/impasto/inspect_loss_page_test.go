package main

import (
	"encoding/csv"
	"encoding/json"
	"math"
	"os"
	"strings"
	"testing"
)

// TestInspectLossPage checks that a study has the numbers of inspect loss at single pictures.
func TestInspectLossPage(t *testing.T) {
	studio(t)
	layers := []string{"--recipe", "gatys", "--content-layers", "relu2_2", "--style-layers", "relu1_1,relu2_1"}
	o := invoke(t, append([]string{"inspect", "loss", "--content", "photo.png", "--style", "painting.png", "--iterations", "3", "--json",
		"-o", "l.html", "-o", "l.png", "--csv", "l.csv", "--figures", "figures", "--lang", "ko"}, layers...)...)
	var study lossPageResult
	if err := json.Unmarshal([]byte(o.out), &study); err != nil || o.status != statusDone {
		t.Fatal(o.status, err, o.errors)
	}
	if len(study.Pictures) != 4 || study.Pictures[0].Terms["content_relu2_2"] != 0 || study.Pictures[3].Role != "result" ||
		study.Pictures[3].Total >= study.Pictures[0].Total || study.Pictures[1].Gradients != nil || len(study.Pictures[3].Gradients) != 3 {
		t.Errorf("%+v", study)
	}

	o = invoke(t, append([]string{"inspect", "loss", "--content", "photo.png", "--style", "painting.png", "--at", "photo.png", "--json"}, layers...)...)
	var single lossResult
	if err := json.Unmarshal([]byte(o.out), &single); err != nil {
		t.Fatal(err, o.errors)
	}
	if at := study.Pictures[0]; at.Total != single.Total || at.Gradient != single.Gradient || at.Terms["style_relu2_1"] != single.Style["relu2_1"] {
		t.Errorf("in the study %+v, alone %+v", at, single)
	}
	if page, err := os.ReadFile("l.html"); err != nil || !strings.Contains(string(page), "화풍 relu2_1") {
		t.Errorf("%v, the page is not in Korean", err)
	}
	checkLossRows(t, study)
}

// checkLossRows compares the CSV with the JSON.
func checkLossRows(t *testing.T, study lossPageResult) {
	t.Helper()
	f, err := os.Open("l.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil || len(rows) != 1+4*4 {
		t.Fatalf("%v, %d rows", err, len(rows))
	}
	if last := rows[len(rows)-1]; last[1] != "total" || last[2] != exact(study.Pictures[3].Total) || last[3] != exact(study.Pictures[3].Gradient) {
		t.Errorf("%v", last)
	}
}

// TestInspectLossPageAtAResult studies a given result, with all pictures reduced.
func TestInspectLossPageAtAResult(t *testing.T) {
	studio(t)
	if o := invoke(t, small("-o", "result.png", "--size", "32", "--recipe", "gatys")...); o.status != statusDone {
		t.Fatal(o.errors)
	}
	o := invoke(t, "inspect", "loss", "--content", "photo.png", "--style", "painting.png", "--at", "result.png", "--size", "24", "-o", "l.html", "--json")
	var study lossPageResult
	if err := json.Unmarshal([]byte(o.out), &study); err != nil || o.status != statusDone {
		t.Fatal(o.status, err, o.errors)
	}
	for _, p := range study.Pictures {
		sum := 0.0
		for _, v := range p.Terms {
			sum += v
		}
		if math.Abs(sum-p.Total) > 1e-9*p.Total {
			t.Errorf("%s: the terms add up to %v, not %v", p.Role, sum, p.Total)
		}
	}
}

// TestInspectLossPageOfTwoPaintings studies a loss with shares and a strength map.
func TestInspectLossPageOfTwoPaintings(t *testing.T) {
	studio(t)
	writePicture(t, "map.png", 32, 24, 2)
	flags := []string{"inspect", "loss", "--content", "photo.png", "--style", "painting.png", "--style", "photo.png", "--style-weights", "3,1",
		"--strength-map", "map.png", "--content-layers", "relu2_1", "--style-layers", "relu1_1,relu2_1", "--json"}
	var study lossPageResult
	o := invoke(t, append(flags, "-o", "l.html", "--iterations", "1")...)
	if err := json.Unmarshal([]byte(o.out), &study); err != nil || o.status != statusDone {
		t.Fatal(o.status, err, o.errors)
	}
	var single lossResult
	o = invoke(t, append(flags, "--at", "photo.png")...)
	if err := json.Unmarshal([]byte(o.out), &single); err != nil {
		t.Fatal(err, o.errors)
	}
	if at := study.Pictures[0]; at.Total != single.Total || at.Gradient != single.Gradient {
		t.Errorf("in the study %+v, alone %+v", at, single)
	}
}

func TestInspectLossPageMistakes(t *testing.T) {
	studio(t)
	for _, c := range []struct {
		args   string
		status int
		want   string
	}{
		{"", statusUsage, "-o loss.html"},
		{"-o l.gif", statusUsage, "extension"},
		{"-o l.html --iterations 0", statusUsage, "1 or more"},
		{"-o l.html --gradient g.npy", statusUsage, "--gradient"},
		{"-o l.html --at painting.png", statusFailed, "one size"},
		{"-o l.html --style-layers relu7_1", statusUsage, "similar names"},
		{"-o l.html --style-layers relu5_3", statusUsage, "end at relu5_1"},
		{"-o nowhere/l.html", statusFailed, "create it first"},
	} {
		o := invoke(t, append([]string{"inspect", "loss", "--content", "photo.png", "--style", "painting.png"}, strings.Fields(c.args)...)...)
		if o.status != c.status || !strings.Contains(o.errors, c.want) || strings.Count(o.errors, "\n") != 1 {
			t.Errorf("%s: %d %q", c.args, o.status, o.errors)
		}
	}
}
