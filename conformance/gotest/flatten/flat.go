package flatten

import (
	"fmt"
	"go/ast"
	"go/constant"
	"go/format"
	"go/token"
	"go/types"
	"slices"
	"strings"
)

// A Flat is the text of several packages as one.
type Flat struct {
	// Imports are the packages that the text needs, in order.
	Imports []string
	// Text has the declarations, formatted, without package clause and imports.
	Text string

	program *Program
	names   map[types.Object]string
	// constants are the names of constants by type and value.
	constants map[string]string
}

// A Root is what a flat text is for: a function with all that it needs, and the type
// of the data that others write for it.
type Root struct{ Path, Func, Data string }

// Flatten returns what the root needs, the packages that come last in the program
// first. The last package is whole. Of the others, for brevity, only the types of the
// data keep their comments, and functions those inside of them; a comment before each
// says where to find the rest.
func (p *Program) Flatten(root Root) (*Flat, error) {
	fn, data := p.find(root.Path, root.Func), p.find(root.Path, root.Data)
	if fn == nil || data == nil {
		return nil, fmt.Errorf("flatten: no %s or no %s in %s", root.Func, root.Data, root.Path)
	}
	r := newReach(p)
	r.keep(fn)
	r.keepData(data.Type(), map[types.Type]bool{})
	r.run()
	f := &Flat{program: p, names: r.rename()}
	f.indexConstants()
	for path := range r.imports {
		f.Imports = append(f.Imports, path)
	}
	slices.Sort(f.Imports)
	const clause = "package p\n\n"
	var b strings.Builder
	b.WriteString(clause)
	for i, in := range slices.Backward(p.packages) {
		w := &writer{reach: r, pkg: in, names: f.names, brief: i < len(p.packages)-1}
		text := w.text()
		if text != "" && w.brief {
			fmt.Fprintf(&b, "// What follows is from %s, which explains it.\n\n", in.path)
		}
		b.WriteString(text)
	}
	text, err := format.Source([]byte(b.String()))
	if err != nil {
		return nil, fmt.Errorf("flatten: what came of it is no Go: %w", err)
	}
	f.Text = strings.TrimPrefix(string(text), clause)
	return f, nil
}

// Name is what a top-level name of a package is called in the flat text; the name
// itself if the text does not have it.
func (f *Flat) Name(path, name string) string {
	if flat, ok := f.names[f.program.find(path, name)]; ok {
		return flat
	}
	return name
}

// Constant is what the first constant of a type with that value is called in the flat
// text. The value is a string or an integer.
func (f *Flat) Constant(path, typeName string, value constant.Value) (name string, ok bool) {
	name, ok = f.constants[constantKey(path, typeName, value)]
	return name, ok
}

func constantKey(path, typeName string, value constant.Value) string {
	return path + "." + typeName + " " + value.ExactString()
}

// indexConstants names the constants, of several with one value the first.
func (f *Flat) indexConstants() {
	first := map[string]types.Object{}
	f.constants = map[string]string{}
	for obj, name := range f.names {
		c, ok := obj.(*types.Const)
		if !ok {
			continue
		}
		t, ok := c.Type().(*types.Named)
		if !ok || t.Obj().Pkg() == nil {
			continue
		}
		key := constantKey(t.Obj().Pkg().Path(), t.Obj().Name(), c.Val())
		if known := first[key]; known == nil || c.Pos() < known.Pos() {
			first[key], f.constants[key] = c, name
		}
	}
}

// rename gives each top-level object a name of its own: its own name, if no package
// before and no local variable has that, and else that of its package before it.
func (r *reach) rename() map[types.Object]string {
	taken := map[string]bool{}
	for _, name := range types.Universe.Names() {
		taken[name] = true
	}
	for path := range r.imports {
		taken[packageName(path)] = true
	}
	names := map[types.Object]string{}
	for _, in := range slices.Backward(r.packages) {
		scope := in.types.Scope()
		for _, name := range scope.Names() {
			obj := scope.Lookup(name)
			if !r.reached[obj] {
				continue
			}
			flat := name
			if taken[flat] || obj.Exported() && r.locals[flat] {
				flat = in.types.Name() + strings.ToUpper(name[:1]) + name[1:]
			}
			for taken[flat] || flat != name && r.locals[flat] {
				flat += "_"
			}
			taken[flat], names[obj] = true, flat
		}
	}
	return names
}

// A writer writes the part of one package that is needed.
type writer struct {
	*reach
	pkg   *pkg
	names map[types.Object]string
	brief bool // without comments

	file  *file
	edits []edit
}

// An edit puts a text in place of part of a file.
type edit struct {
	from, to token.Pos
	text     string
}

func (w *writer) text() string {
	var b strings.Builder
	for _, w.file = range w.pkg.files {
		for _, d := range w.file.Decls {
			if text, ok := w.declaration(d); ok {
				b.WriteString(text + "\n\n")
			}
		}
	}
	return b.String()
}

// declaration returns what is left of a declaration; ok is false if nothing is.
func (w *writer) declaration(d ast.Decl) (text string, ok bool) {
	w.edits = nil
	var doc *ast.CommentGroup
	switch d := d.(type) {
	case *ast.FuncDecl:
		if !w.reached[w.pkg.info.Defs[d.Name]] {
			return "", false
		}
		if !w.brief {
			doc = d.Doc
		}
	case *ast.GenDecl:
		doc = d.Doc
		left := 0
		for _, spec := range d.Specs {
			if w.spec(spec) {
				left++
			}
		}
		if left == 0 {
			return "", false
		}
		if w.explains(d.Specs) {
			break
		}
		doc = nil
		for _, spec := range d.Specs {
			w.withoutComments(spec)
		}
	}
	w.identifiers(d)
	start := d.Pos()
	if doc != nil {
		start = doc.Pos()
	}
	return w.apply(start, w.lineEnd(d.End())), true
}

// spec leaves out what is not needed of a specification; it returns false if all of
// it goes.
func (w *writer) spec(spec ast.Spec) bool {
	switch spec := spec.(type) {
	case *ast.TypeSpec:
		if !w.reached[w.pkg.info.Defs[spec.Name]] {
			w.remove(spec, spec.Doc)
			return false
		}
		for _, field := range fieldsOf(spec) {
			used := len(field.Names) == 0
			for _, id := range field.Names {
				used = used || w.reached[w.pkg.info.Defs[id]]
			}
			if !used {
				w.remove(field, field.Doc)
			}
		}
		return true
	case *ast.ValueSpec:
		for _, id := range spec.Names {
			if w.reached[w.pkg.info.Defs[id]] {
				return true
			}
		}
		w.remove(spec, spec.Doc)
	}
	return false
}

// explains reports whether declarations keep their comments.
func (w *writer) explains(specs []ast.Spec) bool {
	if !w.brief {
		return true
	}
	for _, spec := range specs {
		switch spec := spec.(type) {
		case *ast.TypeSpec:
			return w.data[w.pkg.info.Defs[spec.Name]]
		case *ast.ValueSpec:
			return w.data[w.pkg.info.Defs[spec.Names[0]]]
		}
	}
	return false
}

// withoutComments takes the comments of a specification and its fields away.
func (w *writer) withoutComments(n ast.Node) {
	ast.Inspect(n, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.CommentGroup:
			w.cut(n.Pos(), n.End())
		case *ast.FuncLit:
			return false
		}
		return true
	})
}

func (w *writer) remove(n ast.Node, doc *ast.CommentGroup) {
	from := n.Pos()
	if doc != nil {
		from = doc.Pos()
	}
	w.cut(from, w.lineEnd(n.End()))
}

// identifiers puts the new names in place of the old ones.
func (w *writer) identifiers(n ast.Node) {
	ast.Inspect(n, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.SelectorExpr:
			id, ok := n.X.(*ast.Ident)
			if !ok {
				return true
			}
			if _, isPackage := w.pkg.info.Uses[id].(*types.PkgName); !isPackage {
				return true
			}
			if flat, ok := w.names[w.pkg.info.Uses[n.Sel]]; ok {
				w.edits = append(w.edits, edit{n.Pos(), n.End(), flat})
			}
			return false
		case *ast.Ident:
			obj := w.pkg.info.ObjectOf(n)
			if flat, ok := w.names[obj]; ok && flat != n.Name {
				w.edits = append(w.edits, edit{n.Pos(), n.End(), flat})
			}
		}
		return true
	})
}

// lineEnd is the end of a comment that stands behind a place in the same line; the
// place itself without one.
func (w *writer) lineEnd(at token.Pos) token.Pos {
	line, _, _ := strings.Cut(w.file.text[at-w.file.base:], "\n")
	if strings.HasPrefix(strings.TrimLeft(line, " \t"), "//") {
		return at + token.Pos(len(line))
	}
	return at
}

// cut takes a part of the text away, with its lines if there is nothing else in them.
func (w *writer) cut(from, to token.Pos) {
	text := w.file.text
	start, end := int(from-w.file.base), int(to-w.file.base)
	line := strings.LastIndexByte(text[:start], '\n') + 1
	rest := strings.IndexByte(text[end:], '\n')
	if rest >= 0 && strings.TrimSpace(text[line:start]+text[end:end+rest]) == "" {
		start, end = line, end+rest+1
	}
	w.edits = append(w.edits, edit{w.file.base + token.Pos(start), w.file.base + token.Pos(end), ""})
}

// apply returns the text between two places with the edits made. An edit inside
// a part that goes is not made.
func (w *writer) apply(from, to token.Pos) string {
	slices.SortStableFunc(w.edits, func(a, b edit) int { return int(a.from - b.from) })
	var b strings.Builder
	text := func(from, to token.Pos) { b.WriteString(w.file.text[from-w.file.base : to-w.file.base]) }
	for _, e := range w.edits {
		if e.from < from {
			continue
		}
		text(from, e.from)
		b.WriteString(e.text)
		from = e.to
	}
	text(from, to)
	return b.String()
}
