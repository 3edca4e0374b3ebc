package catalog

import (
	"fmt"

	c "github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/internal/payloads"
	"github.com/wsspec/wsspec/ref/wire"
)

// mostGrowth is by how much the memory of a server that wsspec has started may grow in a
// case about lengths or bombs: 512 MiB. The largest of these messages has 16 MiB, so that
// a server may hold it many times.
const mostGrowth = 512 << 20

// bounded sets the bound on memory.
func bounded(cases []*c.Case) []*c.Case {
	for _, k := range cases {
		k.Script.MostMemory = mostGrowth
	}
	return cases
}

// hugeLengths: lengths that nobody will ever send.
func hugeLengths() []*c.Case {
	declaring := func(f c.Frame, length uint64) c.Frame { return f.WithForm(wire.Length64).Declaring(length) }
	data := c.Binary(c.Octets("beginning"))
	control, length := []string{"RFC6455-5.5-2", "RFC6455-10.4-1"}, []string{"RFC6455-5.2-7", "RFC6455-10.4-1"}
	var cases []*c.Case
	for _, t := range []struct {
		id, what string
		length   uint64
	}{
		{"robust/length-2-31", "2^31-1", 1<<31 - 1}, {"robust/length-2-32", "2^32", 1 << 32}, {"robust/length-2-62", "2^62", 1 << 62}, {"robust/length-2-63", "2^63-1", 1<<63 - 1},
	} {
		cases = append(cases, attacking(t.id, fmt.Sprintf("a binary frame with a declared length of %s, of which 9 octets come", t.what), length,
			endsOrWaits("waiting"), send(declaring(data, t.length)), c.Watch{Name: "waiting"}))
	}
	first := c.Binary(c.Repeated("f", 100)).More()
	cases = append(cases,
		attacking("robust/length-sign", "a binary frame whose 64-bit length has its most significant bit set", length, endsOrWaits("waiting"),
			send(declaring(data, 1<<63|9)), c.Watch{Name: "waiting"}),
		attacking("robust/length-all-ones", "a binary frame whose 64-bit length is all ones", length, endsOrWaits("waiting"),
			send(declaring(data, 1<<64-1)), c.Watch{Name: "waiting"}),
		attacking("robust/length-ping", "a ping with a declared length of 2^63-1", control, ends(), send(declaring(c.Ping(c.Octets("beginning")), 1<<63-1))),
		attacking("robust/length-close", "a Close frame with a declared length of 2^40", control, ends(), send(declaring(c.CloseBody(c.Octets("\x03\xe8beginning")), 1<<40))),
		attacking("robust/length-sum", "two fragments of 100 octets, then one with a declared length of 2^63-100", length, endsOrWaits("waiting"),
			send(first, c.Continuation(first.Payload).More(), declaring(c.Continuation(c.Octets("beginning")), 1<<63-100)), c.Watch{Name: "waiting"}),
		attacking("robust/length-drip", "a binary frame with a declared length of 2^30, of which 100 octets come one by one", length, endsOrWaits("waiting"),
			sendChopped(c.ChopOctets, declaring(c.Binary(c.Repeated("d", 100)), 1<<30)), c.Watch{Name: "waiting"}),
	)
	return bounded(cases)
}

// bombs: compressed messages that are much larger than what is sent.
func bombs() []*c.Case {
	const mebi = 1 << 20
	inflated := func(n int) c.Frame {
		f := compressedText(inflatingTo(n))
		f.Inflated = n
		return f
	}
	text := func(n int) c.Frame { return c.Text(c.Repeated("a", n)) }
	bomb := func(id, title string, outcomes []c.Outcome, steps ...c.Step) *c.Case {
		k := attacking(id, title, limits, outcomes, steps...)
		k.Script.Offers = []wire.DeflateOffer{{ClientMaxWindowBits: wire.AnyWindowBits}}
		return k
	}
	takes := func(echoed ...c.Frame) []c.Outcome {
		var events []c.Expect
		for _, f := range echoed {
			events = append(events, c.Echo(f))
		}
		return append(echoes(events...), c.Outcome{Behavior: verdict.OK, Events: perhaps(events), Ending: c.FailedByPeer()})
	}
	whole := inflated(16 * mebi)
	pieces := fragmentsOf(whole, 512)
	var many, manyEchoed []c.Frame
	for range 6 {
		many, manyEchoed = append(many, inflated(2*mebi)), append(manyEchoed, text(2*mebi))
	}
	inner := c.Binary(c.Octets(inflatingTo(8 * mebi)))
	outer := c.Binary(c.Payload{Octets: deflated(false, string(inner.Payload.Bytes()))[0].Payload.Bytes()}).WithRSV(wire.RSV1)
	broken := compressedText(inflatingTo(16 * mebi)[:8<<10] + "\xff\xff\xff\xff")
	broken.Inflated = 16 * mebi
	onMany := only(wire.RoleServer, bomb("robust/bomb-connections", "three messages that inflate to 4 MiB, each on a connection of its own", takes(text(4*mebi)),
		send(inflated(4*mebi)), c.Connect{Keep: true}, send(inflated(4*mebi)), c.Connect{Keep: true}, send(inflated(4*mebi))))
	about := func(k *c.Case, requires ...string) *c.Case {
		k.Requires = requires
		return k
	}
	return bounded([]*c.Case{
		bomb("robust/bomb", "a compressed message of 16 KiB that inflates to 16 MiB", takes(text(16*mebi)), send(whole)),
		bomb("robust/bomb-fragments", "a message that inflates to 16 MiB in fragments of 512 octets", takes(text(16*mebi)), send(pieces...)),
		bomb("robust/bomb-unfinished", "fragments that inflate to 16 MiB, without the last one", endsOrWaits("waiting"), send(pieces[:len(pieces)-1]...), c.Watch{Name: "waiting"}),
		bomb("robust/bomb-many", "six messages in one write that inflate to 2 MiB each", takes(manyEchoed...), send(many...)),
		bomb("robust/bomb-nested", "a compressed message that is a compressed message of 8 MiB", takes(inner), send(outer)),
		about(bomb("robust/bomb-broken", "a compressed message that inflates to 8 MiB and then is wrong", ends(), send(broken)), "RFC7692-7.2.2-2", "RFC6455-10.4-1"),
		bomb("robust/bomb-empty-blocks", "a compressed message of 200000 blocks without data", takes(c.Text(c.Payload{})), send(compressedText(emptyBlocks(200_000)))),
		bomb("robust/bomb-stored-blocks", "a compressed message of 50000 stored blocks without data", takes(c.Text(c.Payload{})), send(compressedText(storedBlocks(50_000)))),
		bomb("robust/bomb-tables", "a compressed message of 4000 blocks, each with Huffman tables and one letter", takes(c.Text(c.Repeated("a", 4_000))), send(compressedText(tables(4_000)))),
		bomb("robust/bomb-unread", "a message that inflates to 16 MiB while nothing is read", takes(text(16*mebi)), c.StopReading{}, send(whole), c.Pause{}),
		about(bomb("robust/bomb-ping", "a compressed ping", ends(), send(c.Ping(c.Octets(inflatingTo(1<<10))).WithRSV(wire.RSV1))), "RFC7692-6.1-4", "RFC6455-10.4-1"),
		onMany,
	})
}

// fragmentsOf cuts a frame into fragments of that many octets.
func fragmentsOf(f c.Frame, size int) []c.Frame {
	var at []int
	for i := size; i < f.Payload.Len(); i += size {
		at = append(at, i)
	}
	frames := cutAt(f, at...)
	for i := range frames {
		frames[i].Inflated = f.Inflated / len(frames)
	}
	return frames
}

// emptyBlocks builds DEFLATE data of n blocks with fixed codes that hold nothing.
func emptyBlocks(n int) string {
	var b payloads.Bits
	for range n {
		b.Write(0, 1) // BFINAL
		b.Write(1, 2) // fixed codes
		b.Code(0, 7)  // end of the block
	}
	b.Write(0, 3) // the empty stored block, whose other octets are removed (RFC7692-7.2.1-1)
	b.Align()
	return string(b.Octets)
}

// storedBlocks builds DEFLATE data of n stored blocks that hold nothing.
func storedBlocks(n int) string {
	var b payloads.Bits
	for range n {
		b.Write(0, 3) // BFINAL, stored
		b.Align()
		b.Octets = append(b.Octets, 0, 0, 0xff, 0xff)
	}
	b.Write(0, 3)
	b.Align()
	return string(b.Octets)
}

// tables builds DEFLATE data of n blocks with dynamic Huffman codes that hold one "a".
func tables(n int) string {
	var b payloads.Bits
	for range n {
		none := dynamicBlock(&b, 257, map[int]uint32{18: 1, 0: 2, 1: 2})
		none('a')
		b.Code(0b11, 2) // "a" has a code of one bit
		none(138)
		none(256 - 138 - 'a' - 1)
		b.Code(0b11, 2) // so has the end of the block
		b.Code(0b10, 2) // there is no distance
		b.Code(0, 1)    // "a"
		b.Code(1, 1)    // end of the block
	}
	b.Write(0, 3)
	b.Align()
	return string(b.Octets)
}
