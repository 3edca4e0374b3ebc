package catalog

import (
	"fmt"

	c "github.com/wsspec/wsspec/conformance"
	"github.com/wsspec/wsspec/ref/wire"
)

// section7: the closing handshake (RFC 6455 5.5.1, 7.4).
func section7() []*c.Case {
	normal := c.Close(wire.StatusNormalClosure, "")
	hello := c.Text(c.Octets("Hello World!"))
	answered := []c.Outcome{{Behavior: c.OK, Ending: c.AnsweredByPeer(wire.StatusNormalClosure)}}
	refused := func(codes ...wire.StatusCode) []c.Outcome {
		return []c.Outcome{{Behavior: c.OK, Ending: c.RefusedByPeer(codes...)}}
	}
	x := func(id, title string, requires []string, outcomes []c.Outcome, frames ...c.Frame) *c.Case {
		return &c.Case{
			ID: id, Title: title, Level: c.Must, Requires: requires,
			Script: c.Script{Steps: []c.Step{send(frames...)}, Outcomes: outcomes},
		}
	}
	answers := []string{"RFC6455-5.5.1-7", "RFC6455-5.5.1-12"}
	const pongNote = "A pong behind the Close is not owed and not forbidden (RFC 6455 5.5.2): NON-STRICT here, FAILED in Autobahn."
	pongBehindClose := append(answered[:1:1], c.Outcome{
		Behavior: c.NonStrict, Events: []c.Expect{c.PongFor(c.Ping(c.Payload{}))}, Ending: c.AnsweredByPeer(wire.StatusNormalClosure),
	})
	cases := []*c.Case{
		x("7.1.1", "a text message, then Close", answers, echoes(c.Echo(hello)), hello),
		x("7.1.2", "two Close frames", answers, answered, normal, c.CloseBody(c.Payload{})),
		noted(pongNote, x("7.1.3", "Close, then a ping", []string{"RFC6455-5.5.1-7", "RFC6455-5.5.2-3"}, pongBehindClose, normal, c.Ping(c.Payload{}))),
		x("7.1.4", "Close, then a text message", []string{"RFC6455-5.5.1-7", "RFC6455-5.5.1-6"}, answered, normal, hello),
		x("7.1.5", "the first fragment of a message, Close, the last fragment", []string{"RFC6455-5.5.1-7", "RFC6455-5.4-10"}, answered,
			c.Text(c.Octets("fragment1")).More(), normal, c.Continuation(c.Octets("fragment2"))),
		closeBehindBigMessage(),
		x("7.3.1", "Close without a body", []string{"RFC6455-5.5.1-7", "RFC6455-5.5.1-1"}, answered, c.CloseBody(c.Payload{})),
		x("7.3.2", "Close with a body of one octet", []string{"RFC6455-5.5.1-2"}, refused(wire.StatusProtocolError), c.CloseBody(c.Octets("a"))),
		x("7.3.3", "Close with a code", []string{"RFC6455-5.5.1-2", "RFC6455-5.5.1-7"}, answered, normal),
		x("7.3.4", "Close with a code and a reason", []string{"RFC6455-5.5.1-7", "RFC6455-5.5.1-3"}, answered, c.Close(wire.StatusNormalClosure, "Hello World!")),
		x("7.3.5", "Close with a code and a reason of 123 octets, the most allowed", []string{"RFC6455-5.5.1-7", "RFC6455-5.5.1-3"}, answered,
			c.CloseBody(c.Octets("\x03\xe8"+string(c.Repeated("*", 123).Bytes())))),
		x("7.3.6", "Close with a code and a reason of 124 octets, one too many", []string{"RFC6455-5.5-2"}, refused(wire.StatusProtocolError),
			c.CloseBody(c.Octets("\x03\xe8"+string(c.Repeated("*", 124).Bytes())))),
		x("7.5.1", "Close with a reason that is not UTF-8", []string{"RFC6455-8.1-2", "RFC6455-5.5.1-E7262"},
			refused(wire.StatusProtocolError, wire.StatusInvalidPayloadData),
			c.Close(wire.StatusNormalClosure, "\xce\xba\xe1\xbd\xb9\xcf\x83\xce\xbc\xce\xb5\xed\xa0\x80edited")),
	}
	for i, code := range []wire.StatusCode{1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 3999, 4000, 4999} {
		requires := []string{"RFC6455-5.5.1-7", "RFC6455-5.5.1-8", "RFC6455-7.4.1-1"}
		switch {
		case code >= 4000:
			requires[2] = "RFC6455-7.4.2-4"
		case code >= 3000:
			requires[2] = "RFC6455-7.4.2-3"
		}
		cases = append(cases, x(fmt.Sprintf("7.7.%d", i+1), fmt.Sprintf("Close with %d, a code that may be sent", code), requires,
			[]c.Outcome{{Behavior: c.OK, Ending: c.AnsweredByPeer(wire.StatusNormalClosure, code)}}, c.Close(code, "")))
	}
	for i, bad := range []struct {
		code     wire.StatusCode
		requires string
	}{
		{0, "RFC6455-7.4.2-1"}, {999, "RFC6455-7.4.2-1"}, {1004, "RFC6455-7.4.1-5"}, {1005, "RFC6455-7.4.1-6"}, {1006, "RFC6455-7.4.1-7"},
		{1016, "RFC6455-7.4.2-2"}, {1100, "RFC6455-7.4.2-2"}, {2000, "RFC6455-7.4.2-2"}, {2999, "RFC6455-7.4.2-2"},
	} {
		k := x(fmt.Sprintf("7.9.%d", i+1), fmt.Sprintf("Close with %d, a code that must not be sent", bad.code),
			[]string{bad.requires, "RFC6455-7.1.7-5"}, refused(wire.StatusProtocolError), c.Close(bad.code, ""))
		if bad.code == wire.StatusReserved1004 {
			k.Level = c.Should // the others are MUST NOT
		}
		cases = append(cases, k)
	}
	for i, code := range []wire.StatusCode{5000, 65535} {
		k := x(fmt.Sprintf("7.13.%d", i+1), fmt.Sprintf("Close with %d, a code that no RFC speaks of", code), []string{"RFC6455-7.4.2-5", "RFC6455-5.5.1-7"},
			[]c.Outcome{{Behavior: c.InformationalBehavior, Ending: c.AnyEnd()}}, c.Close(code, ""))
		k.Level = c.Informational
		k.Note = "Codes above 4999 are undefined: any end is recorded, but a peer that does not end the connection at all owes an answer to the Close (RFC 6455 5.5.1)."
		cases = append(cases, k)
	}
	return cases
}

// closeBehindBigMessage: whether a peer still echoes messages when Close is
// already there is its own choice (RFC6455-5.5.1-10, -11).
func closeBehindBigMessage() *c.Case {
	big, hello := c.Text(c.Repeated("BAsd7&jh23", 26215)), c.Text(c.Octets("Hello World!"))
	big.Payload = c.Payload{Octets: big.Payload.Bytes()[:256<<10]}
	return &c.Case{
		ID: "7.1.6", Title: "a text message of 256 KiB, a short one, Close, a ping", Level: c.Informational,
		Requires: []string{"RFC6455-5.5.1-10", "RFC6455-5.5.1-11", "RFC6455-5.5.1-7"},
		Script: c.Script{
			Steps: []c.Step{send(big, hello, c.Close(wire.StatusNormalClosure, ""), c.Ping(c.Payload{}))},
			Outcomes: []c.Outcome{{
				Behavior: c.InformationalBehavior, Events: []c.Expect{c.MaybeEcho(big), c.MaybeEcho(hello), c.MaybePong(c.Ping(c.Payload{}))}, Ending: c.AnyEnd(),
			}},
		},
		Note: "A pong behind the Close is not owed and not forbidden (RFC 6455 5.5.2). How much is echoed before the Close is answered is left open; what is echoed has to be right, and the Close has to be answered.",
	}
}
