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

// constraint is the set of permitted values of a field. It is parsed from the tags of the Go types; the strict reader,
// Validate and the generator of the schema all use it, so they cannot disagree.
//
// The tag "constraint" consists of words: required; min=, max= (numbers, or each of a list); items=LEAST..MOST (lists and maps); maxlen=
// (characters of a string, or of each value of a map); enum=A|B (see choices); pattern= (a name in patterns); keys=, values=
// (patterns of a map); default= (of an absent field). anyof=A|B, on a blank field, means that a struct
// needs one of these.
type constraint struct {
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

// constraintsOf returns the constraints of a struct's fields, in order.
func constraintsOf(t reflect.Type) []constraint {
	var all []constraint
	for i := range t.NumField() {
		f := t.Field(i)
		if f.Name != "_" && !f.IsExported() {
			continue
		}
		c := parseConstraint(f.Tag.Get("constraint"))
		c.index = i
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		c.name, c.optional = name, options != ""
		c.isAnyField = f.Name == "_"
		all = append(all, c)
	}
	return all
}

// parseConstraint parses a tag. A mistake in it is a bug of this package.
func parseConstraint(tag string) constraint {
	var c constraint
	number := func(s string) float64 {
		v, err := strconv.ParseFloat(s, 64)
		if err != nil {
			panic("order: constraint " + tag + ": " + err.Error())
		}
		return v
	}
	for word := range strings.FieldsSeq(tag) {
		key, value, _ := strings.Cut(word, "=")
		switch key {
		case "required":
			c.required = true
		case "min":
			c.min = new(number(value))
		case "max":
			c.max = new(number(value))
		case "items":
			least, most, _ := strings.Cut(value, "..")
			c.leastItems, c.mostItems = int(number(least)), int(number(most))
		case "maxlen":
			c.maxLength = int(number(value))
		case "enum":
			c.enum = choices(value)
		case "anyof":
			c.anyOf = strings.Split(value, "|")
		case "pattern":
			c.pattern = value
		case "keys":
			c.keys = value
		case "values":
			c.values = value
		case "default":
			c.byDefault, c.hasDefault = value, true
		default:
			panic("order: constraint " + tag + ": " + word + " is unknown")
		}
	}
	return c
}

// text checks a string against length, choice and pattern.
func (c *constraint) text(s, pattern string) error {
	switch {
	case !utf8.ValidString(s):
		return fmt.Errorf("%s is not UTF-8", quoted(s))
	case c.maxLength > 0 && utf8.RuneCountInString(s) > c.maxLength:
		return fmt.Errorf("%s has %d characters; at most %d are allowed", quoted(s), utf8.RuneCountInString(s), c.maxLength)
	case c.enum != nil && !slices.Contains(c.enum, s):
		return fmt.Errorf("unknown value %s; must be one of %s", quoted(s), strings.Join(c.enum, ", "))
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
func (c *constraint) number(v float64, text string) error {
	switch {
	case math.IsNaN(v) || math.IsInf(v, 0):
		return fmt.Errorf("%s is not a finite number", text)
	case c.enum != nil && !slices.Contains(c.enum, strconv.FormatFloat(v, 'f', -1, 64)):
		return fmt.Errorf("%s is not allowed; choose %s", text, strings.Join(c.enum, " or "))
	case c.min != nil && v < *c.min && *c.min == 0:
		return fmt.Errorf("%s is negative; it must be 0 or more", text)
	case c.min != nil && v < *c.min:
		return fmt.Errorf("%s is too small; it must be at least %v", text, *c.min)
	case c.max != nil && v > *c.max:
		return fmt.Errorf("%s is too large; it must be at most %s", text, strconv.FormatFloat(*c.max, 'f', -1, 64))
	}
	return nil
}

// items checks the number of elements of a list or a map.
func (c *constraint) items(n int) error {
	switch {
	case n < c.leastItems:
		return fmt.Errorf("there are %d; need at least %d", n, c.leastItems)
	case c.mostItems > 0 && n > c.mostItems:
		return fmt.Errorf("at most %d are allowed", c.mostItems)
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
