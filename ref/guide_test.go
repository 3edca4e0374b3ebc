package ref

import (
	"go/ast"
	"go/doc"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"strings"
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

// Every exported function has an example whose output is checked, and so have the
// methods that users meet first.
func TestEveryFunctionHasAnExample(t *testing.T) {
	noLeaks(t)
	for dir, methods := range map[string][]string{
		".": {
			"Conn_Read", "Conn_Messages", "Conn_NextReader", "Conn_Write", "Conn_NextWriter", "Conn_WriteFragments",
			"Conn_WriteGuarded", "Conn_Ping", "Conn_OnPong", "Conn_KeepAlive", "Conn_Close", "Conn_CloseRead", "Conn_CloseWrite",
			"Server", "Retry", "AcceptOptions", "CloseError", "HandshakeError",
		},
		"wire": {"UTF8Validator"},
	} {
		checked := map[string]bool{}
		var want []string
		for file, tree := range parsedFiles(t, dir) {
			if strings.HasSuffix(file, "_test.go") {
				for _, example := range doc.Examples(tree) {
					checked[example.Name] = example.Output != ""
				}
				continue
			}
			for _, decl := range tree.Decls {
				if f, ok := decl.(*ast.FuncDecl); ok && f.Recv == nil && f.Name.IsExported() {
					want = append(want, f.Name.Name)
				}
			}
		}
		if len(want) < 10 {
			t.Errorf("%s: %d functions found", dir, len(want))
		}
		for _, name := range append(want, methods...) {
			if !checked[name] {
				t.Errorf("%s has no example with an output", name)
			}
		}
	}
}

// parsedFiles returns the syntax of every Go file of a folder, tests too.
func parsedFiles(t *testing.T, dir string) map[string]*ast.File {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*.go"))
	must(t, err)
	trees := map[string]*ast.File{}
	for _, file := range files {
		tree, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution|parser.ParseComments)
		must(t, err)
		trees[file] = tree
	}
	return trees
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
