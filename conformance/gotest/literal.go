package gotest

import (
	"fmt"
	"go/constant"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/wsspec/wsspec/conformance/gotest/standalone"
	"github.com/wsspec/wsspec/conformance/script"
)

// A literalWriter writes values as Go source, without what is zero, in the names that
// the code has for their types and constants.
type literalWriter struct {
	strings.Builder
	code *commonCode
}

// literal writes a value as Go source.
func (c *commonCode) literal(v any) string {
	w := &literalWriter{code: c}
	w.write(reflect.ValueOf(v), true)
	return w.String()
}

// typeName is what the code calls a type.
func (w *literalWriter) typeName(t reflect.Type) string {
	if t.PkgPath() == "" {
		return t.String()
	}
	return w.code.Name(t.PkgPath(), t.Name())
}

// constant writes a value by the name of a constant of its type, if there is one.
func (w *literalWriter) constant(v reflect.Value) bool {
	if v.Type().PkgPath() == "" {
		return false
	}
	var value constant.Value
	switch {
	case v.CanInt():
		value = constant.MakeInt64(v.Int())
	case v.CanUint():
		value = constant.MakeUint64(v.Uint())
	case v.Kind() == reflect.String:
		value = constant.MakeString(v.String())
	default:
		return false
	}
	name, ok := w.code.Constant(v.Type().PkgPath(), v.Type().Name(), value)
	if ok {
		w.WriteString(name)
	}
	return ok
}

func (w *literalWriter) write(v reflect.Value, named bool) {
	if w.constant(v) {
		return
	}
	switch v.Kind() {
	case reflect.String:
		w.WriteString(goString(v.String()))
	case reflect.Pointer:
		w.WriteByte('&')
		w.write(v.Elem(), true)
	case reflect.Slice, reflect.Array:
		w.list(v)
	case reflect.Struct:
		w.fields(v, named)
	case reflect.Bool:
		fmt.Fprint(w, v.Bool())
	default: // a number, printed as one, whatever its type has for people
		if v.CanUint() {
			fmt.Fprint(w, v.Uint())
		} else {
			fmt.Fprint(w, v.Int())
		}
	}
}

// list writes a slice or array: octets as a string, steps, frames, events and
// outcomes a line each.
func (w *literalWriter) list(v reflect.Value) {
	element := v.Type().Elem()
	if v.Kind() == reflect.Slice && element.Kind() == reflect.Uint8 {
		w.WriteString("[]byte(" + goString(string(v.Bytes())) + ")")
		return
	}
	if v.Kind() == reflect.Array {
		fmt.Fprintf(w, "[%d]", v.Len())
	} else {
		w.WriteString("[]")
	}
	w.WriteString(w.typeName(element) + "{")
	lines := v.Len() > 0 && slices.Contains([]reflect.Type{
		reflect.TypeFor[standalone.Step](), reflect.TypeFor[script.Frame](), reflect.TypeFor[script.Expect](), reflect.TypeFor[script.Outcome](),
	}, element)
	for i := range v.Len() {
		if lines {
			w.WriteByte('\n')
		} else if i > 0 {
			w.WriteString(", ")
		}
		w.write(v.Index(i), false)
		if lines {
			w.WriteByte(',')
		}
	}
	if lines {
		w.WriteByte('\n')
	}
	w.WriteByte('}')
}

// fields writes a struct, with its type if it is named.
func (w *literalWriter) fields(v reflect.Value, named bool) {
	if named {
		w.WriteString(w.typeName(v.Type()))
	}
	w.WriteByte('{')
	lines := hasLines(v)
	first := true
	for i := range v.NumField() {
		field, name := v.Field(i), v.Type().Field(i).Name
		isOpcode := v.Type() == reflect.TypeFor[script.Frame]() && name == "Opcode" // of which 0 is one
		if !isOpcode && (field.IsZero() || field.Kind() == reflect.Slice && field.Len() == 0) {
			continue
		}
		if lines {
			w.WriteByte('\n')
		} else if !first {
			w.WriteString(", ")
		}
		first = false
		w.WriteString(name + ": ")
		w.write(field, true)
		if lines {
			w.WriteByte(',')
		}
	}
	if lines && !first {
		w.WriteByte('\n')
	}
	w.WriteByte('}')
}

// hasLines reports whether a struct is worth a line for each field.
func hasLines(v reflect.Value) bool {
	switch v.Type() {
	case reflect.TypeFor[standalone.Case](), reflect.TypeFor[standalone.Opening](), reflect.TypeFor[script.Outcome]():
		return true
	case reflect.TypeFor[standalone.Step]():
		s := v.Interface().(standalone.Step)
		return len(s.Send) > 0 || len(s.Await) > 0
	}
	return false
}

// goString writes octets as a Go expression: what repeats itself as
// strings.Repeat, lines of a handshake a line each.
func goString(s string) string {
	var parts []string
	literal := 0
	flush := func(end int) {
		for rest := s[literal:end]; rest != ""; {
			n := min(len(rest), 80)
			if i := strings.Index(rest, "\r\n"); i >= 0 && i < 400 {
				n = i + 2
			}
			for n < len(rest) && n > 70 && !utf8.RuneStart(rest[n]) {
				n--
			}
			parts = append(parts, strconv.Quote(rest[:n]))
			rest = rest[n:]
		}
	}
	for i := 0; i < len(s); {
		pattern, n := repetition(s[i:])
		if n == 0 {
			i++
			continue
		}
		flush(i)
		parts = append(parts, fmt.Sprintf("strings.Repeat(%q, %d)", pattern, n))
		i += len(pattern) * n
		literal = i
	}
	flush(len(s))
	if len(parts) == 0 {
		return `""`
	}
	return strings.Join(parts, "+\n")
}

// repetition finds a pattern that stands at the start of s often enough, and says
// how often.
func repetition(s string) (pattern string, n int) {
	const longest, least = 64, 100
	for size := 1; size <= longest && 2*size <= len(s); size++ {
		n := 1
		for (n+1)*size <= len(s) && s[n*size:(n+1)*size] == s[:size] {
			n++
		}
		if n > 1 && n*size >= least {
			return s[:size], n
		}
	}
	return "", 0
}
