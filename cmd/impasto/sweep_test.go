package main

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/impasto/impasto/canvas"
	"github.com/impasto/impasto/study"
)

// sweepOver invokes a sweep of small pictures.
func sweepOver(t *testing.T, more ...string) (outcome, *sweepResult) {
	t.Helper()
	args := append([]string{"sweep", "photo.png", "painting.png", "--recipe", "gatys", "--size", "24", "--iterations", "2", "--json"}, more...)
	o := invoke(t, args...)
	var r sweepResult
	if o.out != "" {
		if err := json.Unmarshal([]byte(o.out), &r); err != nil {
			t.Fatalf("%v: %q", err, o.out)
		}
	}
	return o, &r
}

// stamps returns the modification times of a sweep's files.
func stamps(t *testing.T, folder string) map[string]string {
	t.Helper()
	all := map[string]string{}
	entries, err := os.ReadDir(filepath.Join(folder, "cells"))
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		info, err := e.Info()
		if err != nil {
			t.Fatal(err)
		}
		all[e.Name()] = info.ModTime().String()
	}
	return all
}

// TestSweep paints a small sweep and compares its numbers with single runs.
func TestSweep(t *testing.T) {
	studio(t)
	o, r := sweepOver(t, "--vary", "strength=0.1,10", "--vary", "optimizer=lbfgs,adam", "-o", "s.png", "-o", "s.html", "--figures", "figures", "--csv", "s.csv", "--progress", "plain")
	if o.status != statusDone || r.Painted != 4 || r.Failed != 0 || r.Folder != "photo-painting-sweep" {
		t.Fatalf("%d %+v %s", o.status, r, o.errors)
	}
	for _, want := range []string{"4 pictures (2 x strength, 2 x optimizer); 24x18, about ", "picture 4 of 4, strength 10, optimizer adam, "} {
		if !strings.Contains(o.errors, want) {
			t.Errorf("progress lacks %q:\n%s", want, o.errors)
		}
	}
	alone := invoke(t, small("--recipe", "gatys", "--iterations", "2", "--strength", "10", "--optimizer", "adam", "--json", "-o", "alone.png")...)
	var one paintResult
	if err := json.Unmarshal([]byte(alone.out), &one); err != nil {
		t.Fatal(err)
	}
	last := r.Cells[3]
	if !maps.Equal(last.Values, map[string]string{"strength": "10", "optimizer": "adam"}) || *last.LastLoss != one.LastLoss || !maps.Equal(last.Terms, one.Terms) {
		t.Errorf("%+v, alone %+v", last, one)
	}
	if a, b := open(t, last.Picture), open(t, "alone.png"); !slices.Equal(a.Pix, b.Pix) {
		t.Error("the picture of a cell differs from that of a single run")
	}
	for _, name := range []string{"s.png", "figures/figure-02.png", "figures/captions.txt"} {
		if info, err := os.Stat(filepath.FromSlash(name)); err != nil || info.Size() == 0 {
			t.Errorf("%s: %v", name, err)
		}
	}
	checkSweepRows(t, "s.csv")
	page, err := os.ReadFile("s.html")
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"strength 0.1", "--vary strength=0.1,10 --vary optimizer=lbfgs,adam --recipe gatys", "<td>content-weight</td>", "lbfgs: 1; adam: 0.02"} {
		if !strings.Contains(string(page), want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	// The command in the sheet reproduces it.
	sheet, err := os.ReadFile("s.png")
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"tEXtParameters\x00{", `"settings":{`, `"strength":"0.1"`, "tEXtComment\x00impasto sweep photo.png painting.png --vary"} {
		if !bytes.Contains(sheet, []byte(want)) {
			t.Errorf("the sheet lacks %q", want)
		}
	}
	if again := invoke(t, append(strings.Fields(r.Command)[1:], "--json")...); again.status != statusDone || !strings.Contains(again.errors, "4 of them already in photo-painting-sweep") {
		t.Errorf("the reported command does not reproduce the sweep: %s", again.errors)
	}
}

func open(t *testing.T, name string) *canvas.Picture {
	t.Helper()
	p, err := canvas.Open(name, canvas.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func checkSweepRows(t *testing.T, name string) {
	t.Helper()
	file, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	rows, err := csv.NewReader(file).ReadAll()
	if err != nil || len(rows) != 5 {
		t.Fatalf("%v %v", rows, err)
	}
	if rows[2][0] != "10" || rows[2][1] != "lbfgs" || parse(t, rows[2][2]) < parse(t, rows[2][4]) {
		t.Errorf("%v", rows[2])
	}
}

// TestSweepGoesOn checks that painted cells are not painted again when lists grow, shrink or are reordered, unless they are
// damaged.
func TestSweepGoesOn(t *testing.T) {
	if testing.Short() {
		t.Skip("paints many pictures")
	}
	studio(t)
	if o, _ := sweepOver(t, "--vary", "strength=1,2"); o.status != statusDone {
		t.Fatal(o.errors)
	}
	before := stamps(t, "photo-painting-sweep")
	o, r := sweepOver(t, "--vary", "strength=4,2.0,1")
	if o.status != statusDone || r.Painted != 3 {
		t.Fatal(o.status, o.errors)
	}
	after := stamps(t, "photo-painting-sweep")
	for name, when := range before {
		if after[name] != when {
			t.Errorf("%s was written again", name)
		}
	}
	if len(after) != len(before)+2 {
		t.Errorf("%d files, before %d", len(after), len(before))
	}

	if err := os.WriteFile(r.Cells[0].Picture, []byte("half"), 0o666); err != nil {
		t.Fatal(err)
	}
	o, again := sweepOver(t, "--vary", "strength=4,2,1", "--progress", "plain")
	if o.status != statusDone || !strings.Contains(o.errors, "picture 1 of 1, strength 4") || *again.Cells[0].LastLoss != *r.Cells[0].LastLoss {
		t.Errorf("%d %s", o.status, o.errors)
	}
	if open(t, r.Cells[0].Picture).Width != 24 {
		t.Error("the damaged picture is still there")
	}
}

// TestSweepsAreNotMixed checks that a folder belongs to one sweep.
func TestSweepsAreNotMixed(t *testing.T) {
	studio(t)
	if o, _ := sweepOver(t, "--vary", "strength=1,2", "--folder", "mine"); o.status != statusDone {
		t.Fatal(o.errors)
	}
	writePicture(t, "other.png", 32, 24, 2)
	if err := os.Mkdir("full", 0o777); err != nil {
		t.Fatal(err)
	}
	writePicture(t, "full/a.png", 4, 4, 0)
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"--vary", "seed=1,2", "--folder", "mine"}, "it varies strength, not seed"},
		{[]string{"--vary", "strength=1,2", "--seed", "5", "--folder", "mine"}, "its seed is 0, not 5"},
		{[]string{"--vary", "strength=1,2", "--tv-weight", "5", "--folder", "mine"}, "its tv-weight is unset, not 5"},
		{[]string{"--vary", "strength=1,2", "--strength-map", "other.png", "--folder", "mine"}, "its strength-map is unset, not other"},
		{[]string{"--vary", "strength=1,2", "--folder", "full"}, "not empty (it contains a.png); name a new one"},
		{[]string{"--vary", "strength=1,2", "--folder", "mine", "--figures", "full"}, "not empty (it contains a.png); name a new one"},
	} {
		before := stamps(t, "mine")
		o, _ := sweepOver(t, c.args...)
		if o.status != statusUsage || !strings.Contains(o.errors, c.want) || strings.Count(o.errors, "\n") != 1 {
			t.Errorf("%v: %d %q, want %q", c.args, o.status, o.errors, c.want)
		}
		if diff := cmp.Diff(before, stamps(t, "mine")); diff != "" {
			t.Errorf("%v wrote into the folder: %s", c.args, diff)
		}
	}
	// The contents of the photograph have changed.
	writePicture(t, "photo.png", 32, 24, 3)
	if o, _ := sweepOver(t, "--vary", "strength=1,2", "--folder", "mine"); o.status != statusUsage || !strings.Contains(o.errors, "its content is photo (") {
		t.Errorf("%d %q", o.status, o.errors)
	}
	// Without --folder each sweep finds its own folder.
	for _, want := range []string{"photo-painting-sweep", "photo-painting-sweep-2", "photo-painting-sweep", "photo-painting-sweep-2"} {
		name := map[string]string{"photo-painting-sweep": "strength=1,2", "photo-painting-sweep-2": "content-weight=1,2"}[want]
		if o, r := sweepOver(t, "--vary", name); o.status != statusDone || r.Folder != want {
			t.Errorf("%s is in %s, want %s (%s)", name, r.Folder, want, o.errors)
		}
	}
}

// TestSweepCellsFailAlone checks that a diverging picture is reported in its cell, the others are painted, and the next run
// retries only that cell.
func TestSweepCellsFailAlone(t *testing.T) {
	studio(t)
	// The gradient of the second picture exceeds the range of float32.
	args := []string{"--vary", "strength=1,1e30,2", "--style-weight", "1e30", "-o", "s.html", "--csv", "s.csv", "--progress", "plain"}
	o, r := sweepOver(t, args...)
	if o.status != statusFailed || r.Painted != 2 || r.Failed != 1 || r.Cells[1].Error == "" || r.Cells[1].Picture != "" || r.Cells[2].LastLoss == nil {
		t.Fatalf("%d %+v %s", o.status, r, o.errors)
	}
	if !strings.Contains(o.errors, "impasto: 1 of 3 pictures could not be painted (strength 1e30: ") {
		t.Error(o.errors)
	}
	page, err := os.ReadFile("s.html")
	if err != nil || !strings.Contains(string(page), ">failed<") {
		t.Errorf("%v: the page does not show the failure", err)
	}
	o, _ = sweepOver(t, args...)
	if o.status != statusFailed || !strings.Contains(o.errors, "picture 1 of 1, strength 1e30") {
		t.Errorf("%d %s", o.status, o.errors)
	}
}

// TestSweepPanicsAreOfTheirCell checks that a panic costs only one picture.
func TestSweepPanicsAreOfTheirCell(t *testing.T) {
	studio(t)
	o, r := sweepOver(t, "--vary", "strength=1,2")
	if o.status != statusDone {
		t.Fatal(o.errors)
	}
	w := &sweepWork{console: console{io.Discard, io.Discard}, folder: &study.SweepFolder{Path: r.Folder}} // without flags
	cell := &sweepCell{SweepValues: study.SweepValues{Label: "broken"}, digest: strings.Repeat("0", 64)}
	err := w.paint(t.Context(), cell, sweepSilence{})
	if err == nil || !strings.Contains(err.Error(), "the program failed") {
		t.Errorf("%v", err)
	}
	if w.folder.Begun(cell.file()) {
		t.Error("the cell is still marked as begun")
	}
}

// TestSweepLeavesTheDangerousToTheEnd checks that a picture during which the program was killed comes last.
func TestSweepLeavesTheDangerousToTheEnd(t *testing.T) {
	if testing.Short() {
		t.Skip("paints many pictures")
	}
	studio(t)
	o, r := sweepOver(t, "--vary", "strength=1,2,3")
	if o.status != statusDone {
		t.Fatal(o.errors)
	}
	for _, cell := range r.Cells {
		file := strings.TrimSuffix(cell.Picture, ".png")
		if err := os.Remove(file + ".json"); err != nil {
			t.Fatal(err)
		}
		if cell.Values["strength"] == "1" {
			if err := os.WriteFile(file+".begun", nil, 0o666); err != nil {
				t.Fatal(err)
			}
		}
	}
	o, _ = sweepOver(t, "--vary", "strength=1,2,3", "--progress", "plain")
	if o.status != statusDone || !strings.Contains(o.errors, "picture 1 of 3, strength 2") || !strings.Contains(o.errors, "picture 3 of 3, strength 1") {
		t.Errorf("%d %s", o.status, o.errors)
	}
}

// TestSweepInterrupted checks that painted pictures are kept and the same command resumes the sweep.
func TestSweepInterrupted(t *testing.T) {
	studio(t)
	args := []string{"sweep", "photo.png", "painting.png", "--size", "24", "--recipe", "gatys", "--iterations", "3", "--vary", "seed=1,2,3", "-o", "s.html"}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	errors := &ending{cancel: cancel}
	// The first picture is finished; the second is at its second iteration when the signal comes.
	watch := writerFunc(func(p []byte) (int, error) {
		if bytes.Contains(p, []byte(`"picture":2,`)) {
			return errors.Write(p)
		}
		return len(p), nil
	})
	status := run(ctx, append(args, "--progress", "json"), io.Discard, watch)
	if status != statusInterrupted {
		t.Fatalf("%d %s", status, errors)
	}
	page, err := os.ReadFile("s.html")
	if err != nil || !strings.Contains(string(page), "2 of 3 pictures are not painted yet") {
		t.Errorf("%v", err)
	}
	o := invoke(t, append(args, "--progress", "plain")...)
	if o.status != statusDone || !strings.Contains(o.errors, "1 of them already in photo-painting-sweep") || !strings.Contains(o.errors, "picture 2 of 2, seed 3") {
		t.Errorf("%d %s", o.status, o.errors)
	}
	if !strings.Contains(o.errors, "note: noise of 0.1 is added to the start") {
		t.Error("the note on added noise is missing")
	}
}

type writerFunc func(p []byte) (int, error)

func (f writerFunc) Write(p []byte) (int, error) { return f(p) }

// TestSweepOverThree has a sheet for each value of the third option, and varies the painting.
func TestSweepOverThree(t *testing.T) {
	if testing.Short() {
		t.Skip("paints many pictures")
	}
	studio(t)
	writePicture(t, "other.png", 30, 30, 2)
	o := invoke(t, "sweep", "photo.png", "--size", "24", "--iterations", "1", "--recipe", "gatys", "--json",
		"--vary", "style=painting.png,other.png", "--vary", "style-layers=relu1_1;relu1_1,relu2_1", "--vary", "size=20,24", "-o", "s.png")
	var r sweepResult
	if err := json.Unmarshal([]byte(o.out), &r); err != nil || o.status != statusDone {
		t.Fatal(o.status, o.errors)
	}
	if !slices.Equal(r.Outputs, []string{"s-1.png", "s-2.png"}) || r.Painted != 8 || r.Cells[7].Width != 24 || r.Cells[0].Width != 20 {
		t.Errorf("%+v", r)
	}
	if r.Cells[1].Values["style"] != "other.png" || *r.Cells[0].LastLoss == *r.Cells[1].LastLoss || len(r.Cells[2].Terms) != len(r.Cells[0].Terms)+1 {
		t.Errorf("%+v", r.Cells)
	}
	if !strings.Contains(r.Command, "'style-layers=relu1_1;relu1_1,relu2_1'") {
		t.Error(r.Command)
	}
}

// TestSweepMistakes holds each mistake to one line that says what to do, before anything is painted.
func TestSweepMistakes(t *testing.T) {
	studio(t)
	for _, c := range []struct {
		args   string
		status int
		want   string
	}{
		{"", statusUsage, "0 options to vary"},
		{"--vary a=1 --vary b=1 --vary c=1 --vary d=1", statusUsage, "4 options to vary; give one to three"},
		{"--vary strenght=1,2", statusUsage, `unknown option "strenght"; similar names: strength`},
		{"--vary recipes=gatys", statusUsage, "similar names: recipe"},
		{"--vary output=a,b", statusUsage, "output cannot be varied: the picture does not depend on it; these can: style, recipe,"},
		{"--vary variations=1,2", statusUsage, "vary seed instead"},
		{"--vary strength", statusUsage, "strength=V1,V2"},
		{"--vary strength=1,,2", statusUsage, "value 2 is empty"},
		{"--vary strength=1,2,1", statusUsage, "1 is given twice"},
		{"--vary strength=1,2 --vary strength=3", statusUsage, "given twice"},
		{"--vary strength=1,1.0", statusUsage, "strength 1 and strength 1.0 are the same picture"},
		{"--vary strength=1,2 --strength 3", statusUsage, "strength is both given and varied"},
		{"--vary style=painting.png", statusUsage, "style is both given and varied"},
		{"--vary strength=1,much", statusUsage, `cell strength much: strength: "much" is not a number`},
		{"--vary strength=1,-1", statusUsage, "cell strength -1: strength: -1 is too small"},
		{"--vary recipe=gatys,gatis", statusUsage, `cell recipe gatis: unknown recipe "gatis"`},
		{"--vary size=24,big", statusUsage, `size: big: "big" is not a size`},
		{"--vary seed=1,-1", statusUsage, "not a seed"},
		{"--vary content-layers=relu4_2;relu9_9", statusUsage, "cell content-layers relu9_9: "},
		{"--vary size=2,24", statusFailed, "cell size 2: "},
		{"--vary init=noise,absent.png", statusFailed, "absent.png"},
		{"--vary strength=1,2 -o a.jpg", statusUsage, "one of .png, .html"},
		{"--vary strength=1,2 --csv nowhere/a.csv", statusFailed, "create it first"},
		{"--vary strength=1,2 --folder nowhere/a", statusFailed, "create it first"},
	} {
		args := append([]string{"sweep", "photo.png", "painting.png", "--size", "24", "--iterations", "2", "--recipe", "gatys"}, strings.Fields(c.args)...)
		o := invoke(t, args...)
		if o.status != c.status || !strings.Contains(o.errors, c.want) || strings.Count(o.errors, "\n") != 1 || o.out != "" {
			t.Errorf("%s: %d %q", c.args, o.status, o.errors)
		}
	}
	if o := invoke(t, "sweep", "photo.png", "--vary", "strength=1,2"); o.status != statusUsage || !strings.Contains(o.errors, "no painting is given") {
		t.Errorf("%d %q", o.status, o.errors)
	}
	if entries, err := filepath.Glob("*sweep*"); err != nil || len(entries) > 0 {
		t.Errorf("there is %v", entries)
	}
}

// TestManySweepsAsk checks that very large sweeps need --yes.
func TestManySweepsAsk(t *testing.T) {
	studio(t)
	numbers := func(n int) string {
		values := make([]string, n)
		for i := range values {
			values[i] = exact(float64(i + 1))
		}
		return strings.Join(values, ",")
	}
	o, _ := sweepOver(t, "--vary", "strength="+numbers(100), "--vary", "tv-weight="+numbers(100))
	if o.status != statusUsage || !strings.Contains(o.errors, "10000 pictures are to be painted, which takes about ") || !strings.Contains(o.errors, "use --yes") {
		t.Errorf("%d %q", o.status, o.errors)
	}
	if o, _ = sweepOver(t, "--vary", "strength="+numbers(1000), "--vary", "tv-weight="+numbers(1000)); o.status != statusUsage || !strings.Contains(o.errors, "at most 100000 pictures") {
		t.Errorf("%d %q", o.status, o.errors)
	}
	if o = invoke(t, "sweep", "photo.png", "painting.png", "--size", "24", "--vary", "strength="+numbers(300), "--dry-run"); o.status != statusDone || !strings.HasPrefix(o.out, "300 pictures (300 x strength); 24x18, about ") || o.errors != "" {
		t.Errorf("%d %q %q", o.status, o.out, o.errors)
	}
	if entries, err := filepath.Glob("*sweep*"); err != nil || len(entries) > 0 {
		t.Errorf("there is %v", entries)
	}
}
