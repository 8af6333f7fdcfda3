package study

import (
	"fmt"
	"slices"
	"strings"
)

// ParseSweepAxis parses NAME=V1,V2,... as an axis. The name may have leading hyphens, like an option. If the list contains
// a semicolon, semicolons separate the values, which may then contain commas. Check validates the name.
func ParseSweepAxis(text string, check func(name string) error) (SweepAxis, error) {
	name, list, ok := strings.Cut(text, "=")
	a := SweepAxis{Name: strings.TrimLeft(strings.TrimSpace(name), "-")}
	if err := check(a.Name); err != nil {
		return a, err
	}
	if !ok || strings.TrimSpace(list) == "" {
		return a, fmt.Errorf("no values are given; write %s=V1,V2", a.Name)
	}
	separator := ","
	if strings.Contains(list, ";") {
		separator = ";"
	}
	for i, value := range strings.Split(strings.TrimSuffix(list, ";"), separator) {
		value = strings.TrimSpace(value)
		if value == "" {
			return a, fmt.Errorf("value %d is empty", i+1)
		}
		if slices.Contains(a.Values, value) {
			return a, fmt.Errorf("%s is given twice", value)
		}
		a.Values = append(a.Values, value)
	}
	return a, nil
}

// String returns the text that [ParseSweepAxis] parses as the axis.
func (a SweepAxis) String() string {
	if !slices.ContainsFunc(a.Values, func(v string) bool { return strings.Contains(v, ",") }) {
		return a.Name + "=" + strings.Join(a.Values, ",")
	}
	text := a.Name + "=" + strings.Join(a.Values, ";")
	if len(a.Values) == 1 {
		text += ";"
	}
	return text
}

// SweepProduct returns a text such as "3 x strength, 2 x recipe".
func SweepProduct(axes []SweepAxis) string {
	parts := make([]string, len(axes))
	for i, a := range axes {
		parts[i] = fmt.Sprintf("%d x %s", len(a.Values), a.Name)
	}
	return strings.Join(parts, ", ")
}

// SweepValues holds one value of each axis.
type SweepValues struct {
	Values map[string]string // by the names of the axes
	Label  string            // in the order of the axes: "strength 0.1, recipe gatys"
}

// SweepCombinations returns every combination of values, in the order of [Sweep.Cells].
func SweepCombinations(axes []SweepAxis) []SweepValues {
	total := 1
	for _, a := range axes {
		total *= len(a.Values)
	}
	all := make([]SweepValues, total)
	for i := range all {
		values := map[string]string{}
		var labels []string
		rest := i
		for _, a := range axes {
			value := a.Values[rest%len(a.Values)]
			rest /= len(a.Values)
			values[a.Name] = value
			labels = append(labels, a.Name+" "+value)
		}
		all[i] = SweepValues{values, strings.Join(labels, ", ")}
	}
	return all
}

// longestLabel bounds the label in the name of a file, in bytes; file systems allow names of 255.
const longestLabel = 100

// FileName returns a name for the files of a picture: its values, for people, and the first 12 digits of a digest, which
// identify it.
func (v SweepValues) FileName(digest string) string {
	plain := strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '.', r == '=', r == '-':
			return r
		case r == ',':
			return -1
		}
		return '_'
	}, strings.ReplaceAll(strings.ReplaceAll(v.Label, ", ", "_"), "@", ""))
	return plain[:min(len(plain), longestLabel)] + "-" + digest[:12] // plain is ASCII
}
