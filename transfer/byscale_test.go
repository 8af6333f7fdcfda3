package transfer

import (
	"strings"
	"testing"

	"github.com/impasto/impasto/engine/reference"
)

// TestRunUsesSettingsByScale: the coarse scales of a run are those of a run that has the settings
// everywhere, and the last one is not.
func TestRunUsesSettingsByScale(t *testing.T) {
	dev := reference.New32()
	rows := func(changes map[string]string) []Progress {
		_, rows := paint(t, newJob(t, dev, "leongatys", small(changes)))
		return rows
	}
	coarse := rows(map[string]string{"scale.coarse.strength": "5", "scale.coarse.optimizer": "adam", "scale.last.iterations": "2"})
	all := rows(map[string]string{"strength": "5", "optimizer": "adam"})
	none := rows(nil)
	const first = 7 // rows of the coarse scale: its start and six iterations
	for i := range first {
		if coarse[i].Loss != all[i].Loss {
			t.Fatalf("row %d of the coarse scale: the loss is %v, with the settings everywhere %v", i, coarse[i].Loss, all[i].Loss)
		}
	}
	if coarse[1].Loss == none[1].Loss || coarse[first-1].Scale != 0 || coarse[first].Scale != 1 {
		t.Errorf("the settings change nothing at the coarse scale")
	}
	if coarse[first].Loss > all[first].Loss {
		t.Errorf("the last scale begins at a loss of %v, which its own strength makes less than %v", coarse[first].Loss, all[first].Loss)
	}
	if last := coarse[len(coarse)-1]; last.Iterations != 2 || len(coarse) != first+3 {
		t.Errorf("the last scale has %d iterations in %d rows, want 2", last.Iterations, len(coarse))
	}
}

// TestRunWithDeeperLayersAtOneScale: the network reaches what any scale needs, and a scale that has no style
// needs no painting's statistics.
func TestRunWithDeeperLayersAtOneScale(t *testing.T) {
	job := newJob(t, reference.New32(), "pytorch-tutorial", small(map[string]string{
		"scale.first.style-layers": "relu4_1=1", "scale.last.style-weight": "0"}))
	_, rows := paint(t, job)
	if n := len(rows[0].Terms); n != 2 || rows[0].Terms[1].Layer != "relu4_1" {
		t.Errorf("the first scale has the terms %v", rows[0].Terms)
	}
	if last := rows[len(rows)-1]; len(last.Terms) != 1 || last.Terms[0].Kind != ContentTerm {
		t.Errorf("the last scale has the terms %v", last.Terms)
	}
}

func TestEvaluateIsOfTheLastScale(t *testing.T) {
	value := func(changes map[string]string) float64 {
		job := newJob(t, reference.New32(), "leongatys", changes)
		e, err := evaluate(t.Context(), job, smooth(4, 40, 30))
		if err != nil {
			t.Fatal(err)
		}
		return e.Total
	}
	plain := value(nil)
	if v := value(map[string]string{"scale.coarse.strength": "5", "scale.first.strength": "5"}); v != plain {
		t.Errorf("settings of coarse scales change the loss from %v to %v", plain, v)
	}
	if v, want := value(map[string]string{"scale.last.strength": "5"}), value(map[string]string{"strength": "5"}); v != want || v == plain {
		t.Errorf("settings of the last scale give a loss of %v, want %v", v, want)
	}
}

func TestMissingScalesAreReported(t *testing.T) {
	job := newJob(t, reference.New32(), "leongatys", small(map[string]string{"scale.3.strength": "2", "scale.2.strength": "2", "scale.last-2.strength": "2"}))
	plan, err := NewPlan(job)
	if err != nil {
		t.Fatal(err)
	}
	notes := strings.Join(plan.Notes(), "\n")
	for scale, want := range map[string]bool{"is last-2:": true, "is 2:": false, "is 3:": false} {
		if strings.Contains(notes, scale) != want {
			t.Errorf("%s reported: %v, want %v: %q", scale, !want, want, notes)
		}
	}
}
