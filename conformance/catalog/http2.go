package catalog

import (
	"slices"
	"strings"
	"sync"

	c "github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/ref/wire"
)

// OverHTTP2 returns the cases about WebSocket over HTTP/2 (RFC 8441) in order. They are no
// part of [Cases], and are played only over HTTP/2, beside those. The file http2_ids.txt
// pins their ids. The cases are shared: callers must not change them.
func OverHTTP2() []*c.Case { return overHTTP2() }

// SuiteOverHTTP2 returns the cases of a suite that need HTTP/2, or nil if it has none. They
// are no part of [Suite].
func SuiteOverHTTP2(name string) []*c.Case {
	if name == Robust {
		return robustOverHTTP2()
	}
	return nil
}

// IsOverHTTP2 reports whether an id, or a pattern for ids, names cases that need HTTP/2.
func IsOverHTTP2(id string) bool {
	return strings.HasPrefix(id, "rfc8441") || strings.HasPrefix(id, "robust/http2-")
}

var (
	overHTTP2 = sync.OnceValue(func() []*c.Case {
		return ordered(
			leveled(slices.Concat(rfc8441Section3(), rfc8441ClientSettings())),
			leveled(slices.Concat(rfc8441Protocol(), rfc8441Target(), rfc8441Form())),
			leveled(slices.Concat(rfc8441Fields(), rfc8441Data(), rfc8441Ends(), rfc8441Streams(),
				rfc8441ClientResponses(), rfc8441ClientData(), rfc8441ClientEnds())),
		)
	})
	robustOverHTTP2 = sync.OnceValue(func() []*c.Case {
		return suite(Robust, attack{http2Floods, historyHTTP2})
	})
)

// leveled gives each case that has no level that of its main requirement.
func leveled(cases []*c.Case) []*c.Case {
	for _, k := range cases {
		if k.Level == "" {
			k.Level = levelOf(k.Requires[0])
		}
	}
	return cases
}

// historyHTTP2 is what is publicly known of attacks on HTTP/2.
const historyHTTP2 = "In 2019 a series of floods was published for HTTP/2: pings, settings, empty frames and resets whose answers fill the memory of a server. In 2023 streams that were opened and reset at once made the largest attacks known until then. In 2024 lists of fields without an end were published, of which servers keep every frame."

// streaming is a case that plays steps through a stream of HTTP/2.
func streaming(id, title string, requires []string, outcomes []c.Outcome, steps ...c.Step) *c.Case {
	return only(wire.RoleServer, &c.Case{ID: id, Title: title, Requires: requires, Script: c.Script{HTTP2: &c.HTTP2{}, Steps: steps, Outcomes: outcomes}})
}

// connecting is a case about the extended CONNECT request, with edits of its fields.
func connecting(id, title string, requires []string, outcomes []c.Outcome, edits ...c.Edit) *c.Case {
	k := request(id, title, requires, outcomes, edits...)
	k.Script.HTTP2 = &c.HTTP2{}
	return k
}

// withHTTP2 sets how the case differs below WebSocket.
func withHTTP2(how c.HTTP2, k *c.Case) *c.Case {
	k.Script.HTTP2 = &how
	return k
}

// The outcomes of an extended CONNECT request. A server may refuse it with a status, by
// RST_STREAM, or, where the whole connection is wrong, by GOAWAY.
var (
	streamEnded = c.Outcome{Behavior: verdict.OK, Ending: c.NotOpened()}
	// isMalformed: the request is malformed (RFC 9113 8.1.1), so the server must not
	// open the connection.
	isMalformed = []c.Outcome{refused, streamEnded}
	// isDoubtful: no clause is clear enough to fail a server that opens the connection.
	isDoubtful = []c.Outcome{refused, streamEnded, openedBut(verdict.NonStrict), answeredPlainly(verdict.NonStrict)}
	// isFree: the RFC leaves it to the server.
	isFree = []c.Outcome{opened, refusedBut(verdict.OK), streamEnded, answeredPlainly(verdict.Informational)}
)

// frame is a frame of HTTP/2 on the connection.
func frame(kind c.HTTP2FrameType, payload ...byte) c.HTTP2Frame {
	return c.HTTP2Frame{Type: kind, Payload: payload}
}

// sendHTTP2 is a step that sends frames of HTTP/2.
func sendHTTP2(frames ...c.HTTP2Frame) c.Step { return c.SendHTTP2{Frames: frames} }

var (
	pingHTTP2 = frame(c.FramePING, []byte("in order")...)
	beside    = c.Connect{Keep: true, Beside: true}
)
