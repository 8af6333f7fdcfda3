package canvas

import (
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
	masks, err := Regions(p, 3)
	if err != nil {
		t.Fatal(err)
	}
	for i := range p.Width * p.Height {
		if masks[0].Pix[i]+masks[1].Pix[i]+masks[2].Pix[i] != 1 {
			t.Fatalf("pixel %d belongs to %v, %v and %v", i, masks[0].Pix[i], masks[1].Pix[i], masks[2].Pix[i])
		}
	}
	for x, want := range map[int]int{0: 2, 29: 2, 31: 1, 59: 1, 61: 0, 89: 0} { // dark to bright: black, red, white
		if masks[want].Pix[5*p.Width+x] != 1 {
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
