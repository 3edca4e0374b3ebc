package reports_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/wsspec/wsspec/reports"
	"github.com/wsspec/wsspec/reports/internal/fixture"
)

// compiledSchema is the compiled schema, with checks of formats such as dates.
func compiledSchema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(reports.SchemaJSON))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	if err := c.AddResource("schema.json", doc); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("schema.json")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestWhatWriteWritesConformsToTheSchema(t *testing.T) {
	s := compiledSchema(t)
	for name, r := range map[string]*reports.Report{"with everything": fixture.Sample(), "empty": {}} {
		if err := fixture.Conforms(t, s, fixture.Written(t, r)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestSchemaRefusesDamage(t *testing.T) {
	s := compiledSchema(t)
	good := string(fixture.Written(t, fixture.Sample()))
	for _, c := range []struct{ name, old, new string }{
		{"another schema", reports.Schema, "wsspec-report/9"},
		{"an unknown verdict", `"verdict": "pass"`, `"verdict": "good"`},
		{"an unknown behavior", `"behavior": "OK"`, `"behavior": "ok"`},
		{"an unknown close behavior", `"behaviorClose": "WRONG CODE"`, `"behaviorClose": "WRONG"`},
		{"a verdict without a behavior", `"behavior": "OK"`, `"behavior": ""`},
		{"a verdict without a close behavior", `"behaviorClose": "OK"`, `"behaviorClose": ""`},
		{"an unknown role", `"role": "client"`, `"role": "peer"`},
		{"an unknown level", `"level": "MAY"`, `"level": "CAN"`},
		{"a negative time", `"t": 350`, `"t": -350`},
		{"a date that is none", "2026-03-14T", "2026-03-34T"},
		{"octets in hex", `"octets": "`, `"octets": "\\x`},
		{"an unknown direction", `"dir": "sent"`, `"dir": "out"`},
		{"an unknown kind", `"kind": "eof"`, `"kind": "end"`},
		{"a frame without a header", `"kind": "eof"`, `"kind": "frame"`},
		{"a header without a frame", `"kind": "frame"`, `"kind": "octets"`},
		{"a masked frame without a key", `"maskKey": "37fa213d",`, ``},
		{"a key on an unmasked frame", `"masked": true`, `"masked": false`},
		{"a length form that is none", `"form": 7`, `"form": 8`},
		{"an opcode of five bits", `"opcode": 15`, `"opcode": 16`},
		{"a length of 65 bits", `18446744073709551615`, `18446744073709551616`},
		{"a close code of three octets", `"remoteCloseCode": 1000`, `"remoteCloseCode": 65536`},
		{"an unknown member", `"flaky"`, `"flakey": true, "flaky"`},
		{"a missing member", `"flaky": false,`, ``},
		{"a missing count", `"skip": 1,`, ``},
	} {
		t.Run(c.name, func(t *testing.T) {
			damaged := strings.Replace(good, c.old, c.new, 1)
			if damaged == good {
				t.Fatalf("the fixture has no %s", c.old)
			}
			if !json.Valid([]byte(damaged)) {
				t.Fatal("the damage broke the JSON: the schema would not be asked")
			}
			if err := fixture.Conforms(t, s, []byte(damaged)); err == nil {
				t.Error("the schema allows it")
			}
		})
	}
}
