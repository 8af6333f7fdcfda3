package impasto_test

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"strings"
	"testing"
)

const module = "github.com/impasto/impasto"

// table says which packages of ours each package may import, as prefixes below the module.
// A package that is not listed fails the test: a new room needs a place in the plan.
var table = map[string][]string{
	"bench/roofline":      {},
	"canvas":              {},
	"internal/atomicfile": {},
	"internal/spelling":   {},
	"examples":            {"internal/spelling"},
	"weights":             {},
	"weights/vgg16":       {"weights"},
	"engine":              {},
	"engine/cpu":          {"engine"},
	"engine/reference":    {"engine"},
	"engine/enginetest":   {"engine", "engine/reference"},
	"feature":             {"engine", "weights", "internal/spelling"},
	"loss":                {"engine"},
	"optim":               {"engine"},
	"recipe":              {"internal/spelling"},
	"transfer":            {"canvas", "recipe", "weights", "engine", "feature", "loss", "optim", "internal/spelling"},
	"figure":              {"internal/atomicfile"},
	"critic":              {"canvas", "weights", "engine", "feature", "loss", "recipe", "transfer", "figure"},
	"study":               {"canvas", "weights", "engine", "feature", "loss", "optim", "recipe", "transfer", "figure", "internal/atomicfile"},
	"scripts/lesson":      {},
	"scripts/gallery":     {"", "canvas", "weights/vgg16", "examples", "recipe", "transfer"},
	"":                    {"canvas", "weights", "weights/vgg16", "engine", "engine/cpu", "feature", "loss", "optim", "recipe", "transfer"},
}

// TestImports holds the table of docs/engine.md: imports go only upward, and nothing imports cmd.
func TestImports(t *testing.T) {
	out, err := exec.Command("go", "list", "-json=ImportPath,Imports", "./...").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	dec := json.NewDecoder(strings.NewReader(string(out)))
	for {
		var p struct {
			ImportPath string
			Imports    []string
		}
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		name := local(p.ImportPath)
		if strings.HasPrefix(name, "cmd/") {
			continue
		}
		allowed, ok := table[name]
		if !ok {
			t.Errorf("package %q has no place in the table", name)
			continue
		}
		for _, path := range p.Imports {
			if !strings.HasPrefix(path, module) {
				continue
			}
			if !contains(allowed, local(path)) {
				t.Errorf("package %q imports %q", name, local(path))
			}
		}
	}
}

func local(path string) string {
	return strings.TrimPrefix(strings.TrimPrefix(path, module), "/")
}

func contains(list []string, s string) bool {
	for _, v := range list {
		if v == s {
			return true
		}
	}
	return false
}
