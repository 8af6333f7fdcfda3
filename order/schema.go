package order

import (
	_ "embed" // for the schemas
	"slices"
)

// The schemas are generated from the Go types and the tags and comments of their fields:
//
//go:generate go test -run ^TestSchemaIsFresh$ -update .

var (
	//go:embed schema.json
	schema []byte
	//go:embed record.schema.json
	recordSchema []byte
)

// Schema returns the JSON Schema (draft 2020-12) of the JSON form of an order. [Parse] rejects what the schema
// rejects. It also checks what a schema cannot express: that the recipe and its settings are known and in range,
// that not all shares are 0, that a region map has several paintings and no other regions, that a start picture and
// the setting init agree, and that the output's options match its format.
func Schema() []byte { return slices.Clone(schema) }

// RecordSchema returns the JSON Schema of the JSON form of a record, for which the same is true.
func RecordSchema() []byte { return slices.Clone(recordSchema) }
