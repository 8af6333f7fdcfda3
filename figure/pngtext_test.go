package figure

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// textsOf walks the chunks of a PNG file by the specification and returns its texts by keyword. It holds
// every checksum, and that text stands between the header and the pixels.
func textsOf(t *testing.T, file []byte) map[string]string {
	t.Helper()
	if _, err := png.Decode(bytes.NewReader(file)); err != nil {
		t.Fatal(err)
	}
	texts, pixels := map[string]string{}, false
	for at, n := 8, 0; at < len(file); n++ {
		size := int(binary.BigEndian.Uint32(file[at:]))
		kind, data := string(file[at+4:at+8]), file[at+8:at+8+size]
		if sum := binary.BigEndian.Uint32(file[at+8+size:]); sum != crc32.ChecksumIEEE(file[at+4:at+8+size]) {
			t.Errorf("chunk %d, %s, has a wrong checksum", n, kind)
		}
		if (kind == "IHDR") != (n == 0) {
			t.Errorf("chunk %d is %s", n, kind)
		}
		pixels = pixels || kind == "IDAT"
		if kind == "tEXt" || kind == "iTXt" {
			if pixels {
				t.Errorf("%s stands behind the pixels", kind)
			}
			keyword, text, _ := strings.Cut(string(data), "\x00")
			if kind == "iTXt" {
				var ok bool
				if text, ok = strings.CutPrefix(text, "\x00\x00\x00\x00"); !ok {
					t.Errorf("%s is compressed or in a language: %q", keyword, data)
				}
			}
			texts[keyword] = text
		}
		at += 12 + size
	}
	return texts
}

// TestSheetsCarryTheirTexts reads the texts of a sheet and of a figure back.
func TestSheetsCarryTheirTexts(t *testing.T) {
	d := &Drawing{Width: 20, Height: 10}
	r := &Report{Title: "층이 보는 것", Made: "impasto inspect gram \"a b.png\"", Language: Korean,
		Annotations: []Annotation{{"Parameters", "{\n\"strength\": 2\n}"}, {"Author", ""}},
		Sections:    []Section{{Figures: []Figure{{Drawing: d, Caption: "A figure."}}}}}
	folder := t.TempDir()
	sheet := filepath.Join(folder, "sheet.png")
	if err := WritePNG(sheet, r.Sheet()); err != nil {
		t.Fatal(err)
	}
	if err := r.WriteFigures(folder); err != nil {
		t.Fatal(err)
	}
	for name, description := range map[string]string{"sheet.png": "", "figure-01.png": "A figure."} {
		file, err := os.ReadFile(filepath.Join(folder, name))
		if err != nil {
			t.Fatal(err)
		}
		texts := textsOf(t, file)
		for keyword, want := range map[string]string{"Title": r.Title, "Comment": r.Made, "Software": "Impasto",
			"Parameters": r.Annotations[0].Text, "Description": description} {
			if texts[keyword] != want {
				t.Errorf("%s: %s is %q, want %q", name, keyword, texts[keyword], want)
			}
		}
		if _, ok := texts["Author"]; ok {
			t.Errorf("%s has an empty text", name)
		}
	}
}

func TestAnnotationRefusesNoKeyword(t *testing.T) {
	for _, keyword := range []string{"", " a", strings.Repeat("k", 80), "층"} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%q was taken", keyword)
				}
			}()
			Annotation{Keyword: keyword}.appendChunk(nil)
		}()
	}
}
