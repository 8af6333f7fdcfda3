package transfer

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"slices"
	"strings"
	"testing"
)

// fileOrder is the order in which the files of the package are to be read: plan, run, scale, term, and what they
// stand on.
var fileOrder = strings.Fields(`plan.go run.go change.go snapshot.go encode.go easel.go changed.go layout.go evaluate.go scale.go objective.go reduced.go
	trials.go term.go lesson.go start.go rule.go inputs.go region.go layer.go paintings.go mask.go network.go colours.go convention.go size.go`)

// TestFilesReadFromTopToBottom checks that no file calls what a file before it defines, so that the package reads without a
// jump back. Names that are not exported are the package's own, and each is taken for the one file that defines it.
func TestFilesReadFromTopToBottom(t *testing.T) {
	files := parsed(t)
	defined := map[string]string{} // file, by name of a function or method
	for name, f := range files {
		for _, d := range f.Decls {
			if d, ok := d.(*ast.FuncDecl); ok && !d.Name.IsExported() {
				if _, twice := defined[d.Name.Name]; twice {
					defined[d.Name.Name] = "" // which one is called cannot be seen
					continue
				}
				defined[d.Name.Name] = name
			}
		}
	}
	for at, name := range fileOrder {
		ast.Inspect(files[name], func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			called := ""
			switch f := call.Fun.(type) {
			case *ast.Ident:
				called = f.Name
			case *ast.SelectorExpr:
				called = f.Sel.Name
			}
			if from := defined[called]; from != "" && slices.Index(fileOrder, from) < at {
				t.Errorf("%s calls %s, which %s defines", name, called, from)
			}
			return true
		})
	}
}

// parsed reads the package's files. It fails where fileOrder names others.
func parsed(t *testing.T) map[string]*ast.File {
	entries, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	files, set := map[string]*ast.File{}, token.NewFileSet()
	for _, e := range entries {
		if !strings.HasSuffix(e.Name(), ".go") || strings.HasSuffix(e.Name(), "_test.go") {
			continue
		}
		if !slices.Contains(fileOrder, e.Name()) {
			t.Errorf("%s has no place in the order of reading", e.Name())
		}
		if files[e.Name()], err = parser.ParseFile(set, e.Name(), nil, parser.SkipObjectResolution); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range fileOrder {
		if files[name] == nil {
			t.Fatalf("%s is in the order of reading and not there", name)
		}
	}
	return files
}
