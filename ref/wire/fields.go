package wire

import (
	"fmt"
	"strings"
)

// Field is a header field of an opening handshake. Parsing removes the white
// space around the value (RFC 7230 3.2.4). Appending writes name and value as
// they are, so that a Field can also be incorrect.
type Field struct {
	Name, Value string
}

// Check returns an error if the field is not one correct header field: its name has
// to be a token, and its value must not contain control characters other than the
// tab (RFC 7230 3.2). A line end would begin another field.
func (f Field) Check() error {
	switch {
	case !IsToken(f.Name):
		return fmt.Errorf("header field name %q is no token (RFC 7230 3.2)", f.Name)
	case strings.ContainsFunc(f.Value, func(c rune) bool { return c < ' ' && c != '\t' || c == 0x7F }):
		return fmt.Errorf("value of header field %s has a control character in it (RFC 7230 3.2)", f.Name)
	}
	return nil
}

// Fields are header fields in the order of the wire. The order has no meaning for
// the handshake (RFC6455-4.2.1-21), but transcripts show it, and lines with the
// same name form a list in that order (RFC6455-9.1-4).
type Fields []Field

// Get returns the value of the first field with the name. The case of names has
// no meaning (RFC6455-4.1-58).
func (f Fields) Get(name string) (value string, ok bool) {
	for _, field := range f {
		if equalFoldASCII(field.Name, name) {
			return field.Value, true
		}
	}
	return "", false
}

// Values returns the values of all fields with the name, in order.
func (f Fields) Values(name string) []string {
	var values []string
	for _, field := range f {
		if equalFoldASCII(field.Name, name) {
			values = append(values, field.Value)
		}
	}
	return values
}

// List returns the values of all fields with the name as one comma-separated list
// (RFC6455-9.1-4), and whether there is any.
func (f Fields) List(name string) (value string, ok bool) {
	value, ok = f.Get(name)
	if f.count(name) > 1 {
		value = strings.Join(f.Values(name), ", ")
	}
	return value, ok
}

// count returns how many fields have the name.
func (f Fields) count(name string) (n int) {
	for _, field := range f {
		if equalFoldASCII(field.Name, name) {
			n++
		}
	}
	return n
}

// append appends the fields and the empty line that ends a handshake.
func (f Fields) append(dst []byte) []byte {
	for _, field := range f {
		dst = append(dst, field.Name...)
		dst = append(dst, ": "...)
		dst = append(dst, field.Value...)
		dst = append(dst, "\r\n"...)
	}
	return append(dst, "\r\n"...)
}
