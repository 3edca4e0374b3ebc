package catalog

import (
	"fmt"

	c "github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/ref/wire"
)

// rfc6455Section8_1: UTF-8 (RFC 6455 5.6, 8.1): code points of each length,
// cut at each place by fragments and by writes.
func rfc6455Section8_1() []*c.Case {
	var cases []*c.Case
	for _, t := range []struct {
		id  string
		r   rune
		cut int // octets in the first fragment; 0: one frame, octet by octet
	}{
		{"rfc6455/8.1/1", 0xe9, 1}, {"rfc6455/8.1/2", 0xe9, 0},
		{"rfc6455/8.1/3", 0x20ac, 1}, {"rfc6455/8.1/4", 0x20ac, 2}, {"rfc6455/8.1/5", 0x20ac, 0},
		{"rfc6455/8.1/6", 0x1f600, 1}, {"rfc6455/8.1/7", 0x1f600, 2}, {"rfc6455/8.1/8", 0x1f600, 3}, {"rfc6455/8.1/9", 0x1f600, 0},
	} {
		s := string(t.r)
		message := c.Text(c.Octets("a" + s + "z"))
		if t.cut == 0 {
			k := mustEcho(t.id, fmt.Sprintf("U+%04X sent octet by octet", t.r), []string{"RFC6455-5.6-1", "RFC6455-6.2-1"}, message)
			k.Script.Steps = []c.Step{sendChopped(c.ChopOctets, message)}
			cases = append(cases, k)
			continue
		}
		first, second := "a"+s[:t.cut], s[t.cut:]+"z"
		cases = append(cases, mustEcho(t.id, fmt.Sprintf("U+%04X cut after octet %d, in two fragments", t.r, t.cut), []string{"RFC6455-5.6-1", "RFC6455-5.6-E4672"},
			message, c.Text(c.Octets(first)).More(), c.Continuation(c.Octets(second))))
	}
	for _, t := range []struct {
		id  string
		r   rune
		cut int // octets of the code point that are sent
	}{
		{"rfc6455/8.1/10", 0xe9, 1},
		{"rfc6455/8.1/11", 0x20ac, 1}, {"rfc6455/8.1/12", 0x20ac, 2},
		{"rfc6455/8.1/13", 0x1f600, 1}, {"rfc6455/8.1/14", 0x1f600, 2}, {"rfc6455/8.1/15", 0x1f600, 3},
	} {
		s := string(t.r)
		cases = append(cases, mustFailText(t.id, fmt.Sprintf("a text message that ends after %d of the %d octets of U+%04X", t.cut, len(s), t.r), c.Text(c.Octets("a"+s[:t.cut]))))
	}
	cases = append(cases,
		mustFailText("rfc6455/8.1/16", "an incomplete code point at the end of the last of two fragments", c.Text(c.Octets("a")).More(), c.Continuation(c.Octets("\xf0\x9f"))),
		mustFailText("rfc6455/8.1/17", "an incomplete code point, then an empty last fragment", c.Text(c.Octets("\xe2\x82")).More(), c.Continuation(c.Payload{})),
		mustFailText("rfc6455/8.1/18", "an incomplete code point that the next fragment does not complete", c.Text(c.Octets("\xe2\x82")).More(), c.Continuation(c.Octets("a"))),
		mustEcho("rfc6455/8.1/19", "a binary message of all 256 octet values", []string{"RFC6455-5.6-2"}, c.Binary(ascending(256)), c.Binary(ascending(256))),
		mustEcho("rfc6455/8.1/20", "a binary message that is not UTF-8, in two fragments", []string{"RFC6455-5.6-2", "RFC6455-5.6-E4672"}, c.Binary(c.Octets("\xff\xfe\xc0\x80")),
			c.Binary(c.Octets("\xff\xfe")).More(), c.Continuation(c.Octets("\xc0\x80"))),
	)
	for _, t := range []struct{ id, reason string }{
		{"rfc6455/8.1/21", "\x80"}, {"rfc6455/8.1/22", "\xc0\xaf"}, {"rfc6455/8.1/23", "\xed\xa0\x80"}, {"rfc6455/8.1/24", "\xe2\x82"}, {"rfc6455/8.1/25", "ok\xff"},
	} {
		cases = append(cases, noted("It is disputed which code fits a reason that is not UTF-8 (erratum 7262). The peer may fail the connection with 1002, with 1007, or without a Close frame.", &c.Case{
			ID: t.id, Title: fmt.Sprintf("Close with the reason 0x%x (invalid UTF-8)", t.reason), Requires: []string{"RFC6455-8.1-2", "RFC6455-5.5.1-E7262"},
			Script: c.Script{Steps: []c.Step{send(c.Close(wire.StatusNormalClosure, t.reason))}, Outcomes: []c.Outcome{
				{Behavior: verdict.OK, Ending: c.RefusedByPeer(wire.StatusProtocolError, wire.StatusInvalidPayloadData)},
			}},
		}))
	}
	ping := c.Ping(c.Octets("p"))
	cases = append(cases,
		noted(latePong, &c.Case{
			ID: "rfc6455/8.1/27", Title: "U+20AC cut after octet 2, in two fragments with a ping between them",
			Requires: []string{"RFC6455-5.4-10", "RFC6455-5.6-1", "RFC6455-5.5.2-2"},
			Script: c.Script{
				Steps:    []c.Step{send(c.Text(c.Octets("\xe2\x82")).More(), ping, c.Continuation(c.Octets("\xac")))},
				Outcomes: pongFirst(c.Echo(c.Text(c.Octets("\u20ac"))), c.PongFor(ping)),
			},
		}),
		&c.Case{
			ID: "rfc6455/8.1/28", Title: "an incomplete code point, a ping, then a fragment that does not complete the code point",
			Requires: []string{"RFC6455-8.1-1", "RFC6455-5.4-10", "RFC6455-7.1.7-5"},
			Script: c.Script{
				Steps: []c.Step{send(c.Text(c.Octets("\xe2\x82")).More(), ping, c.Continuation(c.Octets("a")))},
				Outcomes: []c.Outcome{
					{Behavior: verdict.OK, Events: []c.Expect{c.PongFor(ping)}, Ending: invalidData},
					{Behavior: verdict.NonStrict, Ending: invalidData},
				},
			},
			Note: "A peer that fails the connection before it has answered the ping is NON-STRICT.",
		},
	)
	marked := c.Text(c.Octets("\ufefftext"))
	cases = append(cases, mustEcho("rfc6455/8.1/26", "a text message that begins with U+FEFF: the echo must keep it", []string{"RFC6455-6.1-9", "RFC6455-5.6-1"}, marked, marked))
	return cases
}

func mustFailText(id, title string, frames ...c.Frame) *c.Case {
	k := mustFail(id, title, []string{"RFC6455-8.1-1", "RFC6455-7.1.7-5"}, frames...)
	k.Script.Outcomes[0].Ending = invalidData
	return k
}
