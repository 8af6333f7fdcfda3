package loss

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"testing"

	"github.com/impasto/impasto/engine"
	"github.com/impasto/impasto/engine/cpu"
	"github.com/impasto/impasto/engine/reference"
)

// stand is a device with room for one map, one plane and a gradient.
type stand struct {
	dev   engine.Device
	arena engine.Arena
}

func newStand(t testing.TB, dev engine.Device) stand {
	t.Helper()
	arena, err := dev.NewArena(32 << 20)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := arena.Close(); err != nil {
			t.Error(err)
		}
		if err := dev.Close(); err != nil {
			t.Error(err)
		}
	})
	return stand{dev, arena}
}

func processor(t testing.TB) engine.Device {
	t.Helper()
	dev, err := cpu.New(cpu.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return dev
}

// tap is what feature.Tap is.
type tap interface {
	Reset()
	Reduce(src engine.Map, rows engine.Rows)
	Solve() (float64, error)
	AddGradient(dst, src engine.Map, rows engine.Rows, add bool)
}

// show gives a tap a sample as a map of one row and returns the value and the gradient.
func (s stand) show(t testing.TB, of sample, make_ func(weight engine.Plane) tap) (float64, []float64) {
	t.Helper()
	shape := engine.Shape{Channels: of.channels, Height: 1, Width: of.positions}
	size := engine.Align(s.dev.MapBytes(shape, 1))
	src, dst := s.arena.Map(0, shape, 1), s.arena.Map(size, shape, 1)
	plane := s.arena.Plane(2*size, 1, of.positions)
	s.dev.WritePlane(plane, narrow(of.w))
	s.dev.WriteMap(src, engine.All(shape), narrow(of.f))
	term := make_(plane)
	term.Reset()
	term.Reduce(src, engine.All(shape))
	value, err := term.Solve()
	if err != nil {
		t.Fatal(err)
	}
	term.AddGradient(dst, src, engine.All(shape), false)
	gradient := make([]float32, shape.Elements())
	s.dev.ReadMap(gradient, dst, engine.All(shape))
	return value, widen(gradient)
}

func narrow(v []float64) []float32 {
	n := make([]float32, len(v))
	for i, x := range v {
		n[i] = float32(x)
	}
	return n
}

func widen(v []float32) []float64 {
	w := make([]float64, len(v))
	for i, x := range v {
		w[i] = float64(x)
	}
	return w
}

func distance(a, b []float64) float64 {
	var d, n float64
	for i := range a {
		d += (a[i] - b[i]) * (a[i] - b[i])
		n += b[i] * b[i]
	}
	return math.Sqrt(d / n)
}

// agree holds a loss to the definition.
func agree(t *testing.T, value, wantValue float64, gradient, wantGradient []float64) {
	t.Helper()
	if !(math.Abs(value/wantValue-1) <= 3e-6) {
		t.Errorf("value is %v, want %v", value, wantValue)
	}
	if d := distance(gradient, wantGradient); !(d <= 4e-5) {
		t.Errorf("gradient is off by %v", d)
	}
}

var couplings = map[Transport]coupling{Exact: exactCoupling, Truncated: truncatedCoupling}

func TestWassersteinAgainstDefinition(t *testing.T) {
	for name, dev := range map[string]engine.Device{"cpu": processor(t), "reference": reference.New32()} {
		s := newStand(t, dev)
		for kind, by := range couplings {
			for _, size := range []struct{ channels, positions, painting int }{
				{1, 5, 9}, {7, 40, 30}, {20, 400, 300}, {40, 9, 300}, {40, 300, 9}, {70, 20, 25}, {130, 30, 20},
			} {
				t.Run(fmt.Sprint(name, "/", kind, size), func(t *testing.T) {
					rng := rand.New(rand.NewPCG(uint64(size.channels), 1))
					at, painting := draw(rng, size.channels, size.positions), draw(rng, size.channels, size.painting).statistics()
					for p := range at.w {
						at.w[p] = float64(rng.IntN(3))
					}
					at.w[0] = 1
					want, wantGradient := define(t, at, painting, by)
					got, gradient := s.show(t, at, func(w engine.Plane) tap { return NewWasserstein(dev, painting, w, kind, 1) })
					agree(t, got, want, gradient, wantGradient)
				})
			}
		}
	}
}

// TestFewPositions is where the roots are taken in the span of picture and painting.
func TestFewPositions(t *testing.T) {
	s := newStand(t, processor(t))
	for kind, by := range couplings {
		for _, size := range []struct{ channels, positions, painting int }{
			{130, 30, 20}, {70, 20, 20}, {64, 30, 8}, {64, 1, 1}, {40, 2, 20},
		} {
			if testing.Short() && size.channels > 100 {
				continue // the definition takes eigenvectors, which emulators are slow at
			}
			rng := rand.New(rand.NewPCG(uint64(size.channels), 2))
			at, painting := draw(rng, size.channels, size.positions), draw(rng, size.channels, size.painting).statistics()
			want, wantGradient := define(t, at, painting, by)
			var term *Wasserstein
			got, gradient := s.show(t, at, func(engine.Plane) tap {
				term = NewWasserstein(s.dev, painting, nil, kind, 1)
				return term
			})
			if term.roots.whole != nil || term.roots.within == nil {
				t.Errorf("%v %v: the roots are taken of all channels", kind, size)
			}
			// float32 holds T, whose entries reach a thousand, and leaves 1e-4 of the sum with F - m; so it is
			// with the roots of all channels.
			if d := distance(gradient, wantGradient); !(math.Abs(got/want-1) <= 3e-6) || !(d <= 1e-4) {
				t.Errorf("%v %v: value is %v, want %v; gradient is off by %v", kind, size, got, want, d)
			}
			again, _ := s.show(t, at, func(engine.Plane) tap { return term })
			if again != got {
				t.Errorf("%v %v: the value is %v, and %v the second time", kind, size, got, again)
			}
		}
	}
}

// TestExactGradient holds the definition's gradient to differences of its value.
func TestExactGradient(t *testing.T) {
	for _, positions := range []int{4, 30} {
		rng := rand.New(rand.NewPCG(5, 1))
		at, painting := draw(rng, 6, positions), draw(rng, 6, 20).statistics()
		at.w[1] = 2
		_, gradient := define(t, at, painting, exactCoupling)
		for i, want := range gradient {
			const step = 1e-5
			was := at.f[i]
			at.f[i] = was + step
			up, _ := define(t, at, painting, exactCoupling)
			at.f[i] = was - step
			down, _ := define(t, at, painting, exactCoupling)
			at.f[i] = was
			if got := (up - down) / (2 * step); math.Abs(got-want) > 1e-5 {
				t.Fatalf("%d positions: gradient %d is %v by the formula, %v by differences", positions, i, want, got)
			}
		}
	}
}

func TestWassersteinAgreesWithPyTorch(t *testing.T) {
	data, err := os.ReadFile("testdata/wasserstein.json")
	if err != nil {
		t.Fatal(err)
	}
	var cases []struct {
		Kind                          string
		Channels, Positions, Painting int
		Value                         float64
		Gradient                      []float64
	}
	if err := json.Unmarshal(data, &cases); err != nil {
		t.Fatal(err)
	}
	s := newStand(t, processor(t))
	for _, c := range cases {
		kind := Exact
		if c.Kind != kind.String() {
			kind = Truncated
		}
		painting := generated(2, c.Channels, c.Painting).statistics()
		value, gradient := s.show(t, generated(1, c.Channels, c.Positions), func(w engine.Plane) tap {
			return NewWasserstein(s.dev, painting, w, kind, 1)
		})
		agree(t, value, c.Value, gradient, c.Gradient)
	}
}

// generated are the features of testdata/wasserstein.py.
func generated(seed uint64, channels, positions int) sample {
	s := sample{channels, positions, make([]float64, channels*positions), repeat(1, positions)}
	for i := range s.f {
		z := seed + uint64(i+1)*0x9e3779b97f4a7c15
		z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
		z = (z ^ z>>27) * 0x94d049bb133111eb
		z ^= z >> 31
		s.f[i] = float64(max(float32(z>>40)/(1<<24)-0.4, 0))
	}
	return s
}

func TestWassersteinOfThePaintingItself(t *testing.T) {
	s := newStand(t, processor(t))
	at := draw(rand.New(rand.NewPCG(1, 1)), 30, 20)
	value, gradient := s.show(t, at, func(w engine.Plane) tap {
		return NewWasserstein(s.dev, at.statistics(), w, Exact, 1)
	})
	if math.Abs(value) > 1e-4 || mostOf(gradient) > 1e-4 {
		t.Errorf("the painting itself is %v from it, with a gradient of up to %v", value, mostOf(gradient))
	}
}

func mostOf(v []float64) float64 {
	most := 0.0
	for _, x := range v {
		most = max(most, math.Abs(x))
	}
	return most
}

func TestMaskWithoutPositions(t *testing.T) {
	dev := reference.New32()
	painting := draw(rand.New(rand.NewPCG(1, 1)), 3, 5).statistics()
	for _, kind := range []Transport{Exact, Truncated} {
		w := NewWasserstein(dev, painting, nil, kind, 1)
		w.Reset()
		if _, err := w.Solve(); err == nil {
			t.Errorf("%v: no error without positions", kind)
		}
	}
}

func TestSolveAllocatesNothing(t *testing.T) {
	dev := processor(t)
	defer dev.Close()
	for _, positions := range []int{90, 10} {
		for _, kind := range []Transport{Exact, Truncated} {
			at, painting := draw(rand.New(rand.NewPCG(2, 1)), 70, positions), draw(rand.New(rand.NewPCG(1, 1)), 70, positions).statistics()
			covariance := make([]float64, 70*70)
			distribution(at.statistics(), make([]float64, 70), covariance)
			roots, s := NewWasserstein(dev, painting, nil, kind, 1).roots, make([]float64, 70*70)
			if n := testing.AllocsPerRun(10, func() { copy(s, covariance); roots.transport(s, positions) }); n > 0 {
				t.Errorf("%v of %d positions allocates %v times", kind, positions, n)
			}
		}
	}
}

func BenchmarkTransport(b *testing.B) {
	dev := processor(b)
	defer dev.Close()
	for _, size := range []struct{ channels, positions int }{{64, 300}, {128, 300}, {256, 300}, {512, 300}, {512, 121}, {512, 64}} {
		c := size.channels
		rng := rand.New(rand.NewPCG(1, 1))
		painting, at := draw(rng, c, size.positions).statistics(), draw(rng, c, size.positions).statistics()
		covariance, s := make([]float64, c*c), make([]float64, c*c)
		distribution(at, make([]float64, c), covariance)
		for _, kind := range []Transport{Exact, Truncated} {
			roots := NewWasserstein(dev, painting, nil, kind, 1).roots
			b.Run(fmt.Sprintf("%v/%d/%d", kind, c, size.positions), func(b *testing.B) {
				for b.Loop() {
					copy(s, covariance)
					roots.transport(s, size.positions)
				}
			})
		}
	}
}

// TestCholeskyIndefinite factors what rounding makes of the covariance of few positions: entries stay
// bounded, and the factor's square stays near the matrix.
func TestCholeskyIndefinite(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	const n, positions = 150, 20
	f := make([]float64, n*positions)
	for i := range f {
		f[i] = 20 * rng.NormFloat64()
	}
	s := make([]float64, n*n)
	for i := range n {
		for j := range i + 1 {
			for p := range positions {
				s[i*n+j] += f[i*positions+p] * f[j*positions+p] / positions
			}
			s[i*n+j] *= 1 + 3e-6*rng.NormFloat64()
			s[j*n+i] = s[i*n+j]
		}
		s[i*n+i] += ridge
	}
	l := slices.Clone(s)
	cholesky(l, n)
	for i := range n {
		for j := range i + 1 {
			sum := 0.0
			for k := range j + 1 {
				sum += l[i*n+k] * l[j*n+k]
			}
			if !(math.Abs(sum-s[i*n+j]) < 1) { // of entries up to 400
				t.Fatalf("entry %d,%d of the factor's square is %v, want %v", i, j, sum, s[i*n+j])
			}
		}
	}
}
