package ref

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"regexp"
	"testing"
)

// Every place that the reading guide names is there.
func TestReadingGuide(t *testing.T) {
	noLeaks(t)
	guide, err := os.ReadFile("README.md")
	must(t, err)
	rows := regexp.MustCompile("(?m)\\| `([a-z0-9_/]+\\.go)` \\| `(\\w+)` \\|$").FindAllSubmatch(guide, -1)
	if len(rows) < 50 {
		t.Errorf("%d places in the guide, want those of every section", len(rows))
	}
	for _, row := range rows {
		file, name := string(row[1]), string(row[2])
		if !declares(t, file, name) {
			t.Errorf("%s declares no %s", file, name)
		}
	}
}

func declares(t *testing.T, file, name string) bool {
	t.Helper()
	tree, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
	must(t, err)
	for _, decl := range tree.Decls {
		switch d := decl.(type) {
		case *ast.FuncDecl:
			if d.Name.Name == name {
				return true
			}
		case *ast.GenDecl:
			for _, spec := range d.Specs {
				if s, ok := spec.(*ast.TypeSpec); ok && s.Name.Name == name {
					return true
				}
			}
		}
	}
	return false
}
