package main

import (
	"encoding/xml"
	"errors"
	"io"
	"math"
	"strings"
	"testing"
)

// example is a measurement of two convolutions and a loss.
func example() *measurement {
	return &measurement{Network: "vgg19", Size: 512, ISA: "avx512", Threads: 2, Seconds: 0.4, Peak: 400, Bandwidth: 50, Layers: []layer{
		{"conv1_1", direction{0.01, 100, 13}, direction{0.01, 100, 13}, 0.25},
		{"conv1_2", direction{0.02, 800, 200}, direction{0.04, 400, 100}, 1.33},
		{"content relu4_2", direction{0.001, 5, 0.2}, direction{0.001, 5, 0.2}, 0.01},
	}}
}

// TestReached compares with roofs worked out by hand.
func TestReached(t *testing.T) {
	m := example()
	for i, want := range []float64{
		0.25,                                   // 100 of 400
		(0.02*800/1600 + 0.04*400/1600) / 0.06, // of four times the peak
		(0.001*5/10.0 + 0.001*5/10.0) / 0.002,  // of 0.2 FLOP/byte x 50 GB/s
	} {
		if got := m.reached(&m.Layers[i]); math.Abs(got-want) > 1e-12 {
			t.Errorf("%s reaches %v of its roof, want %v", m.Layers[i].Name, got, want)
		}
	}
}

// TestDraw checks that the picture is XML and names every layer once.
func TestDraw(t *testing.T) {
	m := example()
	picture := draw(m)
	parser := xml.NewDecoder(strings.NewReader(picture))
	for {
		if _, err := parser.Token(); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
	}
	for _, l := range m.Layers {
		if n := strings.Count(picture, ">"+l.Name+"<"); n != 1 {
			t.Errorf("%s is named %d times", l.Name, n)
		}
	}
}

func TestReplaceTable(t *testing.T) {
	page := "before\n" + tableBegins + "old\n" + tableEnds + "\nafter\n"
	got, err := replaceTable([]byte(page), "new\n")
	if want := strings.Replace(page, "old", "new", 1); err != nil || string(got) != want {
		t.Errorf("replaced: %q, %v", got, err)
	}
	if _, err := replaceTable([]byte("no marks"), "new\n"); err == nil {
		t.Error("a page without marks is taken")
	}
}
