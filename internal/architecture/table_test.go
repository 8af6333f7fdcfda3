package architecture_test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// row is one line of the table: what one or several packages own, and what they may import.
type row struct {
	packages []string
	owns     string
	imports  string
}

// head is the first line of the table.
const head = "| package | owns | may import (ours) |"

// tableOf returns the rows of the table in a document, nil where it prints none.
func tableOf(document string) ([]row, error) {
	_, rest, found := strings.Cut(document, head+"\n")
	if !found {
		return nil, nil
	}
	var rows []row
	for i, line := range strings.Split(rest, "\n") {
		if !strings.HasPrefix(line, "|") {
			break
		}
		cells := strings.Split(strings.Trim(line, "|"), "|")
		if len(cells) != 3 {
			return nil, fmt.Errorf("%q has %d cells, want 3", line, len(cells))
		}
		if i == 0 {
			continue // |---|---|---|
		}
		r := row{packages: names(cells[0]), owns: strings.TrimSpace(cells[1]), imports: strings.TrimSpace(cells[2])}
		if len(r.packages) == 0 || r.owns == "" {
			return nil, fmt.Errorf("%q names no package or not what it owns", line)
		}
		rows = append(rows, r)
	}
	return rows, nil
}

var quoted = regexp.MustCompile("`([^`]+)`")

// names returns what a cell has in backquotes.
func names(cell string) []string {
	var all []string
	for _, m := range quoted.FindAllStringSubmatch(cell, -1) {
		all = append(all, m[1])
	}
	return all
}

// allowed returns what each package may import. A cell of the last column reads
//
//   - nothing of ours
//     `a`, `b`               these packages
//     all above              every package of the rows above
//     all above but `a`, `b` the same less these
//
// and can name packages of the rows above only, so that imports go upward.
func allowed(rows []row) (map[string][]string, error) {
	may := map[string][]string{}
	var above []string
	for _, r := range rows {
		list, err := r.allows(above)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", strings.Join(r.packages, ", "), err)
		}
		for _, name := range r.packages {
			if _, twice := may[name]; twice {
				return nil, fmt.Errorf("package %s has two rows", name)
			}
			may[name] = list
		}
		above = append(above, r.packages...)
	}
	return may, nil
}

func (r row) allows(above []string) ([]string, error) {
	named := names(r.imports)
	for _, name := range named {
		if !slices.Contains(above, name) {
			return nil, fmt.Errorf("%s has no row above", name)
		}
	}
	words := strings.TrimRight(quoted.ReplaceAllString(r.imports, ""), ", ")
	switch {
	case words == "-" && named == nil:
		return nil, nil
	case words == "" && named != nil:
		return named, nil
	case words == "all above" && named == nil:
		return slices.Clone(above), nil
	case words == "all above but" && named != nil:
		return slices.DeleteFunc(slices.Clone(above), func(name string) bool { return slices.Contains(named, name) }), nil
	}
	return nil, fmt.Errorf("%q is not a list of imports", r.imports)
}
