package weights

import (
	"context"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// fixture returns the path of a file that testdata/make_fixtures.py wrote.
func fixture(name string) string { return filepath.Join("testdata", name) }

// mustRead reads a fixture.
func mustRead(t testing.TB, name string) *Model {
	t.Helper()
	m, err := ReadFile(context.Background(), fixture(name))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// networkFixtures returns the names of the fixtures that are networks.
func networkFixtures(t testing.TB) []string {
	t.Helper()
	entries, err := os.ReadDir("testdata")
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		if slices.Contains([]string{".pth", ".pt", ".ckpt", ".safetensors"}, filepath.Ext(e.Name())) {
			names = append(names, e.Name())
		}
	}
	if len(names) < 20 {
		t.Fatalf("only %d networks in testdata", len(names))
	}
	return names
}

// TestFormats checks that every format, number type, layout and naming gives the same network. The parameters
// of the fixtures are exact in all number types, so the bits must be the same.
func TestFormats(t *testing.T) {
	for _, name := range networkFixtures(t) {
		t.Run(name, func(t *testing.T) {
			got := mustRead(t, name)
			architecture, reference := VGG16, "reference16.safetensors"
			if strings.Contains(name, "19") {
				architecture, reference = VGG19, "reference19.safetensors"
			}
			want := mustRead(t, reference)
			if got.Architecture != architecture {
				t.Errorf("recognised as %s, want %s", got.Architecture, architecture)
			}
			if diff := cmp.Diff(want.Convolutions, got.Convolutions); diff != "" {
				t.Errorf("the convolutions differ from those of %s (-want +got):\n%s", reference, diff)
			}
			if stated := strings.HasPrefix(name, "normalised"); got.Input.Stated != stated {
				t.Errorf("Input.Stated = %v, want %v", got.Input.Stated, stated)
			}
			if want := strings.TrimSuffix(name, filepath.Ext(name)); got.Name != want {
				t.Errorf("Name = %q, want %q", got.Name, want)
			}
		})
	}
}

// TestInputConvolution checks that an initial 1x1 convolution becomes preprocessing.
func TestInputConvolution(t *testing.T) {
	if got, want := mustRead(t, "normalised19-legacy.pth").Input, Caffe(); got != want {
		t.Errorf("Input = %+v, want %+v", got, want)
	}
}

// TestFeatures compares the output of all sixteen convolutions with PyTorch's, from each file format.
func TestFeatures(t *testing.T) {
	text, err := os.ReadFile(fixture("reference19.json"))
	if err != nil {
		t.Fatal(err)
	}
	var want struct {
		Height, Width int
		Image         []float64
		Maps          [][]float64
	}
	if err := json.Unmarshal(text, &want); err != nil {
		t.Fatal(err)
	}
	for i := range want.Image {
		want.Image[i] /= 128
	}
	for _, name := range []string{
		"reference19.safetensors", "float16-19.safetensors", "torchvision19.pth", "torchvision19-legacy.pth",
		"layers19.pth", "normalised19-legacy.pth",
	} {
		x := featureMap{3, want.Height, want.Width, want.Image}
		for i, c := range mustRead(t, name).Convolutions {
			if i > 0 && strings.HasSuffix(c.Name, "_1") {
				x = x.pooled()
			}
			x = x.convolved(c)
			if e := x.error(want.Maps[i]); !(e < 1e-5) {
				t.Errorf("%s: %s differs from PyTorch by %.2g", name, c.Name, e)
			}
			for j, v := range x.values {
				x.values[j] = max(v, 0)
			}
		}
	}
}

// featureMap is [channels][height][width].
type featureMap struct {
	channels, height, width int
	values                  []float64
}

func (m featureMap) at(c, y, x int) float64 {
	if y < 0 || x < 0 || y >= m.height || x >= m.width {
		return 0
	}
	return m.values[(c*m.height+y)*m.width+x]
}

// error is the relative distance to a sample of about 24 of what the values should be.
func (m featureMap) error(sample []float64) float64 {
	step := max(1, len(m.values)/24)
	var diff, norm float64
	for i, w := range sample {
		d := m.values[i*step] - w
		diff += d * d
		norm += w * w
	}
	return math.Sqrt(diff / norm)
}

// convolved is the definition of a convolution with zero padding.
func (m featureMap) convolved(c Convolution) featureMap {
	out := featureMap{channels: c.Out, height: m.height, width: m.width}
	for k := range c.Out {
		for y := range m.height {
			for x := range m.width {
				sum := float64(c.Bias[k])
				for i := range c.In * 9 {
					sum += float64(c.Weight[k*c.In*9+i]) * m.at(i/9, y+i%9/3-1, x+i%3-1)
				}
				out.values = append(out.values, sum)
			}
		}
	}
	return out
}

// pooled is the maximum over 2x2; an odd edge is dropped.
func (m featureMap) pooled() featureMap {
	out := featureMap{channels: m.channels, height: m.height / 2, width: m.width / 2}
	for c := range m.channels {
		for y := range out.height {
			for x := range out.width {
				out.values = append(out.values, max(m.at(c, 2*y, 2*x), m.at(c, 2*y, 2*x+1),
					m.at(c, 2*y+1, 2*x), m.at(c, 2*y+1, 2*x+1)))
			}
		}
	}
	return out
}
