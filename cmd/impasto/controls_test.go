package main

import (
	"encoding/json"
	"math"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/impasto/impasto/canvas"
	"github.com/impasto/impasto/order"
)

// writeMap writes a picture of vertical stripes, each of one colour.
func writeMap(t *testing.T, name string, width, height int, stripes ...[3]float32) {
	t.Helper()
	p := canvas.New(width, height)
	for i := range p.Pix {
		x, c := i%width, i/(width*height)
		p.Pix[i] = stripes[x*len(stripes)/width][c]
	}
	if err := canvas.Save(name, p, canvas.EncodeOptions{}); err != nil {
		t.Fatal(err)
	}
}

var (
	black = [3]float32{}
	white = [3]float32{1, 1, 1}
	blue  = [3]float32{0, 0, 1}
	green = [3]float32{0, 1, 0}
)

// painted runs the program on two paintings and returns the picture.
func painted(t *testing.T, file string, more ...string) *canvas.Picture {
	t.Helper()
	args := append([]string{"photo.png", "painting.png", "other.png", "--size", "32", "--iterations", "3", "--progress", "none", "-o", file}, more...)
	if got := invoke(t, args...); got.status != statusDone {
		t.Fatal(got.errors)
	}
	p, err := canvas.Open(file, canvas.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func twoPaintings(t *testing.T) {
	t.Helper()
	studio(t)
	writePicture(t, "other.png", 40, 32, 2.5)
}

func TestStyleWeightsCountByTheirRatio(t *testing.T) {
	twoPaintings(t)
	alike := painted(t, "alike.png")
	if same := painted(t, "same.png", "--style-weights", "0.5,0.5"); !slices.Equal(alike.Pix, same.Pix) {
		t.Error("equal weights change the picture")
	}
	only := painted(t, "only.png", "--style-weights", "3,0")
	if slices.Equal(alike.Pix, only.Pix) {
		t.Error("a painting with weight 0 changes the result")
	}
	if got := invoke(t, small("--size", "32", "-o", "one.png")...); got.status != statusDone {
		t.Fatal(got.errors)
	}
	one, err := canvas.Open("one.png", canvas.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(one.Pix, only.Pix) {
		t.Error("a painting with all the weight gives a picture different from that of the painting alone")
	}
}

func TestOneMapIsAMaskForEachPainting(t *testing.T) {
	twoPaintings(t)
	writeMap(t, "map.png", 32, 24, green, blue) // blue is darker and so belongs to the first painting
	writeMap(t, "left.png", 32, 24, white, black)
	writeMap(t, "right.png", 32, 24, black, white)
	one := painted(t, "one.png", "--content-mask", "map.png")
	two := painted(t, "two.png", "--content-mask", "right.png", "--content-mask", "left.png")
	if !slices.Equal(one.Pix, two.Pix) {
		t.Error("a map of two colours gives a picture different from that of its two masks")
	}
	if swapped := painted(t, "swapped.png", "--content-mask", "left.png", "--content-mask", "right.png"); slices.Equal(one.Pix, swapped.Pix) {
		t.Error("the order of the masks has no effect")
	}
}

func TestNoneIsNoMask(t *testing.T) {
	twoPaintings(t)
	writeMap(t, "right.png", 32, 24, black, white)
	writeMap(t, "white.png", 36, 30, white)
	masked := painted(t, "masked.png", "--style-mask", "right.png", "--style-mask", "none")
	whole := painted(t, "whole.png", "--style-mask", "none", "--style-mask", "none")
	if slices.Equal(masked.Pix, whole.Pix) {
		t.Error("a mask of a painting has no effect")
	}
	if plain := painted(t, "plain.png"); !slices.Equal(plain.Pix, whole.Pix) {
		t.Error("none has an effect")
	}
}

func TestStrengthMapKeepsThePhotograph(t *testing.T) {
	twoPaintings(t)
	writeMap(t, "map.png", 16, 12, black, black, black, white)
	photo, err := canvas.Open("photo.png", canvas.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	// changed returns the distance of the first columns from the photograph.
	changed := func(p *canvas.Picture) float64 {
		sum := 0.0
		for i, v := range p.Pix {
			if i%p.Width < 4 {
				sum += math.Abs(float64(v - photo.Pix[i]))
			}
		}
		return sum
	}
	everywhere := changed(painted(t, "everywhere.png"))
	there := changed(painted(t, "there.png", "--strength-map", "map.png"))
	if !(there < everywhere/2) {
		t.Errorf("black changes by %v, white by %v", there, everywhere)
	}
}

func TestMaskOfAnotherSizeIsTold(t *testing.T) {
	twoPaintings(t)
	writeMap(t, "map.png", 16, 16, white)
	for _, more := range [][]string{nil, {"--dry-run"}} {
		args := append([]string{"photo.png", "painting.png", "--size", "32", "--iterations", "1", "--content-mask", "map.png", "--progress", "plain"}, more...)
		got := invoke(t, args...)
		if want := "note: the content mask of painting.png is 16x16 and its picture 32x24: it is resampled\n"; got.status != statusDone || !strings.Contains(got.errors, want) {
			t.Errorf("%v: says %q, which lacks %q", more, got.errors, want)
		}
	}
}

func TestResultTellsItsControls(t *testing.T) {
	twoPaintings(t)
	writeMap(t, "map.png", 32, 24, black, white)
	writeMap(t, "faces.png", 32, 24, green, white)
	painted(t, "out.png", "--style-weights", "3,1", "--content-mask", "map.png", "--strength-map", "faces.png")
	record, err := order.ReadRecord("out.png")
	if err != nil {
		t.Fatal(err)
	}
	o := &record.Order
	if o.Paintings[0].Share != 3 || o.Paintings[1].Share != 1 || o.RegionMap.Name != "map.png" || o.StrengthMap.Name != "faces.png" {
		t.Errorf("the picture records %+v", o)
	}
}

// TestInspectLossHasTheControls checks that controls change the loss at a picture as they change a run.
func TestInspectLossHasTheControls(t *testing.T) {
	twoPaintings(t)
	writeMap(t, "left.png", 32, 24, white, black)
	writeMap(t, "right.png", 64, 48, black, white)
	writePicture(t, "at.png", 32, 24, 2)
	inspect := func(more ...string) lossResult {
		t.Helper()
		got := invoke(t, append([]string{"inspect", "loss", "--content", "photo.png", "--style", "painting.png", "--style", "other.png",
			"--at", "at.png", "--json"}, more...)...)
		var r lossResult
		if err := json.Unmarshal([]byte(got.out), &r); err != nil {
			t.Fatalf("%v: %v %s", more, err, got.errors)
		}
		return r
	}
	alike := inspect()
	if same := inspect("--style-weights", "2,2"); same.Total != alike.Total {
		t.Errorf("equal weights have a loss of %v, none %v", same.Total, alike.Total)
	}
	if only := inspect("--style-weights", "1,0"); only.Total == alike.Total {
		t.Error("a painting with weight 0 changes the result")
	}
	if masked := inspect("--content-mask", "left.png", "--content-mask", "right.png"); masked.Total == alike.Total {
		t.Error("masks of the photograph have no effect")
	}
	if masked := inspect("--style-mask", "left.png", "--style-mask", "none"); masked.Total == alike.Total {
		t.Error("a mask of a painting has no effect")
	}
	got := invoke(t, "inspect", "loss", "--content", "photo.png", "--style", "painting.png", "--at", "at.png", "--strength-map", "right.png")
	if want := "note: the strength map is 64x48 and its picture 32x24: it is resampled\n"; got.errors != want {
		t.Errorf("says %q, want %q", got.errors, want)
	}
	got = invoke(t, "inspect", "loss", "--content", "photo.png", "--style", "painting.png", "--at", "at.png", "--style-weights", "1,1")
	if got.status != statusUsage || !strings.Contains(got.errors, "2 numbers for 1 painting") {
		t.Errorf("%d %q", got.status, got.errors)
	}
}

// TestControlMistakes checks that mistakes give a one-line error before anything is written.
func TestControlMistakes(t *testing.T) {
	twoPaintings(t)
	writeMap(t, "map.png", 32, 24, black, white)
	writeMap(t, "black.png", 32, 24, black)
	if err := os.WriteFile("text.png", []byte("no picture"), 0o666); err != nil {
		t.Fatal(err)
	}
	for _, m := range []struct {
		status int
		says   string
		args   string
	}{
		{statusUsage, "--style-weights: 1 number for 2 paintings", "--style-weights 3"},
		{statusUsage, `--style-weights: "-1" is not a share`, "--style-weights=3,-1"},
		{statusUsage, `--style-weights: "-.5" is not a share`, "--style-weights -.5,1"},
		{statusUsage, "content-weight: -1 is too small; it must be at least 0", "--content-weight -1"},
		{statusUsage, "iterations: -3 is too small; it must be at least 0", "--iterations -3"},
		{statusUsage, "strength: -Inf is not finite", "--strength -inf"},
		{statusUsage, `--size: "-5" is not a size`, "--size -5"},
		{statusUsage, "--threads: -1; it must be 1 or more", "--threads -1"},
		{statusUsage, "unknown flag -1", "-1"},
		{statusUsage, `--style-weights: "NaN" is not a share`, "--style-weights NaN,1"},
		{statusUsage, `--style-weights: "much" is not a share`, "--style-weights much,1"},
		{statusUsage, "--style-weights: all shares are 0", "--style-weights 0,0"},
		{statusUsage, "style-layers: all weights are 0", "--style-layers relu1_1=0,relu2_1=0"},
		{statusUsage, "style-layers: the weight -1 of relu1_1 must be", "--style-layers relu1_1=-1"},
		{statusUsage, "content-layers: the weight NaN of relu4_2 must be", "--content-layers relu4_2=nan"},
		{statusUsage, "the weights of content and style are both 0", "--content-weight 0 --style-weight 0"},
		{statusFailed, "scale 2x2: layer relu4_2 needs a picture of at least 8x8 pixels", "--scales 5"},
		{statusUsage, "--content-mask: 3 masks for 2 paintings", "--content-mask map.png --content-mask map.png --content-mask map.png"},
		{statusUsage, "--style-mask: 1 mask for 2 paintings", "--style-mask map.png"},
		{statusFailed, "missing.png", "--content-mask missing.png"},
		{statusFailed, "missing.png", "--style-mask none --style-mask missing.png"},
		{statusFailed, "text.png", "--strength-map text.png"},
		{statusFailed, "--strength-map: black.png is entirely black", "--strength-map black.png"},
		{statusFailed, "--content-mask: black.png is entirely black", "--content-mask map.png --content-mask black.png"},
		{statusFailed, "--content-mask: black.png: the map has 1 colour that", "--content-mask black.png"},
	} {
		got := invoke(t, append([]string{"photo.png", "painting.png", "other.png", "-o", "out.png"}, strings.Fields(m.args)...)...)
		if line := strings.TrimSuffix(got.errors, "\n"); got.status != m.status || strings.Contains(line, "\n") || !strings.Contains(line, m.says) {
			t.Errorf("%s: exit status %d, says %q; want %d, one line with %q", m.args, got.status, got.errors, m.status, m.says)
		}
		if _, err := os.Stat("out.png"); err == nil {
			t.Fatalf("%s: a picture was written", m.args)
		}
	}
}
