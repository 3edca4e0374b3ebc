package catalog

import (
	"fmt"

	c "github.com/wsspec/wsspec/conformance"
	"github.com/wsspec/wsspec/ref/wire"
)

// rfc6455Section5_2: the frame header (RFC 6455 5.2): each reserved bit on each
// kind of frame, each reserved opcode, each form of the length.
func rfc6455Section5_2() []*c.Case {
	open := c.Text(c.Octets("fragment1")).More()
	var cases []*c.Case
	rsv := []string{"RFC6455-5.2-3", "RFC6455-7.1.7-7"}
	for _, f := range []struct {
		name   string
		before []c.Frame
		frame  c.Frame
	}{
		{"a text frame", nil, c.Text(c.Octets("Hello, world!"))},
		{"a binary frame", nil, c.Binary(c.Octets("\x00\xff"))},
		{"a first fragment", nil, open},
		{"a continuation frame", []c.Frame{open}, c.Continuation(c.Octets("fragment2"))},
		{"a ping", nil, c.Ping(c.Octets("ping payload"))},
		{"a pong", nil, c.Pong(c.Octets("pong payload"))},
		{"a Close frame", nil, c.Close(wire.StatusNormalClosure, "")},
	} {
		for i, bit := range []wire.RSV{wire.RSV1, wire.RSV2, wire.RSV3} {
			cases = append(cases, mustFail(fmt.Sprintf("%s with only RSV%d set", f.name, i+1), rsv, append(f.before, f.frame.WithRSV(bit))...))
		}
	}
	opcode := []string{"RFC6455-5.2-5", "RFC6455-7.1.7-7"}
	for _, o := range []wire.Opcode{3, 4, 5, 6, 7, 11, 12, 13, 14, 15} {
		cases = append(cases, mustFail(fmt.Sprintf("a fragmented message, the reserved opcode %d in between", o), opcode,
			open, c.Text(c.Octets("in between")).WithOpcode(o), c.Continuation(c.Octets("fragment2"))))
	}
	for _, o := range []wire.Opcode{3, 7} {
		cases = append(cases, mustFail(fmt.Sprintf("a first fragment with the reserved opcode %d", o), opcode,
			open.WithOpcode(o), c.Continuation(c.Octets("fragment2"))))
	}
	for _, l := range []struct {
		title string
		frame c.Frame
	}{
		{"a text frame of 13 octets, its length in 16 bits", c.Text(c.Octets("Hello, world!")).WithForm(wire.Length16)},
		{"a text frame of 125 octets, its length in 16 bits", c.Text(c.Repeated("*", 125)).WithForm(wire.Length16)},
		{"a text frame of 13 octets, its length in 64 bits", c.Text(c.Octets("Hello, world!")).WithForm(wire.Length64)},
		{"a text frame of 126 octets, its length in 64 bits", c.Text(c.Repeated("*", 126)).WithForm(wire.Length64)},
		{"a text frame of 65535 octets, its length in 64 bits", c.Text(c.Repeated("*", 65535)).WithForm(wire.Length64)},
		{"an empty binary frame, its length in 16 bits", c.Binary(c.Payload{}).WithForm(wire.Length16)},
	} {
		k := mustFail(l.title, []string{"RFC6455-5.2-10", "RFC6455-5.2-9"}, l.frame)
		k.Script.Outcomes = append(k.Script.Outcomes, c.Outcome{Behavior: c.NonStrict, Events: []c.Expect{c.Echo(l.frame)}, Ending: harnessCloses})
		cases = append(cases, noted("The shortest form is demanded of the sender; what a receiver does with another is not said, so taking it is NON-STRICT.", k))
	}
	for _, l := range []struct {
		title string
		frame c.Frame
	}{
		{"a ping of 12 octets, its length in 16 bits", c.Ping(c.Octets("ping payload")).WithForm(wire.Length16)},
		{"a ping of 12 octets, its length in 64 bits", c.Ping(c.Octets("ping payload")).WithForm(wire.Length64)},
	} {
		k := mustFail(l.title, []string{"RFC6455-5.2-10", "RFC6455-5.5-2"}, l.frame)
		k.Script.Outcomes = append(k.Script.Outcomes, c.Outcome{Behavior: c.NonStrict, Events: []c.Expect{c.PongFor(l.frame)}, Ending: harnessCloses})
		cases = append(cases, noted("As for data frames: a receiver that takes the longer form is NON-STRICT.", k))
	}
	for _, l := range []struct {
		title  string
		length uint64
	}{
		{"a length of 2^63, the top bit alone", 1 << 63},
		{"a length of 2^64-1, all bits", 1<<64 - 1},
	} {
		f := c.Binary(c.Octets("beginning")).WithForm(wire.Length64).Declaring(l.length)
		k := mustFail(l.title, []string{"RFC6455-5.2-8", "RFC6455-10.4-1"}, f)
		k.Script.Steps = append(k.Script.Steps, c.Watch{Name: "waiting"})
		k.Script.Outcomes[0].Ending = c.FailedByPeer(wire.StatusProtocolError, wire.StatusMessageTooBig, wire.StatusPolicyViolation)
		k.Script.Outcomes = append(k.Script.Outcomes, c.Outcome{Behavior: c.NonStrict, Events: []c.Expect{c.Quiet("waiting")}, Ending: c.Abandoned()})
		cases = append(cases, noted("'the most significant bit MUST be 0' is demanded of the sender; what a receiver does with another length is not said, so waiting for the octets is NON-STRICT. 1009 fits a length too large as well as 1002 fits a forbidden bit.", k))
	}
	for _, size := range []int{1, 124, 125, 126, 127, 254, 255, 256, 257, 65534, 65535, 65536, 65537} {
		message := c.Binary(c.Repeated("\x55", size))
		cases = append(cases, mustEcho(fmt.Sprintf("a binary message of exactly %d octets", size), []string{"RFC6455-5.2-7", "RFC6455-5.2-11", "RFC6455-10.7-5"}, message, message))
	}
	return numbered("rfc6455/5.2", cases...)
}
