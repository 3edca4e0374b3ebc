package catalog

import (
	"fmt"

	c "github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/ref/wire"
)

// rfc6455Section5_2: the frame header (RFC 6455 5.2): each reserved bit on each
// kind of frame, each reserved opcode, each form of the length.
func rfc6455Section5_2() []*c.Case {
	open := c.Text(c.Octets("fragment1")).More()
	var cases []*c.Case
	rsv := []string{"RFC6455-5.2-3", "RFC6455-7.1.7-7"}
	for _, f := range []struct {
		ids    [3]string // with RSV1, RSV2 and RSV3
		name   string
		before []c.Frame
		frame  c.Frame
	}{
		{[3]string{"rfc6455/5.2/1", "rfc6455/5.2/2", "rfc6455/5.2/3"}, "a text frame", nil, c.Text(c.Octets("Hello, world!"))},
		{[3]string{"rfc6455/5.2/4", "rfc6455/5.2/5", "rfc6455/5.2/6"}, "a binary frame", nil, c.Binary(c.Octets("\x00\xff"))},
		{[3]string{"rfc6455/5.2/7", "rfc6455/5.2/8", "rfc6455/5.2/9"}, "a first fragment", nil, open},
		{[3]string{"rfc6455/5.2/10", "rfc6455/5.2/11", "rfc6455/5.2/12"}, "a continuation frame", []c.Frame{open}, c.Continuation(c.Octets("fragment2"))},
		{[3]string{"rfc6455/5.2/13", "rfc6455/5.2/14", "rfc6455/5.2/15"}, "a ping", nil, c.Ping(c.Octets("ping payload"))},
		{[3]string{"rfc6455/5.2/16", "rfc6455/5.2/17", "rfc6455/5.2/18"}, "a pong", nil, c.Pong(c.Octets("pong payload"))},
		{[3]string{"rfc6455/5.2/19", "rfc6455/5.2/20", "rfc6455/5.2/21"}, "a Close frame", nil, c.Close(wire.StatusNormalClosure, "")},
	} {
		for i, bit := range []wire.RSV{wire.RSV1, wire.RSV2, wire.RSV3} {
			cases = append(cases, mustFail(f.ids[i], fmt.Sprintf("%s with only RSV%d set", f.name, i+1), rsv, append(f.before, f.frame.WithRSV(bit))...))
		}
	}
	opcode := []string{"RFC6455-5.2-5", "RFC6455-7.1.7-7"}
	for _, t := range []struct {
		id     string
		opcode wire.Opcode
	}{
		{"rfc6455/5.2/22", 3}, {"rfc6455/5.2/23", 4}, {"rfc6455/5.2/24", 5}, {"rfc6455/5.2/25", 6}, {"rfc6455/5.2/26", 7},
		{"rfc6455/5.2/27", 11}, {"rfc6455/5.2/28", 12}, {"rfc6455/5.2/29", 13}, {"rfc6455/5.2/30", 14}, {"rfc6455/5.2/31", 15},
	} {
		cases = append(cases, mustFail(t.id, fmt.Sprintf("a frame with the reserved opcode %d between two fragments", t.opcode), opcode,
			open, c.Text(c.Octets("in between")).WithOpcode(t.opcode), c.Continuation(c.Octets("fragment2"))))
	}
	for _, t := range []struct {
		id     string
		opcode wire.Opcode
	}{{"rfc6455/5.2/32", 3}, {"rfc6455/5.2/33", 7}} {
		cases = append(cases, mustFail(t.id, fmt.Sprintf("a first fragment with the reserved opcode %d", t.opcode), opcode,
			open.WithOpcode(t.opcode), c.Continuation(c.Octets("fragment2"))))
	}
	for _, l := range []struct {
		id    string
		title string
		frame c.Frame
	}{
		{"rfc6455/5.2/34", "a text frame of 13 octets with a 16-bit length", c.Text(c.Octets("Hello, world!")).WithForm(wire.Length16)},
		{"rfc6455/5.2/35", "a text frame of 125 octets with a 16-bit length", c.Text(c.Repeated("*", 125)).WithForm(wire.Length16)},
		{"rfc6455/5.2/36", "a text frame of 13 octets with a 64-bit length", c.Text(c.Octets("Hello, world!")).WithForm(wire.Length64)},
		{"rfc6455/5.2/37", "a text frame of 126 octets with a 64-bit length", c.Text(c.Repeated("*", 126)).WithForm(wire.Length64)},
		{"rfc6455/5.2/38", "a text frame of 65535 octets with a 64-bit length", c.Text(c.Repeated("*", 65535)).WithForm(wire.Length64)},
		{"rfc6455/5.2/39", "an empty binary frame with a 16-bit length", c.Binary(c.Payload{}).WithForm(wire.Length16)},
	} {
		k := mustFail(l.id, l.title, []string{"RFC6455-5.2-10", "RFC6455-5.2-9"}, l.frame)
		k.Script.Outcomes = append(k.Script.Outcomes, c.Outcome{Behavior: verdict.NonStrict, Events: []c.Expect{c.Echo(l.frame)}, Ending: harnessCloses})
		cases = append(cases, noted("The sender MUST use the shortest form of the length. The RFC does not say what a receiver does with a longer form. A receiver that accepts it is NON-STRICT.", k))
	}
	for _, l := range []struct {
		id    string
		title string
		frame c.Frame
	}{
		{"rfc6455/5.2/40", "a ping of 12 octets with a 16-bit length", c.Ping(c.Octets("ping payload")).WithForm(wire.Length16)},
		{"rfc6455/5.2/41", "a ping of 12 octets with a 64-bit length", c.Ping(c.Octets("ping payload")).WithForm(wire.Length64)},
	} {
		k := mustFail(l.id, l.title, []string{"RFC6455-5.2-10", "RFC6455-5.5-2"}, l.frame)
		k.Script.Outcomes = append(k.Script.Outcomes, c.Outcome{Behavior: verdict.NonStrict, Events: []c.Expect{c.PongFor(l.frame)}, Ending: harnessCloses})
		cases = append(cases, noted("The sender MUST use the shortest form of the length. The RFC does not say what a receiver does with a longer form. A receiver that accepts it is NON-STRICT.", k))
	}
	for _, l := range []struct {
		id     string
		title  string
		length uint64
	}{
		{"rfc6455/5.2/42", "a declared length of 2^63 (only the top bit set)", 1 << 63},
		{"rfc6455/5.2/43", "a declared length of 2^64-1 (all bits set)", 1<<64 - 1},
	} {
		f := c.Binary(c.Octets("beginning")).WithForm(wire.Length64).Declaring(l.length)
		k := mustFail(l.id, l.title, []string{"RFC6455-5.2-8", "RFC6455-10.4-1"}, f)
		k.Script.Steps = append(k.Script.Steps, c.Watch{Name: "waiting"})
		k.Script.Outcomes[0].Ending = c.FailedByPeer(wire.StatusProtocolError, wire.StatusMessageTooBig, wire.StatusPolicyViolation)
		k.Script.Outcomes = append(k.Script.Outcomes, c.Outcome{Behavior: verdict.NonStrict, Events: []c.Expect{c.Quiet("waiting")}, Ending: c.Abandoned()})
		cases = append(cases, noted("The rule 'the most significant bit MUST be 0' is for the sender. The RFC does not say what a receiver does with such a length. A receiver that waits for the payload is NON-STRICT. 1002 (forbidden bit) and 1009 (too large) are both correct codes.", k))
	}
	for _, t := range []struct {
		id   string
		size int
	}{
		{"rfc6455/5.2/44", 1}, {"rfc6455/5.2/45", 124}, {"rfc6455/5.2/46", 125}, {"rfc6455/5.2/47", 126}, {"rfc6455/5.2/48", 127},
		{"rfc6455/5.2/49", 254}, {"rfc6455/5.2/50", 255}, {"rfc6455/5.2/51", 256}, {"rfc6455/5.2/52", 257}, {"rfc6455/5.2/53", 65534},
		{"rfc6455/5.2/54", 65535}, {"rfc6455/5.2/55", 65536}, {"rfc6455/5.2/56", 65537},
	} {
		message := c.Binary(c.Repeated("\x55", t.size))
		cases = append(cases, mustEcho(t.id, fmt.Sprintf("a binary message of exactly %d octets", t.size), []string{"RFC6455-5.2-7", "RFC6455-5.2-11", "RFC6455-10.7-5"}, message, message))
	}
	return cases
}
