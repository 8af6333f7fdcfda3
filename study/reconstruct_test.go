package study

import (
	"bytes"
	"errors"
	"image/gif"
	"image/png"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/impasto/impasto"
	"github.com/impasto/impasto/canvas"
	"github.com/impasto/impasto/examples"
	"github.com/impasto/impasto/feature"
	"github.com/impasto/impasto/figure"
	"github.com/impasto/impasto/weights"
	"github.com/impasto/impasto/weights/vgg16"
)

// builtIn opens the built-in network.
func builtIn(t *testing.T) *impasto.Model {
	t.Helper()
	return opened(t, vgg16.Network(), impasto.Settings{Memory: 2 << 30})
}

func opened(t *testing.T, network *weights.Model, s impasto.Settings) *impasto.Model {
	t.Helper()
	m, err := impasto.Open(t.Context(), network, s)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := m.Close(); err != nil {
			t.Error(err)
		}
	})
	return m
}

// example returns a built-in picture, reduced.
func example(t *testing.T, name string, long int) *canvas.Picture {
	t.Helper()
	data, err := examples.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	p, err := canvas.Decode(bytes.NewReader(data), canvas.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	w, h := canvas.Fit(p.Width, p.Height, long, false)
	return canvas.Resize(p, w, h, canvas.Lanczos)
}

func TestPSNR(t *testing.T) {
	a, b := canvas.New(3, 2), canvas.New(3, 2)
	if got := PSNR(a, b); !math.IsInf(got, 1) {
		t.Errorf("of equal pictures: %v dB", got)
	}
	for i := range b.Pix {
		b.Pix[i] = 0.125
	}
	if got, want := PSNR(a, b), 10*math.Log10(64); math.Abs(got-want) > 1e-12 {
		t.Errorf("of a difference of 1/8 everywhere: %v dB, want %v", got, want)
	}
	b.Pix[4] = 0.5 // mean square (17/64 + 1/4)/18
	if got, want := PSNR(a, b), -10*math.Log10((17.0/64+0.25)/18); math.Abs(got-want) > 1e-12 {
		t.Errorf("%v dB, want %v", got, want)
	}
}

// TestReconstructContent reconstructs a small picture from a shallow layer and writes the study in every format.
func TestReconstructContent(t *testing.T) {
	m := builtIn(t)
	photo := example(t, "cat", 40)
	layers := []string{"relu1_1", "relu2_1"}
	film := NewFilm(layers)
	done, err := ReconstructContent(t.Context(), m, photo, layers, Descent{Iterations: 60, Progress: film.See})
	if err != nil {
		t.Fatal(err)
	}
	if done[0].PSNR < 30 || done[1].PSNR < 18 || done[1].PSNR > done[0].PSNR {
		t.Errorf("PSNR %.1f and %.1f dB", done[0].PSNR, done[1].PSNR)
	}
	for _, r := range done {
		if r.PSNR != PSNR(r.Picture, photo) {
			t.Errorf("%s: PSNR %v is not that of the picture", r.Name(), r.PSNR)
		}
		// L-BFGS may stop early if no step reduces the loss.
		if len(r.Curve) < 40 || len(r.Curve) > 61 || r.End() >= r.Start()/50 {
			t.Errorf("%s: %d losses, from %v to %v", r.Name(), len(r.Curve), r.Start(), r.End())
		}
	}
	for _, lang := range []figure.Language{figure.English, figure.Korean} {
		selfContained(t, ContentReport(photo, done, lang))
	}
	dir := t.TempDir()
	if err := film.WriteFrames(dir); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"relu1_1-0000.png", "relu2_1-0040.png"} {
		if _, err := os.Stat(filepath.Join(dir, name)); err != nil {
			t.Error(err)
		}
	}
	path := filepath.Join(dir, "descent.gif")
	if err := film.WriteGIF(path); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if movie, err := gif.DecodeAll(bytes.NewReader(data)); err != nil || len(movie.Image) < 13 || len(movie.Image) > 16 {
		t.Errorf("%v, want the frames 0 to 5, 10 to 40, and perhaps 45, 50 and 60", err)
	}
}

// TestReconstructionIsThePicture checks that shallow layers keep all that is visible.
func TestReconstructionIsThePicture(t *testing.T) {
	if testing.Short() {
		t.Skip("takes 700 iterations")
	}
	m := builtIn(t)
	done, err := ReconstructContent(t.Context(), m, example(t, "astronaut", 64), []string{"relu1_2", "relu2_2"}, Descent{})
	if err != nil {
		t.Fatal(err)
	}
	for i, least := range []float64{24, 20} {
		if done[i].PSNR < least {
			t.Errorf("%s: PSNR %.1f dB, want %v", done[i].Name(), done[i].PSNR, least)
		}
	}
}

// TestReconstructStyle checks that a texture can have any size, and that its Gram matrices approach the picture's.
func TestReconstructStyle(t *testing.T) {
	m := builtIn(t)
	painting := example(t, "mosaic", 48)
	done, err := ReconstructStyle(t.Context(), m, painting, []string{"relu1_1", "relu2_1"}, 40, 32, Descent{Iterations: 20})
	if err != nil {
		t.Fatal(err)
	}
	for i, r := range done {
		if r.Picture.Width != 40 || r.Picture.Height != 32 || len(r.Layers) != i+1 {
			t.Errorf("%s: %dx%d", r.Name(), r.Picture.Width, r.Picture.Height)
		}
		if r.End() >= r.Start()/10 {
			t.Errorf("%s: loss from %v to %v", r.Name(), r.Start(), r.End())
		}
	}
	selfContained(t, StyleReport(painting, done, figure.English))
}

// outside matches references to external resources.
var outside = regexp.MustCompile(`(?i)(src|href)="(?:[^d#]|d[^a])|<script|@import|url\(`)

// selfContained checks that the page of a report has no external resources and that its figures can be written.
func selfContained(t *testing.T, r *figure.Report) {
	t.Helper()
	page, err := r.Page()
	if err != nil {
		t.Fatal(err)
	}
	if found := outside.Find(page); found != nil {
		t.Errorf("the page has %q", found)
	}
	if len(page) > 5<<20 {
		t.Errorf("the page has %d bytes", len(page))
	}
	dir := filepath.Join(t.TempDir(), "figures")
	if err := r.WriteFigures(dir); err != nil {
		t.Fatal(err)
	}
	captions, err := os.ReadFile(filepath.Join(dir, "captions.txt"))
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range r.Sections {
		for _, f := range s.Figures {
			if !strings.Contains(string(captions), f.Caption) {
				t.Errorf("figure %d has no caption", f.Number)
			}
		}
	}
	file, err := os.Open(filepath.Join(dir, "figure-01.png"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if _, err := png.Decode(file); err != nil {
		t.Error(err)
	}
	if sheet := r.Sheet(); sheet.Width < 200 || sheet.Height < 100 {
		t.Errorf("a sheet of %gx%g", sheet.Width, sheet.Height)
	}
}

// TestLookNamesTheNearestLayers requests layers that do not exist.
func TestLookNamesTheNearestLayers(t *testing.T) {
	m := builtIn(t)
	for layer, want := range map[string]string{"relu3_5": "relu3_", "relu5_3": "end at relu5_1"} {
		_, err := Look(t.Context(), m, canvas.New(32, 32), layer)
		if unknown := new(feature.UnknownLayerError); !errors.As(err, &unknown) || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", layer, err, want)
		}
	}
}

// TestLookKeepsTheBudget requests maps larger than the budget.
func TestLookKeepsTheBudget(t *testing.T) {
	m := opened(t, positive(), impasto.Settings{Memory: 130 << 20})
	_, err := Look(t.Context(), m, canvas.New(4000, 4000), "relu1_1")
	if budget := new(impasto.BudgetError); !errors.As(err, &budget) || budget.Need < 2*4*4000*4000 {
		t.Errorf("a map of 61 MiB and its copy in 130 MiB: %v", err)
	}
	if _, err := Look(t.Context(), m, canvas.New(64, 64), "relu1_1"); err != nil {
		t.Error(err)
	}
}

// TestReconstructionsEndWithProgress ends the work with an error of Progress.
func TestReconstructionsEndWithProgress(t *testing.T) {
	enough := errors.New("enough")
	calls := 0
	done, err := ReconstructContent(t.Context(), builtIn(t), example(t, "cat", 24), []string{"relu1_1", "relu1_2"}, Descent{Iterations: 2,
		Progress: func(i int, p *impasto.Progress) error {
			if calls++; i == 1 {
				return enough
			}
			return nil
		}})
	if !errors.Is(err, enough) || len(done) != 1 || calls != 4 {
		t.Errorf("%d reconstructions after %d calls: %v", len(done), calls, err)
	}
}

var _ = Descent{Progress: (*Film)(nil).See}
