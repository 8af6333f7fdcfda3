package impasto_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"runtime/debug"
	"strconv"
	"strings"
	"testing"

	"github.com/impasto/impasto"
	"github.com/impasto/impasto/recipe"
)

// TestLongLivedProcess paints with a thousand recipes, sizes and paintings, and looks at as many losses, in one process: the memory
// that is resident does not grow.
func TestLongLivedProcess(t *testing.T) {
	const pictures, warm, most = 1000, 200, 12 << 20
	m := model(t, impasto.Settings{Memory: 512 << 20})
	before := int64(0)
	for i := range pictures {
		if i == warm {
			before = resident(t)
		}
		live(t, m, uint64(i))
	}
	if grown := resident(t) - before; grown > most {
		t.Errorf("%d pictures more take %d KiB more", pictures-warm, grown>>10)
	} else {
		t.Logf("%d pictures more take %d KiB more", pictures-warm, grown>>10)
	}
}

// live paints one picture, or looks at a loss.
func live(t *testing.T, m *impasto.Model, seed uint64) {
	rng := rand.New(rand.NewPCG(seed, 0))
	r, err := recipe.Find(recipe.Names()[rng.IntN(len(recipe.Names()))])
	if err != nil {
		t.Fatal(err)
	}
	layers := []string{"conv1_1", "relu1_2", "relu2_1", "relu3_1", "relu3_2"}
	if err := r.Override(map[string]string{
		"style-layers":   layers[rng.IntN(len(layers))] + "=" + fmt.Sprint(1+rng.Float64()),
		"content-layers": layers[rng.IntN(len(layers))] + "=1",
		"stem-padding":   []string{"zero", "replicate", "reflect"}[rng.IntN(3)],
		"optimizer":      []string{"lbfgs", "adam", "gd"}[rng.IntN(3)],
		"iterations":     "1", "scales": fmt.Sprint(1 + rng.IntN(2)), "scale-ratio": "1.5",
		"strength": fmt.Sprint(rng.Float64() + 0.1), "style-loss": []string{"gram", "wasserstein"}[rng.IntN(2)],
	}); err != nil {
		t.Fatal(err)
	}
	photo := picture(seed, 24+rng.IntN(24), 24+rng.IntN(24))
	style := learn(t, m, picture(seed+1, 24+rng.IntN(24), 24+rng.IntN(24)))
	o := impasto.Options{Recipe: r, Seed: seed}
	if seed%3 == 0 {
		_, err = m.Evaluate(t.Context(), photo, style, photo, o)
	} else {
		_, err = m.Stylize(t.Context(), photo, style, o)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// resident is the memory of the process that the system holds for it, in bytes, after the collector has run.
func resident(t *testing.T) int64 {
	debug.FreeOSMemory()
	text, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		t.Fatal(err)
	}
	pages, err := strconv.ParseInt(strings.Fields(string(text))[1], 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return pages * int64(os.Getpagesize())
}
