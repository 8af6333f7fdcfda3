package recipe

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestRecipeFileRoundTrip reads back what Write writes, for every recipe.
func TestRecipeFileRoundTrip(t *testing.T) {
	for _, name := range Names() {
		want, err := Find(name)
		if err != nil {
			t.Fatal(err)
		}
		var text strings.Builder
		if err := Write(&text, &want); err != nil {
			t.Fatal(err)
		}
		got, err := Parse([]byte(text.String()))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if diff := cmp.Diff(want.Settings(), got.Settings()); diff != "" {
			t.Errorf("%s differs after a round trip through a file:\n%s", name, diff)
		}
		if got.Name != "my-"+name {
			t.Errorf("%s reads back as %s", name, got.Name)
		}
	}
}

func TestRecipeFileChangesBase(t *testing.T) {
	r, err := Parse([]byte("base = \"gatys\"\n[settings]\nstyle-weight = 25\nclamp = true\nstyle-layers = \"relu2_1=1\"\n"))
	if err != nil {
		t.Fatal(err)
	}
	if r.Style.Weight != 25 || !r.Clamp || len(r.Style.Layers) != 1 || r.Name != "own" {
		t.Errorf("read %+v", r)
	}
}

func TestRecipeFileWithSettingsByScale(t *testing.T) {
	text := "base = \"impasto\"\n[settings]\nstrength = 0.5\n[scale.coarse]\noptimizer = \"adam\"\nstrength = 2.5\n[scale.last-1]\niterations = 7\n"
	want, err := Parse([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	settings := map[string]string{}
	for _, s := range want.Settings() {
		settings[s.Name] = s.Value
	}
	for name, value := range map[string]string{"strength": "0.5", "scale.coarse.optimizer": "adam", "scale.coarse.strength": "2.5", "scale.last-1.iterations": "7"} {
		if settings[name] != value {
			t.Errorf("%s is read as %q, want %q", name, settings[name], value)
		}
	}
	var again strings.Builder
	if err := Write(&again, &want); err != nil {
		t.Fatal(err)
	}
	got, err := Parse([]byte(again.String()))
	if err != nil {
		t.Fatalf("%v in\n%s", err, &again)
	}
	if diff := cmp.Diff(want.Settings(), got.Settings()); diff != "" {
		t.Errorf("settings by scale differ after a round trip through a file:\n%s", diff)
	}
}

func TestRecipeFileRefuses(t *testing.T) {
	for want, text := range map[string]string{
		"not TOML":                     "style-weight = = 1",
		"unknown parameter":            "[settings]\nstile-weight = 1",
		"weight":                       "style-weight = 1",
		"base":                         "base = \"nobody\"",
		"style-weight: must":           "[settings]\nstyle-weight = [1]",
		"not finite":                   "[settings]\nstyle-weight = nan",
		"must be":                      "[settings]\nstyle-weight = -1",
		"similar names: last":          "[scale.lats]\nstrength = 1",
		"scale.first: unknown param":   "[scale.first]\nstrenght = 1",
		"scale.last.strength: must be": "[scale.last]\nstrength = [1]",
		"scale: must":                  "scale = 3",
		"scale.last must be a table":   "[scale]\nlast = 3",
		"settings must be a table":     "settings = 3",
	} {
		if _, err := Parse([]byte(text)); err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%q: %v", text, err)
		}
	}
	path := filepath.Join(t.TempDir(), "none.toml")
	if _, err := Open(path); err == nil || !strings.Contains(err.Error(), path) {
		t.Errorf("a missing file: %v", err)
	}
	if err := os.WriteFile(path, make([]byte, fileLimit+1), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(path); err == nil || !strings.Contains(err.Error(), "over the limit") {
		t.Errorf("a huge file: %v", err)
	}
}
