package cpu

import (
	"reflect"
	"slices"
	"strings"
	"testing"
)

func TestEveryKernelIsSet(t *testing.T) {
	for _, k := range available() {
		v := reflect.ValueOf(k).Elem()
		for i := range v.NumField() {
			if v.Field(i).Kind() != reflect.Bool && v.Field(i).IsZero() {
				t.Errorf("%s lacks %s", k.name, v.Type().Field(i).Name)
			}
		}
	}
}

// TestOverReplaces asks that a kernel of an instruction set is used in place of the portable one.
func TestOverReplaces(t *testing.T) {
	for _, k := range archKernels() {
		v, merged := reflect.ValueOf(k).Elem(), reflect.ValueOf(k.over(portable())).Elem()
		for i := range v.NumField() {
			f := v.Field(i)
			if f.Kind() == reflect.Func && !f.IsNil() && f.Pointer() != merged.Field(i).Pointer() {
				t.Errorf("%s: its %s is not used", k.name, v.Type().Field(i).Name)
			}
		}
	}
}

func TestNewChoosesInstructionSet(t *testing.T) {
	isas := ISAs()
	if isas[len(isas)-1] != "portable" {
		t.Errorf("instruction sets are %v, the last must be portable", isas)
	}
	for _, isa := range append(isas, "") {
		d, err := New(Options{ISA: isa, Threads: 1})
		if err != nil {
			t.Fatal(err)
		}
		if want := isas[0]; isa == "" && d.Name() != want || isa != "" && d.Name() != isa {
			t.Errorf("asked for %q, got %q", isa, d.Name())
		}
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	}
}

func TestNewRefuses(t *testing.T) {
	lacking := known[slices.IndexFunc(known, func(name string) bool { return !slices.Contains(ISAs(), name) })]
	for _, c := range []struct {
		options Options
		want    string
	}{
		{Options{ISA: lacking}, "lacks " + lacking},
		{Options{ISA: "sse9"}, `unknown instruction set "sse9"`},
		{Options{Threads: -1}, "-1 threads"},
	} {
		if _, err := New(c.options); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("New(%+v): %v, want an error with %q", c.options, err, c.want)
		}
	}
}
