package main

import (
	"strings"
	"testing"

	"github.com/impasto/impasto/recipe"
)

// walks are all recipes, and pyramids with scales on both sides of the side from which on the picture brought down
// counts, too.
func walks() []string {
	var all []string
	for _, name := range recipe.Names() {
		all = append(all, "--recipe "+name)
	}
	return append(all,
		"--recipe impasto --set reduced=20 --set smallest-scale=16 --set style-layers=relu3_1 --set content-layers=relu2_2",
		"--recipe impasto --set reduced=8", // no scale is that small
		"--recipe leongatys --set reduced=24 --set reduced-weight=1 --set style-layers=relu2_1 --set style-loss=wasserstein",
		"--recipe crowsonkb --set reduced=24 --set smallest-scale=16 --set style-layers=relu2_1 --set preserve-colors=luminance")
}

// TestNoRecipePanics checks that each command succeeds or gives a one-line error with each recipe.
func TestNoRecipePanics(t *testing.T) {
	if testing.Short() {
		t.Skip("paints many pictures")
	}
	studio(t)
	for _, flags := range walks() {
		for _, command := range []string{
			"style photo.png painting.png -o r.png",
			"inspect loss --at r.png",
			"inspect loss --content photo.png --style painting.png --at photo.png",
			"inspect loss --at r.png -o loss.html",
			"explain photo.png painting.png -o lesson.html",
			"export photo.png painting.png",
			"sweep photo.png painting.png --vary seed=1,2 --dry-run",
		} {
			args := strings.Fields(command)
			switch {
			case strings.HasSuffix(command, ".html") && !strings.Contains(flags, "reduced"):
				continue // TestExplain and TestInspectLossPage have it
			case strings.HasPrefix(command, "inspect loss --at"):
			case args[0] == "inspect":
				args = append(args, onlyLoss(flags)...)
			case args[0] == "export":
				args = append(args, strings.Fields(flags)...)
			default:
				args = append(append(args, strings.Fields(flags)...), "--size", "32", "--iterations", "1", "--progress", "none")
			}
			got := invoke(t, args...)
			if got.status != statusDone && (got.status == statusInterrupted || strings.Count(got.errors, "\n") != 1 || !strings.HasPrefix(got.errors, "impasto: ")) {
				t.Errorf("%s: exit status %d: %q", strings.Join(args, " "), got.status, got.errors)
			}
			if strings.Contains(got.errors, "the program failed") {
				t.Errorf("%s: %s", strings.Join(args, " "), got.errors)
			}
			if got.status != statusDone {
				t.Logf("%s: %s", strings.Join(args, " "), got.errors)
			}
		}
	}
}

// onlyLoss drops flags that a loss does not have.
func onlyLoss(flags string) []string {
	var kept []string
	words := strings.Fields(flags)
	for i := 0; i+1 < len(words); i += 2 {
		if words[i] == "--recipe" || words[i] == "--set" {
			kept = append(kept, words[i], words[i+1])
		}
	}
	return kept
}
