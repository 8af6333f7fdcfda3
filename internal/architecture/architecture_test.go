package architecture_test

import (
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
)

const (
	module = "github.com/impasto/impasto"
	root   = "../.." // the folder of the module
	table  = "docs/engine.md"
)

// TestImports compares the imports of every package with its row of the table: imports go only upward.
func TestImports(t *testing.T) {
	may, err := allowed(read(t, table))
	if err != nil {
		t.Fatalf("%s: %v", table, err)
	}
	imports := packages(t)
	for name, list := range imports {
		ours, ok := may[name]
		if !ok {
			t.Errorf("package %s has no row in %s", name, table)
			continue
		}
		for _, other := range list {
			if !slices.Contains(ours, other) {
				t.Errorf("package %s imports %s; its row in %s does not allow it", name, other, table)
			}
		}
	}
	for name := range may {
		if _, ok := imports[name]; !ok {
			t.Errorf("%s has a row for %s, which is not a package", table, name)
		}
	}
}

// TestTablesAgree compares the table with that of the page for newcomers.
func TestTablesAgree(t *testing.T) {
	const page = "docs/architecture.md"
	if first, second := read(t, table), read(t, page); !reflect.DeepEqual(first, second) {
		for i := range max(len(first), len(second)) {
			if i >= min(len(first), len(second)) || !reflect.DeepEqual(first[i], second[i]) {
				t.Fatalf("row %d of the table is another one in %s and in %s", i+1, table, page)
			}
		}
	}
}

// read returns the table of a document.
func read(t *testing.T, document string) []row {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, document))
	if err != nil {
		t.Fatal(err)
	}
	rows, err := tableOf(strings.ReplaceAll(string(text), "\r\n", "\n"))
	if err != nil {
		t.Fatalf("%s: %v", document, err)
	}
	if len(rows) == 0 {
		t.Fatalf("%s does not have the table that begins with %q", document, head)
	}
	return rows
}

// packages returns what each package of the module imports of the others, by the names that the table has.
func packages(t *testing.T) map[string][]string {
	t.Helper()
	watchFolders(t)
	list := exec.Command("go", "list", "-json=ImportPath,Imports", "./...")
	list.Dir = root
	out, err := list.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	imports := map[string][]string{}
	for dec := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p struct {
			ImportPath string
			Imports    []string
		}
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			return imports
		} else if err != nil {
			t.Fatal(err)
		}
		ours := []string{}
		for _, other := range p.Imports {
			if other == module || strings.HasPrefix(other, module+"/") {
				ours = append(ours, local(other))
			}
		}
		imports[local(p.ImportPath)] = ours
	}
}

// watchFolders reads every folder of the module, so that "go test" runs this test again when a file has changed: results
// are cached by what a test itself reads, not by what "go list" does.
func watchFolders(t *testing.T) {
	t.Helper()
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.IsDir() && strings.HasPrefix(d.Name(), ".") && path != root {
			return fs.SkipDir
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// local returns the name of a package in the table; the root is named as the package is.
func local(importPath string) string {
	if importPath == module {
		return path.Base(module)
	}
	return strings.TrimPrefix(importPath, module+"/")
}

// TestTable reads tables with each kind of cell and with each mistake.
func TestTable(t *testing.T) {
	const start = head + "\n|---|---|---|\n| `a` | x | - |\n| `b`, `b/c` | x | `a` |\n"
	for _, c := range []struct {
		line string
		want []string // of package d
	}{
		{"| `d` | x | - |", nil},
		{"| `d` | x | `a`, `b/c` |", []string{"a", "b/c"}},
		{"| `d` | x | all above |", []string{"a", "b", "b/c"}},
		{"| `d` | x | all above but `b`, `b/c` |", []string{"a"}},
	} {
		rows, err := tableOf("# Rooms\n\n" + start + c.line + "\n\nMore.\n")
		if err != nil {
			t.Fatal(err)
		}
		may, err := allowed(rows)
		if err != nil || !slices.Equal(may["d"], c.want) || !slices.Equal(may["b/c"], []string{"a"}) {
			t.Errorf("%s allows %q (%v), want %q", c.line, may["d"], err, c.want)
		}
	}
	for _, line := range []string{
		"| `d` | x | `e` |", "| `d` | x | `d` |", "| `d` | x | anything |", "| `d` | x | |", "| `d` | x | all above but |",
		"| `d` | x |", "| d | x | - |", "| `d` |  | - |", "| `a` | x | - |",
	} {
		rows, err := tableOf(start + line + "\n")
		if err == nil {
			_, err = allowed(rows)
		}
		if err == nil {
			t.Errorf("%s is accepted", line)
		}
	}
	if rows, err := tableOf("no table"); rows != nil || err != nil {
		t.Errorf("no table is read as %v, %v", rows, err)
	}
}
