package faulty

import (
	"bytes"
	"strings"
	"time"

	"github.com/wsspec/wsspec/ref/wire"
)

// slowTime is how long a peer with a slow parser thinks about a long field.
const slowTime = 20 * time.Second

// many is how many characters make a field long.
const many = 1000

// thinks makes a server that takes long for a field with many of the characters.
func thinks(name, characters string) func(*peer) {
	return func(p *peer) {
		p.reads = func(r *wire.Request) {
			if strings.Count(strings.Join(r.Fields.Values(name), ","), characters) >= many {
				p.discard(slowTime)
			}
		}
	}
}

// endsInLine reports whether octets end behind a line that is not the last one.
func endsInLine(soFar []byte) bool { return bytes.HasSuffix(soFar, []byte("\r\n")) }

// endsInCR reports whether octets end between CR and LF.
func endsInCR(soFar []byte) bool { return bytes.HasSuffix(soFar, []byte("\r")) }

// cutAtNUL cuts each line at its first NUL, as C does with a string.
func cutAtNUL(head []byte) []byte {
	lines := bytes.Split(head, []byte("\r\n"))
	for i := range lines {
		lines[i], _, _ = bytes.Cut(lines[i], []byte{0})
	}
	return bytes.Join(lines, []byte("\r\n"))
}

// endLinesAtCR makes a line end of each bare CR.
func endLinesAtCR(head []byte) []byte {
	return bytes.ReplaceAll(bytes.ReplaceAll(head, []byte("\r\n"), []byte("\r")), []byte("\r"), []byte("\r\n"))
}

// hearing makes a peer that changes the octets of a head before it parses them.
func hearing(change func([]byte) []byte) func(*peer) {
	return func(p *peer) { p.heard = change }
}

// splitAtCommas returns permessage-deflate if it is an element of a list that is split at
// each comma, also at those inside quotes.
func splitAtCommas(fields *wire.Fields) {
	const name = "Sec-WebSocket-Extensions"
	for element := range strings.SplitSeq(strings.Join(fields.Values(name), ","), ",") {
		if strings.TrimSpace(element) == wire.DeflateName {
			setField(fields, name, wire.DeflateName)
			return
		}
	}
}

// keeping makes a server that keeps the connection for another request, with one of the
// faults of such servers.
func keeping(second func(p *peer, first wire.Request, r *wire.Request)) func(*peer) {
	return func(p *peer) {
		p.keeps = true
		var first *wire.Request
		p.reads = func(r *wire.Request) {
			if first == nil {
				first = &wire.Request{Method: r.Method, Fields: append(wire.Fields{}, r.Fields...)}
				return
			}
			second(p, *first, r)
		}
	}
}

var serverHTTPFaults = onlyFor(onlyServer, []Fault{
	{
		Name: "request-cut-after-line", Sentence: "Rejects a request if a read ends behind one of its lines.", Requires: []string{"RFC6455-4.2.1-1"},
		alter: func(p *peer) { p.piece = endsInLine },
	},
	{
		Name: "request-cut-in-crlf", Sentence: "Rejects a request if a read ends between CR and LF.", Requires: []string{"RFC6455-4.2.1-1"},
		alter: func(p *peer) { p.piece = endsInCR },
	},
	{
		Name: "request-cut-in-field", Sentence: "Rejects a request if a read ends inside a line.", Requires: []string{"RFC6455-4.2.1-1"},
		alter: func(p *peer) { p.piece = func(b []byte) bool { return !endsInLine(b) && !endsInCR(b) } },
	},
	{
		Name: "response-content-length", Sentence: "Responds with 101 and Content-Length: 0.", Requires: []string{"RFC6455-4.2.2-22"},
		alter: respondingAlsoWith("Content-Length", "0"),
	},
	{
		Name: "response-transfer-encoding", Sentence: "Responds with 101 and Transfer-Encoding: chunked.", Requires: []string{"RFC6455-4.2.2-22"},
		alter: respondingAlsoWith("Transfer-Encoding", "chunked"),
	},
	{
		Name: "dies-on-100-fields", Sentence: "Closes TCP on a request with more than 100 fields.", Requires: []string{"RFC6455-4.2.1-20"},
		alter: func(p *peer) {
			p.reads = func(r *wire.Request) {
				if len(r.Fields) > 100 {
					_ = p.conn.Close()
				}
			}
		},
	},
	{
		Name: "reads-100-fields", Sentence: "Reads only the first 100 fields of a request.", Requires: []string{"RFC6455-4.2.1-20"},
		alter: func(p *peer) { p.reads = func(r *wire.Request) { r.Fields = r.Fields[:min(len(r.Fields), 100)] } },
	},
	{
		Name: "reads-16-kib", Sentence: "Closes TCP on a request with a field of more than 16 KiB.", Requires: []string{"RFC6455-4.2.1-20"},
		alter: func(p *peer) {
			p.reads = func(r *wire.Request) {
				for _, f := range r.Fields {
					if len(f.Value) > 16<<10 {
						_ = p.conn.Close()
					}
				}
			}
		},
	},
	{
		Name: "dies-on-long-target", Sentence: "Closes TCP on a request target of more than 4096 octets.", Requires: []string{"RFC6455-4.2.1-1"},
		alter: func(p *peer) {
			p.reads = func(r *wire.Request) {
				if len(r.Target) > 4096 {
					_ = p.conn.Close()
				}
			}
		},
	},
	{
		Name: "slow-on-escapes", Sentence: "Takes long for an extension with many backslashes.", Requires: []string{"RFC6455-9.1-1"},
		alter: thinks("Sec-WebSocket-Extensions", `\`),
	},
	{
		Name: "slow-on-empty-elements", Sentence: "Takes long for a list of extensions with many empty elements.", Requires: []string{"RFC6455-4.3-8"},
		alter: thinks("Sec-WebSocket-Extensions", ",,"),
	},
	{
		Name: "slow-on-spaces", Sentence: "Takes long for a list of extensions with many spaces in a row.", Requires: []string{"RFC6455-4.3-7"},
		alter: thinks("Sec-WebSocket-Extensions", "  "),
	},
	{
		Name: "slow-on-offers", Sentence: "Takes long for many offers of extensions.", Requires: []string{"RFC6455-4.2.2-19"},
		alter: thinks("Sec-WebSocket-Extensions", ", "),
	},
	{
		Name: "slow-on-parameters", Sentence: "Takes long for an extension with many parameters.", Requires: []string{"RFC6455-4.2.2-19"},
		alter: thinks("Sec-WebSocket-Extensions", "; "),
	},
	{
		Name: "slow-on-tokens", Sentence: "Takes long for a Connection field with many tokens.", Requires: []string{"RFC6455-4.2.1-11"},
		alter: thinks("Connection", ","),
	},
	{
		Name: "knows-constructor", Sentence: "Accepts an extension named constructor, as a property that every object has.", Requires: []string{"RFC6455-4.2.2-19", "RFC6455-9.1-5"},
		alter: func(p *peer) {
			p.answer = func(req wire.Request, r *wire.Response) {
				for _, e := range req.Extensions() {
					if e.Name == "constructor" {
						addField(&r.Fields, "Sec-WebSocket-Extensions", e.Name)
						return
					}
				}
			}
		},
	},
	{
		Name: "dies-on-proto", Sentence: "Closes TCP on an extension named __proto__.", Requires: []string{"RFC6455-4.2.2-19"},
		alter: func(p *peer) {
			p.reads = func(r *wire.Request) {
				if strings.Contains(strings.Join(r.Fields.Values("Sec-WebSocket-Extensions"), ","), "__proto__") {
					_ = p.conn.Close()
				}
			}
		},
	},
	{
		Name: "dies-on-constructor-field", Sentence: "Closes TCP on a field named constructor.", Requires: []string{"RFC6455-4.2.1-20"},
		alter: func(p *peer) {
			p.reads = func(r *wire.Request) {
				if _, ok := r.Fields.Get("constructor"); ok {
					_ = p.conn.Close()
				}
			}
		},
	},
	{
		Name: "splits-quoted-commas", Sentence: "Splits a list of extensions at the commas inside quotes too.", Requires: []string{"RFC6455-9.1-1", "RFC6455-4.2.2-20"},
		alter: func(p *peer) { p.reads = func(r *wire.Request) { splitAtCommas(&r.Fields) } },
	},
	{
		Name: "value-ends-at-nul", Sentence: "Treats a NUL as the end of a field value.", Requires: []string{"RFC6455-4.2.1-22"},
		alter: hearing(cutAtNUL),
	},
	{
		Name: "value-without-nul", Sentence: "Drops each NUL in a request.", Requires: []string{"RFC6455-4.2.1-22"},
		alter: hearing(func(head []byte) []byte { return bytes.ReplaceAll(head, []byte{0}, nil) }),
	},
	{
		Name: "bare-cr-ends-line", Sentence: "Treats a bare CR in a request as the end of a line.", Requires: []string{"RFC6455-4.2.1-22"},
		alter: hearing(endLinesAtCR),
	},
	{
		Name: "body-as-frames", Sentence: "Takes the body of a request for frames.", Requires: []string{"RFC6455-4.2.1-2"},
		alter: overlook(ruleBody),
	},
	{
		Name: "chunked-body-as-frames", Sentence: "Takes a chunked body for frames, and refuses one with Content-Length.", Requires: []string{"RFC6455-4.2.1-2"},
		alter: func(p *peer) {
			p.reads = func(r *wire.Request) { dropField(&r.Fields, "Transfer-Encoding") }
		},
	},
	{
		Name: "refuses-content-length-0", Sentence: "Refuses a request with Content-Length: 0.", Requires: []string{"RFC6455-4.2.1-20"},
		alter: rejecting(func(r wire.Request) bool { return field(r, "Content-Length") == "0" }),
	},
	{
		Name: "keeps-key-of-first-request", Sentence: "Uses the key of the first request on a connection for the later ones.", Requires: []string{"RFC6455-4.2.2-26"},
		alter: keeping(func(_ *peer, first wire.Request, r *wire.Request) {
			if key := field(first, "Sec-WebSocket-Key"); key != "" {
				setField(&r.Fields, "Sec-WebSocket-Key", key)
			}
		}),
	},
	{
		Name: "keeps-fields-of-first-request", Sentence: "Adds the fields of the first request on a connection to the later ones that lack them.", Requires: []string{"RFC6455-4.2.1-12", "RFC6455-4.2.2-20"},
		alter: keeping(func(_ *peer, first wire.Request, r *wire.Request) {
			for _, f := range first.Fields {
				if _, ok := r.Fields.Get(f.Name); !ok {
					addField(&r.Fields, f.Name, f.Value)
				}
			}
		}),
	},
	{
		Name: "refuses-second-request", Sentence: "Refuses every request on a connection but the first.", Requires: []string{"RFC6455-4.2.1-1"},
		alter: keeping(func(_ *peer, _ wire.Request, r *wire.Request) { r.Method = "SECOND" }),
	},
	{
		Name: "ignores-second-request", Sentence: "Does not respond to the second request on a connection.", Requires: []string{"RFC6455-4.2.2-1"},
		alter: keeping(func(p *peer, _ wire.Request, _ *wire.Request) { p.discard(slowTime) }),
	},
	{
		Name: "second-request-without-inflation", Sentence: "Agrees on permessage-deflate in the second request on a connection, and does not inflate then.", Requires: []string{"RFC7692-7.2.2-1"},
		alter: keeping(func(p *peer, _ wire.Request, _ *wire.Request) {
			p.inflate = func(octets []byte) ([]byte, error) { return octets, nil }
		}),
	},
	{
		Name: "remembers-head-request", Sentence: "Refuses an opening request after a HEAD request on the same connection.", Requires: []string{"RFC6455-4.2.1-1"},
		alter: keeping(func(_ *peer, first wire.Request, r *wire.Request) {
			if first.Method == "HEAD" {
				r.Method = first.Method
			}
		}),
	},
})
