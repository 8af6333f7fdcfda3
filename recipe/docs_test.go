package recipe

import (
	"math"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// documented are the pages that state settings of recipes, in three forms:
//
//   - a table whose head is "recipe" followed by names of settings, or the table of efforts;
//   - a code span setting=value, which is a setting of the default recipe;
//   - the caption of a picture in tuning.md with three values, of which the middle one is the default recipe's.
var documented = []string{"../docs/recipes.md", "../docs/tuning.md"}

// TestDocumentedSettings compares every value of a setting that a page states with the tables.
func TestDocumentedSettings(t *testing.T) {
	for _, page := range documented {
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		checked, wrong := checkPage(string(text))
		for _, w := range wrong {
			t.Errorf("%s: %s", page, w)
		}
		if checked < 10 {
			t.Errorf("%s states only %d settings", page, checked)
		}
	}
}

// TestDocumentedSettingsFindsMistakes checks that each form is read.
func TestDocumentedSettingsFindsMistakes(t *testing.T) {
	for _, text := range []string{
		"| recipe | style-weight |\n|---|---|\n| `impasto` | 100 |\n",
		"| recipe | styel-weight |\n|---|---|\n| `impasto` | 50 |\n",
		"| recipe | style-layers |\n|---|---|\n| `impasto` | relu1_1=4, relu2_1=1 |\n",
		"| effort | last scale | between | first |\n|---|---|---|---|\n| `draft` | 0.1 | 0.2 | 0.2 |\n",
		"content 1 and `style-weight=100`",
		"`reduced=256`",
		"`preview=512`",
		"![Strength 0.05, 2 and 20](images/tuning/strength.jpg)",
	} {
		if checked, wrong := checkPage(text); checked != 1 || len(wrong) != 1 {
			t.Errorf("%q: %d settings read, %d wrong, want 1 and 1", text, checked, len(wrong))
		}
	}
	right := "| recipe | style-weight |\n|---|---|\n| `gatys` | 1e6 |\n| `impasto` | 50 |\n\n`style-weight=50`, `--set style-weight=7`"
	if checked, wrong := checkPage(right); checked != 3 || wrong != nil {
		t.Errorf("%d settings read, want 3; wrong: %v", checked, wrong)
	}
}

var (
	settingSpan = regexp.MustCompile("`([a-z0-9.-]+)=([^` ]+)`")
	caption     = regexp.MustCompile(`!\[[^\]]*? ([0-9.]+), ([0-9.]+) and ([0-9.]+)\]\(images/tuning/([a-z-]+)\.jpg\)`)
)

// checkPage returns the number of settings that a page states, and a line for each that is wrong.
func checkPage(text string) (checked int, wrong []string) {
	check := func(recipe, setting, value string) {
		checked++
		if fault := compare(recipe, setting, value); fault != "" {
			wrong = append(wrong, fault)
		}
	}
	var head []string
	for line := range strings.Lines(text) {
		cells, ok := tableRow(line)
		switch {
		case !ok:
			head = nil
			for _, m := range settingSpan.FindAllStringSubmatch(line, -1) {
				check(Default, m[1], m[2])
			}
			if m := caption.FindStringSubmatch(line); m != nil && m[4] != "learning-rate" { // Adam's, not the recipe's
				check(Default, m[4], m[2])
			}
		case head == nil:
			head = cells
		case strings.HasPrefix(cells[0], "-"):
		case head[0] == "recipe" && !strings.Contains(head[1], " "):
			for i, value := range cells[1:] {
				check(strings.Trim(cells[0], "`"), head[i+1], value)
			}
		case head[0] == "effort":
			checked++
			if fault := compareEffort(cells); fault != "" {
				wrong = append(wrong, fault)
			}
		}
	}
	return checked, wrong
}

// tableRow splits a row of a table.
func tableRow(line string) ([]string, bool) {
	line = strings.TrimSpace(line)
	if !strings.HasPrefix(line, "|") {
		return nil, false
	}
	cells := strings.Split(strings.Trim(line, "|"), "|")
	for i := range cells {
		cells[i] = strings.TrimSpace(cells[i])
	}
	return cells, true
}

// compare returns what is wrong with a documented value, or "".
func compare(recipe, setting, value string) string {
	r, err := Find(recipe)
	if err != nil {
		return err.Error()
	}
	want, err := r.Get(setting)
	switch {
	case err != nil:
		return err.Error()
	case sameValue(value, want):
		return ""
	}
	return recipe + ": " + setting + " is " + want + ", not " + value
}

// sameValue compares values, lists of layers element by element and numbers to three digits.
func sameValue(value, want string) bool {
	values, wants := strings.Split(value, ","), strings.Split(want, ",")
	if len(values) != len(wants) {
		return false
	}
	for i := range values {
		name, number, _ := strings.Cut(strings.TrimSpace(values[i]), "=")
		wantName, wantNumber, _ := strings.Cut(wants[i], "=")
		if !sameNumber(name, wantName) || !sameNumber(number, wantNumber) {
			return false
		}
	}
	return true
}

// sameNumber compares numbers to three digits and anything else exactly.
func sameNumber(value, want string) bool {
	v, err := strconv.ParseFloat(value, 64)
	w, wantErr := strconv.ParseFloat(want, 64)
	if err != nil || wantErr != nil {
		return value == want
	}
	return math.Abs(v-w) <= 1e-3*math.Abs(w)
}

// compareEffort returns what is wrong with a row of the table of efforts, or "".
func compareEffort(cells []string) string {
	e, err := FindEffort(strings.Trim(cells[0], "`"))
	if err != nil {
		return err.Error()
	}
	for i, want := range []float64{e.Last, e.Coarse, e.First} {
		if v, err := strconv.ParseFloat(cells[i+1], 64); err != nil || v != want {
			return "effort " + e.Name + ": factor " + cells[i+1] + ", want " + strconv.FormatFloat(want, 'g', -1, 64)
		}
	}
	return ""
}
