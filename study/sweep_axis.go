package study

import (
	"fmt"
	"slices"
	"strings"
)

// ParseSweepAxis reads NAME=V1,V2,... as an axis; a name may begin with hyphens, as an option does. Where the list has a
// semicolon, semicolons separate its values, so that they may have commas. Check says of a name what is wrong with it.
func ParseSweepAxis(text string, check func(name string) error) (SweepAxis, error) {
	name, list, ok := strings.Cut(text, "=")
	a := SweepAxis{Name: strings.TrimLeft(strings.TrimSpace(name), "-")}
	if err := check(a.Name); err != nil {
		return a, err
	}
	if !ok || strings.TrimSpace(list) == "" {
		return a, fmt.Errorf("there are no values; write them behind it, as %s=V1,V2", a.Name)
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
			return a, fmt.Errorf("%s is there twice", value)
		}
		a.Values = append(a.Values, value)
	}
	return a, nil
}

// String returns the text that [ParseSweepAxis] reads as the axis.
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

// SweepProduct writes "3 x strength, 2 x recipe".
func SweepProduct(axes []SweepAxis) string {
	parts := make([]string, len(axes))
	for i, a := range axes {
		parts[i] = fmt.Sprintf("%d x %s", len(a.Values), a.Name)
	}
	return strings.Join(parts, ", ")
}

// SweepValues are one value of each axis.
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

// longestLabel bounds what a file's name has of a label; file systems allow 255 bytes.
const longestLabel = 100

// FileName returns a name for the files of a picture: its values for people, and the beginning of a digest of at least
// 12 digits, which tells it from all others.
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
