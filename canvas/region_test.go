package canvas

import (
	"errors"
	"math/rand/v2"
	"strings"
	"testing"
)

// coded is a map of three stripes: white, red, black, with noise and a blurred border.
func coded(width, height int) *Picture {
	rng := rand.New(rand.NewPCG(1, 1))
	p := New(width, height)
	for i := range width * height {
		x := i % width
		var c colour
		switch {
		case x < width/3:
			c = colour{1, 1, 1}
		case x == width/3:
			c = colour{1, 0.5, 0.5}
		case x < 2*width/3:
			c = colour{1, 0, 0}
		}
		for k, v := range c {
			p.Channel(k)[i] = float32(v + 0.06*(rng.Float64()-0.5))
		}
	}
	return p
}

func TestRegions(t *testing.T) {
	p := coded(90, 40)
	regions, err := Regions(p, 3)
	if err != nil {
		t.Fatal(err)
	}
	for i := range p.Width * p.Height {
		if a, b, c := regions[0].Mask.Pix[i], regions[1].Mask.Pix[i], regions[2].Mask.Pix[i]; a+b+c != 1 {
			t.Fatalf("pixel %d belongs to %v, %v and %v", i, a, b, c)
		}
	}
	for x, want := range map[int]int{0: 2, 29: 2, 31: 1, 59: 1, 61: 0, 89: 0} { // dark to bright: black, red, white
		if regions[want].Mask.Pix[5*p.Width+x] != 1 {
			t.Errorf("column %d is not in region %d", x, want)
		}
	}
}

func TestRegionsAreTooFew(t *testing.T) {
	_, err := Regions(coded(90, 40), 4)
	if err == nil || !strings.Contains(err.Error(), "has 3 colours") {
		t.Errorf("error %v, want one that names 3 colours", err)
	}
}

// TestRegionsAreTooMany: a colour without a region is not merged with another one silently; a mixed border is not a colour.
func TestRegionsAreTooMany(t *testing.T) {
	_, err := Regions(coded(90, 40), 2)
	var wrong *RegionError
	if !errors.As(err, &wrong) || wrong.Want != 2 || len(wrong.Colours) != 3 || wrong.Colours[1][:3] != "#ff" && wrong.Colours[1][:3] != "#fe" {
		t.Errorf("error %v, want one that lists black, red and white", err)
	}
	soft := New(64, 48) // black and white with a border of grey
	for i := range soft.Pix {
		soft.Pix[i] = min(max((float32(i%64)-30)/4, 0), 1)
	}
	if regions, err := Regions(soft, 2); err != nil || regions[0].Colour != "#000000" || regions[1].Colour != "#ffffff" {
		t.Errorf("%v, %v", regions, err)
	}
}
