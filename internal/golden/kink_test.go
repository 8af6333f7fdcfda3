package golden_test

import (
	"bytes"
	"encoding/binary"
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/impasto/impasto"
	"github.com/impasto/impasto/canvas"
	"github.com/impasto/impasto/engine/cpu"
	"github.com/impasto/impasto/engine/reference"
	"github.com/impasto/impasto/recipe"
	"github.com/impasto/impasto/weights"
)

// TestKinkOfTheTextbook shows why scripts/goldens.py takes a gradient of gatys by its cosine. At the picture of
// the published numbers a unit lies so close to the kink of its ReLU that the rounding of float32 decides on
// which side it falls, and the gradient jumps by some thousandths. The definition in float64 falls on PyTorch's
// side in float64 and agrees with it to rounding; so the jump is the kink's, and no error of ours.
//
// IMPASTO_GOLDENS names the folder of goldens.py, IMPASTO_NETWORK the network that its
// gen_weights.py writes. (The tests that always run have pictures that are far from every kink.)
func TestKinkOfTheTextbook(t *testing.T) {
	folder, network := os.Getenv("IMPASTO_GOLDENS"), os.Getenv("IMPASTO_NETWORK")
	if folder == "" || network == "" {
		t.Skip("IMPASTO_GOLDENS and IMPASTO_NETWORK name no numbers")
	}
	model, err := weights.ReadFile(t.Context(), network)
	if err != nil {
		t.Fatal(err)
	}
	chosen, err := recipe.Find("gatys")
	if err == nil {
		err = chosen.Override(map[string]string{"content-weight": "1e-3", "style-weight": "1"})
	}
	if err != nil {
		t.Fatal(err)
	}
	gradient := func(s impasto.Settings) []float32 {
		m, err := impasto.Open(t.Context(), model, s)
		if err != nil {
			t.Fatal(err)
		}
		defer m.Close()
		style, err := m.Learn(t.Context(), impasto.Painting{Picture: openGolden(t, folder, "style"), Weight: 1})
		if err != nil {
			t.Fatal(err)
		}
		e, err := m.Evaluate(t.Context(), openGolden(t, folder, "content"), style, openGolden(t, folder, "at"), impasto.Options{Recipe: chosen})
		if err != nil {
			t.Fatal(err)
		}
		return e.Gradient
	}
	want := readNPY(t, filepath.Join(folder, "gatys.grad64.npy"))
	if d := relativeDistance(gradient(impasto.Settings{Device: reference.New64()}), want); !(d <= 1e-6) {
		t.Errorf("in float64 the gradient is %.1e off", d)
	}
	for _, isa := range cpu.ISAs() {
		got := gradient(impasto.Settings{CPU: isa})
		t.Logf("%s: the gradient is %.1e off, with a cosine of %.7f", isa, relativeDistance(got, want), cosine(got, want))
		if c := cosine(got, want); !(c > 0.9997) {
			t.Errorf("%s: the cosine of the gradient is %v", isa, c)
		}
	}
}

func openGolden(t *testing.T, folder, name string) *canvas.Picture {
	t.Helper()
	p, err := canvas.Open(filepath.Join(folder, name+".png"), canvas.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// readNPY reads the numbers of a NumPy file of little-endian float32.
func readNPY(t *testing.T, path string) []float32 {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	numbers := data[bytes.IndexByte(data, '\n')+1:] // the header is one line
	values := make([]float32, len(numbers)/4)
	if err := binary.Read(bytes.NewReader(numbers), binary.LittleEndian, values); err != nil {
		t.Fatal(err)
	}
	return values
}

func cosine(a, b []float32) float64 {
	var both, first, second float64
	for i := range a {
		both += float64(a[i]) * float64(b[i])
		first += float64(a[i]) * float64(a[i])
		second += float64(b[i]) * float64(b[i])
	}
	return both / math.Sqrt(first*second)
}
