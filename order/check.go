package order

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
)

// check checks a pointer to a struct by the rules of its fields.
func check(path string, v any) error {
	return checkValue(path, &rule{required: true}, reflect.ValueOf(v).Elem())
}

// checkValue checks a value by a rule. The zero value of an optional field means that the field is absent.
func checkValue(path string, r *rule, v reflect.Value) error {
	var err error
	switch v.Kind() {
	case reflect.Struct:
		if r.optional && v.IsZero() {
			return nil
		}
		return checkStruct(path, v)
	case reflect.Pointer:
		if v.IsNil() {
			return nil
		}
		return checkValue(path, r, v.Elem())
	case reflect.Slice:
		return checkSlice(path, r, v)
	case reflect.Map:
		return checkMap(path, r, v.Interface().(map[string]string))
	case reflect.String:
		if s := v.String(); s != "" || r.required {
			err = r.text(s, r.pattern)
		}
	case reflect.Int, reflect.Float64:
		if !v.IsZero() || !r.optional {
			err = r.number(asFloat(v), fmt.Sprint(v.Interface()))
		}
	}
	if err != nil {
		return &FieldError{path, err}
	}
	return nil
}

func checkStruct(path string, v reflect.Value) error {
	for _, r := range rulesOf(v.Type()) {
		if r.isAnyField {
			if !anyOf(&r, func(name string) bool { return hasField(v, name) }) {
				return fieldf(path, "empty; %s", r.neededOf())
			}
			continue
		}
		if err := checkValue(member(path, r.name), &r, v.Field(r.index)); err != nil {
			return err
		}
	}
	return nil
}

func checkSlice(path string, r *rule, v reflect.Value) error {
	if err := r.items(v.Len()); err != nil && (v.Len() > 0 || !r.optional) {
		return &FieldError{path, err}
	}
	for i := range v.Len() {
		if err := checkValue(element(path, i), r.element(), v.Index(i)); err != nil {
			return err
		}
	}
	return nil
}

func checkMap(path string, r *rule, m map[string]string) error {
	if err := r.items(len(m)); err != nil {
		return &FieldError{path, err}
	}
	for _, key := range slices.Sorted(maps.Keys(m)) {
		if err := r.entry(key, m[key]); err != nil {
			return &FieldError{member(path, key), err}
		}
	}
	return nil
}

// element returns the rule of a list's elements.
func (r *rule) element() *rule {
	return &rule{required: true, pattern: r.pattern, maxLength: r.maxLength}
}

// entry checks one entry of a map.
func (r *rule) entry(key, value string) error {
	if err := matches(key, r.keys); err != nil {
		return err
	}
	return r.text(value, r.values)
}

// anyOf reports whether one of the fields in a blank field's rule is present.
func anyOf(r *rule, there func(name string) bool) bool { return slices.ContainsFunc(r.anyOf, there) }

// neededOf says which fields a struct needs.
func (r *rule) neededOf() string { return "give " + r.anyOf[0] + " or " + r.anyOf[1] + ", or both" }

// hasField reports whether the field with a JSON name is not zero.
func hasField(v reflect.Value, name string) bool {
	for _, r := range rulesOf(v.Type()) {
		if r.name == name && !r.isAnyField {
			return !v.Field(r.index).IsZero()
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
