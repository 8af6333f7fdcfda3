package reference

import (
	"math"
	"testing"

	"github.com/impasto/impasto/engine"
)

// pytorchConvolution was computed by PyTorch 2.9.1 in float64. With s(n) the vector sin(1.7 i + 0.3),
// i < n, rounded to float32 where it is a parameter: x = s(30) as [2,3,5], weight s(54)/2 as [3,2,3,3],
// bias s(3) + 0.5, y = relu(conv2d(pad(x), weight, bias)), and g the gradient of sum(y * arange(45)/8)
// by x.
var pytorchConvolution = []struct {
	padding engine.Padding
	y       []float64 // [3,3,5]
	g       []float64 // [2,3,5]
}{
	{engine.PadZero,
		[]float64{
			0.698898386, 0.817166502, 0.952546451, 0.733409917, 0.708939248, 0.493795569, 1.13253416, 1.16557925, 0.363146073, 0.610453568,
			0.743778818, 0.922743558, 0.821720634, 0.661545251, 0.796434882, 1.33982081, 1.51780245, 1.4932633, 1.2791554, 1.38804494,
			1.33070139, 1.95221099, 1.40575923, 0.867295716, 1.50126491, 1.43781437, 1.54962442, 1.31855984, 1.29235262, 1.47828802,
			0, 0.0972114226, 0, 0, 0.0276205907, 0.164181348, 0.377151835, 0, 0, 0.281261498,
			0.0609844202, 0.0352428092, 0, 0, 0.063792978,
		},
		[]float64{
			-2.66897891, 2.30816046, 4.58179085, -2.39027412, 2.74110738, -4.60229033, 2.12631566, 4.19821344, -2.14476742, 1.45107718,
			-7.74500994, -3.62025884, 0.296493262, -1.37587617, -1.7619337, 3.91569036, -0.639651847, -3.58145465, 2.33371915, -1.20305219,
			5.91625257, 0.116875024, -2.23401973, 1.58684121, 0.371053053, 6.45824295, 5.94755215, 2.11959436, 0.507886073, 3.54591232,
		},
	},
	{engine.PadReplicate,
		[]float64{
			0.417168582, 1.0385288, 1.45085748, 0.383638345, 0.283268018, 0.620584605, 1.13253416, 1.16557925, 0.363146073, 0.457679042,
			0.669486315, 1.37064295, 1.10239438, 0.141319343, 0.488028974, 1.35943217, 2.04717117, 1.63635259, 0.712914136, 1.15871415,
			1.52082808, 1.95221099, 1.40575923, 0.867295716, 1.3062061, 1.69982592, 2.11851289, 1.15681897, 0.765143005, 1.45519008,
			0.280180725, 0.601289454, 0, 0, 0.139019718, 0.297939575, 0.377151835, 0, 0, 0.166729861,
			0.494334251, 0.366941138, 0, 0, 0.340545724,
		},
		[]float64{
			-11.8109077, 6.83884101, 7.10422768, -3.5500798, 12.2520996, -11.3373495, 1.57539797, 4.19821344, -2.14476742, 7.77492315,
			-13.9254714, -8.14864959, -1.97785314, -1.50395434, 1.34994335, 14.807209, -3.77143248, -6.07065326, 3.79012054, -11.2809,
			11.1221666, 1.33363254, -2.23401973, 1.58684121, -5.35132778, 7.01084047, 10.9381259, 5.51040248, 0.0546197537, 5.07205901,
		},
	},
	{engine.PadReflect,
		[]float64{
			0.87758515, 1.1081084, 0.422619183, 0.579024441, 0.962029252, 0.616302659, 1.13253416, 1.16557925, 0.363146073, 0.723396277,
			0.77330552, 0.380637196, 1.04251828, 1.14675449, 0.644324438, 1.57279289, 1.36925102, 0.966030067, 1.56356903, 1.54156348,
			1.33947634, 1.95221099, 1.40575923, 0.867295716, 1.50029075, 1.27701297, 1.27836076, 1.85721808, 1.42480998, 1.24581088,
			0.112150993, 0, 0, 0.398071433, 0, 0.0536993312, 0.377151835, 0, 0, 0.166983798,
			0, 0.205612775, 0.336990637, 0, 0,
		},
		[]float64{
			-2.89744706, 0.490336492, 1.87301636, 0.904627859, 5.8837297, -8.50132956, -7.26801148, 0.954452323, 5.57810065, 4.78105595,
			-5.92563016, -8.56649009, -1.6138555, 5.14994468, 0.239384056, 5.25827237, 1.07794626, -2.24465788, -0.814332065, -4.14774516,
			8.96759461, 8.20961252, 1.54372018, -3.61018559, -2.04506922, 4.10792646, 7.81896039, 4.58742668, -2.81992722, 0.960564176,
		},
	},
}

func sines(n int) []float64 {
	v := make([]float64, n)
	for i := range v {
		v[i] = math.Sin(1.7*float64(i) + 0.3)
	}
	return v
}

func TestConvolutionOfPyTorch(t *testing.T) {
	for _, want := range pytorchConvolution {
		t.Run(want.padding.String(), func(t *testing.T) {
			d := newTable(t)
			in, out := engine.Shape{Channels: 2, Height: 3, Width: 5}, engine.Shape{Channels: 3, Height: 3, Width: 5}
			weight, bias, seed := sines(54), sines(3), make([]float64, 45)
			for i := range weight {
				weight[i] /= 2
			}
			for i := range bias {
				bias[i] += 0.5
			}
			for i := range seed {
				seed[i] = float64(i) / 8
			}
			conv := d.newConvolution(2, 3, convert[float32](weight), convert[float32](bias), want.padding)
			x, y, g, gx := d.newMap(in), d.newMap(out), d.newMap(out), d.newMap(in)
			d.WriteMap(x, engine.All(in), convert[float32](sines(30)))
			d.Forward(engine.Forward{Conv: conv, Src: x, Rows: engine.All(out), Dst: y})
			near(t, "y", d.get(y), want.y)
			d.set(g, seed)
			d.MaskBy(engine.MaskBy{By: y, Rows: engine.All(out), Dst: g})
			d.Backward(engine.Backward{Conv: conv, Src: g, Rows: engine.All(in), Dst: gx})
			near(t, "gradient by x", d.get(gx), want.g)
		})
	}
}

// near compares numbers to the digits in the tables.
func near(t *testing.T, what string, got, want []float64) {
	t.Helper()
	for i := range want {
		if math.Abs(got[i]-want[i]) > 1e-8*max(1, math.Abs(want[i])) {
			t.Errorf("%s[%d] is %.9g, want %.9g", what, i, got[i], want[i])
		}
	}
}

// Of equal activations the first in reading order wins, and nothing that is not positive passes.
func TestMaxPoolingOfTies(t *testing.T) {
	d := newTable(t)
	shape := engine.Shape{Channels: 1, Height: 3, Width: 7}
	x, y, mask, gy, g := d.newMap(shape), d.newMap(shape.Pooled()), d.newMask(shape), d.newMap(shape.Pooled()), d.newMap(shape)
	d.set(x, []float64{
		1, 2, 0, 0, 3, 3, 9,
		2, 1, -1, 0, 3, 3, 9,
		5, 5, 5, 5, 5, 5, 5,
	})
	d.Pool(engine.Pool{Src: x, Rows: engine.All(shape), Dst: y, Mask: mask})
	near(t, "pooled", d.get(y), []float64{2, 0, 3})
	d.set(gy, []float64{10, 20, 30})
	d.Unpool(engine.Unpool{Src: gy, Mask: mask, Rows: engine.All(shape), Dst: g})
	near(t, "gradient", d.get(g), []float64{
		0, 10, 0, 0, 30, 0, 0,
		0, 0, 0, 0, 0, 0, 0,
		0, 0, 0, 0, 0, 0, 0,
	})
}

func TestTotalVariationOfAStep(t *testing.T) {
	// One step of height 2 between two columns of three rows, in one of three channels. The nine-point
	// form has three differences dx, and four of either diagonal (squares that cross the border count).
	want := map[engine.TotalVariation]float64{
		engine.AbsoluteVariation:  3 * 2,
		engine.SquaredVariation:   3 * 4,
		engine.NinePointVariation: 2 * (3*4/3.0/18 + 2*4*4/12.0/36),
	}
	for kind, value := range want {
		d := newTable(t)
		image, sum := d.newImage(3, 2), engine.Scalar{Of: d.newScalars(1)}
		SetFloat64(image, []float64{1, 3, 1, 3, 1, 3, 0, 0, 0, 0, 0, 0, 5, 5, 5, 5, 5, 5})
		d.AddTotalVariation(engine.AddTotalVariation{Kind: kind, Image: image, Scale: 10, Sum: sum})
		if got := d.result(sum); math.Abs(got-10*value) > 1e-12 {
			t.Errorf("total variation %d is %v, want %v", kind, got, 10*value)
		}
	}
}
