package conformance

import (
	"encoding/base64"
	"fmt"
	"slices"
	"strings"

	"github.com/wsspec/wsspec/ref/wire"
)

// An Opening departs from the plain opening handshake. Of a script that has one
// the handshake's outcome is an event: Accepted or Refused for a server under
// test.
type Opening struct {
	// Edits change what the harness sends: its request to a server, its response
	// to a client.
	Edits []Edit
	// Raw replaces it altogether. In it and in the values of edits names in
	// braces stand for what the plain handshake has there: {host}, {target} and
	// {key} in a request, {fields} for all further fields that the target wants;
	// {key} and {accept} in a response, {accept lower} for the latter in lower
	// case, {accept cut} for it without its last octet, {accept decoded} for one
	// that is made from the decoded key.
	Raw string
	// Chop cuts its octets into writes.
	Chop Chop
	// With are frames in the same write, behind it.
	With []Frame
	// Hold keeps the response to a client back for a moment, in which the client
	// has to be silent (RFC6455-4.1-41).
	Hold bool
}

// An Edit changes one thing of a request or response.
type Edit struct {
	op          editOp
	name, value string
	status      int
}

type editOp uint8

const (
	editReplace editOp = iota + 1
	editRemove
	editAppend
	editFirst
	editMethod
	editTarget
	editVersion
	editStatus
)

// Replace gives a field another value, spelled as given.
func Replace(name, value string) Edit { return Edit{op: editReplace, name: name, value: value} }

// Remove takes every field of that name away.
func Remove(name string) Edit { return Edit{op: editRemove, name: name} }

// Append adds a field behind the others, also one that is there already.
func Append(name, value string) Edit { return Edit{op: editAppend, name: name, value: value} }

// Prepend adds a field before the others.
func Prepend(name, value string) Edit { return Edit{op: editFirst, name: name, value: value} }

// Method replaces the request's method.
func Method(m string) Edit { return Edit{op: editMethod, value: m} }

// RequestTarget replaces the request's target.
func RequestTarget(t string) Edit { return Edit{op: editTarget, value: t} }

// HTTPVersion replaces the version of the request or response.
func HTTPVersion(v string) Edit { return Edit{op: editVersion, value: v} }

// Status replaces the response's status.
func Status(code int, reason string) Edit { return Edit{op: editStatus, status: code, value: reason} }

// String describes the edit for people.
func (e Edit) String() string {
	switch e.op {
	case editReplace:
		return fmt.Sprintf("%s: %q instead", e.name, e.value)
	case editRemove:
		return "without " + e.name
	case editAppend, editFirst:
		return fmt.Sprintf("another %s: %q", e.name, e.value)
	case editMethod:
		return fmt.Sprintf("method %q", e.value)
	case editTarget:
		return fmt.Sprintf("request target %q", e.value)
	case editVersion:
		return fmt.Sprintf("version %q", e.value)
	}
	return fmt.Sprintf("status %d %s", e.status, e.value)
}

// String describes the opening for people.
func (o *Opening) String() string {
	parts := make([]string, 0, len(o.Edits)+2)
	for _, e := range o.Edits {
		parts = append(parts, e.String())
	}
	if o.Raw != "" {
		parts = append(parts, fmt.Sprintf("%q", o.Raw))
	}
	if o.Hold {
		parts = append(parts, "held back for a moment")
	}
	for _, f := range o.With {
		parts = append(parts, "in the same write "+f.String())
	}
	text := "open with " + strings.Join(parts, ", ")
	if len(parts) == 0 {
		text = "open"
	}
	return text + o.Chop.suffix(1)
}

// edit applies the edits to fields.
func edit(f wire.Fields, e Edit) wire.Fields {
	added := wire.Field{Name: e.name, Value: e.value}
	switch e.op {
	case editAppend:
		return append(f, added)
	case editFirst:
		return append(wire.Fields{added}, f...)
	}
	var out wire.Fields
	for _, field := range f {
		switch {
		case !strings.EqualFold(field.Name, e.name):
			out = append(out, field)
		case e.op == editReplace:
			out = append(out, added)
		}
	}
	return out
}

// request applies the opening to a request and returns its octets.
func (o *Opening) request(r *wire.Request) []byte {
	if o == nil {
		return r.Append(nil)
	}
	names := requestNames(r)
	for _, e := range o.Edits {
		e.value = names.Replace(e.value)
		switch e.op {
		case editMethod:
			r.Method = e.value
		case editTarget:
			r.Target = e.value
		case editVersion:
			r.Version = e.value
		default:
			r.Fields = edit(r.Fields, e)
		}
	}
	if o.Raw != "" {
		return []byte(names.Replace(o.Raw))
	}
	return r.Append(nil)
}

// requestNames replaces the names in braces that a request may have.
func requestNames(r *wire.Request) *strings.Replacer {
	host, _ := r.Fields.Get("Host")
	key, _ := r.Fields.Get("Sec-WebSocket-Key")
	var further strings.Builder
	for _, f := range r.Fields {
		switch strings.ToLower(f.Name) {
		case "host", "upgrade", "connection", "sec-websocket-key", "sec-websocket-version":
		default:
			further.WriteString(f.Name + ": " + f.Value + "\r\n")
		}
	}
	return strings.NewReplacer("{host}", host, "{target}", r.Target, "{key}", key, "{fields}", further.String())
}

// response applies the opening to a response to the key and returns its octets.
func (o *Opening) response(r *wire.Response, key string) []byte {
	if o == nil {
		return r.Append(nil)
	}
	return o.responseWith(r, responseNames(key))
}

// responseWith is response with names for what stands in braces.
func (o *Opening) responseWith(r *wire.Response, names *strings.Replacer) []byte {
	for _, e := range o.Edits {
		e.value = names.Replace(e.value)
		switch e.op {
		case editStatus:
			r.Status, r.Reason = e.status, e.value
		case editVersion:
			r.Version = e.value
		default:
			r.Fields = edit(r.Fields, e)
		}
	}
	if o.Raw != "" {
		return []byte(names.Replace(o.Raw))
	}
	return r.Append(nil)
}

// responseNames replaces the names in braces that a response may have.
func responseNames(key string) *strings.Replacer {
	accept := acceptOf(key)
	decoded, _ := base64.StdEncoding.DecodeString(key) // a key that is none is found elsewhere
	return strings.NewReplacer(
		"{key}", key, "{accept}", accept, "{accept lower}", strings.ToLower(accept),
		"{accept cut}", accept[:len(accept)-1], "{accept decoded}", acceptOf(string(decoded)),
	)
}

// A Condition is what an answer to the opening request has to have.
type Condition struct {
	op          conditionOp
	name, value string
	statuses    []int
}

type conditionOp uint8

const (
	conditionStatus conditionOp = iota + 1
	conditionHas
	conditionLacks
	conditionLists
	conditionSays
	conditionNotSays
)

// StatusIn wants one of these statuses.
func StatusIn(codes ...int) Condition { return Condition{op: conditionStatus, statuses: codes} }

// HasField wants a field of that name.
func HasField(name string) Condition { return Condition{op: conditionHas, name: name} }

// LacksField wants no field of that name.
func LacksField(name string) Condition { return Condition{op: conditionLacks, name: name} }

// Lists wants an element in the lists of all fields of that name; what follows
// a semicolon in an element is not compared.
func Lists(name, element string) Condition {
	return Condition{op: conditionLists, name: name, value: element}
}

// Says wants a text in the fields of that name, without regard to case.
func Says(name, text string) Condition {
	return Condition{op: conditionSays, name: name, value: text}
}

// DoesNotSay wants a text in none of the fields of that name.
func DoesNotSay(name, text string) Condition {
	return Condition{op: conditionNotSays, name: name, value: text}
}

// String describes the condition for people.
func (c Condition) String() string {
	switch c.op {
	case conditionStatus:
		return "status " + strings.Trim(strings.ReplaceAll(fmt.Sprint(c.statuses), " ", " or "), "[]")
	case conditionHas:
		return "with " + c.name
	case conditionLacks:
		return "without " + c.name
	case conditionNotSays:
		return fmt.Sprintf("without %q in %s", c.value, c.name)
	}
	return fmt.Sprintf("with %q in %s", c.value, c.name)
}

// holds judges an answer; a condition on fields alone also judges a request.
func (c Condition) holds(status int, fields wire.Fields) bool {
	values := fields.Values(c.name)
	switch c.op {
	case conditionStatus:
		return slices.Contains(c.statuses, status)
	case conditionSays, conditionNotSays:
		said := strings.Contains(strings.ToLower(strings.Join(values, ",")), strings.ToLower(c.value))
		return said == (c.op == conditionSays)
	case conditionHas:
		return len(values) > 0
	case conditionLacks:
		return len(values) == 0
	}
	for _, v := range values {
		for element := range strings.SplitSeq(v, ",") {
			element, _, _ = strings.Cut(element, ";")
			if strings.EqualFold(strings.TrimSpace(element), c.value) {
				return true
			}
		}
	}
	return false
}
