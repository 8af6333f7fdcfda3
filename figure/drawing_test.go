package figure

import (
	"encoding/xml"
	"errors"
	"image"
	"image/color"
	"io"
	"math"
	"strings"
	"testing"
)

// TestDrawingHasTheSameInkInBothForms draws a line and text, and looks for ink where it belongs.
func TestDrawingHasTheSameInkInBothForms(t *testing.T) {
	d := &Drawing{Width: 100, Height: 60}
	d.Line(color.RGBA{0xff, 0, 0, 0xff}, 4, Point{10, 10}, Point{90, 10}, Point{90, 50})
	d.Write(10, 40, 20, Left, "H<&>")
	img := d.Image(2)
	if img.Bounds() != image.Rect(0, 0, 200, 120) {
		t.Fatal(img.Bounds())
	}
	for _, c := range []struct {
		x, y int
		red  bool
	}{{100, 20, true}, {180, 60, true}, {180, 20, true}, {100, 28, false}, {20, 2, false}, {196, 60, false}} {
		if got := img.RGBAAt(c.x, c.y); (got == color.RGBA{0xff, 0, 0, 0xff}) != c.red {
			t.Errorf("at %d,%d: %v", c.x, c.y, got)
		}
	}
	ink := 0
	for y := 50; y < 80; y++ {
		for x := 20; x < 60; x++ {
			if img.RGBAAt(x, y).R < 0x80 {
				ink++
			}
		}
	}
	if ink < 50 {
		t.Errorf("the text has %d dark pixels", ink)
	}
	wellFormed(t, d.SVG())
	if !strings.Contains(d.SVG(), "H&lt;&amp;&gt;") {
		t.Error("the text is not escaped")
	}
}

func wellFormed(t *testing.T, svg string) {
	t.Helper()
	dec := xml.NewDecoder(strings.NewReader(svg))
	for {
		if _, err := dec.Token(); errors.Is(err, io.EOF) {
			return
		} else if err != nil {
			t.Fatal(err)
		}
	}
}

// TestDashesHaveTheirLengths adds up the ink of a dashed line around a corner.
func TestDashesHaveTheirLengths(t *testing.T) {
	pieces := dashed([]Point{{0, 0}, {10, 0}, {10, 13}}, []float64{3, 2})
	length := 0.0
	for _, p := range pieces {
		length += math.Hypot(p[1].X-p[0].X, p[1].Y-p[0].Y)
	}
	if want := 4*3.0 + 3; length != want { // 23 units: four periods of 5 and 3 more
		t.Errorf("%v units of ink, want %v", length, want)
	}
}

func TestAxis(t *testing.T) {
	for _, c := range []struct {
		low, high float64
		log       bool
		want      []string
	}{
		{0, 200, false, []string{"0", "50", "100", "150", "200"}},
		{-1, 1, false, []string{"-1", "-0.5", "0", "0.5", "1"}},
		{2e-5, 1, true, []string{"1e-4", "0.001", "0.01", "0.1", "1"}},
	} {
		a := newAxis(c.log, 0, 100, func(yield func(float64)) { yield(c.low); yield(c.high) })
		var got []string
		for _, v := range a.ticks(5) {
			got = append(got, Short(v))
		}
		if strings.Join(got, " ") != strings.Join(c.want, " ") {
			t.Errorf("ticks of %v to %v: %v, want %v", c.low, c.high, got, c.want)
		}
		if a.at(c.low) != 0 || a.at(c.high) != 100 {
			t.Errorf("%v to %v lies at %v to %v", c.low, c.high, a.at(c.low), a.at(c.high))
		}
	}
}

// TestShort writes numbers around those at which the form changes.
func TestShort(t *testing.T) {
	for v, want := range map[float64]string{0: "0", 999.4: "999", 999.7: "1000", 1003: "1003", 99999: "99999", 1e5: "1e5", 0.0009: "9e-4", -12.345: "-12.3"} {
		if got := Short(v); got != want {
			t.Errorf("%v is written as %s, want %s", v, got, want)
		}
	}
}

func TestShade(t *testing.T) {
	s := NewShade(true, []float64{0, 4, 1})
	if s.at(0) != sequential[0] || s.at(4) != sequential[len(sequential)-1] || s.at(1) != s.ramp.at(math.Round(127.5)/255) {
		t.Errorf("%v %v %v", s.at(0), s.at(1), s.at(4))
	}
	s = NewShade(false, []float64{-2, 1})
	if s.at(-2) != divergingRamp[0] || s.at(2) != divergingRamp[len(divergingRamp)-1] {
		t.Errorf("%v %v", s.at(-2), s.at(2))
	}
	// Few colours make a palette, and the same picture.
	img := s.Plane([]float64{-2, 0, 1, 2}, 2, 2)
	small, ok := withPalette(img).(*image.Paletted)
	if !ok || small.At(1, 1) != img.At(1, 1) || small.At(0, 0) != img.At(0, 0) {
		t.Errorf("%T", withPalette(img))
	}
}
