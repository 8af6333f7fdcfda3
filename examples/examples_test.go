package examples

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"image"
	_ "image/jpeg"
	_ "image/png"
	"os"
	"slices"
	"strings"
	"testing"
)

func TestEveryPictureDecodesAtTheSizeThatIsSaid(t *testing.T) {
	for _, p := range Pictures() {
		data, err := Open(p.Name)
		if err != nil {
			t.Fatal(err)
		}
		img, format, err := image.Decode(bytes.NewReader(data))
		if err != nil {
			t.Errorf("%s: %v", p.Name, err)
			continue
		}
		size := fmt.Sprintf("%dx%d", img.Bounds().Dx(), img.Bounds().Dy())
		if !strings.HasSuffix(p.Description, ", "+size) {
			t.Errorf("%s is %s, described as %q", p.Name, size, p.Description)
		}
		if want := p.Name + map[string]string{"png": ".png", "jpeg": ".jpg"}[format]; p.File != want {
			t.Errorf("%s: file %s holds %s, want %s", p.Name, p.File, format, want)
		}
		if long := max(img.Bounds().Dx(), img.Bounds().Dy()); p.Kind == Painting && long < 1024 {
			t.Errorf("painting %s is only %d pixels long", p.Name, long)
		}
	}
}

func TestEveryFileIsAPictureWithItsSource(t *testing.T) {
	sources, err := os.ReadFile("SOURCES.md")
	if err != nil {
		t.Fatal(err)
	}
	entries, err := files.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	total := 0
	for _, e := range entries {
		data, err := files.ReadFile(e.Name())
		if err != nil {
			t.Fatal(err)
		}
		total += len(data)
		if !slices.ContainsFunc(pictures, func(p Picture) bool { return p.File == e.Name() }) {
			t.Errorf("%s is embedded but no picture", e.Name())
		}
		digest := sha256.Sum256(data)
		row := "`" + e.Name() + "` | `" + hex.EncodeToString(digest[:]) + "`"
		if !bytes.Contains(sources, []byte(row)) {
			t.Errorf("SOURCES.md lacks the row | %s |", row)
		}
	}
	if total > 6<<20 {
		t.Errorf("the pictures add %d bytes to every binary, at most 6 MiB are wanted", total)
	}
}

func TestOpenNamesTheNearest(t *testing.T) {
	for _, c := range []struct{ name, want string }{
		{"nihgt", "did you mean night?"},
		{"@Cat", "did you mean cat?"},
		{"astronot", "did you mean astronaut?"},
		{"rembrandt", "there are astronaut, cat, coffee, "},
		{"", "there are astronaut, "},
	} {
		_, err := Open(c.name)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("Open(%q) = %v, want %q", c.name, err, c.want)
		}
	}
}

func TestOpenReturnsACopy(t *testing.T) {
	a, err := Open("@cat")
	if err != nil {
		t.Fatal(err)
	}
	a[0] = 0
	if b, _ := Open("cat"); b[0] == 0 {
		t.Error("a change to the bytes of one call is seen by the next")
	}
}
