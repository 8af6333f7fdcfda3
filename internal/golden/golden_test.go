package golden_test

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"slices"
	"testing"

	"github.com/impasto/impasto"
	"github.com/impasto/impasto/canvas"
	"github.com/impasto/impasto/engine"
	"github.com/impasto/impasto/engine/cpu"
	"github.com/impasto/impasto/feature"
	"github.com/impasto/impasto/recipe"
	"github.com/impasto/impasto/transfer"
	"github.com/impasto/impasto/weights"
	"github.com/impasto/impasto/weights/vgg16"
)

// These tests hold feature maps, losses and gradients to PyTorch's, on every instruction set that this
// machine has. testdata/README.md says what the files hold and why the tolerances are fair.
const (
	featureTolerance  = 1e-5 // relative L2 of a map
	termTolerance     = 1e-5 // relative
	gradientTolerance = 3e-5 // relative L2
)

// word is number i of SplitMix64 with the given seed.
func word(seed, i uint64) uint64 {
	z := seed + (i+1)*0x9e3779b97f4a7c15
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// unit is uniform in [-1,1).
func unit(seed, i uint64) float32 { return float32(word(seed, i)>>40)/(1<<23) - 1 }

func noisePicture(seed uint64, height, width int) *canvas.Picture {
	p := canvas.New(width, height)
	for i := range p.Pix {
		p.Pix[i] = float32(word(seed, uint64(i))>>56) / 255
	}
	return p
}

// generated is a network of known numbers.
func generated(net feature.Network, seed uint64) *weights.Model {
	m := &weights.Model{Name: net.Name, Architecture: weights.Architecture(net.Name)}
	in, at := 3, uint64(0)
	draw := func(n int, scale float32) []float32 {
		values := make([]float32, n)
		for i := range values {
			values[i] = unit(seed, at) * scale
			at++
		}
		return values
	}
	for block, n := range net.Convolutions {
		for i := range n {
			out := net.Channels[block]
			c := weights.Convolution{Name: fmt.Sprintf("conv%d_%d", block+1, i+1), In: in, Out: out}
			c.Weight = draw(9*in*out, float32(math.Sqrt(6/float64(9*in))))
			c.Bias = draw(out, 0.05)
			m.Convolutions = append(m.Convolutions, c)
			in = out
		}
	}
	return m
}

// goldenNetworks are the networks of the files.
var goldenNetworks = map[string]func() *weights.Model{
	"vgg16":         func() *weights.Model { return generated(feature.VGG16, 16) },
	"vgg19":         func() *weights.Model { return generated(feature.VGG19, 19) },
	"vgg16-builtin": vgg16.Network,
}

// instructionSets are those to test: all, or in short tests the best.
func instructionSets() []string {
	if sets := cpu.ISAs(); !testing.Short() {
		return sets
	}
	return cpu.ISAs()[:1]
}

func readGolden(t *testing.T, name string, v any) {
	t.Helper()
	data, err := os.ReadFile("testdata/" + name + ".json")
	if err == nil {
		err = json.Unmarshal(data, v)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// goldenMap stands for a feature map: its norm and its projections on known signs.
type goldenMap struct {
	Shape       [3]int    `json:"shape"`
	L2          float64   `json:"l2"`
	Projections []float64 `json:"projections"`
}

type goldenFeatures struct {
	Height  int                  `json:"height"`
	Width   int                  `json:"width"`
	Seed    uint64               `json:"image_seed"`
	Pooling string               `json:"pooling"`
	Padding string               `json:"first_padding"`
	Layers  map[string]goldenMap `json:"layers"`
}

func TestFeaturesAgreeWithPyTorch(t *testing.T) {
	for name, network := range goldenNetworks {
		var file struct {
			Cases []goldenFeatures `json:"cases"`
		}
		readGolden(t, "features-"+name, &file)
		model := network()
		for _, isa := range instructionSets() {
			t.Run(name+"/"+isa, func(t *testing.T) {
				for _, padding := range []engine.Padding{engine.PadZero, engine.PadReplicate} {
					checkFeatures(t, model, isa, padding, file.Cases)
				}
			})
		}
	}
}

// checkFeatures compares the cases that have the given padding of the first convolution.
func checkFeatures(t *testing.T, model *weights.Model, isa string, padding engine.Padding, cases []goldenFeatures) {
	cases = slices.DeleteFunc(slices.Clone(cases), func(c goldenFeatures) bool { return c.Padding != padding.String() })
	if len(cases) == 0 {
		return
	}
	dev, err := cpu.New(cpu.Options{ISA: isa})
	if err != nil {
		t.Fatal(err)
	}
	defer dev.Close()
	x, err := feature.New(dev, model, feature.Options{StemPadding: padding, Input: transfer.Preprocessing(recipe.InputImageNet)})
	if err != nil {
		t.Fatal(err)
	}
	defer x.Close()
	for _, c := range cases {
		for layer, got := range c.maps(t, dev, x) {
			want := c.Layers[layer]
			if e := want.distance(got); !(e <= featureTolerance) {
				t.Errorf("%dx%d, %s pooling, first padding %v: %s is %.1e off", c.Height, c.Width, c.Pooling, padding, layer, e)
			}
		}
	}
}

// maps returns every layer's map that both sides have.
func (c *goldenFeatures) maps(t *testing.T, dev engine.Device, x *feature.Extractor) map[string][]float32 {
	net := x.Network()
	job := feature.Job{Height: c.Height, Width: c.Width}
	if c.Pooling == "average" {
		job.Pooling = engine.AveragePooling
	}
	copies := map[string]*copying{}
	var taps []feature.Tap
	for _, layer := range net.Layers() {
		if want, ok := c.Layers[layer.String()]; ok {
			shape := net.Shape(layer, c.Height, c.Width)
			if have := [3]int{shape.Channels, shape.Height, shape.Width}; have != want.Shape {
				t.Errorf("%v is %v, want %v", layer, have, want.Shape)
				continue
			}
			tap := &copying{dev: dev, shape: shape, whole: make([]float32, shape.Elements())}
			copies[layer.String()] = tap
			taps = append(taps, tap)
			job.Layers = append(job.Layers, layer)
		}
	}
	if len(taps) < 20 { // VGG-16 up to relu5_1 has 22 convolutions and ReLUs, and four poolings
		t.Fatalf("only %d layers are compared", len(taps))
	}
	plan, err := x.Plan(job)
	if err != nil {
		t.Fatal(err)
	}
	imageBytes := engine.Align(int64(12 * c.Height * c.Width))
	arena, err := dev.NewArena(imageBytes + plan.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	defer arena.Close()
	image := arena.Image(0, c.Height, c.Width)
	if err := dev.Write(image, noisePicture(c.Seed, c.Height, c.Width).Pix); err != nil {
		t.Fatal(err)
	}
	pass, err := plan.Place(arena, imageBytes, taps, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := pass.Evaluate(t.Context(), image, nil); err != nil {
		t.Fatal(err)
	}
	maps := map[string][]float32{}
	for layer, tap := range copies {
		maps[layer] = tap.whole
	}
	return maps
}

// copying is a tap that copies the complete map to the host.
type copying struct {
	dev   engine.Device
	shape engine.Shape
	whole []float32 // [C,H,W]
}

func (c *copying) Reduce(src engine.Map, rows engine.Rows) error {
	part := make([]float32, c.shape.Channels*rows.Len()*c.shape.Width)
	if err := c.dev.ReadMap(part, src, rows); err != nil {
		return err
	}
	n := rows.Len() * c.shape.Width
	for channel := range c.shape.Channels {
		copy(c.whole[(channel*c.shape.Height+rows.From)*c.shape.Width:], part[channel*n:(channel+1)*n])
	}
	return nil
}

func (c *copying) AddGradient(_, _ engine.Map, _ engine.Rows, _ bool) error {
	panic("a copy has no gradient")
}

// distance estimates the relative L2 distance of a map from its projections.
func (g *goldenMap) distance(got []float32) float64 {
	projections := make([]float64, len(g.Projections))
	for i, v := range got {
		signs := word(7, uint64(i))
		for k := range projections {
			if signs>>k&1 == 1 {
				projections[k] += float64(v)
			} else {
				projections[k] -= float64(v)
			}
		}
	}
	sum := 0.0
	for k, p := range projections {
		sum += (p - g.Projections[k]) * (p - g.Projections[k])
	}
	return math.Sqrt(sum/float64(len(projections))) / g.L2
}

type goldenPicture struct {
	Height int    `json:"height"`
	Width  int    `json:"width"`
	Seed   uint64 `json:"seed"`
}

func (p goldenPicture) picture() *canvas.Picture { return noisePicture(p.Seed, p.Height, p.Width) }

type goldenLoss struct {
	Pooling  string             `json:"pooling"`
	Alpha    float64            `json:"alpha"`
	Beta     float64            `json:"beta"`
	Content  goldenPicture      `json:"content"`
	Style    goldenPicture      `json:"style"`
	At       goldenPicture      `json:"at"`
	Terms    map[string]float64 `json:"terms"`
	Gradient []byte             `json:"gradient"` // float32
}

func TestGatysAgreesWithPyTorch(t *testing.T) {
	for _, name := range []string{"vgg19", "vgg16-builtin"} {
		var file struct {
			Cases []goldenLoss `json:"cases"`
		}
		readGolden(t, "gatys-"+name, &file)
		network := goldenNetworks[name]()
		for _, isa := range instructionSets() {
			t.Run(name+"/"+isa, func(t *testing.T) {
				model, err := impasto.Open(t.Context(), network, impasto.Settings{CPU: isa})
				if err != nil {
					t.Fatal(err)
				}
				defer model.Close()
				for _, c := range file.Cases {
					c.check(t, model)
				}
			})
		}
	}
}

func (c *goldenLoss) check(t *testing.T, model *impasto.Model) {
	chosen, err := recipe.Find("gatys")
	if err != nil {
		t.Fatal(err)
	}
	if err := chosen.Override(map[string]string{"pooling": c.Pooling,
		"content-weight": fmt.Sprint(c.Alpha), "style-weight": fmt.Sprint(c.Beta)}); err != nil {
		t.Fatal(err)
	}
	style, err := model.Learn(t.Context(), impasto.Painting{Picture: c.Style.picture(), Weight: 1})
	if err != nil {
		t.Fatal(err)
	}
	e, err := model.Evaluate(t.Context(), c.Content.picture(), style, c.At.picture(), impasto.Options{Recipe: chosen})
	if err != nil {
		t.Fatal(err)
	}
	if len(e.Terms) != len(c.Terms) {
		t.Errorf("%d terms, want %d", len(e.Terms), len(c.Terms))
	}
	for _, term := range e.Terms {
		if want := c.Terms[term.Layer]; !(math.Abs(term.Value-want) <= termTolerance*want) {
			t.Errorf("%s pooling: %s %s is %v, want %v", c.Pooling, term.Kind, term.Layer, term.Value, want)
		}
	}
	want := make([]float32, len(c.Gradient)/4)
	if err := binary.Read(bytes.NewReader(c.Gradient), binary.LittleEndian, want); err != nil {
		t.Fatal(err)
	}
	if d := relativeDistance(e.Gradient, want); !(d <= gradientTolerance) {
		t.Errorf("%s pooling: the gradient is %.1e off", c.Pooling, d)
	}
}

// relativeDistance is |x-y| / |y|; NaN where the lengths differ.
func relativeDistance(x, y []float32) float64 {
	if len(x) != len(y) {
		return math.NaN()
	}
	var difference, norm float64
	for i := range x {
		d := float64(x[i]) - float64(y[i])
		difference += d * d
		norm += float64(y[i]) * float64(y[i])
	}
	return math.Sqrt(difference / norm)
}
