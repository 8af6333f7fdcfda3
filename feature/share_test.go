package feature_test

import (
	"errors"
	"testing"

	"github.com/impasto/impasto/engine"
	"github.com/impasto/impasto/engine/reference"
	"github.com/impasto/impasto/feature"
)

// counter counts the stems and convolutions that a device is asked to prepare, and those that are open.
type counter struct {
	engine.Device
	stems, convolutions int // prepared so far
	open                int
	left                int // how many more convolutions there is memory for; negative: any number
}

var errMemory = errors.New("no memory for another convolution")

func (c *counter) NewStem(out int, weight, bias []float32, input engine.Preprocessing, padding engine.Padding) (engine.Stem, error) {
	s, err := c.Device.NewStem(out, weight, bias, input, padding)
	c.stems++
	c.open++
	return countedStem{s, c}, err
}

func (c *counter) NewConvolution(in, out int, weight, bias []float32, padding engine.Padding) (engine.Convolution, error) {
	if c.left == 0 {
		return nil, errMemory
	}
	c.left--
	conv, err := c.Device.NewConvolution(in, out, weight, bias, padding)
	c.convolutions++
	c.open++
	return countedConvolution{conv, c}, err
}

type countedStem struct {
	engine.Stem
	c *counter
}

func (s countedStem) Close() error {
	s.c.open--
	return s.Stem.Close()
}

type countedConvolution struct {
	engine.Convolution
	c *counter
}

func (s countedConvolution) Close() error {
	s.c.open--
	return s.Convolution.Close()
}

// prepare makes an extractor up to a layer, like another one.
func (c *counter) prepare(t *testing.T, deepest string, padding engine.Padding, like *feature.Extractor) (*feature.Extractor, error) {
	t.Helper()
	l, err := feature.VGG16.Layer(deepest)
	if err != nil {
		t.Fatal(err)
	}
	return feature.New(c, narrow(feature.VGG16, [5]int{4, 5, 6, 7, 3}, 7), feature.Options{StemPadding: padding, Input: unitInput, Deepest: l, Like: like})
}

// TestLikeShares prepares one model for three recipes: the convolutions that two need are prepared once, and
// given back with the last of the three, in any order.
func TestLikeShares(t *testing.T) {
	for _, order := range [][]int{{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}} {
		dev := &counter{Device: reference.New32(), left: -1}
		var all []*feature.Extractor
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
			x, err := dev.prepare(t, step.deepest, step.padding, like)
			if err != nil {
				t.Fatal(err)
			}
			if dev.convolutions != step.convolutions {
				t.Errorf("%s: %d convolutions prepared, want %d", step.deepest, dev.convolutions, step.convolutions)
			}
			if like == nil || x.Bytes() > like.Bytes() {
				like = x
			}
			all = append(all, x)
		}
		if dev.stems != 3 {
			t.Errorf("%d stems prepared, want one for each preparation", dev.stems)
		}
		needs := []int{4, 2, 7} // convolutions behind the stem, each a prefix of the deeper ones
		remaining := map[int]bool{0: true, 1: true, 2: true}
		for _, i := range order {
			for range 2 { // a second Close does nothing
				if err := all[i].Close(); err != nil {
					t.Fatal(err)
				}
			}
			delete(remaining, i)
			most := 0
			for j := range remaining {
				most = max(most, needs[j])
			}
			if dev.open != len(remaining)+most {
				t.Errorf("closed in the order %v up to %d: %d stems and convolutions are open, want %d and %d", order, i, dev.open, len(remaining), most)
			}
		}
	}
}

// TestPreparationFails gives back what was prepared before the memory ran out.
func TestPreparationFails(t *testing.T) {
	dev := &counter{Device: reference.New32(), left: 4}
	first, err := dev.prepare(t, "relu2_1", engine.PadZero, nil)
	if err != nil {
		t.Fatal(err)
	}
	before := dev.open
	if _, err := dev.prepare(t, "relu4_1", engine.PadZero, first); !errors.Is(err, errMemory) {
		t.Errorf("the fifth of four convolutions: %v", err)
	}
	if dev.open != before {
		t.Errorf("%d stems and convolutions are open after the failure, %d before", dev.open, before)
	}
	if err := first.Close(); err != nil || dev.open != 0 {
		t.Errorf("%d stems and convolutions are open after all: %v", dev.open, err)
	}
}
