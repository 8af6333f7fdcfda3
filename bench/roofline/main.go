// Command roofline measures the speed of each layer of VGG-19 and draws it under the roofs of the
// machine (Williams, Waterman and Patterson 2009). Run it at the root of the source:
//
//	go run ./bench/roofline
//
// It runs `impasto bench --layers --json`, writes docs/images/roofline.svg and puts the table of the layers
// into docs/engine.md, between the two comments that mark its place. With -from FILE it uses an earlier output of
// bench.
package main

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"strings"
)

// measurement is what `impasto bench --layers --json` prints.
type measurement struct {
	Network   string  `json:"network"`
	Size      int     `json:"size"`
	ISA       string  `json:"isa"`
	Threads   int     `json:"threads"`
	Seconds   float64 `json:"seconds_per_iteration"`
	Peak      float64 `json:"fma_peak_gflops"`
	Bandwidth float64 `json:"memory_gbs"`
	Layers    []layer `json:"layers"`
}

type layer struct {
	Name     string    `json:"name"`
	Forward  direction `json:"forward"`
	Backward direction `json:"backward"`
	Share    float64   `json:"share_of_peak"`
}

type direction struct {
	Seconds   float64 `json:"seconds"`
	GFLOPs    float64 `json:"gflops"`    // per second
	Intensity float64 `json:"intensity"` // FLOP per byte
}

// winograd is the factor by which F(4x4,3x3) reduces the multiplications of a convolution.
const winograd = 4

// convolution reports whether a layer uses Winograd's algorithm: all convolutions but the first.
func (l *layer) convolution() bool { return strings.HasPrefix(l.Name, "conv") && l.Name != "conv1_1" }

func main() {
	from := flag.String("from", "", "file with the JSON of impasto bench --layers; default: measure now")
	picture := flag.String("picture", "docs/images/roofline.svg", "picture to write")
	page := flag.String("page", "docs/engine.md", "page whose table is replaced")
	flag.Parse()
	if err := run(*from, *picture, *page); err != nil {
		fmt.Fprintln(os.Stderr, "roofline:", err)
		os.Exit(1)
	}
}

func run(from, picture, page string) error {
	m, err := measure(from)
	if err != nil {
		return err
	}
	if err := os.WriteFile(picture, []byte(draw(m)), 0o644); err != nil {
		return err
	}
	text, err := os.ReadFile(page)
	if err != nil {
		return err
	}
	text, err = replaceTable(text, table(m))
	if err != nil {
		return fmt.Errorf("%s: %w", page, err)
	}
	return os.WriteFile(page, text, 0o644)
}

func measure(from string) (*measurement, error) {
	var data []byte
	var err error
	if from != "" {
		data, err = os.ReadFile(from)
	} else {
		bench := exec.Command("go", "run", "./cmd/impasto", "bench", "--network", "vgg19", "--size", "512", "--layers", "--json")
		bench.Stderr = os.Stderr
		data, err = bench.Output()
	}
	if err != nil {
		return nil, fmt.Errorf("measure: %w", err)
	}
	m := &measurement{}
	if err := json.Unmarshal(data, m); err != nil {
		return nil, fmt.Errorf("read the output of bench: %w", err)
	}
	if len(m.Layers) == 0 || !(m.Peak > 0 && m.Bandwidth > 0) {
		return nil, fmt.Errorf("the measurement has no layers: it must come from impasto bench --layers --json")
	}
	return m, nil
}

const (
	tableBegins = "<!-- roofline: written by go run ./bench/roofline -->\n"
	tableEnds   = "<!-- end of roofline -->"
)

// replaceTable puts a table between the marks.
func replaceTable(text []byte, table string) ([]byte, error) {
	head, rest, found := bytes.Cut(text, []byte(tableBegins))
	_, tail, ended := bytes.Cut(rest, []byte(tableEnds))
	if !found || !ended {
		return nil, fmt.Errorf("the comments that mark the table are missing: %s...%s", tableBegins, tableEnds)
	}
	return bytes.Join([][]byte{head, []byte(tableBegins), []byte(table), []byte(tableEnds), tail}, nil), nil
}

// table returns a Markdown table of every layer and its distance from its roof.
func table(m *measurement) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s at %dx%d, %s, %d threads: %.3f s an iteration; multiply-add peak %.0f GFLOP/s, memory %.0f GB/s.\n\n",
		m.Network, m.Size, m.Size, m.ISA, m.Threads, m.Seconds, m.Peak, m.Bandwidth)
	b.WriteString("| layer | ms forward | ms backward | FLOP/byte | GFLOP/s | of the peak | of its roof |\n|---|---|---|---|---|---|---|\n")
	for i := range m.Layers {
		l := &m.Layers[i]
		seconds := l.Forward.Seconds + l.Backward.Seconds
		rate := (l.Forward.GFLOPs*l.Forward.Seconds + l.Backward.GFLOPs*l.Backward.Seconds) / seconds
		fmt.Fprintf(&b, "| %s | %.1f | %.1f | %s, %s | %.0f | %.2f | %.0f %% |\n", l.Name, 1e3*l.Forward.Seconds, 1e3*l.Backward.Seconds,
			short(l.Forward.Intensity), short(l.Backward.Intensity), rate, l.Share, 100*m.reached(l))
	}
	return b.String()
}

// short formats a number with two digits below ten and no decimals above.
func short(v float64) string {
	if v < 10 {
		return fmt.Sprintf("%.1f", v)
	}
	return fmt.Sprintf("%.0f", v)
}

// roof is the highest possible speed of a direction: the limit of memory or of the processor.
func (m *measurement) roof(l *layer, d *direction) float64 {
	top := m.Peak
	if l.convolution() {
		top *= winograd
	}
	return min(top, m.Bandwidth*d.Intensity)
}

// reached is the share of its roof that a layer reaches: the time at the roof over the measured time.
func (m *measurement) reached(l *layer) float64 {
	ideal := 0.0
	for _, d := range []*direction{&l.Forward, &l.Backward} {
		ideal += d.Seconds * d.GFLOPs / m.roof(l, d)
	}
	return ideal / (l.Forward.Seconds + l.Backward.Seconds)
}
