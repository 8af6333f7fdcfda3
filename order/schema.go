package order

import (
	_ "embed" // for the schemas
	"slices"
)

// The schemas are written from the Go types and the tags on their fields:
//
//go:generate go test -run ^TestSchemaIsFresh$ -update .

var (
	//go:embed schema.json
	schema []byte
	//go:embed record.schema.json
	recordSchema []byte
)

// Schema returns the JSON Schema (draft 2020-12) of the JSON form of an order. What the schema refuses, [Parse]
// refuses. Parse also checks what a schema cannot say: that the recipe and its settings are known and in range,
// that not all shares are 0, that a region map has several paintings and stands alone, that a start picture and
// the setting init go together, and that the output's options suit its format.
func Schema() []byte { return slices.Clone(schema) }

// RecordSchema returns the JSON Schema of the JSON form of a record, for which the same holds.
func RecordSchema() []byte { return slices.Clone(recordSchema) }
