package order

import (
	"bytes"
	"encoding/json"
	"flag"
	"go/ast"
	"go/parser"
	"go/token"
	"math"
	"os"
	"reflect"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

var update = flag.Bool("update", false, "write the schemas from the Go types")

// schemaFiles are the types that have a schema of their own.
var schemaFiles = []struct {
	file, title string
	of          any
}{
	{"schema.json", "An order of Impasto: what to paint", Order{}},
	{"record.schema.json", "A record of Impasto: an order and what happened when it was painted", Record{}},
}

// TestSchemaIsFresh compares the files with what the types say. With -update it writes them.
func TestSchemaIsFresh(t *testing.T) {
	comments := fieldComments(t)
	for _, s := range schemaFiles {
		root := structSchema(reflect.TypeOf(s.of), comments)
		text, err := json.MarshalIndent(append(members{
			{"$schema", "https://json-schema.org/draft/2020-12/schema"}, {"title", s.title}}, root...), "", "  ")
		if err != nil {
			t.Fatal(err)
		}
		text = append(text, '\n')
		if *update {
			if err := os.WriteFile(s.file, text, 0o666); err != nil {
				t.Fatal(err)
			}
		}
		there, err := os.ReadFile(s.file)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(there, text) {
			t.Errorf("%s is not what the types say; run go generate ./order", s.file)
		}
	}
}

// members are those of an object, in their order.
type members []struct {
	key   string
	value any
}

func (m members) MarshalJSON() ([]byte, error) {
	var out bytes.Buffer
	for i, e := range m {
		out.WriteByte("{,"[min(i, 1)])
		key, err := json.Marshal(e.key)
		if err != nil {
			return nil, err
		}
		value, err := json.Marshal(e.value)
		if err != nil {
			return nil, err
		}
		out.Write(append(append(key, ':'), value...))
	}
	if len(m) == 0 {
		out.WriteByte('{')
	}
	out.WriteByte('}')
	return out.Bytes(), nil
}

func (m *members) add(key string, value any) {
	*m = append(*m, struct {
		key   string
		value any
	}{key, value})
}

// structSchema is the schema of a struct by the constraints of its fields.
func structSchema(t reflect.Type, comments map[string]string) members {
	s, properties := members{}, members{}
	var required []string
	var either []members
	for _, c := range constraintsOf(t) {
		if c.isAnyField {
			for _, name := range c.anyOf {
				either = append(either, members{{"required", []string{name}}})
			}
			continue
		}
		f := t.Field(c.index)
		one := valueSchema(&c, f.Type, comments)
		if text := comments[t.Name()+"."+f.Name]; text != "" {
			one = append(members{{"description", text}}, one...)
		}
		properties.add(c.name, one)
		if c.required {
			required = append(required, c.name)
		}
	}
	s.add("type", "object")
	s.add("additionalProperties", false)
	if required != nil {
		s.add("required", required)
	}
	if either != nil {
		s.add("anyOf", either)
	}
	s.add("properties", properties)
	return s
}

// valueSchema is the schema of a value by the constraint of its field.
func valueSchema(c *constraint, t reflect.Type, comments map[string]string) members {
	s := members{}
	addNumber := func(kind string) {
		s.add("type", kind)
		for _, limit := range []struct {
			name  string
			value *float64
		}{{"minimum", c.min}, {"maximum", c.max}} {
			if limit.value != nil {
				s.add(limit.name, *limit.value)
			}
		}
	}
	switch t.Kind() {
	case reflect.Pointer:
		return valueSchema(c, t.Elem(), comments)
	case reflect.Struct:
		return structSchema(t, comments)
	case reflect.Slice:
		s.add("type", "array")
		s.add("minItems", c.leastItems)
		s.add("maxItems", c.mostItems)
		s.add("items", valueSchema(c.element(), t.Elem(), comments))
	case reflect.Map:
		s.add("type", "object")
		s.add("maxProperties", c.mostItems)
		s.add("propertyNames", members{{"pattern", patterns[c.keys].String()}})
		s.add("additionalProperties", valueSchema(&constraint{pattern: c.values, maxLength: c.maxLength}, t.Elem(), comments))
	case reflect.Bool:
		s.add("type", "boolean")
	case reflect.Int:
		addNumber("integer")
	case reflect.Uint64:
		s.add("type", "integer")
		s.add("minimum", 0)
		s.add("maximum", uint64(math.MaxUint64))
	case reflect.Float64:
		addNumber("number")
	case reflect.String:
		s.add("type", "string")
		if c.maxLength > 0 {
			s.add("maxLength", c.maxLength)
		}
		if p, ok := patterns[c.pattern]; ok {
			s.add("pattern", p.String())
		}
	}
	number := func(text string) any {
		if t.Kind() == reflect.String {
			return text
		}
		return json.Number(text)
	}
	if c.enum != nil {
		var values []any
		for _, v := range c.enum {
			values = append(values, number(v))
		}
		s.add("enum", values)
	}
	if c.hasDefault {
		s.add("default", number(c.byDefault))
	}
	return s
}

// fieldComments are the comments of the fields of this package's types, by "Type.Field", on one line each.
func fieldComments(t *testing.T) map[string]string {
	t.Helper()
	comments := map[string]string{}
	files, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if !strings.HasSuffix(f.Name(), ".go") || strings.HasSuffix(f.Name(), "_test.go") {
			continue
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), f.Name(), nil, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(parsed, func(n ast.Node) bool {
			spec, ok := n.(*ast.TypeSpec)
			if !ok {
				return true
			}
			if s, ok := spec.Type.(*ast.StructType); ok {
				for _, field := range s.Fields.List {
					for _, name := range field.Names {
						comments[spec.Name.Name+"."+name.Name] = strings.Join(strings.Fields(field.Doc.Text()), " ")
					}
				}
			}
			return true
		})
	}
	return comments
}

// compiled is a schema as an independent validator reads it.
func compiled(t *testing.T, text []byte) *jsonschema.Schema {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("schema.json", doc); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("schema.json")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// fits reports whether a text is JSON and fits a schema.
func fits(s *jsonschema.Schema, text string) bool {
	doc, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
	return err == nil && s.Validate(doc) == nil
}
