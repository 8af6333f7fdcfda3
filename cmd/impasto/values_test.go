package main

import (
	"bytes"
	"image"
	"image/color"
	"strings"
	"testing"
	"time"

	"github.com/impasto/impasto/transfer"
)

func TestByteSize(t *testing.T) {
	for text, want := range map[string]byteSize{"6GiB": 6 << 30, "800MB": 800e6, "1.5 G": 3 << 29, "4096": 4096, "2kB": 2000} {
		var b byteSize
		if err := b.UnmarshalText([]byte(text)); err != nil || b != want {
			t.Errorf("%s is read as %d, %v", text, b, err)
		}
	}
	for _, text := range []string{"", "GiB", "-1GiB", "0", "NaN", "1e30TiB", "6 apples"} {
		var b byteSize
		if err := b.UnmarshalText([]byte(text)); err == nil {
			t.Errorf("%q is read as %d", text, b)
		}
	}
}

func TestLongSide(t *testing.T) {
	for text, want := range map[string]int{"512": 512, "300px": 300, "original": 0} {
		var s longSide
		if err := s.UnmarshalText([]byte(text)); err != nil || s.pixels != want {
			t.Errorf("%s is read as %v, %v", text, s, err)
		}
	}
}

func TestClock(t *testing.T) {
	for d, want := range map[time.Duration]string{
		10 * time.Millisecond: "under 1 s", 8 * time.Second: "8 s", 200 * time.Second: "3 min 20 s", 125 * time.Minute: "2 h 5 min"} {
		if got := clock(d); got != want {
			t.Errorf("%v is %q, want %q", d, got, want)
		}
	}
}

func TestRemainingCountsPixels(t *testing.T) {
	r := newRemaining([]transfer.Scale{{Width: 10, Height: 10, Iterations: 4}, {Width: 20, Height: 20, Iterations: 4}})
	if _, _, known := r.after(&transfer.Progress{Elapsed: time.Second}); known {
		t.Error("the time left is known before the first iteration")
	}
	// Four iterations of 100 pixels took 8 seconds; four of 400 will take 32.
	each, left, known := r.after(&transfer.Progress{Elapsed: 9 * time.Second, Iteration: 4})
	if !known || each != 2*time.Second || left != 32*time.Second {
		t.Errorf("an iteration takes %v, %v are left", each, left)
	}
}

func TestGraphicsOfTerminals(t *testing.T) {
	for _, c := range []struct {
		want        graphics
		environment string
	}{
		{kittyGraphics, "TERM=xterm-kitty"}, {kittyGraphics, "TERM_PROGRAM=ghostty"},
		{itermGraphics, "TERM_PROGRAM=iTerm.app"}, {itermGraphics, "TERM_PROGRAM=WezTerm"},
		{sixelGraphics, "TERM=foot"}, {halfBlocks, "TERM=xterm-256color"},
		{halfBlocks, "TERM=screen TERM_PROGRAM=iTerm.app"}, {noGraphics, "TERM=dumb"},
	} {
		getenv := func(name string) string {
			for _, pair := range strings.Fields(c.environment) {
				if value, ok := strings.CutPrefix(pair, name+"="); ok {
					return value
				}
			}
			return ""
		}
		if got := graphicsOf(getenv); got != c.want {
			t.Errorf("%s: %d, want %d", c.environment, got, c.want)
		}
	}
}

func TestShowFitsTheTerminal(t *testing.T) {
	img := image.NewRGBA(image.Rect(0, 0, 200, 100))
	for i := range 200 * 100 {
		img.SetRGBA(i%200, i/200, color.RGBA{uint8(i % 200), uint8(i / 200), 80, 255})
	}
	var blocks bytes.Buffer
	if err := show(&blocks, img, halfBlocks, cells{40, 24}); err != nil {
		t.Fatal(err)
	}
	// 200x100 is reduced to 40x20, that is, ten lines of forty characters.
	if lines, wide := strings.Count(blocks.String(), "\n"), strings.Count(blocks.String(), "▀"); lines != 10 || wide != 400 {
		t.Errorf("%d lines with %d characters", lines, wide)
	}
	for g, begins := range map[graphics]string{kittyGraphics: "\x1b_G", itermGraphics: "\x1b]1337;File=", sixelGraphics: "\x1bP"} {
		var out bytes.Buffer
		if err := show(&out, img, g, cells{40, 24}); err != nil || !strings.HasPrefix(out.String(), begins) {
			t.Errorf("%d begins with %.10q, error %v", g, out.String(), err)
		}
	}
}

func TestCut(t *testing.T) {
	if got := cut("aéé", 3); got != "aé" {
		t.Errorf("cut to %q", got)
	}
	if got := cut("short", 100); got != "short" {
		t.Errorf("cut to %q", got)
	}
}

func TestNegativesJoinTheirFlags(t *testing.T) {
	for line, want := range map[string]string{
		"a b --iterations -3 --size 4": "a b --iterations=-3 --size 4",
		"--adam-betas -0.5,1":          "--adam-betas=-0.5,1",
		"--strength -.5 -o out.png":    "--strength=-.5 -o out.png",
		"--strength=1 -5":              "--strength=1 -5",
		"--output --json -o x":         "--output --json -o x",
		"a -1":                         "a -1",
		"--size 3 -- --seed -1":        "--size 3 -- --seed -1",
		"-- -1":                        "-- -1",
	} {
		if got := strings.Join(joinNegatives(strings.Fields(line)), " "); got != want {
			t.Errorf("%s became %s, want %s", line, got, want)
		}
	}
}
