package reports

import _ "embed" // for SchemaJSON

// SchemaJSON is the JSON Schema (draft 2020-12) of report.json.
//
//go:embed schema.json
var SchemaJSON []byte
