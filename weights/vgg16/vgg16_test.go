package vgg16

import (
	"math"
	"strings"
	"testing"

	"github.com/impasto/impasto/weights"
)

// TestEmbedded checks the embedded bytes, so that Network cannot fail.
func TestEmbedded(t *testing.T) {
	if err := Verify(); err != nil {
		t.Fatal(err)
	}
	if len(parameters) != Size {
		t.Errorf("the embedded file has %d bytes, recorded are %d", len(parameters), Size)
	}
	if dtype := `"dtype":"F16"`; strings.Count(parameters[:4096], dtype) != 22 {
		t.Errorf("the header does not have 22 times %s", dtype)
	}
}

// TestTable checks that the table of networks agrees on the built-in one.
func TestTable(t *testing.T) {
	n := weights.Networks()[0]
	if !n.BuiltIn || n.SHA256 != SHA256 || n.Bytes != Size {
		t.Errorf("the table says %+v", n)
	}
}

func TestNetwork(t *testing.T) {
	m := Network()
	if m.Name != "vgg16" || m.Architecture != weights.VGG16 || m.Input != weights.ImageNet() ||
		m.Padding != "zero" || m.Licence != "BSD-3-Clause" {
		t.Errorf("the network describes itself as %q %q %+v %q %q", m.Name, m.Architecture, m.Input, m.Padding, m.Licence)
	}
	widths := []int{64, 64, 128, 128, 256, 256, 256, 512, 512, 512, 512}
	if len(m.Convolutions) != len(widths) {
		t.Fatalf("%d convolutions, want %d", len(m.Convolutions), len(widths))
	}
	in := 3
	for i, c := range m.Convolutions {
		want := weights.VGG16.Layers()[i]
		if c.Name != want || c.In != in || c.Out != widths[i] {
			t.Errorf("convolution %d is %s %d -> %d, want %s %d -> %d", i, c.Name, c.In, c.Out, want, in, widths[i])
		}
		in = c.Out
	}
	// The first row of the published float32 kernel; float16 keeps 11 bits of each.
	for i, want := range []float64{-0.55373, 0.14270, 0.52896} {
		if got := float64(m.Convolutions[0].Weight[i]); math.Abs(got-want) > math.Abs(want)*0x1p-11+5e-6 {
			t.Errorf("weight %d of conv1_1 is %g, want %g", i, got, want)
		}
	}
}

func BenchmarkNetwork(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		Network()
	}
}
