package vary

import (
	"slices"
	"strings"

	"github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/ref/wire"
)

// http writes the harness's part of the opening handshake in another way that means the
// same, and then plays the case: messages, compressed ones too, mean the same behind it.
var http = transform{
	name: "http",
	shapes: func(s *subject) []shaped {
		if !s.isPlainTalk() {
			return nil
		}
		about := ""
		if s.negotiates() {
			about = " with permessage-deflate"
		}
		var out []shaped
		for _, m := range mannersOf(s.role) {
			out = append(out, shaped{arg: m.name, place: m.words + about, fine: true, rare: true})
		}
		return out
	},
	apply: func(s *subject, arg string) (script.Script, string, bool) {
		manners := mannersOf(s.role)
		i := slices.IndexFunc(manners, func(m manner) bool { return m.name == arg })
		if i < 0 || !s.isPlainTalk() {
			return script.Script{}, "", false
		}
		sc := s.copied()
		opening := manners[i].opening
		sc.Opening = &opening
		if s.role == wire.RoleServer {
			sc = behind(sc, nil, []script.Expect{script.Accepted()})
		}
		return sc, manners[i].words, true
	},
}

// isPlainTalk reports whether a case sends a little, wants an answer to all of it, and
// leaves the opening handshake as it is.
func (s *subject) isPlainTalk() bool {
	return s.answer == answers && s.Script.Opening == nil && !s.waits && !s.raw && !s.exchanges && len(s.frames) > 0 && s.volume <= 1<<10
}

// A manner is a way to write a request or a response.
type manner struct {
	name, words string
	opening     script.Opening
}

// field is one that every request or response has. Its value may be a name in braces.
type field struct{ name, value string }

var (
	requestFields = []field{{"Host", "{host}"}, {"Upgrade", "websocket"}, {"Connection", "Upgrade"}, {"Sec-WebSocket-Key", "{key}"}, {"Sec-WebSocket-Version", "13"}}
	answerFields  = []field{{"Upgrade", "websocket"}, {"Connection", "Upgrade"}, {"Sec-WebSocket-Accept", "{accept}"}}
)

// mannersOf are the ways in which the harness writes its part for a peer of that role.
func mannersOf(role wire.Role) []manner {
	fields := requestFields
	if role == wire.RoleClient {
		fields = answerFields
	}
	var reversed, lower, upper, spaced []script.Edit
	for _, f := range slices.Backward(fields) {
		reversed = append(reversed, script.Remove(f.name), script.Append(f.name, f.value))
	}
	for _, f := range fields {
		lower = append(lower, script.Replace(strings.ToLower(f.name), f.value))
		upper = append(upper, script.Replace(strings.ToUpper(f.name), f.value))
		spaced = append(spaced, script.Replace(f.name, "  "+f.value))
	}
	tokens := []script.Edit{script.Replace("Upgrade", "WebSocket"), script.Replace("Connection", "upgrade")}
	lists := []script.Edit{script.Replace("Connection", "keep-alive, Upgrade")}
	const many = 40
	all := []manner{
		{"reversed", "with the fields of the opening in reverse order", script.Opening{Edits: reversed}},                                                   // RFC6455-4.2.1-21, RFC 9110 5.3
		{"lower", "with the names of the fields in lower case", script.Opening{Edits: lower}},                                                              // RFC 9110 5.1
		{"upper", "with the names of the fields in upper case", script.Opening{Edits: upper}},                                                              // RFC 9110 5.1
		{"tokens", "with Upgrade and Connection in another case", script.Opening{Edits: tokens}},                                                           // RFC6455-4.2.1-9, RFC6455-4.1-44
		{"spaces", "with three spaces before the values of the fields", script.Opening{Edits: spaced}},                                                     // RFC 9112 5.1
		{"list", "with a list in Connection", script.Opening{Edits: lists}},                                                                                // RFC6455-4.2.1-11
		{"fields", "with 40 unknown fields before the others", script.Opening{Edits: slices.Repeat([]script.Edit{script.Prepend("X-Wsspec", "1")}, many)}}, // RFC6455-4.2.1-20
	}
	if role == wire.RoleClient {
		const early = "HTTP/1.1 103 Early Hints\r\nLink: </style.css>; rel=preload\r\n\r\n"
		return append(all, // RFC 9110 15.2
			manner{"interim", "behind a 103 response", script.Opening{Preface: early}},
			manner{"interims", "behind a 100 and a 103 response", script.Opening{Preface: "HTTP/1.1 100 Continue\r\n\r\n" + early}})
	}
	return append(all, // RFC 9112 9.3
		manner{"after-get", "behind a plain GET request on the same connection", script.Opening{Earlier: []script.Earlier{{Plain: true}}}},
		manner{"after-refusal", "behind a refused opening request on the same connection", script.Opening{Earlier: []script.Earlier{{Edits: []script.Edit{script.Replace("Sec-WebSocket-Version", "99")}}}}})
}
