package study

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/color"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/impasto/impasto/figure"
	"github.com/impasto/impasto/transfer"
)

// noisySweep returns a sweep whose pictures are noise, the worst case for the size of a file.
func noisySweep(axes ...SweepAxis) *Sweep {
	s := &Sweep{Axes: axes, Settings: [][2]string{{"size", "64"}}}
	count := 1
	for _, a := range axes {
		count *= len(a.Values)
	}
	s.Cells = make([]SweepCell, count)
	for i := range s.Cells {
		v := float64(i + 1)
		s.Cells[i] = SweepCell{Painted: true, Width: 640, Height: 480, Iterations: 10, Seconds: 1.5,
			Total: 3 * v, Terms: map[transfer.Kind]float64{transfer.ContentTerm: v, transfer.StyleTerm: 2 * v}, FreeContent: v, FreeStyle: 2 / v}
	}
	s.Open = func(cell, long int) (image.Image, error) {
		img := image.NewRGBA(image.Rect(0, 0, long, long*3/4))
		rng := rand.New(rand.NewPCG(uint64(cell), 0))
		for y := range img.Rect.Dy() {
			for x := range img.Rect.Dx() {
				img.SetRGBA(x, y, color.RGBA{uint8(rng.Uint32()), uint8(rng.Uint32()), uint8(rng.Uint32()), 0xff})
			}
		}
		return img, nil
	}
	return s
}

func values(name string, n int) SweepAxis {
	a := SweepAxis{Name: name}
	for i := range n {
		a.Values = append(a.Values, fmt.Sprint(i+1))
	}
	return a
}

// TestSweepShowsEveryCellOnce checks, for various numbers of values, that each cell is on one sheet under its label.
func TestSweepShowsEveryCellOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		axes := []SweepAxis{}
		for k := range rapid.IntRange(1, 3).Draw(t, "axes") {
			axes = append(axes, values(string(rune('a'+k)), rapid.IntRange(1, 30).Draw(t, "values")))
		}
		s := &Sweep{Axes: axes, Cells: make([]SweepCell, 1)}
		for _, a := range axes {
			s.Cells = make([]SweepCell, len(s.Cells)*len(a.Values))
		}
		seen := make([]int, len(s.Cells))
		for _, sheet := range s.contactSheets() {
			heads := sheet.heads[0]
			for j, row := range sheet.cells {
				if sheet.heads[j] != nil {
					heads = sheet.heads[j]
				}
				if len(row) > mostColumns || len(sheet.cells) > mostRows {
					t.Fatalf("a sheet of %dx%d", len(row), len(sheet.cells))
				}
				for i, cell := range row {
					seen[cell]++
					at := s.Indices(cell)
					if axes[0].Values[at[0]] != heads[i] || len(axes) > 1 && axes[1].Values[at[1]] != sheet.sides[j] || len(axes) > 2 && at[2] != sheet.third {
						t.Fatalf("cell %d, %s, stands under %s beside %v", cell, s.label(cell), heads[i], sheet.sides)
					}
					if s.At(at...) != cell {
						t.Fatalf("cell %d comes back as %d", cell, s.At(at...))
					}
				}
			}
		}
		if slices.ContainsFunc(seen, func(n int) bool { return n != 1 }) {
			t.Fatalf("cells are shown %v times", seen)
		}
	})
}

// TestSweepLabels checks the visible text: values, losses, and the reason for a missing picture.
func TestSweepLabels(t *testing.T) {
	s := noisySweep(SweepAxis{"strength", []string{"0.1", "1", "10"}}, SweepAxis{"recipe", []string{"gatys", "impasto"}})
	s.Cells[4] = SweepCell{Problem: "the loss is not a number"}
	s.Cells[5] = SweepCell{}
	s.Cells[0].Total = 1234
	open := s.Open
	s.Open = func(cell, long int) (image.Image, error) {
		if cell == 1 {
			return nil, errors.New("gone <away>")
		}
		return open(cell, long)
	}
	r := s.Report(figure.English)
	page, err := r.Page()
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{">strength 0.1<", ">strength 10<", ">gatys<", ">impasto<", ">1234<", "the loss is not a", "gone &lt;away&gt;",
		"not painted yet", "strength 0.1, recipe gatys", "1 of 6 pictures could not be painted: the loss is not a number.", "<td>failed</td>"} {
		if !strings.Contains(string(page), want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	selfContained(t, r)
	selfContained(t, s.Report(figure.Korean))
}

// TestSweepPagesAreSmall checks that even a page with pictures of noise can be sent by mail.
func TestSweepPagesAreSmall(t *testing.T) {
	for _, n := range []int{4, 300} {
		page, err := noisySweep(values("seed", n)).Report(figure.English).Page()
		if err != nil || len(page) > 5e6 {
			t.Errorf("%d pictures make a page of %d bytes (%v)", n, len(page), err)
		}
	}
}

// TestSweepChart checks that numbers give curves, in their order, and names give none.
func TestSweepChart(t *testing.T) {
	s := noisySweep(SweepAxis{"strength", []string{"10", "0.1"}})
	line := s.curve(0, func(c *SweepCell) float64 { return c.FreeContent })
	if want := (figure.Series{X: []float64{0.1, 10}, Y: []float64{1, 0.5}}); !slices.Equal(line.X, want.X) || !slices.Equal(line.Y, want.Y) {
		t.Errorf("%+v, want %+v", line, want)
	}
	if s.drawChart(figure.English) == nil {
		t.Error("there is no chart")
	}
	if d := noisySweep(SweepAxis{"recipe", []string{"gatys", "impasto"}}).drawChart(figure.English); d != nil {
		t.Error("names have a chart")
	}
}

func TestWrapLabel(t *testing.T) {
	for _, label := range []string{"strength 0.1", "style-layers relu1_1=0.2,relu2_1=0.2,relu3_1=0.2,relu4_1=0.2,relu5_1=0.2", strings.Repeat("x", 90), "층 이름"} {
		lines := wrapLabel(label, cellWidth)
		if got := strings.Join(lines, ""); strings.ReplaceAll(got, " ", "") != strings.ReplaceAll(label, " ", "") && !strings.HasSuffix(got, "…") {
			t.Errorf("%q became %q", label, lines)
		}
		for _, l := range lines {
			if figure.TextWidth(strings.TrimSuffix(l, "…"), figure.BodySize) > cellWidth {
				t.Errorf("%q is wider than %d", l, cellWidth)
			}
		}
	}
}

// TestSweepSheetsCarryWhatTheyShow reads the parameters of a sheet back.
func TestSweepSheetsCarryWhatTheyShow(t *testing.T) {
	s := noisySweep(values("seed", 2), values("scales", 1), values("size", 2))
	if s.Sheets() != 2 {
		t.Fatalf("%d sheets", s.Sheets())
	}
	r, cells := s.Sheet(1, figure.English)
	if !slices.Equal(cells, []int{2, 3}) || r.Sections[0].Heading != "size 2" {
		t.Errorf("cells %v under %q", cells, r.Sections[0].Heading)
	}
	r.Annotations = []figure.Annotation{{Keyword: "Parameters", Text: `{"size":2}`}}
	path := filepath.Join(t.TempDir(), "sheet.png")
	if err := figure.WritePNG(path, r.Sheet()); err != nil {
		t.Fatal(err)
	}
	file, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Contains(file, []byte("Parameters\x00"+`{"size":2}`)) || !bytes.HasPrefix(file, []byte("\x89PNG")) {
		t.Error("the sheet does not carry its parameters")
	}
}
