package reports_test

import (
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

const module = "github.com/wsspec/wsspec/"

// mayImport says which packages of this module a folder below reports may
// import: paths below the module, where a path ending in /... stands for all
// below it.
func mayImport(folder string) []string {
	switch {
	case folder == "reports":
		return []string{"conformance/verdict", "reports/internal/wording", "reports/secrets"}
	case folder == "reports/internal/wording", folder == "reports/secrets":
		return nil
	case folder == "reports/record":
		return []string{"conformance", "conformance/...", "ref/wire", "reports", "reports/forms", "reports/secrets"}
	case folder == "reports/review":
		return []string{"conformance/check", "conformance/passive", "conformance/verdict", "ref/wire", "reports"}
	case folder == "reports/forms":
		return []string{"reports", "reports/..."}
	}
	// A form. Autobahn's folder contains the page.
	return []string{"conformance/verdict", "reports", "reports/internal/...", "reports/page"}
}

// The model does not import the engine or the forms, a form does not import the
// engine, only reports/record imports results, and only reports/review judges.
func TestImports(t *testing.T) {
	seen := 0
	err := filepath.WalkDir(".", func(file string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || path.Ext(file) != ".go" || strings.HasSuffix(file, "_test.go") {
			return err
		}
		f, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		folder := path.Join("reports", filepath.ToSlash(filepath.Dir(file)))
		for _, spec := range f.Imports {
			name, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				return err
			}
			if name, ours := strings.CutPrefix(name, module); ours {
				seen++
				if !permits(mayImport(folder), name) {
					t.Errorf("%s imports %s; %s may import %q", file, name, folder, mayImport(folder))
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if seen < 50 {
		t.Errorf("only %d imports were seen", seen)
	}
}

func permits(allowed []string, name string) bool {
	for _, a := range allowed {
		if below, ok := strings.CutSuffix(a, "..."); a == name || ok && strings.HasPrefix(name, below) {
			return true
		}
	}
	return false
}
