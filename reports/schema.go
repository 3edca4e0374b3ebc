package reports

import _ "embed" // for SchemaJSON

// SchemaJSON is the JSON Schema (draft 2020-12) of what Write writes.
//
//go:embed schema.json
var SchemaJSON []byte
