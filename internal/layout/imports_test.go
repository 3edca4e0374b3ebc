package layout

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// layers are the packages of the module that other packages build on, from the
// highest to the lowest. A package may import what stands below it, and nothing
// beside it or above. reports/* stands for the packages below reports that have no
// layer by name: the forms. docs/architecture.md has the same order.
var layers = [][]string{
	{"cmd/wsspec", "ci"},
	{"internal/command"},
	{"examples", "fuzz", "autobahn", "tools"},
	{"conformance/specs", "conformance/wsspectest"},
	{"reports/record", "reports/review"},
	{"reports/forms"},
	{"reports/autobahn"},
	{"reports/*"},
	{"reports/internal/fixture", "reports/internal/outline"},
	{"reports"},
	{"conformance"},
	{"conformance/run"},
	{"conformance/play"},
	{"conformance/between"},
	{"conformance/check", "conformance/watch"},
	{"conformance/passive"},
	{"conformance/opening"},
	{"conformance/gotest"},
	{"conformance/gotest/standalone", "conformance/gotest/flatten"},
	{"conformance/stream"},
	{"conformance/judge"},
	{"conformance/observed"},
	{"conformance/catalog", "conformance/vary", "conformance/project", "conformance/tunnel", "conformance/h2"},
	{"conformance/script"},
	{"conformance/oracle", "conformance/faulty", "conformance/rfc"},
	{"conformance/verdict"},
	{"ref/http2", "ref/xconnect"},
	{"ref"},
	{"ref/xconnect/internal/early"},
	{"internal", "reports/internal/wording", "reports/secrets", "conformance/capture", "conformance/certificate"},
	{"ref/wire"},
}

// rules say more than the layers do: what a package may import of this module, in
// full.
var rules = map[string][]string{
	"ref":                     {"ref/wire"},
	"ref/wire":                {},
	"ref/http2":               {},
	"ref/xconnect":            {"ref/xconnect/internal/early"},
	"conformance/verdict":     {},
	"conformance/rfc":         {},
	"conformance/capture":     {},
	"conformance/certificate": {},
	"conformance/script":      {"conformance/verdict", "internal/payloads", "ref/wire"},
	"conformance/judge":       {"conformance/script", "conformance/observed", "conformance/verdict", "ref/wire"},
	"conformance/oracle":      {"ref/wire"},
	"conformance/faulty":      {"ref/wire"},
	"conformance/catalog":     {"conformance/rfc", "conformance/script", "conformance/verdict", "internal/payloads", "ref/wire"},
	"reports":                 {"conformance/verdict", "reports/internal/wording", "reports/secrets"},
}

const module = "github.com/wsspec/wsspec/"

func TestImportsGoDown(t *testing.T) {
	imports := importsOf(t, "../..")
	if len(imports) < 20 {
		t.Fatalf("found %d packages, which cannot be all", len(imports))
	}
	for from, all := range imports {
		for _, to := range all {
			a, b := layerOf(from), layerOf(to)
			switch {
			case strings.HasPrefix(from, to+"/"): // a folder below may use the one above
			case a < 0:
				t.Errorf("%s is in no layer: add it to the layers, and to docs/architecture.md", from)
			case b < 0:
				t.Errorf("%s imports %s, which is in no layer: add it to the layers, and to docs/architecture.md", from, to)
			case a >= b:
				t.Errorf("%s imports %s, which does not stand below it", from, to)
			}
		}
	}
	for from, allowed := range rules {
		for _, to := range imports[from] {
			if !slices.Contains(allowed, to) {
				t.Errorf("%s imports %s; it may import only %q", from, to, allowed)
			}
		}
		if _, ok := imports[from]; !ok {
			t.Errorf("a rule is about %s, and there is no such package", from)
		}
	}
}

// The harness judges by statements of its own, so that a mistake in the reference
// endpoint shows and does not hide itself.
func TestTheEngineDoesNotUseTheReferenceEndpoint(t *testing.T) {
	for from, all := range importsOf(t, "../..") {
		if strings.HasPrefix(from, "conformance") && slices.Contains(all, "ref") {
			t.Errorf("%s imports ref", from)
		}
	}
}

// layerOf is the index of the layer of a package: that of its own name, or of the
// nearest folder above it.
func layerOf(pkg string) int {
	for ; pkg != "."; pkg = path.Dir(pkg) {
		for _, name := range []string{pkg, path.Dir(pkg) + "/*"} {
			for i, names := range layers {
				if slices.Contains(names, name) {
					return i
				}
			}
		}
	}
	return -1
}

// importsOf lists what each package of the module imports of the module, tests left
// out. A module inside this one is none of its packages.
func importsOf(t *testing.T, root string) map[string][]string {
	t.Helper()
	found := map[string][]string{}
	err := filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && (strings.HasPrefix(d.Name(), ".") && name != root || d.Name() == "testdata" || name != root && hasModule(name)):
			return filepath.SkipDir
		case d.IsDir() || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go"):
			return nil
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		dir, err := filepath.Rel(root, filepath.Dir(name))
		if err != nil {
			return err
		}
		pkg := filepath.ToSlash(dir)
		found[pkg] = append(found[pkg], []string{}...)
		for _, i := range file.Imports {
			if to, ok := strings.CutPrefix(mustUnquote(i.Path.Value), module); ok && !slices.Contains(found[pkg], to) {
				found[pkg] = append(found[pkg], to)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func hasModule(dir string) bool {
	_, err := os.Stat(filepath.Join(dir, "go.mod"))
	return err == nil
}

func mustUnquote(s string) string {
	out, err := strconv.Unquote(s)
	if err != nil {
		panic(err) // the parser has read it as a string
	}
	return out
}
