package flatten

import (
	"go/ast"
	"go/token"
	"go/types"
)

// reach finds what some functions and types need.
type reach struct {
	*Program
	reached map[types.Object]bool
	queue   []types.Object
	// names are the names of methods and fields that may be used of a value whose
	// type is not known, or by way of an interface.
	names map[string]bool
	// data are the types that others write values of, and the constants of these types.
	data map[types.Object]bool
	// imports are the packages outside of the program that are used.
	imports map[string]bool
	// locals are the names that are declared inside functions.
	locals map[string]bool
}

func newReach(p *Program) *reach {
	return &reach{
		Program: p, reached: map[types.Object]bool{}, data: map[types.Object]bool{}, imports: map[string]bool{}, locals: map[string]bool{},
		// Packages fmt and errors call these of any error.
		names: map[string]bool{"Error": true, "Unwrap": true},
	}
}

// keep keeps an object, and later on what it needs.
func (r *reach) keep(obj types.Object) {
	switch o := obj.(type) {
	case nil:
		return
	case *types.Func:
		obj = o.Origin()
	case *types.Var:
		obj = o.Origin()
	}
	if r.decls[obj] != nil && !r.reached[obj] {
		r.reached[obj] = true
		r.queue = append(r.queue, obj)
	}
}

// keepData keeps a type whose values are written down by others: all of its fields,
// all of the constants of its type, and the types of its fields likewise.
func (r *reach) keepData(t types.Type, seen map[types.Type]bool) {
	if seen[t] {
		return
	}
	seen[t] = true
	switch t := t.(type) {
	case *types.Named:
		if !r.owns(t.Obj()) {
			return
		}
		r.keep(t.Obj())
		r.data[t.Obj()] = true
		scope := t.Obj().Pkg().Scope()
		for _, name := range scope.Names() {
			if c, ok := scope.Lookup(name).(*types.Const); ok && types.Identical(c.Type(), t) {
				r.keep(c)
				r.data[c] = true
			}
		}
		r.keepData(t.Underlying(), seen)
	case *types.Struct:
		for field := range t.Fields() {
			r.keep(field)
			r.keepData(field.Type(), seen)
		}
	case interface{ Elem() types.Type }: // a pointer, slice, array or map
		r.keepData(t.Elem(), seen)
	}
}

// run finds all that is needed by what was reached so far.
func (r *reach) run() {
	for grown := true; grown; {
		for len(r.queue) > 0 {
			obj := r.queue[0]
			r.queue = r.queue[1:]
			r.needs(obj)
		}
		grown = false
		for t, members := range r.members {
			for _, m := range members {
				if r.reached[t] && m != nil && r.names[m.Name()] && !r.reached[m] {
					r.keep(m)
					grown = true
				}
			}
		}
	}
}

// needs keeps what the declaration of an object needs.
func (r *reach) needs(obj types.Object) {
	d := r.decls[obj]
	switch spec := d.spec.(type) {
	case *ast.TypeSpec:
		switch _, isStruct := spec.Type.(*ast.StructType); {
		case d.field != nil:
			r.walk(d.pkg, d.field.Type)
		case !isStruct:
			r.walk(d.pkg, spec.Type)
		}
		for _, field := range fieldsOf(spec) {
			if len(field.Names) == 0 { // embedded
				r.walk(d.pkg, field.Type)
			}
		}
	case *ast.ValueSpec:
		if group := d.whole.(*ast.GenDecl); usesIota(group) {
			for _, s := range group.Specs {
				for _, id := range s.(*ast.ValueSpec).Names {
					r.keep(d.pkg.info.Defs[id])
				}
			}
		}
		for _, id := range spec.Names {
			r.keep(d.pkg.info.Defs[id])
		}
		r.walk(d.pkg, spec)
	default:
		r.walk(d.pkg, d.whole)
	}
}

// usesIota reports whether the constants of a group depend on their places in it.
func usesIota(group *ast.GenDecl) bool {
	if group.Tok != token.CONST {
		return false
	}
	for _, s := range group.Specs {
		if len(s.(*ast.ValueSpec).Values) == 0 {
			return true
		}
	}
	return false
}

// walk keeps what a piece of a package's source needs.
func (r *reach) walk(in *pkg, n ast.Node) {
	ast.Inspect(n, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.CompositeLit:
			r.literal(in, n)
		case *ast.SelectorExpr:
			if in.info.Uses[n.Sel] == nil && !isForeign(in, n.X) {
				r.names[n.Sel.Name] = true
			}
		case *ast.CallExpr:
			r.call(in, n)
		case *ast.Ident:
			if def := in.info.Defs[n]; def != nil && def.Parent() != nil && def.Parent() != in.types.Scope() {
				r.locals[n.Name] = true
			}
			r.use(in.info.Uses[n])
		}
		return true
	})
}

// isForeign reports whether an expression is a package, or a variable or field of a
// type, that is not of the program.
func isForeign(in *pkg, e ast.Expr) bool {
	if selector, ok := e.(*ast.SelectorExpr); ok {
		e = selector.Sel
	}
	id, ok := e.(*ast.Ident)
	if !ok {
		return false
	}
	_, isPackage := in.info.Uses[id].(*types.PkgName)
	return isPackage || in.foreign[in.info.Uses[id]]
}

// call keeps the String methods of what a call may print: of each argument for
// which the function takes any type, or of which nobody knows what it takes.
func (r *reach) call(in *pkg, call *ast.CallExpr) {
	fn := in.info.Types[call.Fun]
	if fn.IsType() || fn.IsBuiltin() {
		return
	}
	signature, known := types.Unalias(fn.Type).(*types.Signature)
	for i, arg := range call.Args {
		if known && i < signature.Params().Len() {
			param := signature.Params().At(i).Type()
			if signature.Variadic() && i == signature.Params().Len()-1 {
				param = param.(*types.Slice).Elem()
			}
			if !types.IsInterface(param) {
				continue
			}
		}
		r.print(in.info.TypeOf(arg))
	}
}

// print keeps the String method of a type, and of the elements of a slice.
func (r *reach) print(t types.Type) {
	switch t := t.(type) {
	case *types.Pointer:
		r.print(t.Elem())
	case *types.Slice:
		r.print(t.Elem())
	case *types.Named:
		for method := range t.Methods() {
			if method.Name() == "String" {
				r.keep(method)
			}
		}
	}
}

// use keeps an object that is used.
func (r *reach) use(obj types.Object) {
	switch o := obj.(type) {
	case *types.PkgName:
		if path := o.Imported().Path(); !r.has(path) {
			r.imports[path] = true
		}
	case *types.Func:
		if recv := o.Signature().Recv(); recv != nil && types.IsInterface(recv.Type()) {
			r.names[o.Name()] = true
		}
		r.keep(o)
	default:
		r.keep(obj)
	}
}

// literal keeps the fields that a literal gives values by their order alone, and
// those that it names where its type is not known.
func (r *reach) literal(in *pkg, lit *ast.CompositeLit) {
	if len(lit.Elts) == 0 {
		return
	}
	if pair, ok := lit.Elts[0].(*ast.KeyValueExpr); ok {
		if id, ok := pair.Key.(*ast.Ident); !ok || in.info.Uses[id] != nil {
			return
		}
		for _, e := range lit.Elts {
			if id, ok := e.(*ast.KeyValueExpr).Key.(*ast.Ident); ok {
				r.names[id.Name] = true
				r.use(in.types.Scope().Lookup(id.Name)) // the literal may be a map
			}
		}
		return
	}
	t := in.info.TypeOf(lit)
	if t == nil {
		return
	}
	if s, ok := t.Underlying().(*types.Struct); ok {
		for field := range s.Fields() {
			r.keep(field)
		}
	}
}
