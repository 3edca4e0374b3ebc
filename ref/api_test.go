package ref

import (
	"bytes"
	"flag"
	"fmt"
	"go/ast"
	"go/printer"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var updateAPI = flag.Bool("update-api", false, "write testdata/api.txt of ref and ref/wire anew")

// What is exported changes only together with the list of it. Whoever changes
// the list sees what users will see: a line that goes is a program that breaks.
func TestExportedAPI(t *testing.T) {
	noLeaks(t)
	for _, dir := range []string{".", "wire"} {
		got := strings.Join(exportedAPI(t, dir), "\n") + "\n"
		file := filepath.Join(dir, "testdata", "api.txt")
		if *updateAPI {
			must(t, os.MkdirAll(filepath.Dir(file), 0o777))
			must(t, os.WriteFile(file, []byte(got), 0o666))
			continue
		}
		want, err := os.ReadFile(file)
		must(t, err)
		if diff := cmp.Diff(string(want), got); diff != "" {
			t.Errorf("%s (-want +got); go test ./ref -run ExportedAPI -update-api writes it anew:\n%s", file, diff)
		}
	}
}

// exportedAPI returns a sorted line for each exported name.
func exportedAPI(t *testing.T, dir string) (lines []string) {
	t.Helper()
	for file, tree := range parsedFiles(t, dir) {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		for _, decl := range tree.Decls {
			switch d := decl.(type) {
			case *ast.FuncDecl:
				if !d.Name.IsExported() || d.Recv != nil && !ast.IsExported(receiverName(d)) {
					continue
				}
				lines = append(lines, "func "+receiverOf(d)+d.Name.Name+strings.TrimPrefix(show(t, d.Type), "func"))
			case *ast.GenDecl:
				for _, spec := range d.Specs {
					lines = append(lines, exportedOf(t, d.Tok, spec)...)
				}
			}
		}
	}
	slices.Sort(lines)
	return lines
}

func exportedOf(t *testing.T, kind token.Token, spec ast.Spec) (lines []string) {
	t.Helper()
	switch s := spec.(type) {
	case *ast.ValueSpec:
		for i, name := range s.Names {
			if !name.IsExported() {
				continue
			}
			line := fmt.Sprint(kind, " ", name.Name)
			if s.Type != nil {
				line += " " + show(t, s.Type)
			}
			if kind == token.CONST && i < len(s.Values) {
				line += " = " + show(t, s.Values[i])
			}
			lines = append(lines, line)
		}
	case *ast.TypeSpec:
		if !s.Name.IsExported() {
			return nil
		}
		prefix := "type " + s.Name.Name
		fields, ok := s.Type.(*ast.StructType)
		if !ok {
			if s.Assign.IsValid() {
				prefix += " ="
			}
			return []string{prefix + " " + show(t, s.Type)}
		}
		lines = append(lines, prefix+" struct")
		for _, field := range fields.Fields.List {
			for _, name := range field.Names {
				if name.IsExported() {
					lines = append(lines, prefix+"."+name.Name+" "+show(t, field.Type))
				}
			}
		}
	}
	return lines
}

func receiverName(f *ast.FuncDecl) string {
	typ := f.Recv.List[0].Type
	if star, ok := typ.(*ast.StarExpr); ok {
		typ = star.X
	}
	return typ.(*ast.Ident).Name
}

func receiverOf(f *ast.FuncDecl) string {
	if f.Recv == nil {
		return ""
	}
	star := ""
	if _, ok := f.Recv.List[0].Type.(*ast.StarExpr); ok {
		star = "*"
	}
	return "(" + star + receiverName(f) + ") "
}

// show prints a piece of syntax on one line.
func show(t *testing.T, node any) string {
	t.Helper()
	var out bytes.Buffer
	must(t, printer.Fprint(&out, token.NewFileSet(), node))
	return strings.Join(strings.Fields(out.String()), " ")
}
