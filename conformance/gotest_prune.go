package conformance

import (
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"strings"
)

// prune leaves out the declarations that the function root does not need, so that a test shows no more code than runs. It goes by names alone and
// so keeps a little too much rather than too little.
func prune(body, root string) string {
	const clause = "package p\n"
	files := token.NewFileSet()
	file, err := parser.ParseFile(files, "", clause+body, parser.ParseComments)
	if err != nil {
		panic("conformance: the code of a Go test: " + err.Error()) // a test writes them all
	}
	used := map[string]bool{root: true, "Error": true} // an error is used by no name
	kept := map[ast.Decl]bool{}
	for grown := true; grown; {
		grown = false
		for _, d := range file.Decls {
			if kept[d] || !slices.ContainsFunc(declared(d), func(name string) bool { return used[name] }) {
				continue
			}
			if receiver := receiverOf(d); receiver != "" && !used[receiver] {
				continue
			}
			kept[d], grown = true, true
			ast.Inspect(d, func(n ast.Node) bool {
				if id, ok := n.(*ast.Ident); ok {
					used[id.Name] = true
				}
				return true
			})
		}
	}
	text := clause + body
	var out strings.Builder
	at := len(clause)
	for _, d := range file.Decls {
		if kept[d] {
			continue
		}
		start := files.Position(d.Pos()).Offset
		if doc := docOf(d); doc != nil {
			start = files.Position(doc.Pos()).Offset
		}
		out.WriteString(text[at:start])
		at = files.Position(d.End()).Offset
	}
	out.WriteString(text[at:])
	return out.String()
}

// declared returns the names that a declaration makes, and the type of constants:
// who has that has them.
func declared(d ast.Decl) []string {
	if f, ok := d.(*ast.FuncDecl); ok {
		return []string{f.Name.Name}
	}
	var names []string
	for _, s := range d.(*ast.GenDecl).Specs {
		switch s := s.(type) {
		case *ast.TypeSpec:
			names = append(names, s.Name.Name)
		case *ast.ValueSpec:
			if t, ok := s.Type.(*ast.Ident); ok && d.(*ast.GenDecl).Tok == token.CONST {
				names = append(names, t.Name)
			}
			for _, n := range s.Names {
				names = append(names, n.Name)
			}
		}
	}
	return names
}

func receiverOf(d ast.Decl) string {
	f, ok := d.(*ast.FuncDecl)
	if !ok || f.Recv == nil {
		return ""
	}
	t := f.Recv.List[0].Type
	if p, ok := t.(*ast.StarExpr); ok {
		t = p.X
	}
	return t.(*ast.Ident).Name
}

func docOf(d ast.Decl) *ast.CommentGroup {
	if f, ok := d.(*ast.FuncDecl); ok {
		return f.Doc
	}
	return d.(*ast.GenDecl).Doc
}
