package layout

import (
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// The table of packages in docs/architecture.md names each package of this module and
// each other module of the repository, once and no others. The name `examples/*` stands
// for all packages below examples that no other row names.
func TestArchitectureNamesThePackagesThatExist(t *testing.T) {
	text, err := os.ReadFile("../../docs/architecture.md")
	if err != nil {
		t.Fatal(err)
	}
	var named []string
	for _, row := range rowsOf(string(text)) {
		named = append(named, row.packages...)
	}
	found := packagesOf(t, "../..")
	if len(named) < 20 || len(found) < 20 {
		t.Fatalf("%d packages are named and %d exist, which cannot be all", len(named), len(found))
	}
	for i, name := range named {
		if slices.Contains(named[:i], name) {
			t.Errorf("docs/architecture.md names %s twice", name)
		}
		if !slices.ContainsFunc(found, func(pkg string) bool { return stands(name, pkg) }) {
			t.Errorf("docs/architecture.md names %s, and there is no such package", name)
		}
	}
	for _, pkg := range found {
		if !slices.ContainsFunc(named, func(name string) bool { return stands(name, pkg) }) {
			t.Errorf("docs/architecture.md does not name %s: add it to the table of packages", pkg)
		}
	}
}

// The diagram of one case is true to the imports: each package in it is imported by
// another one of the diagram, or is where the command starts it.
func TestTheWayOfOneCaseFollowsTheImports(t *testing.T) {
	text, err := os.ReadFile("../../docs/architecture.md")
	if err != nil {
		t.Fatal(err)
	}
	_, way, _ := strings.Cut(string(text), "## The way of one case\n")
	way, _, _ = strings.Cut(way, "\n## ")
	imports := importsOf(t, "../..")
	var packages []string
	for _, m := range regexp.MustCompile(`(?m)^((?:conformance|reports)\S*) {2,}`).FindAllStringSubmatch(way, -1) {
		packages = append(packages, m[1])
	}
	if len(packages) < 8 {
		t.Fatalf("the diagram has only %q", packages)
	}
	for i, pkg := range packages {
		if slices.Contains(packages[:i], pkg) {
			t.Errorf("the diagram passes %s twice", pkg)
		}
		imported := slices.Contains(imports["internal/command"], pkg)
		for _, other := range packages {
			imported = imported || slices.Contains(imports[other], pkg)
		}
		if _, ok := imports[pkg]; !ok || !imported {
			t.Errorf("the diagram has %s, which neither the command nor another package of the diagram imports", pkg)
		}
	}
}

// What the table says of imports is true: they go down the table, the last column names
// each of them, and nothing that is not imported.
func TestArchitectureNamesTheImports(t *testing.T) {
	text, err := os.ReadFile("../../docs/architecture.md")
	if err != nil {
		t.Fatal(err)
	}
	words := []string{"conformance/script", "conformance/observed", "conformance/verdict"}
	rows := rowsOf(string(text))
	used := map[int][]string{}
	for from, imports := range importsOf(t, "../..") {
		i := rowOf(rows, from)
		for _, to := range imports {
			j := rowOf(rows, to)
			switch {
			case i < 0 || j < 0: // the test of the names reports it
			case i > j:
				t.Errorf("%s imports %s, which is above it in the table", from, to)
			case i == j || slices.Contains(words, to) || rows[i].anything:
			case !slices.ContainsFunc(rows[i].imports, func(name string) bool { return stands(name, to) }):
				t.Errorf("%s imports %s, which its row in the table does not name", from, to)
			}
			used[i] = append(used[i], to)
		}
	}
	for i, row := range rows {
		for _, name := range row.imports {
			if rowOf(rows, name) >= 0 && !slices.ContainsFunc(used[i], func(to string) bool { return stands(name, to) }) {
				t.Errorf("the row of %s names %s, which none of its packages imports", row.packages[0], name)
			}
		}
	}
}

// A row is a row of the table of packages: the names in its first and last column.
type row struct {
	packages, imports []string
	// anything: the last column is no list of packages.
	anything bool
}

var inBackticks = regexp.MustCompile("`([^`]+)`")

func rowsOf(text string) []row {
	_, table, _ := strings.Cut(text, "\n## Packages\n")
	table, _, _ = strings.Cut(table, "\n## ")
	var rows []row
	for line := range strings.Lines(table) {
		cells := strings.Split(line, "|")
		if len(cells) != 5 {
			continue
		}
		r := row{packages: names(cells[1]), imports: names(cells[3])}
		r.anything = strings.TrimSpace(cells[3]) == "what it needs"
		if len(r.packages) > 0 {
			rows = append(rows, r)
		}
	}
	return rows
}

func names(cell string) []string {
	var out []string
	for _, m := range inBackticks.FindAllStringSubmatch(cell, -1) {
		out = append(out, m[1])
	}
	return out
}

// rowOf is the index of the row that names a package or a group of packages, or -1.
func rowOf(rows []row, pkg string) int {
	byName := slices.IndexFunc(rows, func(r row) bool { return slices.Contains(r.packages, pkg) })
	if byName >= 0 {
		return byName
	}
	return slices.IndexFunc(rows, func(r row) bool {
		return slices.ContainsFunc(r.packages, func(name string) bool { return stands(name, pkg) })
	})
}

// stands reports whether a name of the table stands for a package.
func stands(name, pkg string) bool {
	if dir, ok := strings.CutSuffix(name, "/*"); ok {
		return strings.HasPrefix(pkg, dir+"/")
	}
	return name == pkg
}

// packagesOf lists the folders with Go files, tests included, and the folders of other
// modules without what is in them.
func packagesOf(t *testing.T, root string) []string {
	t.Helper()
	var found []string
	var module string // the other module that the walk is in
	err := filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		dir, err := filepath.Rel(root, name)
		if err != nil {
			return err
		}
		pkg := filepath.ToSlash(dir)
		switch {
		case d.IsDir() && name != root && (strings.HasPrefix(d.Name(), ".") || d.Name() == "testdata"):
			return filepath.SkipDir
		case d.IsDir() && name != root && hasModule(name):
			found = append(found, pkg)
			module = pkg + "/"
		case module != "" && strings.HasPrefix(pkg, module): // only other modules count there
		case !d.IsDir() && strings.HasSuffix(name, ".go") && !slices.Contains(found, path.Dir(pkg)):
			found = append(found, path.Dir(pkg))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}
