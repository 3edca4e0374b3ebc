package reports

import (
	"encoding/json"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// sarifSchema is the schema that OASIS publishes. It lies in a module that the
// project's linter needs anyway; it is not ours to copy.
func sarifSchema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	const module = "github.com/securego/gosec/v2"
	download := exec.Command("go", "mod", "download", "-json", module)
	download.Dir = filepath.Join("..", "tools")
	said, err := download.Output()
	var got struct{ Dir string }
	if err == nil {
		err = json.Unmarshal(said, &got)
	}
	if err != nil {
		t.Skipf("NOT TESTED against the schema of SARIF, which is in the module %s: %v %s", module, err, said)
	}
	schema, err := jsonschema.NewCompiler().Compile(filepath.Join(got.Dir, "report", "sarif", "testdata", "sarif-schema-2.1.0.json"))
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

func TestSARIFIsAsItsSchemaSays(t *testing.T) {
	schema := sarifSchema(t)
	text := drawn(t, WriteSARIF, sample())
	for name, text := range map[string]string{"the sample": text, "nothing": drawn(t, WriteSARIF, &Report{})} {
		if err := conforms(t, schema, []byte(text)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	// The schema is one that can be broken.
	if conforms(t, schema, []byte(strings.Replace(text, `"level": "error"`, `"level": "grave"`, 1))) == nil {
		t.Error("a level that is none is valid")
	}
}
