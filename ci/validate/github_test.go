package validate

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/nektos/act/pkg/schema"
	"github.com/rhysd/actionlint"
	"gopkg.in/yaml.v3"
)

// The files for GitHub follow the schemas that GitHub's own runner reads them by.
func TestGitHubSchemas(t *testing.T) {
	for pattern, n := range map[string]schema.Node{
		"../github/*/action.yml":          {Definition: "action-root", Schema: schema.GetActionSchema()},
		"../github/*.yml":                 {Definition: "workflow-root-strict", Schema: schema.GetWorkflowSchema()},
		"../../.github/workflows/*.yml":   {Definition: "workflow-root-strict", Schema: schema.GetWorkflowSchema()},
		"../clusterfuzzlite/workflow.yml": {Definition: "workflow-root-strict", Schema: schema.GetWorkflowSchema()},
	} {
		for _, path := range matching(t, pattern) {
			var root yaml.Node
			if err := yaml.Unmarshal(read(t, path), &root); err != nil {
				t.Fatalf("%s: %v", path, err)
			}
			if err := n.UnmarshalYAML(&root); err != nil {
				t.Errorf("%s: %v", path, err)
			}
		}
	}
}

// actionlint, which checks expressions, needs and inputs too, has nothing to say of the
// workflows.
func TestGitHubWorkflowsAreLinted(t *testing.T) {
	for _, path := range slices.Concat(matching(t, "../github/*.yml"), matching(t, "../../.github/workflows/*.yml"), matching(t, "../clusterfuzzlite/workflow.yml")) {
		var said strings.Builder
		l, err := actionlint.NewLinter(&said, &actionlint.LinterOptions{Color: actionlint.ColorOptionKindNever})
		if err != nil {
			t.Fatal(err)
		}
		errs, err := l.Lint(path, read(t, path), nil)
		if err != nil || len(errs) > 0 {
			t.Errorf("%v\n%s", err, said.String())
		}
	}
}

func matching(t *testing.T, pattern string) []string {
	t.Helper()
	paths, err := filepath.Glob(pattern)
	if err != nil || len(paths) == 0 {
		t.Fatalf("%s: no file matches, %v", pattern, err)
	}
	return paths
}

func read(t *testing.T, path string) []byte {
	t.Helper()
	octets, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return octets
}
