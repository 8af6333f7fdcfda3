package study

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// cellRecord is a record as a caller might define it.
type cellRecord struct {
	Digest string `json:"digest"`
	SweepFile
}

func TestSweepFolderKeepsWholePictures(t *testing.T) {
	m := SweepManifest{Vary: []string{"seed"}, Fixed: map[string]string{"size": "64"}}
	f, there, err := OpenSweepFolder(filepath.Join(t.TempDir(), "new"), m)
	if err != nil || there {
		t.Fatal(there, err)
	}
	if records, err := f.Records(); err != nil || records != nil {
		t.Errorf("a new folder has the records %q, %v", records, err)
	}
	if err := f.Begin(); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"one", "two"} {
		if err := f.Store(name, []byte("pixels of "+name), func(p SweepFile) any { return cellRecord{name, p} }); err != nil {
			t.Fatal(err)
		}
	}
	if f, there, err = OpenSweepFolder(f.Path, m); err != nil || !there {
		t.Fatal(there, err)
	}
	records, err := f.Records()
	if err != nil || len(records) != 2 {
		t.Fatalf("%d records, %v", len(records), err)
	}
	var first cellRecord
	if err := json.Unmarshal(records[0], &first); err != nil || first.Digest != "one" || !f.Whole(first.SweepFile) {
		t.Errorf("%+v, %v", first, err)
	}
	if err := os.WriteFile(f.PicturePath(first.SweepFile), []byte("pixels of on"), 0o666); err != nil {
		t.Fatal(err)
	}
	outside := SweepFile{filepath.Join("..", "sweep.json"), first.SHA256}
	if f.Whole(first.SweepFile) || f.Whole(SweepFile{}) || f.Whole(outside) {
		t.Error("a damaged picture counts as whole, or one of another folder")
	}
}

func TestSweepFolderMarks(t *testing.T) {
	f := &SweepFolder{Path: t.TempDir()}
	if err := f.Mark("a"); err == nil {
		t.Error("there is a mark in a folder that was not begun")
	}
	if err := f.Begin(); err != nil {
		t.Fatal(err)
	}
	if err := f.Mark("a"); err != nil || !f.Begun("a") || f.Begun("b") {
		t.Errorf("%v, a %v, b %v", err, f.Begun("a"), f.Begun("b"))
	}
	if f.Unmark("a"); f.Begun("a") {
		t.Error("the mark stays")
	}
}

func TestSweepFolderOfAnotherSweep(t *testing.T) {
	kept := SweepManifest{Vary: []string{"seed"}, Fixed: map[string]string{"content": "cat " + strings.Repeat("ab", 32), "size": "64"}}
	f := &SweepFolder{t.TempDir(), kept}
	if err := f.Begin(); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		change func(m *SweepManifest)
		want   string
	}{
		{func(m *SweepManifest) { m.Vary = []string{"recipe", "seed"} }, "it varies seed, not recipe and seed"},
		{func(m *SweepManifest) { m.Fixed["size"] = "128" }, "its size is 64, not 128"},
		{func(m *SweepManifest) { delete(m.Fixed, "size") }, "its size is 64, not unset"},
		{func(m *SweepManifest) { m.Fixed["content"] = "cat " + strings.Repeat("cd", 32) }, "its content is cat (abababab), not cat (cdcdcdcd)"},
	} {
		m := SweepManifest{Vary: kept.Vary, Fixed: map[string]string{}}
		for name, v := range kept.Fixed {
			m.Fixed[name] = v
		}
		c.change(&m)
		_, _, err := OpenSweepFolder(f.Path, m)
		if other := new(SweepFolderError); !errors.As(err, &other) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v, want %q", err, c.want)
		}
	}
	if err := os.WriteFile(filepath.Join(f.Path, manifestName), []byte("{"), 0o666); err != nil {
		t.Fatal(err)
	}
	_, _, err := OpenSweepFolder(f.Path, kept)
	if other := new(SweepFolderError); !errors.As(err, &other) || !strings.Contains(err.Error(), "damaged sweep.json") {
		t.Error(err)
	}
}

func TestParseSweepAxis(t *testing.T) {
	check := func(name string) error {
		if name == "none" {
			return errors.New("not an option")
		}
		return nil
	}
	for text, want := range map[string]string{
		"seed=1,2": "seed=1,2", " --layers = a,b ; c ": "layers=a,b;c", "layers=a,b;": "layers=a,b;", "s=x;y": "s=x,y",
	} {
		if a, err := ParseSweepAxis(text, check); err != nil || a.String() != want {
			t.Errorf("%q is read as %q, %v; want %q", text, a, err, want)
		}
	}
	for text, want := range map[string]string{
		"none=1": "not an option", "seed": "no values", "seed= ": "no values", "seed=1,,2": "value 2 is empty", "seed=1, 1": "1 is given twice",
	} {
		if _, err := ParseSweepAxis(text, check); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", text, err, want)
		}
	}
}

func TestSweepCombinations(t *testing.T) {
	axes := []SweepAxis{{"style", []string{"@night", "a/b.png"}}, {"seed", []string{"1", "2", "3"}}}
	all := SweepCombinations(axes)
	s := Sweep{Axes: axes}
	if len(all) != 6 || SweepProduct(axes) != "2 x style, 3 x seed" {
		t.Fatalf("%d combinations of %s", len(all), SweepProduct(axes))
	}
	for i, c := range all {
		at := s.Indices(i)
		if c.Values["style"] != axes[0].Values[at[0]] || c.Values["seed"] != axes[1].Values[at[1]] {
			t.Errorf("cell %d is %v", i, c.Values)
		}
	}
	if all[1].Label != "style a/b.png, seed 1" || all[1].FileName("0123456789abcdef") != "style_a_b.png_seed_1-0123456789ab" {
		t.Errorf("%q, %q", all[1].Label, all[1].FileName("0123456789abcdef"))
	}
	long := SweepValues{Label: strings.Repeat("ü", 300)}
	if got := long.FileName("0123456789abcdef"); len(got) > 120 {
		t.Errorf("a name of %d bytes", len(got))
	}
}
