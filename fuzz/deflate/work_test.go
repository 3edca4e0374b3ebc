package deflate

import (
	"bytes"
	"io"
	"testing"
	"testing/iotest"

	"github.com/wsspec/wsspec/internal/fuzzinput"
	"github.com/wsspec/wsspec/ref/wire"
)

// The maximum work, in the units of Inflater.Work, for each octet of input or output. A
// block with the largest tables that uses none of them has about 25 octets and costs about
// 1,800.
const workPerOctet = 100

// FuzzInflateWork checks that the work of decompressing is bounded by a constant times the
// octets of input and output, for blocks of any type. The input has an octet of options, an
// octet for the number of repetitions, an octet for a length, the octets to repeat, and the
// rest of the payload.
func FuzzInflateWork(f *testing.F) {
	f.Add(append([]byte{0, 255, 2}, 0x03, 0x00))                                         // empty blocks with BFINAL
	f.Add(append([]byte{0, 255, 2}, 0x02, 0x00))                                         // empty blocks without BFINAL
	f.Add(append([]byte{0, 255, 5}, 0x00, 0x00, 0x00, 0xFF, 0xFF))                       // empty stored blocks
	f.Add(append([]byte{0, 255, 5}, 0x01, 0x00, 0x00, 0xFF, 0xFF))                       // empty stored blocks with BFINAL
	f.Add(append([]byte{2, 255, 13}, 5, 0xE0, 0x81, 8, 0, 0, 0, 0, 0x20, 0x7F, 0xEB, 0)) // blocks with dynamic codes
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) > 1<<10 {
			return
		}
		r := fuzzinput.From(data)
		options, times, size := r.Octet(), int(r.Octet()), int(r.Octet())
		payload := bytes.Repeat(r.Take(size), 1+times)
		payload = append(payload, r.Rest()...)
		config := wire.InflaterOptions{NoContextTakeover: options&1 != 0, WindowBits: 8 + int(options>>1&7)}
		whole, err := wire.NewInflater(config)
		if err != nil {
			t.Fatal(err)
		}
		defer whole.Release()
		const limit = 1 << 20
		// The second message starts with a full window.
		window := bytes.Repeat([]byte{0x00, 0xFF, 0x00, 0x00, 0xFF}, 1)
		window = append(append(window, make([]byte, 255)...), 0x00)
		if _, err := whole.AppendMessage(nil, window, limit); err != nil {
			t.Fatal(err)
		}
		before := whole.Work()
		out, _ := whole.AppendMessage(make([]byte, 0, 512), payload, limit)
		// The output of a failed message counts too, up to the limit.
		made := len(out)
		if use, _ := wire.MeasureWindow(payload, 255); made == 0 {
			made = int(min(use.Octets, limit))
		}
		if work, most := whole.Work()-before, uint64(workPerOctet*(len(payload)+made+16)); work > most {
			t.Fatalf("% x: the work is %d for %d octets of input and %d of output, want at most %d", payload, work, len(payload), made, most)
		}

		pieces, err := wire.NewInflater(config)
		if err != nil {
			t.Fatal(err)
		}
		defer pieces.Release()
		pieces.Start(iotest.OneByteReader(bytes.NewReader(payload)), limit)
		n, _ := io.Copy(io.Discard, readerOf{pieces, 64})
		if work, most := pieces.Work(), uint64(workPerOctet*(len(payload)+int(n)+16)); work > most {
			t.Fatalf("% x: in pieces, the work is %d for %d octets of input and %d of output, want at most %d", payload, work, len(payload), n, most)
		}
	})
}
