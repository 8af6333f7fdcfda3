package order

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/big"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/impasto/impasto/internal/spelling"
)

// decode reads JSON into a pointer to a struct, strictly: every field by its constraint, no unknown or duplicate
// fields, nothing after the end. No more is kept than the constraints allow. Errors are of type *FieldError.
func decode(data []byte, limit int, into any) error {
	if err := checkText(data, limit); err != nil {
		return err
	}
	d := newReader(data)
	if err := d.next("", &constraint{}, reflect.ValueOf(into).Elem()); err != nil {
		return err
	}
	if _, err := d.Token(); err != io.EOF {
		return fieldf("", "unexpected text after the closing brace, at byte %d", d.InputOffset())
	}
	return nil
}

// checkText checks the length and the encoding of the text.
func checkText(data []byte, limit int) error {
	switch {
	case len(data) > limit:
		return fieldf("", "the text has %d bytes; at most %d are read", len(data), limit)
	case !utf8.Valid(data):
		return fieldf("", "the text is not UTF-8")
	}
	return nil
}

type reader struct{ *json.Decoder }

func newReader(data []byte) reader {
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	return reader{d}
}

// token returns the next token, or an error that names the field at which the text stops being JSON.
func (d reader) token(path string) (json.Token, error) {
	t, err := d.Token()
	switch syntax := (*json.SyntaxError)(nil); {
	case err == nil:
		return t, nil
	case errors.As(err, &syntax):
		return nil, fieldf(path, "not JSON at byte %d: %v", syntax.Offset, syntax)
	case len(path) == 0 && d.InputOffset() == 0:
		return nil, fieldf("", "not JSON: %v", err)
	}
	return nil, fieldf(path, "the text ends early")
}

// next reads a value by a constraint.
func (d reader) next(path string, c *constraint, v reflect.Value) error {
	t, err := d.token(path)
	if err != nil {
		return err
	}
	return d.value(t, path, c, v)
}

// value reads the value that begins with a token.
func (d reader) value(t json.Token, path string, c *constraint, v reflect.Value) error {
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		return d.value(t, path, c, v.Elem())
	case reflect.Struct:
		if t != json.Delim('{') {
			return wrongType(path, "an object", t)
		}
		return d.object(path, v)
	case reflect.Slice:
		if t != json.Delim('[') {
			return wrongType(path, "a list", t)
		}
		return d.list(path, c, v)
	case reflect.Map:
		if t != json.Delim('{') {
			return wrongType(path, "an object", t)
		}
		return d.entries(path, c, v)
	}
	return scalar(t, path, c, v)
}

// object reads the members of a struct, including the closing brace.
func (d reader) object(path string, v reflect.Value) error {
	constraints := constraintsOf(v.Type())
	seen := map[string]bool{}
	for d.More() {
		key, err := d.key(path)
		if err != nil {
			return err
		}
		at := slices.IndexFunc(constraints, func(c constraint) bool { return c.name == key && !c.isAnyField })
		switch {
		case at < 0:
			return fieldf(member(path, key), "unknown field; similar names: %s", strings.Join(nearest(key, constraints), ", "))
		case seen[key]:
			return fieldf(member(path, key), "duplicate field")
		}
		seen[key] = true
		if err := d.next(member(path, key), &constraints[at], v.Field(constraints[at].index)); err != nil {
			return err
		}
	}
	if _, err := d.token(path); err != nil {
		return err
	}
	return complete(path, constraints, seen, v)
}

// complete checks that a struct has the fields it needs, and sets the defaults of absent ones.
func complete(path string, constraints []constraint, seen map[string]bool, v reflect.Value) error {
	for _, c := range constraints {
		switch {
		case c.isAnyField && !anyOf(&c, func(name string) bool { return seen[name] }):
			return fieldf(path, "empty; %s", c.neededOf())
		case c.required && !seen[c.name]:
			return fieldf(member(path, c.name), "missing")
		case c.hasDefault && !c.optional && !seen[c.name]:
			if err := scalar(json.Number(c.byDefault), c.name, &c, v.Field(c.index)); err != nil {
				panic("order: " + err.Error()) // a mistake in a tag
			}
		}
	}
	return nil
}

// list reads the elements of a slice.
func (d reader) list(path string, c *constraint, v reflect.Value) error {
	n := 0
	for d.More() {
		if n++; c.mostItems > 0 && n > c.mostItems {
			return &FieldError{path, c.items(n)}
		}
		v.Set(reflect.Append(v, reflect.Zero(v.Type().Elem())))
		if err := d.next(element(path, n-1), c.element(), v.Index(n-1)); err != nil {
			return err
		}
	}
	if err := c.items(n); err != nil {
		return &FieldError{path, err}
	}
	_, err := d.token(path)
	return err
}

// entries reads a map of strings.
func (d reader) entries(path string, c *constraint, v reflect.Value) error {
	m := map[string]string{}
	for d.More() {
		key, err := d.key(path)
		if err != nil {
			return err
		}
		at := member(path, key)
		t, err := d.token(at)
		if err != nil {
			return err
		}
		value, isText := t.(string)
		_, twice := m[key]
		switch {
		case !isText:
			return wrongType(at, `a string such as "2"`, t)
		case twice:
			return fieldf(at, "duplicate field")
		}
		if err := c.entry(key, value); err != nil {
			return &FieldError{at, err}
		}
		m[key] = value
		if c.mostItems > 0 && len(m) > c.mostItems {
			break
		}
	}
	if err := c.items(len(m)); err != nil {
		return &FieldError{path, err}
	}
	v.Set(reflect.ValueOf(m))
	_, err := d.token(path)
	return err
}

// key reads the name of a member.
func (d reader) key(path string) (string, error) {
	t, err := d.token(path)
	if err != nil {
		return "", err
	}
	key, ok := t.(string)
	if !ok {
		return "", wrongType(path, "the name of a field", t)
	}
	return key, nil
}

// scalar stores a string, a number or a boolean.
func scalar(t json.Token, path string, c *constraint, v reflect.Value) error {
	var err error
	switch v.Kind() {
	case reflect.Bool:
		b, ok := t.(bool)
		if !ok {
			return wrongType(path, "true or false", t)
		}
		v.SetBool(b)
	case reflect.String:
		s, ok := t.(string)
		if !ok {
			return wrongType(path, "a text", t)
		}
		v.SetString(s)
		err = c.text(s, c.pattern)
	default:
		n, ok := t.(json.Number)
		if !ok {
			return wrongType(path, "a number", t)
		}
		err = number(n.String(), c, v)
	}
	if err != nil {
		return &FieldError{path, err}
	}
	return nil
}

// number stores a number in JSON notation.
func number(text string, c *constraint, v reflect.Value) error {
	f, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return fmt.Errorf("%s is out of range", clipped(text))
	}
	if v.Kind() == reflect.Float64 {
		v.SetFloat(f)
		return c.number(f, clipped(text))
	}
	whole, ok := wholeNumber(text)
	if !ok {
		return fmt.Errorf("%s is not a whole number", clipped(text))
	}
	if v.Kind() == reflect.Uint64 {
		if whole.Sign() < 0 {
			return fmt.Errorf("%s is negative; it must be 0 or more", clipped(text))
		}
		if !whole.IsUint64() {
			return fmt.Errorf("%s is too large; it must be at most 18446744073709551615", clipped(text))
		}
		v.SetUint(whole.Uint64())
		return nil
	}
	if err := c.number(f, clipped(text)); err != nil {
		return err
	}
	v.SetInt(whole.Int64())
	return nil
}

// wholeNumber parses a whole number in any JSON notation: 512, 512.0 and 5.12e2 are the same.
func wholeNumber(text string) (*big.Int, bool) {
	const longest = 40
	if len(text) > longest {
		return nil, false
	}
	if at := strings.IndexAny(text, "eE"); at >= 0 {
		if e, err := strconv.Atoi(text[at+1:]); err != nil || e < -longest || e > longest {
			return nil, false
		}
	}
	r, ok := new(big.Rat).SetString(text)
	if !ok || !r.IsInt() {
		return nil, false
	}
	return r.Num(), true
}

func clipped(number string) string {
	if len(number) > 30 {
		return number[:30] + "..."
	}
	return number
}

// wrongType is the error for a value of the wrong type.
func wrongType(path, wanted string, t json.Token) error {
	got := "null"
	switch t := t.(type) {
	case string:
		got = "the string " + quoted(t)
	case json.Number:
		got = "the number " + clipped(t.String())
	case bool:
		got = strconv.FormatBool(t)
	case json.Delim:
		got = map[json.Delim]string{'{': "an object", '[': "a list"}[t]
	}
	return fieldf(path, "must be %s, not %s", wanted, got)
}

// nearest returns the names of fields that are similar to key.
func nearest(key string, constraints []constraint) []string {
	var names []string
	for _, c := range constraints {
		if !c.isAnyField {
			names = append(names, c.name)
		}
	}
	return spelling.Nearest(key[:min(len(key), 80)], names, 3)
}
