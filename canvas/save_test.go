package canvas

import (
	"bytes"
	"image"
	"image/png"
	"io"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// entries returns the names in a folder.
func entries(t *testing.T, dir string) string {
	t.Helper()
	list, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range list {
		names = append(names, e.Name())
	}
	return strings.Join(names, " ")
}

func TestSave(t *testing.T) {
	img := smooth(31, 7)
	p := FromImage(img)
	for name, tolerance := range map[string]float64{"a.png": exact, "b.JPG": 0.08, "c.jpeg": 0.08} {
		dir := t.TempDir()
		path := filepath.Join(dir, name)
		if err := Save(path, p, EncodeOptions{}); err != nil {
			t.Fatal(err)
		}
		q, err := Open(path, Limits{})
		if err != nil {
			t.Fatal(err)
		}
		expect(t, q, 31, 7, tolerance, bytesOf(img))
		if got := entries(t, dir); got != name {
			t.Errorf("the folder holds %s", got)
		}
	}
}

// TestRounding: values go to the nearest level, outside ones to the ends.
func TestRounding(t *testing.T) {
	p := New(4, 2)
	copy(p.Pix, []float32{-3, 0.4 / 255, 0.6 / 255, 127.4 / 255, 127.6 / 255, 254.6 / 255, 1, 7})
	img, err := p.Image()
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []uint8{0, 0, 1, 127, 128, 255, 255, 255} {
		if got := img.Pix[4*i]; got != want {
			t.Errorf("%v became %d, not %d", p.Pix[i], got, want)
		}
	}
}

// TestDepth: 16 bits must come back exactly.
func TestDepth(t *testing.T) {
	p := New(256, 256)
	for i := range 65536 {
		p.Pix[i] = float32(i) / 65535
	}
	file := encoded(t, func(b *bytes.Buffer) error { return Encode(b, p, PNG, EncodeOptions{Depth: 16}) })
	q := decode(t, file)
	for i, v := range p.Pix {
		if q.Pix[i] != v {
			t.Fatalf("%v came back as %v", v, q.Pix[i])
		}
	}
}

func TestRecipe(t *testing.T) {
	p := FromImage(gradient(8, 8))
	for name, recipe := range map[string]string{
		"none": "", "short": `{"seed":1}`, "words": "Öl auf Leinwand, 油絵\nsecond line", "long": strings.Repeat("0123456789 ü", 20_000),
	} {
		for _, f := range []Format{PNG, JPEG} {
			t.Run(name+f.String(), func(t *testing.T) {
				path := filepath.Join(t.TempDir(), "x.png") // reading goes by content
				file := encoded(t, func(b *bytes.Buffer) error { return Encode(b, p, f, EncodeOptions{Recipe: recipe}) })
				if err := os.WriteFile(path, file, 0o666); err != nil {
					t.Fatal(err)
				}
				got, err := ReadRecipe(path)
				if err != nil || got != recipe {
					t.Errorf("%d bytes came back as %d, %v", len(recipe), len(got), err)
				}
				decode(t, file)
			})
		}
	}
}

// TestMarked: files say that they are sRGB, in chunks and segments in their right place.
func TestMarked(t *testing.T) {
	p := FromImage(gradient(8, 8))
	file := encoded(t, func(b *bytes.Buffer) error { return Encode(b, p, PNG, EncodeOptions{Recipe: "r"}) })
	if at := bytes.Index(file, []byte("sRGB")); at != 33+4 {
		t.Errorf("the sRGB chunk is at %d", at)
	}
	if _, err := png.Decode(bytes.NewReader(file)); err != nil { // which checks checksums
		t.Error(err)
	}
	file = encoded(t, func(b *bytes.Buffer) error { return Encode(b, p, JPEG, EncodeOptions{}) })
	if !bytes.HasPrefix(file, []byte("\xff\xd8\xff\xe1")) || !bytes.Contains(file, []byte("\xa0\x01\x00\x03\x00\x00\x00\x01\x00\x01")) {
		t.Errorf("no EXIF colour space: % x", file[:80])
	}
}

func TestRefused(t *testing.T) {
	nan, inf := New(3, 3), New(3, 3)
	nan.Pix[13] = float32(math.NaN())
	inf.Pix[26] = float32(math.Inf(-1))
	fine := New(3, 3)
	for name, c := range map[string]struct {
		p *Picture
		f Format
		o EncodeOptions
	}{
		"NaN": {nan, PNG, EncodeOptions{}}, "infinite": {inf, JPEG, EncodeOptions{}},
		"depth": {fine, PNG, EncodeOptions{Depth: 12}}, "quality": {fine, JPEG, EncodeOptions{Quality: 101}},
		"negative quality": {fine, JPEG, EncodeOptions{Quality: -1}}, "format": {fine, GIF, EncodeOptions{}},
		"NUL": {fine, PNG, EncodeOptions{Recipe: "a\x00b"}}, "not UTF-8": {fine, PNG, EncodeOptions{Recipe: "\xff"}},
		"wide JPEG": {New(65536, 1), JPEG, EncodeOptions{}},
	} {
		var b bytes.Buffer
		if err := Encode(&b, c.p, c.f, c.o); err == nil || b.Len() > 0 || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v, %d bytes written", name, err, b.Len())
		}
	}
	if err := Encode(io.Discard, nan, PNG, EncodeOptions{}); err == nil || !strings.Contains(err.Error(), "column 1, row 1") {
		t.Errorf("the error does not say where: %v", err)
	}
}

// TestFailedSave: what was there must survive a save that fails.
func TestFailedSave(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "kept.png")
	if err := os.WriteFile(path, []byte("old"), 0o666); err != nil {
		t.Fatal(err)
	}
	const mode = 0o662 // which no umask leaves
	if err := os.Chmod(path, mode); err != nil {
		t.Fatal(err)
	}
	p := New(3, 3)
	p.Pix[0] = float32(math.NaN())
	if err := Save(path, p, EncodeOptions{}); err == nil || strings.Count(err.Error(), path) != 1 {
		t.Errorf("a picture with NaN: %v", err)
	}
	if got, err := os.ReadFile(path); err != nil || string(got) != "old" {
		t.Errorf("the file holds %q, %v", got, err)
	}
	if got := entries(t, dir); got != "kept.png" {
		t.Errorf("the folder holds %s", got)
	}
	if err := Save(path, New(3, 3), EncodeOptions{}); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(path); err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != mode {
		t.Errorf("a replaced file has mode %v, %v", info.Mode(), err)
	}
}

func TestSaveThroughLink(t *testing.T) {
	dir := t.TempDir()
	target, link := filepath.Join(dir, "target.png"), filepath.Join(dir, "link.png")
	if err := os.WriteFile(target, []byte("old"), 0o666); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("target.png", link); err != nil {
		t.Skip("no symbolic links here: ", err)
	}
	if err := Save(link, New(3, 3), EncodeOptions{}); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Lstat(link); err != nil || info.Mode()&fs.ModeSymlink == 0 {
		t.Errorf("the link became %v, %v", info.Mode(), err)
	}
	if _, err := Open(target, Limits{}); err != nil {
		t.Error(err)
	}
}

func TestCheckOutput(t *testing.T) {
	dir := t.TempDir()
	file, locked, folder := filepath.Join(dir, "file.png"), filepath.Join(dir, "locked.png"), filepath.Join(dir, "folder.png")
	for path, mode := range map[string]fs.FileMode{file: 0o666, locked: 0o444} {
		if err := os.WriteFile(path, []byte("old"), mode); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(folder, 0o777); err != nil {
		t.Fatal(err)
	}
	before := entries(t, dir)
	for _, path := range []string{file, filepath.Join(dir, "new.png"), filepath.Join(dir, "new.JPEG")} {
		if err := CheckOutput(path); err != nil {
			t.Error(err)
		}
	}
	bad := map[string]string{
		filepath.Join(dir, "new.gif"): ".png", filepath.Join(dir, "new"): ".png", filepath.Join(dir, "none", "new.png"): "does not exist",
		filepath.Join(file, "new.png"): "", folder: "folder", locked: "write-protected",
	}
	if runtime.GOOS == "linux" {
		bad["/proc/new.png"] = "/proc" // a folder in which not even the superuser creates files
	}
	for path, word := range bad {
		check, save := CheckOutput(path), Save(path, New(3, 3), EncodeOptions{})
		for _, err := range []error{check, save} {
			if err == nil || !strings.Contains(err.Error(), word) || strings.Contains(err.Error(), "\n") {
				t.Errorf("%s: %v, without %q", path, err, word)
			}
		}
	}
	if got := entries(t, dir); got != before {
		t.Errorf("the folder held %s and holds %s", before, got)
	}
}

func TestNextFree(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "photo-night.png")
	for _, want := range []string{"photo-night.png", "photo-night-2.png", "photo-night-3.png"} {
		got, err := NextFree(path)
		if err != nil || got != filepath.Join(dir, want) {
			t.Fatalf("%s, %v; want %s", got, err, want)
		}
		if err := os.WriteFile(got, nil, 0o666); err != nil {
			t.Fatal(err)
		}
	}
}

// TestInserter writes in pieces of every size.
func TestInserter(t *testing.T) {
	for size := 1; size < 12; size++ {
		var b bytes.Buffer
		w := &inserter{w: &b, at: 4, extra: []byte("EXTRA")}
		for rest := []byte("0123456789"); len(rest) > 0; rest = rest[min(size, len(rest)):] {
			if n, err := w.Write(rest[:min(size, len(rest))]); err != nil || n != min(size, len(rest)) {
				t.Fatal(n, err)
			}
		}
		if b.String() != "0123EXTRA456789" {
			t.Errorf("pieces of %d became %s", size, &b)
		}
	}
}

func TestFromImagePart(t *testing.T) {
	img := gradient(9, 9)
	part := img.SubImage(image.Rect(3, 2, 8, 6))
	expect(t, FromImage(part), 5, 4, exact, func(x, y int) [3]float64 { return bytesOf(img)(x+3, y+2) })
}
