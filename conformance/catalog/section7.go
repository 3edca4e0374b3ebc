package catalog

import (
	"fmt"

	c "github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/ref/wire"
)

// section7: the closing handshake (RFC 6455 5.5.1, 7.4).
func section7() []*c.Case {
	normal := c.Close(wire.StatusNormalClosure, "")
	hello := c.Text(c.Octets("Hello World!"))
	answered := []c.Outcome{{Behavior: verdict.OK, Ending: c.AnsweredByPeer(wire.StatusNormalClosure)}}
	refused := func(codes ...wire.StatusCode) []c.Outcome {
		return []c.Outcome{{Behavior: verdict.OK, Ending: c.RefusedByPeer(codes...)}}
	}
	x := func(id, title string, requires []string, outcomes []c.Outcome, frames ...c.Frame) *c.Case {
		return &c.Case{
			ID: id, Title: title, Level: verdict.Must, Requires: requires,
			Script: c.Script{Steps: []c.Step{send(frames...)}, Outcomes: outcomes},
		}
	}
	answers := []string{"RFC6455-5.5.1-7", "RFC6455-5.5.1-12"}
	const pongNote = "A pong after the Close is neither required nor forbidden (RFC 6455 5.5.2). It is NON-STRICT here and FAILED in Autobahn."
	pongBehindClose := append(answered[:1:1], c.Outcome{
		Behavior: verdict.NonStrict, Events: []c.Expect{c.PongFor(c.Ping(c.Payload{}))}, Ending: c.AnsweredByPeer(wire.StatusNormalClosure),
	})
	cases := []*c.Case{
		x("7.1.1", "a text message, then Close", answers, echoes(c.Echo(hello)), hello),
		x("7.1.2", "two Close frames", answers, answered, normal, c.CloseBody(c.Payload{})),
		noted(pongNote, x("7.1.3", "Close, then a ping", []string{"RFC6455-5.5.1-7", "RFC6455-5.5.2-3"}, pongBehindClose, normal, c.Ping(c.Payload{}))),
		x("7.1.4", "Close, then a text message", []string{"RFC6455-5.5.1-7", "RFC6455-5.5.1-6"}, answered, normal, hello),
		x("7.1.5", "the first fragment of a message, Close, the last fragment", []string{"RFC6455-5.5.1-7", "RFC6455-5.4-10"}, answered,
			c.Text(c.Octets("fragment1")).More(), normal, c.Continuation(c.Octets("fragment2"))),
		closeAfterBigMessage(),
		x("7.3.1", "Close without a body", []string{"RFC6455-5.5.1-7", "RFC6455-5.5.1-1"}, answered, c.CloseBody(c.Payload{})),
		x("7.3.2", "Close with a body of one octet", []string{"RFC6455-5.5.1-2"}, refused(wire.StatusProtocolError), c.CloseBody(c.Octets("a"))),
		x("7.3.3", "Close with a code", []string{"RFC6455-5.5.1-2", "RFC6455-5.5.1-7"}, answered, normal),
		x("7.3.4", "Close with a code and a reason", []string{"RFC6455-5.5.1-7", "RFC6455-5.5.1-3"}, answered, c.Close(wire.StatusNormalClosure, "Hello World!")),
		x("7.3.5", "Close with a code and a reason of 123 octets, the maximum", []string{"RFC6455-5.5.1-7", "RFC6455-5.5.1-3"}, answered,
			c.CloseBody(c.Octets("\x03\xe8"+string(c.Repeated("*", 123).Bytes())))),
		noted("1002 fits a protocol error (RFC 6455 7.4.1), and 1009 a frame that is too big. Autobahn permits only 1002.", x("7.3.6", "Close with a code and a reason of 124 octets, one too many", []string{"RFC6455-5.5-2"}, refused(wire.StatusProtocolError, wire.StatusMessageTooBig),
			c.CloseBody(c.Octets("\x03\xe8"+string(c.Repeated("*", 124).Bytes()))))),
		x("7.5.1", "Close with a reason that is not UTF-8", []string{"RFC6455-8.1-2", "RFC6455-5.5.1-E7262"},
			refused(wire.StatusProtocolError, wire.StatusInvalidPayloadData),
			c.Close(wire.StatusNormalClosure, "\xce\xba\xe1\xbd\xb9\xcf\x83\xce\xbc\xce\xb5\xed\xa0\x80edited")),
	}
	for _, t := range []struct {
		id       string
		code     wire.StatusCode
		requires string
	}{
		{"7.7.1", 1000, "RFC6455-7.4.1-1"}, {"7.7.2", 1001, "RFC6455-7.4.1-1"}, {"7.7.3", 1002, "RFC6455-7.4.1-1"},
		{"7.7.4", 1003, "RFC6455-7.4.1-1"}, {"7.7.5", 1007, "RFC6455-7.4.1-1"}, {"7.7.6", 1008, "RFC6455-7.4.1-1"},
		{"7.7.7", 1009, "RFC6455-7.4.1-1"}, {"7.7.8", 1010, "RFC6455-7.4.1-1"}, {"7.7.9", 1011, "RFC6455-7.4.1-1"},
		{"7.7.10", 3000, "RFC6455-7.4.2-3"}, {"7.7.11", 3999, "RFC6455-7.4.2-3"}, {"7.7.12", 4000, "RFC6455-7.4.2-4"},
		{"7.7.13", 4999, "RFC6455-7.4.2-4"},
	} {
		cases = append(cases, x(t.id, fmt.Sprintf("Close with the valid code %d", t.code), []string{"RFC6455-5.5.1-7", "RFC6455-5.5.1-8", t.requires},
			[]c.Outcome{{Behavior: verdict.OK, Ending: c.AnsweredByPeer(wire.StatusNormalClosure, t.code)}}, c.Close(t.code, "")))
	}
	for _, bad := range []struct {
		id       string
		code     wire.StatusCode
		requires string
	}{
		{"7.9.1", 0, "RFC6455-7.4.2-1"}, {"7.9.2", 999, "RFC6455-7.4.2-1"}, {"7.9.3", 1004, "RFC6455-7.4.2-2"}, {"7.9.4", 1005, "RFC6455-7.4.1-6"}, {"7.9.5", 1006, "RFC6455-7.4.1-7"},
		{"7.9.6", 1016, "RFC6455-7.4.2-2"}, {"7.9.7", 1100, "RFC6455-7.4.2-2"}, {"7.9.8", 2000, "RFC6455-7.4.2-2"}, {"7.9.9", 2999, "RFC6455-7.4.2-2"},
	} {
		k := x(bad.id, fmt.Sprintf("Close with the invalid code %d", bad.code),
			[]string{bad.requires, "RFC6455-7.1.7-5"}, refused(wire.StatusProtocolError), c.Close(bad.code, ""))
		if bad.code == wire.StatusReserved1004 { // reserved, and so without a definition like 1016
			k.Requires = append(k.Requires, "RFC6455-7.4.1-5")
		}
		cases = append(cases, k)
	}
	for _, t := range []struct {
		id   string
		code wire.StatusCode
	}{{"7.13.1", 5000}, {"7.13.2", 65535}} {
		k := x(t.id, fmt.Sprintf("Close with the undefined code %d", t.code), []string{"RFC6455-7.4.2-5", "RFC6455-5.5.1-7"},
			[]c.Outcome{{Behavior: verdict.Informational, Ending: c.AnyEnd()}}, c.Close(t.code, ""))
		k.Level = verdict.LevelInformational
		k.Note = "Codes above 4999 are undefined. The case records how the peer ends the connection. A peer that does not end the connection is FAILED, because it must answer the Close (RFC 6455 5.5.1)."
		cases = append(cases, k)
	}
	return cases
}

// closeAfterBigMessage: a peer that has received a Close chooses whether it still
// echoes earlier messages (RFC6455-5.5.1-10, -11).
func closeAfterBigMessage() *c.Case {
	big, hello := c.Text(c.Repeated("BAsd7&jh23", 26215)), c.Text(c.Octets("Hello World!"))
	big.Payload = c.Payload{Octets: big.Payload.Bytes()[:256<<10]}
	return &c.Case{
		ID: "7.1.6", Title: "a text message of 256 KiB, a short text message, Close, a ping", Level: verdict.LevelInformational,
		Requires: []string{"RFC6455-5.5.1-10", "RFC6455-5.5.1-11", "RFC6455-5.5.1-7"},
		Script: c.Script{
			Steps: []c.Step{send(big, hello, c.Close(wire.StatusNormalClosure, ""), c.Ping(c.Payload{}))},
			Outcomes: []c.Outcome{{
				Behavior: verdict.Informational, Events: []c.Expect{c.MaybeEcho(big), c.MaybeEcho(hello), c.MaybePong(c.Ping(c.Payload{}))}, Ending: c.AnyEnd(),
			}},
		},
		Note: "A pong after the Close is neither required nor forbidden (RFC 6455 5.5.2). The peer chooses how many messages it echoes before it answers the Close. What it sends is recorded. A peer that does not end the connection is FAILED, because it must answer the Close (RFC 6455 5.5.1).",
	}
}
