package sarif

import (
	"encoding/json"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/wsspec/wsspec/reports"
	"github.com/wsspec/wsspec/reports/internal/fixture"
)

// sarifSchema is the schema of OASIS, from a module that the project's linter needs
// anyway, so that the repository has no copy.
func sarifSchema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	const module = "github.com/securego/gosec/v2"
	download := exec.Command("go", "mod", "download", "-json", module)
	download.Dir = filepath.Join("..", "..", "tools")
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

func TestSARIFIsValid(t *testing.T) {
	schema := sarifSchema(t)
	text := fixture.Drawn(t, Write, fixture.Sample())
	for name, text := range map[string]string{"the sample": text, "nothing": fixture.Drawn(t, Write, &reports.Report{})} {
		if err := fixture.Conforms(t, schema, []byte(text)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	// The schema rejects a damaged file.
	if fixture.Conforms(t, schema, []byte(strings.Replace(text, `"level": "error"`, `"level": "grave"`, 1))) == nil {
		t.Error("a level that is none is valid")
	}
}
