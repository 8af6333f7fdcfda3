package feature_test

import (
	"strings"
	"testing"

	"github.com/impasto/impasto/feature"
)

func TestLayerNames(t *testing.T) {
	for _, net := range []feature.Network{feature.VGG16, feature.VGG19} {
		layers := net.Layers()
		if got, want := len(layers), map[string]int{"vgg16": 31, "vgg19": 37}[net.Name]; got != want {
			t.Errorf("%s has %d layers, want %d", net.Name, got, want)
		}
		for _, l := range layers {
			if back, err := net.Layer(l.String()); err != nil || back != l {
				t.Errorf("%s: %v reads back as %v, %v", net.Name, l, back, err)
			}
		}
	}
}

func TestUnknownLayer(t *testing.T) {
	net := feature.VGG16
	if _, err := net.Layer("relu4_4"); err == nil || !strings.Contains(err.Error(), "relu4_3") {
		t.Errorf("relu4_4 of VGG-16: %v", err)
	}
	net.Depth = 11
	if _, err := net.Layer("relu5_2"); err == nil || !strings.Contains(err.Error(), "end at relu5_1") {
		t.Errorf("relu5_2 of a network that ends at relu5_1: %v", err)
	}
}

func TestShapes(t *testing.T) {
	net := feature.VGG19
	for name, want := range map[string]string{"relu1_1": "64x75x101", "pool1": "64x37x50", "conv3_4": "256x18x25", "pool5": "512x2x3"} {
		l, err := net.Layer(name)
		if err != nil {
			t.Fatal(err)
		}
		if got := net.Shape(l, 75, 101).String(); got != want {
			t.Errorf("%s of 75x101 is %s, want %s", name, got, want)
		}
	}
}
