package main

import (
	"math"
	"math/rand/v2"
	"testing"
)

func TestLabRoundTrip(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	for range 1000 {
		c := RGB{r.Float64(), r.Float64(), r.Float64()}
		if d := c.lab().rgb().distance(c); d > 1e-4 {
			t.Fatalf("%v comes back %g away", c, d)
		}
	}
	if w := hex(0xffffff).lab(); math.Abs(w.L-1) > 1e-6 || math.Hypot(w.A, w.B) > 1e-6 {
		t.Errorf("white is %v", w)
	}
}

func TestRampMeetsItsColours(t *testing.T) {
	r := ramp(0x102030, 0xff8000, 0x40c0e0)
	for i, v := range []uint32{0x102030, 0xff8000, 0x40c0e0} {
		if d := r.at(float64(i) / 2).distance(hex(v)); d > 1e-4 {
			t.Errorf("colour %d is %g away", i, d)
		}
	}
}

// The chamfer distance is compared with the distance to every pixel of another piece.
func TestDistances(t *testing.T) {
	const w, h = 41, 33
	piece := make([]int32, w*h)
	for i := range piece {
		piece[i] = Noise(9).cell(float64(i%w)/9, float64(i/w)/9, 0.9)
	}
	for i, got := range distances(piece, w, h) {
		want := math.Inf(1)
		for j := range piece {
			if piece[j] != piece[i] {
				want = math.Min(want, math.Hypot(float64(i%w-j%w), float64(i/w-j/w)))
			}
		}
		// Border pixels count as half a pixel away, and diagonal steps between pieces are not borders.
		if got < want-1 || got > 1.09*want+0.5 {
			t.Fatalf("pixel %d,%d is %g away, found %g", i%w, i/w, want, got)
		}
	}
}

func TestStrokeStaysUnderTheBrush(t *testing.T) {
	c := newCanvas(80, 40, RGB{})
	a, b := Point{20, 20}, Point{60, 20}
	c.stroke(Brush{Width: 12, Body: 2, Comb: 0.5}, Load{Main: RGB{1, 1, 1}, Streak: RGB{1, 1, 1}}, []Point{a, b}, 3)
	painted := 0
	for i, v := range c.Colour {
		if v == (RGB{}) {
			continue
		}
		painted++
		p := Point{float64(i%80) + 0.5, float64(i/80) + 0.5}
		if d, _ := toSegment(p, a, b); d > 6 {
			t.Fatalf("paint at %v, %g from the path", p, d)
		}
	}
	if painted < 300 || c.at(Point{40, 20}).G < 0.5 {
		t.Errorf("%d pixels painted, the middle is %v", painted, c.at(Point{40, 20}))
	}
}

// Ink only moves: led back through a drop at the same place, a point outside keeps its direction
// and the area of the water is kept (r'^2 = r^2 - radius^2).
func TestDropKeepsArea(t *testing.T) {
	var b basin
	b.drop(Point{10, 10}, 3, RGB{1, 0, 0})
	if c, _, _ := b.ink(Point{11, 11}); c != (RGB{1, 0, 0}) {
		t.Errorf("inside the drop is %v", c)
	}
	_, q, _ := b.ink(Point{15, 10})
	if math.Abs(q.X-14) > 1e-12 || q.Y != 10 {
		t.Errorf("5 from the middle comes from %v, want 4", q)
	}
}

func TestChoose(t *testing.T) {
	if got, err := choose("night,dots"); err != nil || len(got) != 2 || got[1].name != "dots" {
		t.Errorf("choose = %v, %v", got, err)
	}
	if _, err := choose("night,nigth"); err == nil {
		t.Error("an unknown painting is accepted")
	}
}
