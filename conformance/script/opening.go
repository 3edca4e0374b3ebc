package script

import (
	"encoding/base64"
	"fmt"
	"slices"
	"strings"

	"github.com/wsspec/wsspec/ref/wire"
)

// An Opening changes the harness's part of the opening handshake. In a script that has
// one, a server's response is an event, which [Accepted] or [Refused] expects.
type Opening struct {
	// Edits change the harness's request to a server, or its response to a client.
	Edits []Edit
	// Raw replaces the request or response as a whole; empty means that the edits
	// apply. In Raw and in the values of edits, names in braces stand for values of
	// the unchanged handshake. In a request: {host}, {target}, {key}, and {fields}
	// for all further header fields that the target needs. In a response: {key},
	// {accept}, {accept lower} in lower case, {accept cut} without its last octet,
	// and {accept decoded}, which is computed from the decoded key; and
	// {subprotocol}, the first subprotocol that the client asks for, {subprotocol
	// last}, the last one, and {subprotocol swapped}, the first one with upper and
	// lower case exchanged.
	Raw string
	// Preface has octets that go before the request or response, in the same write:
	// empty lines, or interim responses to a client (RFC 9110 15.2).
	Preface string
	// Body has octets that follow the request or response, in the same write. HTTP has
	// the body of a message there.
	Body string
	// Chop says how the octets are cut into writes. Cuts, if set, take its place.
	Chop Chop
	Cuts Cuts
	// LineCuts are the places where the octets are cut into segments, in order, with a
	// moment between two of them. They take the place of Chop and Cuts.
	LineCuts []LineCut
	// With are frames that follow in the same write.
	With []Frame
	// Hold delays the response to a client for a moment, in which the client must
	// not send data (RFC6455-4.1-41).
	Hold bool
	// Earlier are requests that the harness sends to a server on the same connection
	// first, each when the response to the one before is whole. A server that does not
	// keep the connection is UNIMPLEMENTED.
	Earlier []Earlier
	// Silent: the harness sends a server nothing but the Preface, and no opening
	// handshake takes place. A [Connect] step then goes on with another connection.
	Silent bool
}

// An Edit changes one part of a request or response.
type Edit struct {
	op          editOp
	name, value string
	status      int
	// verbatim: over HTTP/2, the name stays as it is spelled.
	verbatim bool
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

// Replace replaces a header field. The name is spelled as given.
func Replace(name, value string) Edit { return Edit{op: editReplace, name: name, value: value} }

// Remove removes every header field of that name.
func Remove(name string) Edit { return Edit{op: editRemove, name: name} }

// Append adds a header field after the others, even if there is one of that name.
func Append(name, value string) Edit { return Edit{op: editAppend, name: name, value: value} }

// Prepend adds a header field before the others.
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
		return fmt.Sprintf("%s: %s instead", e.name, quoteShort(e.value))
	case editRemove:
		return "without " + e.name
	case editAppend, editFirst:
		return fmt.Sprintf("another %s: %s", e.name, quoteShort(e.value))
	case editMethod:
		return "method " + quoteShort(e.value)
	case editTarget:
		return "request target " + quoteShort(e.value)
	case editVersion:
		return "version " + quoteShort(e.value)
	}
	return fmt.Sprintf("status %d %s", e.status, e.value)
}

// quoteShort quotes a value of the handshake as a sentence can show it: of a long
// one the beginning, and how many octets it has.
func quoteShort(s string) string {
	const most = 100
	if len(s) <= most {
		return fmt.Sprintf("%q", s)
	}
	return fmt.Sprintf("%q… (%d octets)", s[:most/2], len(s))
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
	if o.Preface != "" {
		parts = append(parts, quoteShort(o.Preface)+" before it")
	}
	if o.Body != "" {
		parts = append(parts, quoteShort(o.Body)+" after it")
	}
	if o.Hold {
		parts = append(parts, "held back for a moment")
	}
	for _, f := range o.With {
		parts = append(parts, "in the same write "+f.String())
	}
	text := "open with " + strings.Join(parts, ", ")
	switch {
	case o.Silent && o.Preface != "":
		text = "connect and send no more than " + quoteShort(o.Preface)
	case o.Silent:
		text = "connect and send nothing"
	case len(parts) == 0:
		text = "open"
	}
	return earlierText(o.Earlier) + text + o.cutText()
}

// cutText says how the octets are cut.
func (o *Opening) cutText() string {
	if len(o.LineCuts) == 0 {
		return suffix(o.Chop, o.Cuts, 1)
	}
	parts := make([]string, len(o.LineCuts))
	for i, c := range o.LineCuts {
		parts[i] = c.String()
	}
	return ", cut " + strings.Join(parts, " and ") + ", with a moment between two segments"
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

// Request applies the opening to a request and returns its octets, without the preface
// and the body. A nil opening changes nothing.
func (o *Opening) Request(r *wire.Request) []byte {
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

// requestNames replaces the names in braces in a request.
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
	return strings.NewReplacer(append(TargetNames(r.Target), "{host}", host, "{key}", key, "{fields}", further.String())...)
}

// TargetNames are the names of a request target in an opening, each with what replaces it.
// An application may need the query that its URL has: a further part of the query follows it.
func TargetNames(target string) []string {
	query := "?"
	if strings.Contains(target, "?") {
		query = "&"
	}
	return []string{"{target}?", target + query, "{target}", target}
}

// Response applies the opening to the response to a request and returns its octets,
// without the preface and the body. A nil opening changes nothing.
func (o *Opening) Response(r *wire.Response, request *wire.Request) []byte {
	if o == nil {
		return r.Append(nil)
	}
	return o.ResponseWith(r, ResponseNames(request))
}

// Refuses reports whether the response to a client is an HTTP response other than
// 101, which is no end of an opening handshake but plain HTTP (RFC6455-4.1-43).
func (o *Opening) Refuses() bool {
	if o == nil {
		return false
	}
	r := wire.Response{Version: "HTTP/1.1", Status: 101, Reason: "Switching Protocols"}
	sent, _, err := wire.ParseResponse(o.ResponseWith(&r, strings.NewReplacer()))
	return err == nil && sent.Status != 101
}

// ResponseWith is Response with names for what stands in braces.
func (o *Opening) ResponseWith(r *wire.Response, names *strings.Replacer) []byte {
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

// ResponseNames replaces the names in braces in the response to a request.
func ResponseNames(request *wire.Request) *strings.Replacer {
	key, _ := request.Fields.Get("Sec-WebSocket-Key")
	key = strings.TrimSpace(key)
	accept := AcceptOf(key)
	decoded, _ := base64.StdEncoding.DecodeString(key) // package opening reports an invalid key
	first, last := subprotocols(request.Fields)
	return strings.NewReplacer(
		"{key}", key, "{accept}", accept, "{accept lower}", strings.ToLower(accept),
		"{accept cut}", accept[:len(accept)-1], "{accept decoded}", AcceptOf(string(decoded)),
		"{subprotocol}", first, "{subprotocol last}", last, "{subprotocol swapped}", swapCase(first),
	)
}

// subprotocols returns the first and the last subprotocol that a client asks for, both
// empty if it asks for none.
func subprotocols(fields wire.Fields) (first, last string) {
	for name := range strings.SplitSeq(strings.Join(fields.Values("Sec-WebSocket-Protocol"), ","), ",") {
		if name = strings.Trim(name, " \t"); name == "" {
			continue
		}
		if last = name; first == "" {
			first = name
		}
	}
	return first, last
}

// swapCase exchanges upper and lower case of the ASCII letters. A name without a letter
// gets one, so that the result is always another name.
func swapCase(s string) string {
	swapped := strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z':
			return r - 'a' + 'A'
		case r >= 'A' && r <= 'Z':
			return r - 'A' + 'a'
		}
		return r
	}, s)
	if swapped == s {
		return s + "x"
	}
	return swapped
}

// A Condition is something that the response to the opening request must meet.
type Condition struct {
	Op ConditionOp
	// Name is that of a header field, Value what it is compared with.
	Name, Value string
	// Statuses are the permitted status codes, for [ConditionStatus].
	Statuses []int
}

// A ConditionOp is the kind of a [Condition].
type ConditionOp uint8

// The kinds, each made by the function of a similar name: [StatusIn], [HasField],
// [LacksField], [Lists], [Says] and [DoesNotSay].
const (
	ConditionStatus ConditionOp = iota + 1
	ConditionHas
	ConditionLacks
	ConditionLists
	ConditionSays
	ConditionNotSays
)

// StatusIn asks for one of these status codes.
func StatusIn(codes ...int) Condition { return Condition{Op: ConditionStatus, Statuses: codes} }

// HasField asks for a header field of that name.
func HasField(name string) Condition { return Condition{Op: ConditionHas, Name: name} }

// LacksField asks that there is no header field of that name.
func LacksField(name string) Condition { return Condition{Op: ConditionLacks, Name: name} }

// Lists asks for an element in the comma-separated lists of all fields of that name.
// Upper and lower case are equal, and parameters after a semicolon are not compared.
func Lists(name, element string) Condition {
	return Condition{Op: ConditionLists, Name: name, Value: element}
}

// Says asks for a text in the fields of that name. Upper and lower case are equal.
func Says(name, text string) Condition {
	return Condition{Op: ConditionSays, Name: name, Value: text}
}

// DoesNotSay asks that no field of that name has the text.
func DoesNotSay(name, text string) Condition {
	return Condition{Op: ConditionNotSays, Name: name, Value: text}
}

// String describes the condition for people.
func (c Condition) String() string {
	switch c.Op {
	case ConditionStatus:
		return "status " + strings.Trim(strings.ReplaceAll(fmt.Sprint(c.Statuses), " ", " or "), "[]")
	case ConditionHas:
		return "with " + c.Name
	case ConditionLacks:
		return "without " + c.Name
	case ConditionNotSays:
		return fmt.Sprintf("without %q in %s", c.Value, c.Name)
	}
	return fmt.Sprintf("with %q in %s", c.Value, c.Name)
}

// Holds reports whether a response meets the condition. A condition on fields also
// works for a request; the status is then ignored.
func (c Condition) Holds(status int, fields wire.Fields) bool {
	values := fields.Values(c.Name)
	switch c.Op {
	case ConditionStatus:
		return slices.Contains(c.Statuses, status)
	case ConditionSays, ConditionNotSays:
		said := strings.Contains(strings.ToLower(strings.Join(values, ",")), strings.ToLower(c.Value))
		return said == (c.Op == ConditionSays)
	case ConditionHas:
		return len(values) > 0
	case ConditionLacks:
		return len(values) == 0
	}
	for _, v := range values {
		for element := range strings.SplitSeq(v, ",") {
			element, _, _ = strings.Cut(element, ";")
			if strings.EqualFold(strings.TrimSpace(element), c.Value) {
				return true
			}
		}
	}
	return false
}
