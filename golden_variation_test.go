package impasto_test

import (
	"bytes"
	"encoding/binary"
	"math"
	"testing"

	"github.com/impasto/impasto/engine"
	"github.com/impasto/impasto/engine/cpu"
)

type goldenVariation struct {
	Kind     string  `json:"kind"`
	Height   int     `json:"height"`
	Width    int     `json:"width"`
	Seed     uint64  `json:"image_seed"`
	Value    float64 `json:"value"`
	Gradient []byte  `json:"gradient"` // float32
}

func TestVariationAgreesWithPyTorch(t *testing.T) {
	var file struct {
		Cases []goldenVariation `json:"cases"`
	}
	readGolden(t, "variation", &file)
	if len(file.Cases) == 0 {
		t.Fatal("no cases")
	}
	for _, isa := range instructionSets() {
		dev, err := cpu.New(cpu.Options{ISA: isa})
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range file.Cases {
			c.check(t, dev)
		}
		if err := dev.Close(); err != nil {
			t.Error(err)
		}
	}
}

func (c *goldenVariation) check(t *testing.T, dev engine.Device) {
	kind := map[string]engine.Variation{"l1": engine.VariationL1, "l2": engine.VariationL2, "nine": engine.VariationNine}[c.Kind]
	picture := noisePicture(c.Seed, c.Height, c.Width)
	bytesEach := engine.Align(int64(4 * len(picture.Pix)))
	arena, err := dev.NewArena(2 * bytesEach)
	if err != nil {
		t.Fatal(err)
	}
	defer arena.Close()
	image, gradient := arena.Image(0, c.Height, c.Width), arena.Image(bytesEach, c.Height, c.Width)
	sum := dev.NewSum()
	dev.Write(image, picture.Pix)
	dev.ResetSum(sum)
	dev.AddVariation(engine.AddVariation{Kind: kind, Image: image, Scale: 1, Sum: sum, Gradient: gradient})
	got, want := make([]float32, len(picture.Pix)), make([]float32, len(picture.Pix))
	dev.Read(got, gradient)
	if err := binary.Read(bytes.NewReader(c.Gradient), binary.LittleEndian, want); err != nil {
		t.Fatal(err)
	}
	if value := dev.ReadSum(sum); !(math.Abs(value-c.Value) <= 1e-6*c.Value) {
		t.Errorf("%s: %s of %dx%d is %v, want %v", dev.Name(), c.Kind, c.Height, c.Width, value, c.Value)
	}
	if d := relativeDistance(got, want); !(d <= 1e-6) {
		t.Errorf("%s: the gradient of %s of %dx%d is %.1e off", dev.Name(), c.Kind, c.Height, c.Width, d)
	}
}
