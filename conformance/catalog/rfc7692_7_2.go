package catalog

import (
	"fmt"
	"strings"

	c "github.com/wsspec/wsspec/conformance"
	"github.com/wsspec/wsspec/conformance/streams"
	"github.com/wsspec/wsspec/ref/wire"
)

// rfc7692Section7_2: compressed messages of every make (RFC 7692 6, 7.2), with
// the octets of its section 7.2.3 among them.
func rfc7692Section7_2() []*c.Case {
	const hello = "Hello"
	said := c.Echo(c.Text(c.Octets(hello)))
	plain := []wire.DeflateOffer{plainOffer}
	free := []wire.DeflateOffer{{ClientMaxWindowBits: wire.AnyWindowBits}}
	takeover := c.Agreement{Takeover: true}
	x := func(title string, requires []string, outcomes []c.Outcome, frames ...c.Frame) *c.Case {
		return &c.Case{Title: title, Requires: requires, Script: c.Script{Offers: plain, Steps: []c.Step{send(frames...)}, Outcomes: outcomes}}
	}
	echo := func(title string, requires []string, payload, message string) *c.Case {
		return x(title, requires, echoes(c.Echo(c.Text(c.Octets(message)))), compressedText(payload))
	}
	carried := func(title string, requires []string, echo []c.Expect, frames ...c.Frame) *c.Case {
		k := x(title, requires, echoes(echo...), frames...)
		k.Script.Offers, k.Script.Needs = free, takeover
		return k
	}
	long := strings.Repeat("a message that is worth its compression, ", 40)
	var all []c.Expect
	for range 3 {
		all = append(all, c.Echo(c.Text(c.Octets(long))))
	}
	farPayload, farMessage := farthest()
	stored := []string{"RFC7692-7.2.2-1", "RFC7692-7.2.1-1"}
	cases := []*c.Case{
		echo("one block with fixed codes", stored, "\xf2\x48\xcd\xc9\xc9\x07\x00", hello),
		x("one block in two fragments", []string{"RFC7692-6.2-1"}, echoes(said), cutAt(compressedText("\xf2\x48\xcd\xc9\xc9\x07\x00"), 3)...),
		echo("a stored block", stored, "\x00\x05\x00\xfa\xff\x48\x65\x6c\x6c\x6f\x00", hello),
		echo("a block with BFINAL set", stored, "\xf3\x48\xcd\xc9\xc9\x07\x00\x00", hello),
		echo("two blocks", stored, "\xf2\x48\x05\x00\x00\x00\xff\xff\xca\xc9\xc9\x07\x00", hello),
		carried("the same message twice, the second time by reference", []string{"RFC7692-7.2.2-8", "RFC7692-7.2.2-6", "RFC7692-7.1.1.2-6", "RFC7692-7.2.2-9"},
			[]c.Expect{said, said}, compressedText("\xf2\x48\xcd\xc9\xc9\x07\x00"), compressedText("\xf2\x00\x11\x00\x00")),
		carried("a plain message between two that share their context", []string{"RFC7692-7.2.2-4", "RFC7692-6-3"},
			[]c.Expect{said, c.Echo(c.Text(c.Octets("plain"))), said},
			compressedText("\xf2\x48\xcd\xc9\xc9\x07\x00"), c.Text(c.Octets("plain")), compressedText("\xf2\x00\x11\x00\x00")),
		carried("three long messages that share their context", []string{"RFC7692-7.2.2-8", "RFC7692-7.2.2-6", "RFC7692-6.1-7"}, all, deflated(true, long, long, long)...),
		echo("an empty message", []string{"RFC7692-7.2.2-3"}, "\x00", ""),
		x("an empty message in two fragments, the first empty", []string{"RFC7692-7.2.2-3", "RFC7692-6.2-1"}, echoes(c.Echo(c.Text(c.Payload{}))), cutAt(compressedText("\x00"), 0)...),
		echo("many blocks", stored, strings.Repeat("\x00\x01\x00\xfe\xffa", 300)+"\x00", strings.Repeat("a", 300)),
		echo("a block flushed behind every fragment's worth", []string{"RFC7692-7.2.1-6", "RFC7692-6.2-1"}, "\x4a\x04\x00\x00\x00\xff\xff\x4a\x02\x00", "ab"),
		x("plain messages where compression was agreed, text and binary, fragmented and not", []string{"RFC7692-6-3", "RFC7692-6.2-2"},
			echoes(c.Echo(c.Text(c.Octets("plain"))), c.Echo(c.Binary(c.Octets("\x00\xff"))), c.Echo(c.Text(c.Octets("fragmented")))),
			c.Text(c.Octets("plain")), c.Binary(c.Octets("\x00\xff")), c.Text(c.Octets("frag")).More(), c.Continuation(c.Octets("mented"))),
		noted(latePong, x("a ping between the fragments of a compressed message", []string{"RFC7692-6.2-1", "RFC7692-6-1"},
			pongFirst(said, c.PongFor(c.Ping(c.Octets("ping payload")))),
			compressedText("\xf2\x48\xcd").More(), c.Ping(c.Octets("ping payload")), c.Continuation(c.Octets("\xc9\xc9\x07\x00")))),
	}
	whole := compressedText("\xf2\x48\xcd\xc9\xc9\x07\x00")
	for cut := 0; cut <= 7; cut++ {
		cases = append(cases, x(fmt.Sprintf("a compressed message cut after octet %d", cut), []string{"RFC7692-6.2-1"}, echoes(said), cutAt(whole, cut)...))
	}
	far := echo("a reference back by 32768 octets, the most there is", []string{"RFC7692-7.2.2-13", "RFC7692-7.2.2-11", "RFC7692-7.1.2.1-7", "RFC7692-7.1.2.2-8"}, farPayload, farMessage)
	far.Script.Needs = c.Agreement{WindowBits: wire.MaxWindowBits}
	cases = append(cases, far)

	misplaced := func(title string, requires []string, frames ...c.Frame) *c.Case {
		return x(title, requires, refuses(), frames...)
	}
	control := []string{"RFC7692-6.1-4", "RFC7692-6-1"}
	later := []string{"RFC7692-6.1-5"}
	open := compressedText("\xf2\x48\xcd").More()
	rest := c.Continuation(c.Octets("\xc9\xc9\x07\x00"))
	cases = append(cases,
		misplaced("RSV1 on a ping", control, c.Ping(c.Octets("ping payload")).WithRSV(wire.RSV1)),
		misplaced("RSV1 on a pong", control, c.Pong(c.Octets("pong payload")).WithRSV(wire.RSV1)),
		misplaced("RSV1 on a Close frame", control, c.Close(wire.StatusNormalClosure, "").WithRSV(wire.RSV1)),
		misplaced("RSV1 on the second fragment of a compressed message", later, open, rest.WithRSV(wire.RSV1)),
		misplaced("RSV1 on the second fragment of a plain message", later, c.Text(c.Octets("plain")).More(), rest.WithRSV(wire.RSV1)),
		misplaced("RSV2 on a compressed message", []string{"RFC6455-5.2-4"}, whole.WithRSV(wire.RSV1|wire.RSV2)),
		misplaced("RSV3 on a compressed message", []string{"RFC6455-5.2-4"}, whole.WithRSV(wire.RSV1|wire.RSV3)),
		misplaced("RSV2 on a plain message", []string{"RFC6455-5.2-4"}, c.Text(c.Octets("plain")).WithRSV(wire.RSV2)),
	)
	notText := func(title, payload string, at ...int) *c.Case {
		return x(title, []string{"RFC7692-6.1-8", "RFC6455-8.1-1"}, []c.Outcome{{Behavior: c.OK, Ending: invalidData}}, cutAt(compressedText(payload), at...)...)
	}
	broken := string(deflated(false, "broken \xed\xa0\x80 text")[0].Payload.Bytes())
	cases = append(cases,
		notText("compressed text that is not UTF-8", broken),
		notText("compressed text that is not UTF-8, in two fragments", broken, 5),
		notText("compressed text that ends inside a code point", string(deflated(false, "unfinished \xe2\x82")[0].Payload.Bytes())),
		echo("compressed text with code points of every length", []string{"RFC7692-6.1-7", "RFC7692-6.1-8"},
			string(deflated(false, "aé€😀")[0].Payload.Bytes()), "aé€😀"),
	)
	corrupt := func(what string, message c.Frame) *c.Case {
		k := x("a compressed message that is no DEFLATE data: "+what, []string{"RFC7692-7.2.2-2", "RFC6455-10.7-1"}, []c.Outcome{
			{Behavior: c.OK, Ending: c.FailedByPeer()},
			{Behavior: c.NonStrict, Events: []c.Expect{c.Quiet("passed over")}, Ending: harnessCloses},
		}, message)
		k.Script.Steps = append(k.Script.Steps, c.Watch{Name: "passed over"})
		return soft(noted("RFC 7692 does not say what becomes of a message that does not inflate; of data that an endpoint does not understand RFC 6455 10.7 says that it 'MAY drop the TCP connection' and 'SHOULD send a Close frame', with no code in particular. A peer that passes over the message and goes on is NON-STRICT, one that answers it, or no Close either, FAILED.", k))
	}
	for _, bad := range []struct{ what, payload string }{
		{"a block of the reserved type", "\x06"},
		{"a stored block whose lengths contradict each other", "\x00\x05\x00\x00\x00Hello\x00"},
		{"a reference to before the first octet", "\x02\x13\x00\x00"},
		{"a stored block that breaks off", "\x00\x05\x00\xfa\xffHe"},
		{"octets at random", "\xff\xff\xff\xff\xff\xff\xff\xff"},
	} {
		cases = append(cases, corrupt(bad.what, compressedText(bad.payload)))
	}
	// Its last block has BFINAL and room for the nine octets that many endpoints put
	// behind a payload: the four of 7.2.2 and a last block of their own. Binary, so
	// that no check of its text comes first. Found by fuzzing.
	const sent, added = "Hello", "\x00\x00\xff\xff"
	cut := corrupt("a last stored block that breaks off nine octets early", c.Binary(c.Octets("\x01\x0e\x00\xf1\xff"+sent)).WithRSV(wire.RSV1))
	cut.Requires = []string{"RFC7692-7.2.2-2", "RFC7692-7.2.2-1", "RFC6455-10.7-1"}
	cut.Note = "RFC 7692 does not say what becomes of a message that does not inflate. A peer that passes over it, or echoes what there is of it, is NON-STRICT; so is one that takes the four octets of 7.2.2 for the rest. Octets besides these were not in 'the resulting data' to decompress."
	for _, message := range []string{sent, sent + added} {
		cut.Script.Outcomes = append(cut.Script.Outcomes, c.Outcome{
			Behavior: c.NonStrict, Events: []c.Expect{c.Echo(c.Binary(c.Octets(message))), c.Quiet("passed over")}, Ending: harnessCloses,
		})
	}
	// What comes again is 4 KiB back, in the message before.
	wide := string(streams.Prose.Message(4<<10, 0))
	cases = append(cases,
		carried("a message of 4 KiB twice, the second time by reference", []string{"RFC7692-7.2.2-13", "RFC7692-7.2.2-11", "RFC7692-7.2.2-8"},
			[]c.Expect{c.Echo(c.Text(c.Octets(wide))), c.Echo(c.Text(c.Octets(wide)))}, deflated(true, wide, wide)...),
		noted("Senders may use blocks with BFINAL set, and 'the next DEFLATE block follows the padded data if any' (RFC 7692 7.2.1). Receivers are told no more than to 'decompress the resulting data using DEFLATE' (7.2.2), and to DEFLATE such a block is the last (RFC 1951 3.2.3). So a peer that ends the message there is NON-STRICT, as is one that fails the connection.",
			x("a block behind one with BFINAL set", []string{"RFC7692-7.2.2-1", "RFC7692-7.2.1-4"}, []c.Outcome{
				{Behavior: c.OK, Events: []c.Expect{c.Echo(c.Text(c.Octets("HelloHello")))}, Ending: harnessCloses},
				{Behavior: c.NonStrict, Events: []c.Expect{said}, Ending: harnessCloses},
				{Behavior: c.NonStrict, Ending: c.FailedByPeer()},
			}, compressedText("\xf3\x48\xcd\xc9\xc9\x07\x00\xf2\x48\xcd\xc9\xc9\x07\x00"))),
		cut,
		// A decoder that is used again may still have the codes of the block before.
		// Found by fuzzing.
		corrupt("a distance of a block that has no codes for them, behind one that has",
			compressedText(withoutDistances())))
	return numbered("rfc7692/7.2", cases...)
}
