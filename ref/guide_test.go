package ref

import (
	"bytes"
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

// Every place, test and example that the tables for newcomers name is there.
func TestTablesForNewcomers(t *testing.T) {
	noLeaks(t)
	guide, err := os.ReadFile("README.md")
	must(t, err)
	_, guide, _ = bytes.Cut(guide, []byte("\n## From WebSockets.jl"))
	guide, _, _ = bytes.Cut(guide, []byte("\n## "))
	there := map[string]bool{}
	for dir, prefix := range map[string]string{".": "", "wire": "wire."} {
		for _, tree := range parsedFiles(t, dir) {
			for _, name := range declared(tree) {
				there[prefix+name] = true
			}
		}
	}
	quoted := regexp.MustCompile("`([^`]+)`")
	rows := regexp.MustCompile(`(?m)^\| (.+) \| (.+) \| (.+) \| (.+) \|$`).FindAllSubmatch(guide, -1)
	if len(rows) < 35 {
		t.Errorf("%d rows, want those of every feature", len(rows))
	}
	for _, row := range rows {
		if string(row[2]) == "here" || string(row[2]) == "---" {
			continue
		}
		for i, prefix := range []string{2: "", 3: "Test", 4: "Example"} {
			names := quoted.FindAllSubmatch(row[i], -1)
			if i >= 2 && len(names) == 0 {
				t.Errorf("row %q: nothing in column %d", row[1], i)
			}
			for _, name := range names {
				if i >= 2 && (!there[string(name[1])] || !strings.HasPrefix(strings.TrimPrefix(string(name[1]), "wire."), prefix)) {
					t.Errorf("row %q: there is no %s", row[1], name[1])
				}
			}
		}
	}
}

// declared returns the names of what a file declares: functions, types, their methods
// and fields as Type.Name.
func declared(tree *ast.File) (names []string) {
	for _, decl := range tree.Decls {
		switch d := decl.(type) {
		case *ast.FuncDecl:
			name := d.Name.Name
			if d.Recv != nil {
				receiver := d.Recv.List[0].Type
				if star, ok := receiver.(*ast.StarExpr); ok {
					receiver = star.X
				}
				name = receiver.(*ast.Ident).Name + "." + name
			}
			names = append(names, name)
		case *ast.GenDecl:
			for _, spec := range d.Specs {
				typ, ok := spec.(*ast.TypeSpec)
				if !ok {
					continue
				}
				names = append(names, typ.Name.Name)
				fields, ok := typ.Type.(*ast.StructType)
				if !ok {
					continue
				}
				for _, field := range fields.Fields.List {
					for _, name := range field.Names {
						names = append(names, typ.Name.Name+"."+name.Name)
					}
				}
			}
		}
	}
	return names
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
