package overhttp2

import (
	"slices"
	"strconv"
	"strings"

	"golang.org/x/net/http2/hpack"

	"github.com/wsspec/wsspec/ref/wire"
)

func valueOf(fields []hpack.HeaderField, name string) string {
	for _, f := range fields {
		if f.Name == name {
			return f.Value
		}
	}
	return ""
}

// wrongWith says what makes a request malformed (RFC 9113 8.1.1); empty if nothing does.
func wrongWith(fields []hpack.HeaderField) string {
	count, regular := map[string]int{}, false
	for _, f := range fields {
		pseudo := strings.HasPrefix(f.Name, ":")
		switch {
		case pseudo && regular:
			return "late pseudo-header field"
		case pseudo && !slices.Contains([]string{":method", ":protocol", ":scheme", ":path", ":authority"}, f.Name):
			return "unknown pseudo-header field"
		case f.Name != strings.ToLower(f.Name):
			return "capitals"
		case strings.ContainsAny(f.Value, "\r\n\x00"):
			return "line ends"
		case slices.Contains([]string{"connection", "upgrade", "keep-alive", "transfer-encoding"}, f.Name):
			return "connection fields"
		}
		regular = regular || !pseudo
		if count[f.Name]++; pseudo && count[f.Name] > 1 {
			return "doubled pseudo-header field"
		}
	}
	connects := valueOf(fields, ":method") == "CONNECT"
	switch {
	case count[":method"] == 0, valueOf(fields, ":protocol") != "" && !connects:
		return "wrong :method"
	case connects && count[":protocol"] == 0:
		return "no :protocol"
	case count[":scheme"] == 0:
		return "no :scheme"
	case valueOf(fields, ":path") == "":
		return "no :path"
	case count["host"] > 0 && valueOf(fields, "host") != valueOf(fields, ":authority"):
		return "another host"
	}
	return ""
}

// requestOf is the opening request of HTTP/1.1 that says the same (RFC 8441 5).
func requestOf(fields []hpack.HeaderField) []byte {
	var further wire.Fields
	for _, f := range fields {
		if !strings.HasPrefix(f.Name, ":") && f.Name != "host" && f.Name != "sec-websocket-version" && f.Name != "sec-websocket-key" {
			further = append(further, wire.Field{Name: f.Name, Value: f.Value})
		}
	}
	target := valueOf(fields, ":path")
	if target == "" {
		target = "/"
	}
	r := wire.NewRequest(target, "localhost", wire.NewKey([16]byte{}), further)
	r.Fields = slices.DeleteFunc(r.Fields, func(f wire.Field) bool { return strings.EqualFold(f.Name, "Sec-WebSocket-Version") })
	for _, f := range fields {
		if f.Name == "sec-websocket-version" {
			r.Fields = append(r.Fields, wire.Field{Name: "Sec-WebSocket-Version", Value: f.Value})
		}
	}
	return r.Append(nil)
}

// responseOf is a response of HTTP/1.1 as a list of fields of HTTP/2.
func responseOf(r wire.Response) []hpack.HeaderField {
	status := r.Status
	if status == 101 {
		status = 200
	}
	fields := []hpack.HeaderField{{Name: ":status", Value: strconv.Itoa(status)}}
	for _, f := range r.Fields {
		switch name := strings.ToLower(f.Name); name {
		case "connection", "upgrade", "sec-websocket-accept", "keep-alive", "transfer-encoding":
		default:
			fields = append(fields, hpack.HeaderField{Name: name, Value: f.Value})
		}
	}
	return fields
}
