package ref

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strings"
	"testing"

	"github.com/onsi/gomega"
	"github.com/onsi/gomega/gleak"
)

// noLeaks fails the test if goroutines outlive it. Call it first.
func noLeaks(t *testing.T) {
	t.Helper()
	before := gleak.Goroutines()
	t.Cleanup(func() {
		g := gomega.NewWithT(t)
		g.Eventually(gleak.Goroutines).WithTimeout(patience).ShouldNot(gleak.HaveLeaked(before))
	})
}

// Every test of this package looks for goroutines that it left behind. (Package
// wire starts none.)
func TestEveryTestLooksForLeaks(t *testing.T) {
	noLeaks(t)
	files, err := filepath.Glob("*_test.go")
	must(t, err)
	tests := 0
	for _, file := range files {
		for _, f := range functions(t, file) {
			if f.Recv != nil || !strings.HasPrefix(f.Name.Name, "Test") {
				continue
			}
			tests++
			if !callsFirst(f, "noLeaks") {
				t.Errorf("%s: %s does not begin with noLeaks(t)", file, f.Name.Name)
			}
		}
	}
	if tests < 100 {
		t.Errorf("%d tests found", tests)
	}
}

// functions returns those that a file declares.
func functions(t *testing.T, file string) (all []*ast.FuncDecl) {
	t.Helper()
	tree, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution|parser.ParseComments)
	must(t, err)
	for _, decl := range tree.Decls {
		if f, ok := decl.(*ast.FuncDecl); ok {
			all = append(all, f)
		}
	}
	return all
}

func callsFirst(f *ast.FuncDecl, name string) bool {
	if len(f.Body.List) == 0 {
		return false
	}
	statement, ok := f.Body.List[0].(*ast.ExprStmt)
	if !ok {
		return false
	}
	call, ok := statement.X.(*ast.CallExpr)
	if !ok {
		return false
	}
	called, ok := call.Fun.(*ast.Ident)
	return ok && called.Name == name
}
