package catalog

import (
	"fmt"

	c "github.com/wsspec/wsspec/conformance"
	"github.com/wsspec/wsspec/ref/wire"
)

// rfc6455Section8_1: UTF-8 (RFC 6455 5.6, 8.1): each code point length cut at
// each place, by frames and by writes.
func rfc6455Section8_1() []*c.Case {
	var cases []*c.Case
	for _, r := range []rune{0xe9, 0x20ac, 0x1f600} {
		s := string(r)
		for cut := 1; cut < len(s); cut++ {
			first, second := "a"+s[:cut], s[cut:]+"z"
			cases = append(cases, mustEcho(fmt.Sprintf("U+%04X cut after octet %d by two fragments", r, cut), []string{"RFC6455-5.6-1", "RFC6455-5.6-E4672"},
				c.Text(c.Octets("a"+s+"z")), c.Text(c.Octets(first)).More(), c.Continuation(c.Octets(second))))
		}
		message := c.Text(c.Octets("a" + s + "z"))
		k := mustEcho(fmt.Sprintf("U+%04X, octet by octet", r), []string{"RFC6455-5.6-1", "RFC6455-6.2-1"}, message)
		k.Script.Steps = []c.Step{sendChopped(c.ChopOctets, message)}
		cases = append(cases, k)
	}
	for _, r := range []rune{0xe9, 0x20ac, 0x1f600} {
		s := string(r)
		for cut := 1; cut < len(s); cut++ {
			cases = append(cases, mustFailText(fmt.Sprintf("a text message that ends after %d of the %d octets of U+%04X", cut, len(s), r), c.Text(c.Octets("a"+s[:cut]))))
		}
	}
	cases = append(cases,
		mustFailText("an unfinished code point at the end of the last of two fragments", c.Text(c.Octets("a")).More(), c.Continuation(c.Octets("\xf0\x9f"))),
		mustFailText("an unfinished code point, the last fragment being empty", c.Text(c.Octets("\xe2\x82")).More(), c.Continuation(c.Payload{})),
		mustFailText("a code point that the next fragment does not go on with", c.Text(c.Octets("\xe2\x82")).More(), c.Continuation(c.Octets("a"))),
		mustEcho("a binary message of all 256 octets", []string{"RFC6455-5.6-2"}, c.Binary(ascending(256)), c.Binary(ascending(256))),
		mustEcho("a binary message of what is no UTF-8, in two fragments", []string{"RFC6455-5.6-2", "RFC6455-5.6-E4672"}, c.Binary(c.Octets("\xff\xfe\xc0\x80")),
			c.Binary(c.Octets("\xff\xfe")).More(), c.Continuation(c.Octets("\xc0\x80"))),
	)
	for _, reason := range []string{"\x80", "\xc0\xaf", "\xed\xa0\x80", "\xe2\x82", "ok\xff"} {
		cases = append(cases, noted("Whether the reason has to be UTF-8 is disputed (erratum 7262): 1002, 1007 and a closed TCP connection are all right.", &c.Case{
			Title: fmt.Sprintf("Close with the reason 0x%x, which is not UTF-8", reason), Requires: []string{"RFC6455-8.1-2", "RFC6455-5.5.1-E7262"},
			Script: c.Script{Steps: []c.Step{send(c.Close(wire.StatusNormalClosure, reason))}, Outcomes: []c.Outcome{
				{Behavior: c.OK, Ending: c.RefusedByPeer(wire.StatusProtocolError, wire.StatusInvalidPayloadData)},
			}},
		}))
	}
	marked := c.Text(c.Octets("\ufefftext"))
	cases = append(cases, mustEcho("a text message that begins with U+FEFF, which belongs to it", []string{"RFC6455-6.1-9", "RFC6455-5.6-1"}, marked, marked))
	return numbered("rfc6455/8.1", cases...)
}

func mustFailText(title string, frames ...c.Frame) *c.Case {
	k := mustFail(title, []string{"RFC6455-8.1-1", "RFC6455-7.1.7-5"}, frames...)
	k.Script.Outcomes[0].Ending = invalidData
	return k
}
