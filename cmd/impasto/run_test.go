package main

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"io"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/impasto/impasto"
	"github.com/impasto/impasto/canvas"
	"github.com/impasto/impasto/transfer"
)

// outcome is the result of a run of the program.
type outcome struct {
	status      int
	out, errors string
}

// invoke runs the program.
func invoke(t *testing.T, args ...string) outcome {
	t.Helper()
	return invokeWith(t.Context(), args...)
}

func invokeWith(ctx context.Context, args ...string) outcome {
	var out, errors bytes.Buffer
	status := run(ctx, args, &out, &errors)
	return outcome{status, out.String(), errors.String()}
}

// inFolder changes to a new folder.
func inFolder(t *testing.T) {
	t.Helper()
	t.Chdir(t.TempDir())
	t.Setenv("IMPASTO_CACHE", t.TempDir())
}

// writePicture writes a small picture of smooth waves.
func writePicture(t *testing.T, name string, width, height int, phase float64) {
	t.Helper()
	p := canvas.New(width, height)
	for i := range p.Pix {
		x, y, c := i%width, i/width%height, i/(width*height)
		p.Pix[i] = float32(0.5 + 0.4*math.Sin(phase+float64(x)/(2+float64(c))+float64(y)/3))
	}
	if err := canvas.Save(name, p, canvas.EncodeOptions{}); err != nil {
		t.Fatal(err)
	}
}

// small holds flags with which painting takes moments.
func small(more ...string) []string {
	return append([]string{"photo.png", "painting.png", "--size", "24", "--iterations", "3", "--progress", "none"}, more...)
}

func studio(t *testing.T) {
	t.Helper()
	inFolder(t)
	writePicture(t, "photo.png", 32, 24, 0)
	writePicture(t, "painting.png", 36, 30, 1)
}

func TestStylePaints(t *testing.T) {
	studio(t)
	got := invoke(t, small("--json", "--trace", "trace.csv")...)
	if got.status != statusDone || got.errors != "" {
		t.Fatalf("exit status %d, standard error %q", got.status, got.errors)
	}
	var r paintResult
	if err := json.Unmarshal([]byte(got.out), &r); err != nil {
		t.Fatalf("standard output is not JSON: %v", err)
	}
	if r.Output != "photo-painting.png" || r.Width != 24 || r.Height != 18 || !r.Finished || r.Iterations != 3 {
		t.Errorf("result is %+v", r)
	}
	if !(r.LastLoss < r.FirstLoss) {
		t.Errorf("the loss went from %v to %v", r.FirstLoss, r.LastLoss)
	}
	header, err := canvas.OpenHeader(r.Output, canvas.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	if header.Width != 24 || !strings.Contains(header.Recipe, `"iterations":"3"`) {
		t.Errorf("the picture has width %d and record %s", header.Width, header.Recipe)
	}
	checkTrace(t, "trace.csv", r)
}

// checkTrace checks that the terms of every row add up to its total, and that the rows agree with the run.
func checkTrace(t *testing.T, path string, r paintResult) {
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
	want := []string{"iteration", "scale", "evaluations", "seconds", "total", "content_relu4_2",
		"style_relu1_1", "style_relu2_1", "style_relu3_1", "style_relu4_1", "style_relu5_1", "tv", "gradient_l2"}
	if diff := cmp.Diff(want, rows[0]); diff != "" {
		t.Errorf("header: %s", diff)
	}
	if len(rows) != r.Iterations+2 || rows[1][0] != "0" {
		t.Fatalf("%d rows for %d iterations, the first %v", len(rows), r.Iterations, rows[1])
	}
	for _, row := range rows[1:] {
		var total, sum float64
		for i, field := range row {
			v := parse(t, field)
			switch {
			case rows[0][i] == "total":
				total = v
			case strings.Contains(rows[0][i], "relu"), rows[0][i] == "tv":
				sum += v
			}
		}
		if math.Abs(sum-total) > 1e-9*total {
			t.Errorf("the terms of %v add up to %v", row, sum)
		}
	}
	if last := parse(t, rows[len(rows)-1][4]); last != r.LastLoss {
		t.Errorf("the trace ends at %v, the result at %v", last, r.LastLoss)
	}
}

func parse(t *testing.T, s string) float64 {
	t.Helper()
	var v float64
	if err := json.Unmarshal([]byte(s), &v); err != nil {
		t.Fatal(err)
	}
	return v
}

func TestStyleReplacesNothingUnasked(t *testing.T) {
	studio(t)
	for _, want := range []string{"photo-painting.png", "photo-painting-2.png"} {
		if got := invoke(t, append([]string{"style"}, small("--iterations", "1")...)...); !strings.HasPrefix(got.out, want+": 24x18") {
			t.Errorf("printed %q, want %s", got.out, want)
		}
	}
}

func TestSameSeedSamePicture(t *testing.T) {
	studio(t)
	pictures := map[string][]byte{}
	for _, run := range []struct{ file, seed, threads string }{{"a.png", "1", "1"}, {"b.png", "1", "2"}, {"c.png", "2", "1"}} {
		got := invoke(t, small("--init", "noise", "--seed", run.seed, "--threads", run.threads, "-o", run.file, "--iterations", "1")...)
		if got.status != statusDone {
			t.Fatal(got.errors)
		}
		p, err := canvas.Open(run.file, canvas.Limits{})
		if err != nil {
			t.Fatal(err)
		}
		var b bytes.Buffer
		if err := canvas.Encode(&b, p, canvas.PNG, canvas.EncodeOptions{Depth: 16}); err != nil {
			t.Fatal(err)
		}
		pictures[run.file] = b.Bytes()
	}
	if !bytes.Equal(pictures["a.png"], pictures["b.png"]) {
		t.Error("the picture depends on the number of threads")
	}
	if bytes.Equal(pictures["a.png"], pictures["c.png"]) {
		t.Error("the picture does not depend on the seed")
	}
}

// ending cancels a context at the first line of progress.
type ending struct {
	bytes.Buffer
	cancel func()
}

func (e *ending) Write(p []byte) (int, error) {
	if bytes.Contains(p, []byte(`"iteration":2,`)) {
		e.cancel()
	}
	return e.Buffer.Write(p)
}

func TestInterruptionKeepsThePicture(t *testing.T) {
	studio(t)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	errors := &ending{cancel: cancel}
	status := run(ctx, small("-o", "out.png", "--iterations", "100000", "--progress", "json"), io.Discard, errors)
	if status != statusInterrupted {
		t.Errorf("exit status %d", status)
	}
	if p, err := canvas.Open("out.png", canvas.Limits{}); err != nil || p.Width != 24 {
		t.Errorf("the picture so far: %v", err)
	}
	lines := strings.Split(strings.TrimSpace(errors.String()), "\n")
	if last := lines[len(lines)-1]; !strings.Contains(last, "interrupted; the picture after 2 iterations, 24x18, is in out.png") {
		t.Errorf("it says %q", last)
	}
}

func TestInterruptionBeforeTheStart(t *testing.T) {
	studio(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if got := invokeWith(ctx, small("-o", "out.png")...); got.status != statusInterrupted {
		t.Errorf("exit status %d: %s", got.status, got.errors)
	}
	if _, err := os.Stat("out.png"); err == nil {
		t.Error("a picture was written")
	}
}

// TestMistakes checks that every mistake gives a one-line error and its exit status, and leaves the output unchanged.
func TestMistakes(t *testing.T) {
	studio(t)
	writePicture(t, "one.png", 1, 1, 0)
	for name, data := range map[string]string{"text.png": "no picture", "out.png": "precious"} {
		if err := os.WriteFile(name, []byte(data), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	whole, err := os.ReadFile("photo.png")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile("cut.png", whole[:len(whole)/2], 0o666); err != nil {
		t.Fatal(err)
	}
	for _, m := range []struct {
		status int
		says   string // somewhere in the line
		args   string
	}{
		{statusUsage, "<style>", "style photo.png"},
		{statusUsage, "--nope", "photo.png painting.png --nope"},
		{statusUsage, "gatys", "photo.png painting.png --recipe gatis"},
		{statusUsage, "relu1_1", "photo.png painting.png --style-layers relu1_11"},
		{statusUsage, "coffee", "@cofee painting.png"},
		{statusUsage, "vgg19", "photo.png painting.png --network vgg91"},
		{statusUsage, "content-weight", "photo.png painting.png --content-weight=-1"},
		{statusUsage, "style-weight", "photo.png painting.png --style-weight NaN"},
		{statusUsage, "tv-weight", "photo.png painting.png --tv-weight=+Inf"},
		{statusUsage, "iterations", "photo.png painting.png --iterations=-1"},
		{statusUsage, "learning-rate", "photo.png painting.png --learning-rate much"},
		{statusUsage, "--size", "photo.png painting.png --size 0"},
		{statusUsage, "--memory", "photo.png painting.png --memory lots"},
		{statusUsage, "--threads", "photo.png painting.png --threads=-1"},
		{statusUsage, "average", "photo.png painting.png --pooling median"},
		{statusUsage, "--progress", "photo.png painting.png --progress loud"},
		{statusUsage, "known", "photo.png painting.png --set colour=red"},
		{statusUsage, ".png", "photo.png painting.png -o out.gif"},
		{statusUsage, "gatys", "recipes gatis"},
		{statusFailed, "missing.png", "missing.png painting.png"},
		{statusFailed, "--help", "stile photo.png"},
		{statusFailed, "text.png", "photo.png text.png"},
		{statusFailed, "cut.png", "cut.png painting.png"},
		{statusFailed, "1x1", "one.png painting.png"},
		{statusFailed, "nofolder", "photo.png painting.png -o nofolder/out.png"},
		{statusFailed, "nofolder", "photo.png painting.png --trace nofolder/trace.csv"},
		{statusFailed, "; use --memory", "photo.png painting.png --size 60000 --enlarge --memory 1GiB"},
		{statusFailed, "one size", "inspect loss --content photo.png --style painting.png --at painting.png"},
		{statusFailed, "text.png", "photo.png painting.png --network text.png"},
	} {
		args := strings.Fields(m.args)
		if !slices.Contains(args, "-o") && (args[0] == "photo.png" || args[0] == "cut.png") {
			args = append(args, "-o", "out.png")
		}
		got := invoke(t, args...)
		if got.status != m.status {
			t.Errorf("%s: exit status %d, want %d", m.args, got.status, m.status)
		}
		if line := strings.TrimSuffix(got.errors, "\n"); !strings.HasPrefix(line, "impasto: ") || strings.Contains(line, "\n") || !strings.Contains(line, m.says) {
			t.Errorf("%s: says %q, want one line with %q", m.args, got.errors, m.says)
		}
		if got.out != "" {
			t.Errorf("%s: prints %q", m.args, got.out)
		}
	}
	if data, err := os.ReadFile("out.png"); err != nil || string(data) != "precious" {
		t.Errorf("the output was touched: %q, %v", data, err)
	}
}

// TestNoNumberIsToldInWords checks that a gradient beyond float32 is not written as JSON.
func TestNoNumberIsToldInWords(t *testing.T) {
	studio(t)
	writePicture(t, "at.png", 32, 24, 2)
	args := []string{"inspect", "loss", "--content", "photo.png", "--style", "painting.png", "--at", "at.png",
		"--recipe", "gatys", "--set", "tv-weight=1e30", "--set", "tv-range=65535"}
	if got := invoke(t, append(args, "--json")...); got.status != statusFailed || got.out != "" || !strings.Contains(got.errors, "JSON cannot represent") {
		t.Errorf("%d %q %q", got.status, got.out, got.errors)
	}
	if got := invoke(t, args...); got.status != statusDone || !strings.Contains(got.out, "tv") {
		t.Errorf("%d %q %q", got.status, got.out, got.errors)
	}
}

func TestInspectLossAddsUp(t *testing.T) {
	studio(t)
	writePicture(t, "at.png", 32, 24, 2)
	got := invoke(t, "inspect", "loss", "--content", "photo.png", "--style", "painting.png", "--at", "at.png",
		"--tv-weight", "0.5", "--gradient", "gradient.npy", "--json")
	if got.status != statusDone {
		t.Fatal(got.errors)
	}
	var r lossResult
	if err := json.Unmarshal([]byte(got.out), &r); err != nil {
		t.Fatal(err)
	}
	sum := r.TV
	for _, v := range slices.Concat(slices.Collect(maps.Values(r.Content)), slices.Collect(maps.Values(r.Style))) {
		sum += v
	}
	if r.TV <= 0 || len(r.Content) != 1 || len(r.Style) != 5 || math.Abs(sum-r.Total) > 1e-9*r.Total {
		t.Errorf("the terms of %+v add up to %v", r, sum)
	}
	data, err := os.ReadFile("gradient.npy")
	if err != nil {
		t.Fatal(err)
	}
	if want := "{'descr': '<f4', 'fortran_order': False, 'shape': (3, 24, 32), }"; len(data) != 128+4*3*24*32 || !strings.HasPrefix(string(data[10:]), want) {
		t.Errorf("gradient.npy has %d bytes and starts with %q", len(data), data[:80])
	}
}

func TestRecipesListAll(t *testing.T) {
	list := invoke(t, "recipes")
	one := invoke(t, "recipes", "gatys")
	for _, want := range []string{"gatys", "pytorch-tutorial", "impasto"} {
		if !strings.Contains(list.out, want) {
			t.Errorf("the list lacks %s", want)
		}
	}
	if !strings.Contains(one.out, "arXiv:1508.06576") || !strings.Contains(one.out, "style-layers") {
		t.Errorf("gatys is shown as %s", one.out)
	}
}

func TestDoctorAndVersion(t *testing.T) {
	t.Setenv("IMPASTO_CACHE", filepath.Join(t.TempDir(), "none"))
	t.Setenv("IMPASTO_CPU", "portable")
	var d diagnosis
	if err := json.Unmarshal([]byte(invoke(t, "doctor", "--json").out), &d); err != nil {
		t.Fatal(err)
	}
	if d.ISA != "portable" || d.Threads < 1 || d.Memory <= 0 || !slices.Contains(d.Networks, networkIs{"vgg16", true}) {
		t.Errorf("doctor found %+v", d)
	}
	if v := invoke(t, "version"); v.status != statusDone || !strings.HasPrefix(v.out, "impasto ") {
		t.Errorf("version: %+v", v)
	}
	t.Setenv("IMPASTO_CPU", "abacus")
	if got := invoke(t, "doctor"); got.status != statusFailed || !strings.Contains(got.errors, "abacus") {
		t.Errorf("an unknown instruction set: %+v", got)
	}
}

func TestEveryCommandHasHelp(t *testing.T) {
	for _, args := range [][]string{{}, {"--help"}, {"style", "--help"}, {"demo", "--help"}, {"inspect", "loss", "--help"}, {"recipes", "--help"},
		{"bench", "--help"}, {"doctor", "--help"}, {"version", "--help"}} {
		if got := invoke(t, args...); got.status != statusDone || !strings.HasPrefix(got.out, "Usage: impasto") || got.errors != "" {
			t.Errorf("%v: %+v", args, got)
		}
	}
}

func TestDryRunPaintsNothing(t *testing.T) {
	studio(t)
	got := invoke(t, small("--dry-run", "--json", "-o", "out.png", "--scales", "2", "--set", "scale-ratio=1.5", "--size", "32")...)
	var r planResult
	if err := json.Unmarshal([]byte(got.out), &r); err != nil {
		t.Fatal(err, got.errors)
	}
	if r.Width != 32 || len(r.Scales) != 2 || r.PeakBytes <= 0 || r.Seconds <= 0 {
		t.Errorf("the plan is %+v", r)
	}
	if _, err := os.Stat("out.png"); err == nil {
		t.Error("a picture was written")
	}
}

func TestBenchMeasures(t *testing.T) {
	if testing.Short() {
		t.Skip("generates a whole network")
	}
	var r benchResult
	got := invoke(t, "bench", "--network", "vgg16", "--size", "32", "--iterations", "1", "--layers", "--json")
	if err := json.Unmarshal([]byte(got.out), &r); err != nil {
		t.Fatal(err, got.errors)
	}
	if !(r.Seconds > 0 && r.Forward > 0 && r.Backward > 0 && r.Conv > 0 && r.FMAPeak > 0) || r.Conv > r.Seconds {
		t.Errorf("measured %+v", r)
	}
	// VGG-16 up to conv5_1: 2 x 9 x channels in x out per position, with sides of 32, 16, 8, 4 and 2 pixels.
	const flop = 18 * (1024*(3*64+64*64) + 256*(64*128+128*128) + 64*(128*256+2*256*256) + 16*(256*512+2*512*512) + 4*512*512)
	names, sum := "", 0.0
	for _, l := range r.Layers {
		names += l.Name + " "
		if !(l.Forward.Seconds > 0 && l.Backward.Seconds > 0 && l.Forward.Intensity > 0 && l.Backward.Intensity > 0) {
			t.Errorf("layer %+v", l)
		}
		if strings.HasPrefix(l.Name, "conv") {
			sum += l.Forward.FLOP + l.Backward.FLOP
		}
	}
	if sum != 2*flop || !strings.HasPrefix(names, "conv1_1 conv1_2 conv2_1") || !strings.Contains(names, "gram relu1_1") || !(r.Bandwidth > 0) {
		t.Errorf("%.0f FLOP, want %d; layers %s; memory %g GB/s", sum, 2*flop, names, r.Bandwidth)
	}
}

// TestRisenLossIsTold checks the note of a run whose loss rose, which names the largest term; other runs have none.
func TestRisenLossIsTold(t *testing.T) {
	terms := []transfer.Term{{Kind: transfer.StyleTerm, Layer: "relu1_1", Value: 1}, {Kind: transfer.TotalVariationTerm, Value: 5}}
	if got := risen(&impasto.Result{FirstLoss: 2, LastLoss: 6, Terms: terms}); !strings.Contains(got, termName(terms[1])) {
		t.Errorf("risen loss: %q does not name %s", got, termName(terms[1]))
	}
	if got := risen(&impasto.Result{FirstLoss: 6, LastLoss: 6, Terms: terms}); got != "" {
		t.Errorf("a loss that did not rise: %q", got)
	}
}
