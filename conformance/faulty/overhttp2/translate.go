package overhttp2

import (
	"golang.org/x/net/http2/hpack"

	"github.com/wsspec/wsspec/ref/wire"
)

// Request is the opening request of HTTP/1.1 that says what the list of fields of an extended
// CONNECT says (RFC 8441 5), and what makes that malformed (RFC 9113 8.1.1), in words; empty if
// nothing does. HTTP/3 has the same lists.
func Request(fields wire.Fields) (octets []byte, wrong string) {
	list := make([]hpack.HeaderField, len(fields))
	for i, f := range fields {
		list[i] = hpack.HeaderField{Name: f.Name, Value: f.Value}
	}
	return requestOf(list), wrongWith(list)
}

// Response is a response of HTTP/1.1 as a list of fields.
func Response(r wire.Response) (fields wire.Fields) {
	for _, f := range responseOf(r) {
		fields = append(fields, wire.Field{Name: f.Name, Value: f.Value})
	}
	return fields
}
