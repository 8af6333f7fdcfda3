package feature_test

import (
	"testing"

	"github.com/impasto/impasto/engine"
	"github.com/impasto/impasto/engine/reference"
	"github.com/impasto/impasto/feature"
)

// counter counts the convolutions that a device is asked to prepare.
type counter struct {
	engine.Device
	stems, convolutions int
}

func (c *counter) NewStem(out int, weight, bias []float32, input engine.Preprocessing, padding engine.Padding) engine.Stem {
	c.stems++
	return c.Device.NewStem(out, weight, bias, input, padding)
}

func (c *counter) NewConvolution(in, out int, weight, bias []float32, padding engine.Padding) engine.Convolution {
	c.convolutions++
	return c.Device.NewConvolution(in, out, weight, bias, padding)
}

// TestLikeShares prepares one model for three recipes: the convolutions that two need are prepared once.
func TestLikeShares(t *testing.T) {
	dev := &counter{Device: reference.New32()}
	m := narrow(feature.VGG16, [5]int{4, 5, 6, 7, 3}, 7)
	var like *feature.Extractor
	for _, step := range []struct {
		deepest      string
		padding      engine.Padding
		convolutions int // prepared so far
	}{
		{"relu3_1", engine.PadZero, 4},
		{"relu2_1", engine.PadReplicate, 4},
		{"relu4_1", engine.PadReplicate, 7},
	} {
		deepest, err := feature.VGG16.Layer(step.deepest)
		if err != nil {
			t.Fatal(err)
		}
		x, err := feature.New(dev, m, feature.Options{StemPadding: step.padding, Input: unitInput, Deepest: deepest, Like: like})
		if err != nil {
			t.Fatal(err)
		}
		if dev.convolutions != step.convolutions {
			t.Errorf("%s: %d convolutions prepared, want %d", step.deepest, dev.convolutions, step.convolutions)
		}
		if like == nil || x.Bytes() > like.Bytes() {
			like = x
		}
	}
	if dev.stems != 3 {
		t.Errorf("%d stems prepared, want one for each preparation", dev.stems)
	}
}
