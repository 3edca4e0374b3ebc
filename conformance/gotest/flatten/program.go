package flatten

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"path"
	"strings"
)

// A File is the text of one Go file. Its package clause is that of its package.
type File struct{ Name, Text string }

// A Program is a list of packages, each behind those that it imports.
type Program struct {
	files    *token.FileSet
	packages []*pkg
	// decls finds what declares an object of the packages: a function, method,
	// type, constant, variable, or the field of a struct type.
	decls map[types.Object]*decl
	// members are the methods and fields of each type.
	members map[*types.TypeName][]types.Object
}

// A pkg is one package of a program.
type pkg struct {
	path  string
	types *types.Package
	info  *types.Info
	files []*file
	// foreign are the variables and fields whose type is of no package of the program.
	foreign map[types.Object]bool
}

type file struct {
	*ast.File
	text string
	base token.Pos
}

// A decl is where an object is declared.
type decl struct {
	pkg   *pkg
	file  *file
	whole ast.Decl
	spec  ast.Spec   // of a type, constant or variable
	field *ast.Field // of a field
}

// Load returns the program p with one more package, which may import those of p. p
// itself does not change, and may be nil. The error is that of a file that is no
// Go; what else is wrong with the package, the compiler of the flat file finds.
func (p *Program) Load(importPath string, files []File) (*Program, error) {
	next := &Program{decls: map[types.Object]*decl{}, members: map[*types.TypeName][]types.Object{}, files: token.NewFileSet()}
	if p != nil {
		next.files = p.files // which is safe for use by several programs at once
		next.packages = append(next.packages, p.packages...)
		for _, known := range p.packages {
			next.index(known)
		}
	}
	added := &pkg{path: importPath, info: &types.Info{
		Types: map[ast.Expr]types.TypeAndValue{}, Uses: map[*ast.Ident]types.Object{}, Defs: map[*ast.Ident]types.Object{},
	}}
	var parsed []*ast.File
	for _, f := range files {
		tree, err := parser.ParseFile(next.files, f.Name, f.Text, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return nil, fmt.Errorf("flatten %s: %w", importPath, err)
		}
		added.files = append(added.files, &file{tree, f.Text, tree.FileStart})
		parsed = append(parsed, tree)
	}
	config := types.Config{Importer: next, Error: func(error) {}}
	added.types, _ = config.Check(importPath, next.files, parsed, added.info) // the standard library is missing
	next.packages = append(next.packages, added)
	next.index(added)
	next.findForeign(added)
	return next, nil
}

// Import returns a package of the program, and an empty one in place of any other.
func (p *Program) Import(importPath string) (*types.Package, error) {
	for _, known := range p.packages {
		if known.path == importPath {
			return known.types, nil
		}
	}
	empty := types.NewPackage(importPath, packageName(importPath))
	empty.MarkComplete()
	return empty, nil
}

// packageName is the name of a package of the standard library.
func packageName(importPath string) string { return path.Base(strings.TrimSuffix(importPath, "/v2")) }

// index files the declarations of a package.
func (p *Program) index(in *pkg) {
	add := func(id *ast.Ident, d decl) types.Object {
		obj := in.info.Defs[id]
		if obj != nil {
			p.decls[obj] = &d
		}
		return obj
	}
	for _, f := range in.files {
		for _, whole := range f.Decls {
			d := decl{pkg: in, file: f, whole: whole}
			if fn, ok := whole.(*ast.FuncDecl); ok {
				method := add(fn.Name, d)
				if t := in.receiver(fn); t != nil {
					p.members[t] = append(p.members[t], method)
				}
				continue
			}
			for _, spec := range whole.(*ast.GenDecl).Specs {
				d.spec = spec
				switch spec := spec.(type) {
				case *ast.ValueSpec:
					for _, id := range spec.Names {
						add(id, d)
					}
				case *ast.TypeSpec:
					t, _ := add(spec.Name, d).(*types.TypeName)
					for _, field := range fieldsOf(spec) {
						d := d
						d.field = field
						for _, id := range field.Names {
							p.members[t] = append(p.members[t], add(id, d))
						}
					}
				}
			}
		}
	}
}

// findForeign finds the variables and fields that are declared with a type of another
// program, or a pointer to one.
func (p *Program) findForeign(in *pkg) {
	in.foreign = map[types.Object]bool{}
	note := func(names []*ast.Ident, t ast.Expr) {
		if star, ok := t.(*ast.StarExpr); ok {
			t = star.X
		}
		selector, ok := t.(*ast.SelectorExpr)
		if !ok {
			return
		}
		id, ok := selector.X.(*ast.Ident)
		if !ok {
			return
		}
		if from, ok := in.info.Uses[id].(*types.PkgName); ok && !p.has(from.Imported().Path()) {
			for _, name := range names {
				in.foreign[in.info.Defs[name]] = true
			}
		}
	}
	for _, f := range in.files {
		ast.Inspect(f.File, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.Field:
				note(n.Names, n.Type)
			case *ast.ValueSpec:
				note(n.Names, n.Type)
			}
			return true
		})
	}
}

// receiver is the type that a method belongs to; nil for a function.
func (in *pkg) receiver(fn *ast.FuncDecl) *types.TypeName {
	if fn.Recv == nil {
		return nil
	}
	t := fn.Recv.List[0].Type
	if star, ok := t.(*ast.StarExpr); ok {
		t = star.X
	}
	id, ok := t.(*ast.Ident)
	if !ok {
		return nil // a generic type, which no package here has
	}
	name, _ := in.info.Uses[id].(*types.TypeName)
	return name
}

// fieldsOf are the fields of a struct type; none for any other.
func fieldsOf(spec *ast.TypeSpec) []*ast.Field {
	if s, ok := spec.Type.(*ast.StructType); ok {
		return s.Fields.List
	}
	return nil
}

// find returns the object of a package by name; nil if there is none.
func (p *Program) find(importPath, name string) types.Object {
	for _, in := range p.packages {
		if in.path == importPath {
			return in.types.Scope().Lookup(name)
		}
	}
	return nil
}

// has reports whether a package is one of the program's.
func (p *Program) has(importPath string) bool {
	for _, in := range p.packages {
		if in.path == importPath {
			return true
		}
	}
	return false
}

// owns reports whether the object is declared at the top of a package of the program.
func (p *Program) owns(obj types.Object) bool {
	return obj != nil && obj.Pkg() != nil && obj.Parent() == obj.Pkg().Scope() && p.decls[obj] != nil
}
