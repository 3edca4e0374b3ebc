package wire

import "strings"

// Field is one header field of an opening handshake, spelled as it was seen or
// is to be sent. Parsing takes the optional white space around a value away
// (RFC 7230 3.2.4); appending writes both parts as they are, so that a Field
// can also say things that no correct endpoint sends.
type Field struct {
	Name, Value string
}

// Fields are header fields in the order of the wire. The order means nothing
// to the handshake (RFC6455-4.2.1-21), but a transcript shows it, and lines of
// the same name form one list in that order (RFC6455-9.1-4).
type Fields []Field

// Get returns the value of the first field with the name, compared without
// regard to case (RFC6455-4.1-58).
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

// List returns the fields with the name as the one comma-separated value they
// are equivalent to (RFC6455-9.1-4), and whether there is any.
func (f Fields) List(name string) (value string, ok bool) {
	values := f.Values(name)
	return strings.Join(values, ", "), len(values) > 0
}

// append writes the fields and the empty line that ends a handshake.
func (f Fields) append(dst []byte) []byte {
	for _, field := range f {
		dst = append(dst, field.Name...)
		dst = append(dst, ": "...)
		dst = append(dst, field.Value...)
		dst = append(dst, "\r\n"...)
	}
	return append(dst, "\r\n"...)
}
