package golden_test

import (
	"bytes"
	"cmp"
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
	kind := map[string]engine.TotalVariation{"l1": engine.AbsoluteVariation, "l2": engine.SquaredVariation, "nine": engine.NinePointVariation}[c.Kind]
	picture := noisePicture(c.Seed, c.Height, c.Width)
	bytesEach := engine.Align(int64(4 * len(picture.Pix)))
	arena, err := dev.NewArena(2*bytesEach + engine.Align(dev.ScalarsBytes(1)))
	if err != nil {
		t.Fatal(err)
	}
	defer arena.Close()
	image, gradient := arena.Image(0, c.Height, c.Width), arena.Image(bytesEach, c.Height, c.Width)
	results := arena.Scalars(2*bytesEach, 1)
	got, want, value := make([]float32, len(picture.Pix)), make([]float32, len(picture.Pix)), make([]float64, 1)
	add := engine.AddTotalVariation{Kind: kind, Image: image, Scale: 1, Sum: engine.Scalar{Of: results}, Gradient: gradient}
	if err := cmp.Or(dev.Write(image, picture.Pix), dev.ResetScalars(results), dev.AddTotalVariation(add),
		dev.Read(got, gradient), dev.ReadScalars(value, results)); err != nil {
		t.Fatal(err)
	}
	if err := binary.Read(bytes.NewReader(c.Gradient), binary.LittleEndian, want); err != nil {
		t.Fatal(err)
	}
	if !(math.Abs(value[0]-c.Value) <= 1e-6*c.Value) {
		t.Errorf("%s: %s of %dx%d is %v, want %v", dev.Name(), c.Kind, c.Height, c.Width, value[0], c.Value)
	}
	if d := relativeDistance(got, want); !(d <= 1e-6) {
		t.Errorf("%s: the gradient of %s of %dx%d is %.1e off", dev.Name(), c.Kind, c.Height, c.Width, d)
	}
}
