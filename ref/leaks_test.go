package ref

import (
	"go/ast"
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
		g.Eventually(gleak.Goroutines).WithTimeout(testTimeout).ShouldNot(gleak.HaveLeaked(before))
	})
}

// Every test of this package looks for goroutines that it left behind. (Package
// wire starts none.)
func TestEveryTestLooksForLeaks(t *testing.T) {
	noLeaks(t)
	tests := 0
	for file, tree := range parsedFiles(t, ".") {
		for _, decl := range tree.Decls {
			f, ok := decl.(*ast.FuncDecl)
			if !ok || f.Recv != nil || !strings.HasPrefix(f.Name.Name, "Test") {
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
