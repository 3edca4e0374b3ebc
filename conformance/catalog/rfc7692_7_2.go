package catalog

import (
	"fmt"
	"strings"

	c "github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/internal/payloads"
	"github.com/wsspec/wsspec/ref/wire"
)

// rfc7692Section7_2: compressed messages of all forms (RFC 7692 6, 7.2),
// including the examples of its section 7.2.3.
func rfc7692Section7_2() []*c.Case {
	const hello = "Hello"
	said := c.Echo(c.Text(c.Octets(hello)))
	plain := []wire.DeflateOffer{plainOffer}
	free := []wire.DeflateOffer{{ClientMaxWindowBits: wire.AnyWindowBits}}
	takeover := c.Agreement{Takeover: true}
	x := func(id, title string, requires []string, outcomes []c.Outcome, frames ...c.Frame) *c.Case {
		return &c.Case{ID: id, Title: title, Requires: requires, Script: c.Script{Offers: plain, Steps: []c.Step{send(frames...)}, Outcomes: outcomes}}
	}
	echo := func(id, title string, requires []string, payload, message string) *c.Case {
		return x(id, title, requires, echoes(c.Echo(c.Text(c.Octets(message)))), compressedText(payload))
	}
	carried := func(id, title string, requires []string, echo []c.Expect, frames ...c.Frame) *c.Case {
		k := x(id, title, requires, echoes(echo...), frames...)
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
		echo("rfc7692/7.2/1", "a compressed message of one block with fixed Huffman codes", stored, "\xf2\x48\xcd\xc9\xc9\x07\x00", hello),
		x("rfc7692/7.2/2", "a compressed message of one block in two fragments", []string{"RFC7692-6.2-1"}, echoes(said), cutAt(compressedText("\xf2\x48\xcd\xc9\xc9\x07\x00"), 3)...),
		echo("rfc7692/7.2/3", "a compressed message of one stored block", stored, "\x00\x05\x00\xfa\xff\x48\x65\x6c\x6c\x6f\x00", hello),
		echo("rfc7692/7.2/4", "a compressed message of one block with BFINAL set", stored, "\xf3\x48\xcd\xc9\xc9\x07\x00\x00", hello),
		echo("rfc7692/7.2/5", "a compressed message of two blocks", stored, "\xf2\x48\x05\x00\x00\x00\xff\xff\xca\xc9\xc9\x07\x00", hello),
		carried("rfc7692/7.2/6", "the same compressed message twice, the second time as a reference to the first", []string{"RFC7692-7.2.2-8", "RFC7692-7.2.2-6", "RFC7692-7.1.1.2-6", "RFC7692-7.2.2-9"},
			[]c.Expect{said, said}, compressedText("\xf2\x48\xcd\xc9\xc9\x07\x00"), compressedText("\xf2\x00\x11\x00\x00")),
		carried("rfc7692/7.2/7", "an uncompressed message between two compressed messages that share their context", []string{"RFC7692-7.2.2-4", "RFC7692-6-3"},
			[]c.Expect{said, c.Echo(c.Text(c.Octets("plain"))), said},
			compressedText("\xf2\x48\xcd\xc9\xc9\x07\x00"), c.Text(c.Octets("plain")), compressedText("\xf2\x00\x11\x00\x00")),
		carried("rfc7692/7.2/8", "three long compressed messages that share their context", []string{"RFC7692-7.2.2-8", "RFC7692-7.2.2-6", "RFC7692-6.1-7"}, all, deflated(true, long, long, long)...),
		echo("rfc7692/7.2/9", "an empty compressed message", []string{"RFC7692-7.2.2-3"}, "\x00", ""),
		x("rfc7692/7.2/10", "an empty compressed message in two fragments, the first empty", []string{"RFC7692-7.2.2-3", "RFC7692-6.2-1"}, echoes(c.Echo(c.Text(c.Payload{}))), cutAt(compressedText("\x00"), 0)...),
		echo("rfc7692/7.2/11", "a compressed message of 300 stored blocks", stored, strings.Repeat("\x00\x01\x00\xfe\xffa", 300)+"\x00", strings.Repeat("a", 300)),
		echo("rfc7692/7.2/12", "a compressed message with a flush between its two blocks", []string{"RFC7692-7.2.1-6", "RFC7692-6.2-1"}, "\x4a\x04\x00\x00\x00\xff\xff\x4a\x02\x00", "ab"),
		x("rfc7692/7.2/13", "uncompressed messages with permessage-deflate negotiated: text, binary and fragmented", []string{"RFC7692-6-3", "RFC7692-6.2-2"},
			echoes(c.Echo(c.Text(c.Octets("plain"))), c.Echo(c.Binary(c.Octets("\x00\xff"))), c.Echo(c.Text(c.Octets("fragmented")))),
			c.Text(c.Octets("plain")), c.Binary(c.Octets("\x00\xff")), c.Text(c.Octets("frag")).More(), c.Continuation(c.Octets("mented"))),
		noted(latePong, x("rfc7692/7.2/14", "a ping between the fragments of a compressed message", []string{"RFC7692-6.2-1", "RFC7692-6-1"},
			pongFirst(said, c.PongFor(c.Ping(c.Octets("ping payload")))),
			compressedText("\xf2\x48\xcd").More(), c.Ping(c.Octets("ping payload")), c.Continuation(c.Octets("\xc9\xc9\x07\x00")))),
	}
	whole := compressedText("\xf2\x48\xcd\xc9\xc9\x07\x00")
	for _, t := range []struct {
		id  string
		cut int
	}{
		{"rfc7692/7.2/15", 0}, {"rfc7692/7.2/16", 1}, {"rfc7692/7.2/17", 2}, {"rfc7692/7.2/18", 3},
		{"rfc7692/7.2/19", 4}, {"rfc7692/7.2/20", 5}, {"rfc7692/7.2/21", 6}, {"rfc7692/7.2/22", 7},
	} {
		cases = append(cases, x(t.id, fmt.Sprintf("a compressed message cut after octet %d", t.cut), []string{"RFC7692-6.2-1"}, echoes(said), cutAt(whole, t.cut)...))
	}
	far := echo("rfc7692/7.2/23", "a compressed reference 32768 octets back, the maximum", []string{"RFC7692-7.2.2-13", "RFC7692-7.2.2-11", "RFC7692-7.1.2.1-7", "RFC7692-7.1.2.2-8"}, farPayload, farMessage)
	far.Script.Needs = c.Agreement{WindowBits: wire.MaxWindowBits}
	cases = append(cases, far)

	misplaced := func(id, title string, requires []string, frames ...c.Frame) *c.Case {
		return x(id, title, requires, refuses(), frames...)
	}
	control := []string{"RFC7692-6.1-4", "RFC7692-6-1"}
	later := []string{"RFC7692-6.1-5"}
	open := compressedText("\xf2\x48\xcd").More()
	rest := c.Continuation(c.Octets("\xc9\xc9\x07\x00"))
	cases = append(cases,
		misplaced("rfc7692/7.2/24", "RSV1 on a ping", control, c.Ping(c.Octets("ping payload")).WithRSV(wire.RSV1)),
		misplaced("rfc7692/7.2/25", "RSV1 on a pong", control, c.Pong(c.Octets("pong payload")).WithRSV(wire.RSV1)),
		misplaced("rfc7692/7.2/26", "RSV1 on a Close frame", control, c.Close(wire.StatusNormalClosure, "").WithRSV(wire.RSV1)),
		misplaced("rfc7692/7.2/27", "RSV1 on the second fragment of a compressed message", later, open, rest.WithRSV(wire.RSV1)),
		misplaced("rfc7692/7.2/28", "RSV1 on the second fragment of an uncompressed message", later, c.Text(c.Octets("plain")).More(), rest.WithRSV(wire.RSV1)),
		misplaced("rfc7692/7.2/29", "RSV2 on a compressed message", []string{"RFC6455-5.2-4"}, whole.WithRSV(wire.RSV1|wire.RSV2)),
		misplaced("rfc7692/7.2/30", "RSV3 on a compressed message", []string{"RFC6455-5.2-4"}, whole.WithRSV(wire.RSV1|wire.RSV3)),
		misplaced("rfc7692/7.2/31", "RSV2 on an uncompressed message", []string{"RFC6455-5.2-4"}, c.Text(c.Octets("plain")).WithRSV(wire.RSV2)),
	)
	notText := func(id, title, payload string, at ...int) *c.Case {
		return x(id, title, []string{"RFC7692-6.1-8", "RFC6455-8.1-1"}, []c.Outcome{{Behavior: verdict.OK, Ending: invalidData}}, cutAt(compressedText(payload), at...)...)
	}
	broken := string(deflated(false, "broken \xed\xa0\x80 text")[0].Payload.Bytes())
	cases = append(cases,
		notText("rfc7692/7.2/32", "compressed text that is not UTF-8", broken),
		notText("rfc7692/7.2/33", "compressed text that is not UTF-8, in two fragments", broken, 5),
		notText("rfc7692/7.2/34", "compressed text that ends inside a code point", string(deflated(false, "unfinished \xe2\x82")[0].Payload.Bytes())),
		echo("rfc7692/7.2/35", "compressed text with code points of 1 to 4 octets", []string{"RFC7692-6.1-7", "RFC7692-6.1-8"},
			string(deflated(false, "aé€😀")[0].Payload.Bytes()), "aé€😀"),
	)
	corrupt := func(id, what string, message c.Frame) *c.Case {
		k := x(id, "invalid DEFLATE data: "+what, []string{"RFC7692-7.2.2-2", "RFC6455-10.7-1"}, []c.Outcome{
			{Behavior: verdict.OK, Ending: c.FailedByPeer()},
			{Behavior: verdict.NonStrict, Events: []c.Expect{c.Quiet("passed over")}, Ending: harnessCloses},
		}, message)
		k.Script.Steps = append(k.Script.Steps, c.Watch{Name: "passed over"})
		return should(noted("RFC 7692 does not say what happens to a message that does not inflate. For data that an endpoint does not understand, RFC 6455 10.7 says that it 'MAY drop the TCP connection' and 'SHOULD send a Close frame', without a specific code. A peer that ignores the message and continues is NON-STRICT. A peer that answers the message, or that later does not answer a Close, is FAILED.", k))
	}
	for _, bad := range []struct{ id, what, payload string }{
		{"rfc7692/7.2/36", "a block of the reserved type", "\x06"},
		{"rfc7692/7.2/37", "a stored block with contradictory lengths", "\x00\x05\x00\x00\x00Hello\x00"},
		{"rfc7692/7.2/38", "a reference before the first octet", "\x02\x13\x00\x00"},
		{"rfc7692/7.2/39", "a stored block that is cut short", "\x00\x05\x00\xfa\xffHe"},
		{"rfc7692/7.2/40", "random octets", "\xff\xff\xff\xff\xff\xff\xff\xff"},
	} {
		cases = append(cases, corrupt(bad.id, bad.what, compressedText(bad.payload)))
	}
	// The last block has BFINAL set and is nine octets too short. Many endpoints append
	// nine octets to a payload before they inflate it: the four octets of 7.2.2 and a
	// last block of their own. The message is binary, so no UTF-8 check comes first.
	// Found by fuzzing.
	const sent, added = "Hello", "\x00\x00\xff\xff"
	cut := corrupt("rfc7692/7.2/43", "a last stored block that is nine octets too short", c.Binary(c.Octets("\x01\x0e\x00\xf1\xff"+sent)).WithRSV(wire.RSV1))
	cut.Requires = []string{"RFC7692-7.2.2-2", "RFC7692-7.2.2-1", "RFC6455-10.7-1"}
	cut.Note = "RFC 7692 does not say what happens to a message that does not inflate. A peer that ignores the message, or echoes the part that it could decompress, is NON-STRICT. A peer that also echoes the four octets of RFC 7692 7.2.2 is NON-STRICT. Other octets were not in 'the resulting data' to decompress, so a peer that echoes them is FAILED."
	for _, message := range []string{sent, sent + added} {
		cut.Script.Outcomes = append(cut.Script.Outcomes, c.Outcome{
			Behavior: verdict.NonStrict, Events: []c.Expect{c.Echo(c.Binary(c.Octets(message))), c.Quiet("passed over")}, Ending: harnessCloses,
		})
	}
	// The second message refers 4 KiB back, to the first one.
	wide := string(payloads.Prose.Message(4<<10, 0))
	cases = append(cases,
		carried("rfc7692/7.2/41", "a compressed message of 4 KiB twice, the second time as a reference to the first", []string{"RFC7692-7.2.2-13", "RFC7692-7.2.2-11", "RFC7692-7.2.2-8"},
			[]c.Expect{c.Echo(c.Text(c.Octets(wide))), c.Echo(c.Text(c.Octets(wide)))}, deflated(true, wide, wide)...),
		noted("A sender may use blocks with BFINAL set, and 'the next DEFLATE block follows the padded data if any' (RFC 7692 7.2.1). A receiver must 'decompress the resulting data using DEFLATE' (7.2.2), and in DEFLATE a block with BFINAL is the last block (RFC 1951 3.2.3). So a peer that ends the message there, or fails the connection, is NON-STRICT.",
			x("rfc7692/7.2/42", "a block after a block with BFINAL set", []string{"RFC7692-7.2.2-1", "RFC7692-7.2.1-4"}, []c.Outcome{
				{Behavior: verdict.OK, Events: []c.Expect{c.Echo(c.Text(c.Octets("HelloHello")))}, Ending: harnessCloses},
				{Behavior: verdict.NonStrict, Events: []c.Expect{said}, Ending: harnessCloses},
				{Behavior: verdict.NonStrict, Ending: c.FailedByPeer()},
			}, compressedText("\xf3\x48\xcd\xc9\xc9\x07\x00\xf2\x48\xcd\xc9\xc9\x07\x00"))),
		cut,
		// A decoder that is reused may still have the codes of the block before.
		// Found by fuzzing.
		corrupt("rfc7692/7.2/44", "a distance in a block without distance codes, after a block with them",
			compressedText(withoutDistances())))
	return cases
}
