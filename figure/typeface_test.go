package figure

import (
	"image"
	"testing"

	"golang.org/x/image/font"
)

// TestCharactersHaveGlyphs checks the fonts against the texts in all languages.
func TestCharactersHaveGlyphs(t *testing.T) {
	for _, problem := range messages.Problems() {
		t.Error(problem)
	}
	if got := (Texts{"a": {"one", ""}, "b": {"뷁", "二"}}).Problems(); len(got) != 3 {
		t.Errorf("missing texts and glyphs: %v", got)
	}
	f := newFace(20, false)
	// The whole of KS X 1001, by its first and last syllable, and letters.
	for _, r := range "가힝ㄱㅣ「」" {
		if !f.second(r) {
			t.Errorf("no glyph for %q", r)
		}
	}
	if f.second('a') || f.second('Σ') || f.second('뷁') { // the last is not in KS X 1001
		t.Error("what is not Hangul comes from the Hangul font")
	}
}

// TestTextOfTwoFontsIsAsWideAsItsParts compares widths, and the ink of two weights.
func TestTextOfTwoFontsIsAsWideAsItsParts(t *testing.T) {
	all, latin, hangul := TextWidth("relu1_1에서", 20), TextWidth("relu1_1", 20), TextWidth("에서", 20)
	if all != latin+hangul || hangul < 30 || hangul > 40 {
		t.Errorf("%v is not %v and %v", all, latin, hangul)
	}
	ink := func(bold bool) (sum int) {
		img := image.NewAlpha(image.Rect(0, 0, 60, 30))
		drawer := font.Drawer{Dst: img, Src: image.Opaque, Face: newFace(20, bold), Dot: dot(4, 24)}
		drawer.DrawString("화풍")
		for _, v := range img.Pix {
			sum += int(v)
		}
		return sum
	}
	if thin, thick := ink(false), ink(true); thin < 20000 || float64(thick) < 1.2*float64(thin) {
		t.Errorf("ink of %d, and %d in bold", thin, thick)
	}
	if TextWidth("뷁", 20) == 0 {
		t.Error("a character that no font has leaves no box")
	}
}
