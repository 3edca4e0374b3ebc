package command

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"go.yaml.in/yaml/v3"

	"github.com/wsspec/wsspec/reports/forms"
)

const schemaFile = "../../docs/wsspec.schema.json"

var updateSchema = flag.Bool("update", false, "rewrite the schema of the file for --config with what the flags say now")

// The schema of the file for --config has each flag of both commands, as they are now.
func TestConfigSchemaHasEveryFlag(t *testing.T) {
	var want bytes.Buffer
	e := json.NewEncoder(&want)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	if err := e.Encode(configSchema()); err != nil {
		t.Fatal(err)
	}
	if *updateSchema {
		if err := os.WriteFile(schemaFile, want.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(schemaFile)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want.String(), string(got)); diff != "" {
		t.Errorf("docs/wsspec.schema.json is not what the flags say; go test ./internal/command -run ConfigSchema -update renews it (-want +got):\n%s", diff)
	}
}

type object = map[string]any

// text is what a text may be: YAML takes 7.1 for a number.
var text = object{"type": []string{"string", "number"}}

func configSchema() object {
	texts := object{"anyOf": []any{text, object{"type": "array", "items": text, "minItems": 1}}}
	target := object{"type": "object", "required": []string{"url"}, "additionalProperties": false, "properties": object{
		"url": text, "agent": text, "origin": text, "subprotocol": texts, "header": texts, "header-env": texts,
	}}
	section := func(cmd *cobra.Command, own string, value object) object {
		properties := object{own: value}
		cmd.Flags().VisitAll(func(f *pflag.Flag) {
			if !slices.Contains(noSettings, f.Name) {
				properties[f.Name] = schemaOf(f)
			}
		})
		return object{"type": "object", "description": "The flags of wsspec " + cmd.Name() + ", without the dashes.", "additionalProperties": false, "properties": properties}
	}
	return object{
		"$schema": "https://json-schema.org/draft/2020-12/schema",
		"title":   "The file for wsspec server --config and wsspec client --config",
		"type":    "object", "additionalProperties": false, "minProperties": 1,
		"properties": object{
			"server": section(newServer(), keyTargets, object{
				"description": "The servers to test: each a URL, or a URL with settings of its own.",
				"type":        "array", "minItems": 1, "items": object{"anyOf": []any{text, target}},
			}),
			"client": section(newClient(), keyCommand, object{
				"description": "The command that starts the client, with {url} where the case's URL goes.",
				"type":        "array", "minItems": 1, "items": text,
			}),
		},
	}
}

// schemaOf is what a flag takes.
func schemaOf(f *pflag.Flag) object {
	_, usage := pflag.UnquoteUsage(f)
	s := object{"description": usage}
	switch f.Value.Type() {
	case "bool":
		s["type"] = "boolean"
	case "int":
		s["type"] = "integer"
	case "float64":
		s["type"] = "number"
	case "duration":
		s["type"], s["pattern"] = "string", "^([0-9.]+(ns|us|µs|ms|s|m|h))+$"
	case "stringArray":
		s["anyOf"] = []any{text, object{"type": "array", "items": text, "minItems": 1}}
	case "string":
		s["type"] = text["type"]
	default:
		panic("the schema does not know the type " + f.Value.Type() + " of --" + f.Name)
	}
	switch f.Name {
	case "profile":
		var names []string
		for _, p := range profiles {
			if strings.Contains(f.Usage, p.name) { // autobahn does not know all
				names = append(names, p.name)
			}
		}
		s["enum"] = names
	case "format":
		var names []string
		for _, form := range forms.All() {
			if form.Write != nil {
				names = append(names, form.Name)
			}
		}
		s["enum"] = names
	}
	return s
}

// The schema takes what the command takes, and rejects what it rejects.
func TestConfigSchemaAgreesWithTheCommand(t *testing.T) {
	c := jsonschema.NewCompiler()
	schema, err := c.Compile(schemaFile)
	if err != nil {
		t.Fatal(err)
	}
	for name, tt := range configFiles {
		t.Run(name, func(t *testing.T) {
			var content any
			if err := yaml.Unmarshal([]byte(tt.text), &content); err != nil {
				return // the schema is about files that are YAML
			}
			octets, err := json.Marshal(content)
			if err != nil {
				return // and about what JSON can say
			}
			instance, err := jsonschema.UnmarshalJSON(bytes.NewReader(octets))
			if err != nil {
				t.Fatal(err)
			}
			if err := schema.Validate(instance); (err == nil) != (tt.wrong == "") && !tt.schemaTakesIt {
				t.Errorf("the schema says %v, the command %q", err, tt.wrong)
			}
		})
	}
}
