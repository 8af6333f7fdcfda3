package order

import (
	"fmt"
	"math"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// rule is the set of permitted values of a field. It is parsed from the tags of the Go types; the strict reader,
// Validate and the generator of the schema all use it, so they cannot disagree.
//
// The tag "rule" consists of words: required; min=, max= (numbers); items=LEAST..MOST (lists and maps); maxlen=
// (characters of a string, or of each value of a map); enum=A|B; pattern= (a name in patterns); keys=, values=
// (patterns of a map); default= (of an absent field). anyof=A|B, on a blank field, means that a struct
// needs one of these.
type rule struct {
	name     string // in JSON
	index    int    // of the struct's field
	optional bool   // the zero value means an absent field

	required              bool
	min, max              *float64
	leastItems, mostItems int
	maxLength             int      // in characters
	enum                  []string // including numbers, as strings
	pattern               string   // of a string
	keys, values          string   // patterns of a map
	hasDefault            bool
	byDefault             string
	isAnyField            bool     // a blank field: only anyOf counts
	anyOf                 []string // names of fields
}

// pattern is a form of string.
type pattern struct {
	*regexp.Regexp
	words string // description of the form
}

// unsafeText lists the characters that would break a line or disturb a terminal.
const unsafeText = `\x00-\x1f\x7f-\x9f` + "\u2028\u2029"

// patterns are written so that RE2 and ECMA-262, which JSON Schema uses, agree on them.
var patterns = map[string]pattern{
	"text":    {regexp.MustCompile(`^[^` + unsafeText + `]+$`), "one line of text"},
	"line":    {regexp.MustCompile(`^[^` + unsafeText + `]*$`), "one line of text"},
	"digest":  {regexp.MustCompile(`^[0-9a-f]{64}$`), "a SHA-256: 64 hexadecimal digits in lower case"},
	"setting": {regexp.MustCompile(`^[a-z0-9.-]{1,80}$`), "the name of a setting"},
}

// rulesOf returns the rules of a struct's fields, in order.
func rulesOf(t reflect.Type) []rule {
	var all []rule
	for i := range t.NumField() {
		f := t.Field(i)
		if f.Name != "_" && !f.IsExported() {
			continue
		}
		r := parseRule(f.Tag.Get("rule"))
		r.index = i
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		r.name, r.optional = name, options != ""
		r.isAnyField = f.Name == "_"
		all = append(all, r)
	}
	return all
}

// parseRule parses a tag. A mistake in it is a bug of this package.
func parseRule(tag string) rule {
	var r rule
	number := func(s string) float64 {
		v, err := strconv.ParseFloat(s, 64)
		if err != nil {
			panic("order: rule " + tag + ": " + err.Error())
		}
		return v
	}
	for word := range strings.FieldsSeq(tag) {
		key, value, _ := strings.Cut(word, "=")
		switch key {
		case "required":
			r.required = true
		case "min":
			r.min = new(number(value))
		case "max":
			r.max = new(number(value))
		case "items":
			least, most, _ := strings.Cut(value, "..")
			r.leastItems, r.mostItems = int(number(least)), int(number(most))
		case "maxlen":
			r.maxLength = int(number(value))
		case "enum":
			r.enum = strings.Split(value, "|")
		case "anyof":
			r.anyOf = strings.Split(value, "|")
		case "pattern":
			r.pattern = value
		case "keys":
			r.keys = value
		case "values":
			r.values = value
		case "default":
			r.byDefault, r.hasDefault = value, true
		default:
			panic("order: rule " + tag + ": " + word + " is unknown")
		}
	}
	return r
}

// text checks a string against length, choice and pattern.
func (r *rule) text(s, pattern string) error {
	switch {
	case !utf8.ValidString(s):
		return fmt.Errorf("%s is not UTF-8", quoted(s))
	case r.maxLength > 0 && utf8.RuneCountInString(s) > r.maxLength:
		return fmt.Errorf("%s has %d characters; at most %d are allowed", quoted(s), utf8.RuneCountInString(s), r.maxLength)
	case r.enum != nil && !slices.Contains(r.enum, s):
		return fmt.Errorf("unknown value %s; must be one of %s", quoted(s), strings.Join(r.enum, ", "))
	}
	return matches(s, pattern)
}

func matches(s, name string) error {
	if p, ok := patterns[name]; ok && !p.MatchString(s) {
		return fmt.Errorf("%s is not %s", quoted(s), p.words)
	}
	return nil
}

// number checks a number against choice and range.
func (r *rule) number(v float64, text string) error {
	switch {
	case math.IsNaN(v) || math.IsInf(v, 0):
		return fmt.Errorf("%s is not a finite number", text)
	case r.enum != nil && !slices.Contains(r.enum, strconv.FormatFloat(v, 'f', -1, 64)):
		return fmt.Errorf("%s is not allowed; choose %s", text, strings.Join(r.enum, " or "))
	case r.min != nil && v < *r.min && *r.min == 0:
		return fmt.Errorf("%s is negative; it must be 0 or more", text)
	case r.min != nil && v < *r.min:
		return fmt.Errorf("%s is too small; it must be at least %v", text, *r.min)
	case r.max != nil && v > *r.max:
		return fmt.Errorf("%s is too large; it must be at most %s", text, strconv.FormatFloat(*r.max, 'f', -1, 64))
	}
	return nil
}

// items checks the number of elements of a list or a map.
func (r *rule) items(n int) error {
	switch {
	case n < r.leastItems:
		return fmt.Errorf("there are %d; need at least %d", n, r.leastItems)
	case r.mostItems > 0 && n > r.mostItems:
		return fmt.Errorf("at most %d are allowed", r.mostItems)
	}
	return nil
}

// quoted quotes a string of any length and content so that it fits on a line.
func quoted(s string) string {
	const most = 60
	if len(s) <= most {
		return strconv.Quote(s)
	}
	return strconv.Quote(strings.ToValidUTF8(s[:most], "")) + "..."
}

// member returns the path of an object's member.
func member(path, name string) string {
	if !plainName.MatchString(name) {
		name = quoted(name)
	}
	if path == "" {
		return name
	}
	return path + "." + name
}

// plainName matches a name that needs no quotes in a path.
var plainName = regexp.MustCompile(`^[A-Za-z0-9_.-]{1,80}$`)
