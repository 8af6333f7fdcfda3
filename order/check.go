package order

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
)

// check checks a pointer to a struct by the constraints of its fields.
func check(path string, v any) error {
	return checkValue(path, &constraint{required: true}, reflect.ValueOf(v).Elem())
}

// checkValue checks a value by a constraint. The zero value of an optional field means that the field is absent.
func checkValue(path string, c *constraint, v reflect.Value) error {
	var err error
	switch v.Kind() {
	case reflect.Struct:
		if c.optional && v.IsZero() {
			return nil
		}
		return checkStruct(path, v)
	case reflect.Pointer:
		if v.IsNil() {
			return nil
		}
		return checkValue(path, c, v.Elem())
	case reflect.Slice:
		return checkSlice(path, c, v)
	case reflect.Map:
		return checkMap(path, c, v.Interface().(map[string]string))
	case reflect.String:
		if s := v.String(); s != "" || c.required {
			err = c.text(s, c.pattern)
		}
	case reflect.Int, reflect.Float64:
		if !v.IsZero() || !c.optional {
			err = c.number(asFloat(v), fmt.Sprint(v.Interface()))
		}
	}
	if err != nil {
		return &FieldError{path, err}
	}
	return nil
}

func checkStruct(path string, v reflect.Value) error {
	for _, c := range constraintsOf(v.Type()) {
		if c.isAnyField {
			if !anyOf(&c, func(name string) bool { return hasField(v, name) }) {
				return fieldf(path, "empty; %s", c.neededOf())
			}
			continue
		}
		if err := checkValue(member(path, c.name), &c, v.Field(c.index)); err != nil {
			return err
		}
	}
	return nil
}

func checkSlice(path string, c *constraint, v reflect.Value) error {
	if err := c.items(v.Len()); err != nil && (v.Len() > 0 || !c.optional) {
		return &FieldError{path, err}
	}
	for i := range v.Len() {
		if err := checkValue(element(path, i), c.element(), v.Index(i)); err != nil {
			return err
		}
	}
	return nil
}

func checkMap(path string, c *constraint, m map[string]string) error {
	if err := c.items(len(m)); err != nil && (len(m) > 0 || !c.optional) {
		return &FieldError{path, err}
	}
	for _, key := range slices.Sorted(maps.Keys(m)) {
		if err := c.entry(key, m[key]); err != nil {
			return &FieldError{member(path, key), err}
		}
	}
	return nil
}

// element returns the constraint of a list's elements.
func (c *constraint) element() *constraint {
	return &constraint{required: true, min: c.min, max: c.max, pattern: c.pattern, maxLength: c.maxLength}
}

// entry checks one entry of a map.
func (c *constraint) entry(key, value string) error {
	if err := matches(key, c.keys); err != nil {
		return err
	}
	return c.text(value, c.values)
}

// anyOf reports whether one of the fields in a blank field's constraint is present.
func anyOf(c *constraint, there func(name string) bool) bool {
	return slices.ContainsFunc(c.anyOf, there)
}

// neededOf says which fields a struct needs.
func (c *constraint) neededOf() string {
	return "give " + c.anyOf[0] + " or " + c.anyOf[1] + ", or both"
}

// hasField reports whether the field with a JSON name is not zero.
func hasField(v reflect.Value, name string) bool {
	for _, c := range constraintsOf(v.Type()) {
		if c.name == name && !c.isAnyField {
			return !v.Field(c.index).IsZero()
		}
	}
	return false
}

func asFloat(v reflect.Value) float64 {
	if v.Kind() == reflect.Int {
		return float64(v.Int())
	}
	return v.Float()
}
