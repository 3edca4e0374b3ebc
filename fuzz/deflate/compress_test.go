package deflate

import (
	"bytes"
	"runtime"
	"testing"

	"github.com/wsspec/wsspec/internal/fuzzinput"
	"github.com/wsspec/wsspec/ref/wire"
)

// FuzzCompress compresses messages. The input has options and then messages, each with an
// octet that says where the message is split in two. The Inflater and the naive decoder
// must decompress to the same message, the compressed message must stay within the
// negotiated window, and it must be flushed at the split.
func FuzzCompress(f *testing.F) {
	occupied := occupyPlaces(f)
	defer runtime.KeepAlive(occupied)
	levels := []int{0, 1, 6, 7, 9, wire.HuffmanOnly, 10, -1}
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) > 1<<11 {
			return // the naive decoder is slow
		}
		r := fuzzinput.From(data)
		options, level := r.Octet(), levels[int(r.Octet())%len(levels)]
		// The high bit gives invalid windows.
		bits, takeover := 8+int(options>>1&7)-8*int(options>>7), options&1 == 0
		d, err := wire.NewDeflater(wire.DeflaterOptions{WindowBits: bits, NoContextTakeover: !takeover, Level: level})
		f, errOfInflater := wire.NewInflater(wire.InflaterOptions{WindowBits: bits, NoContextTakeover: !takeover})
		window, goodLevel := bits == 0 || bits >= 8 && bits <= 15, level != 10 && level != -1
		if (err == nil) != (window && goodLevel) || (errOfInflater == nil) != window {
			t.Fatalf("level %d and %d bits: %v, %v", level, bits, err, errOfInflater)
		}
		if err != nil {
			return
		}
		defer d.Release()
		defer f.Release()
		if bits == 0 {
			bits = wire.MaxWindowBits
		}
		agreed := wire.DeflateParams{ClientMaxWindowBits: bits, ClientNoContextTakeover: !takeover}

		var sent []byte // all messages so far, with context takeover
		for more := 0; more < 4 && !r.Spent(); more++ {
			// Repeat small inputs, so that messages exceed the window.
			repeat, cut, size := 1<<(r.Octet()%7), int(r.Octet()), int(r.Octet())
			message := bytes.Repeat(r.Take(size), repeat)
			cut = min(cut, len(message))
			var payload []byte
			flushed := 0
			switch {
			case options&16 != 0:
				payload = d.AppendFlush(d.AppendPart(nil, message[:cut]))
				flushed = len(payload)
				payload = d.AppendEnd(d.AppendPart(payload, message[cut:]))
			case options&32 != 0: // the compressor of the second part is another one
				payload = d.AppendPause(d.AppendPart(nil, message[:cut]))
				flushed = len(payload)
				payload = d.AppendEnd(d.AppendPart(payload, message[cut:]))
			default:
				payload = d.AppendMessage(nil, message)
			}
			want, ok := decode(payload, sent, len(message)+1)
			if !ok || !bytes.Equal(want.out, message) {
				t.Fatalf("% x compressed to % x, which is % x", message, payload, want.out)
			}
			part, ok := decode(bytes.TrimSuffix(payload[:flushed], []byte{0, 0, 0xFF, 0xFF}), sent, len(message)+1)
			if flushed > 0 && (!ok || !bytes.Equal(part.out, message[:cut])) {
				t.Fatalf("% x: flushed as % x, which is % x", message[:cut], payload[:flushed], part.out)
			}
			if got, err := f.AppendMessage(nil, payload, int64(len(message))); err != nil || !bytes.Equal(got, message) {
				t.Fatalf("% x: inflated from % x to % x, %v", message, payload, got, err)
			}
			use, v := wire.MeasureWindow(payload, int64(len(sent)))
			if v != nil || use.Octets != int64(len(message)) || use.MaxDistance != want.distance || use.Reach != want.reach {
				t.Fatalf("% x: measured %+v, %v; want %d back, %d before it", payload, use, v, want.distance, want.reach)
			}
			inside := want.distance <= 1<<bits && (takeover || want.reach == 0)
			if v := wire.CheckWindow(use, agreed, wire.RoleClient); (v == nil) != inside || v != nil {
				t.Fatalf("% x: %v with %+v of %+v", payload, v, use, agreed)
			}
			otherWindows(t, use)
			if takeover {
				sent = append(sent, message...)
			}
		}
	})
}

// occupyPlaces takes all places of Deflaters that keep their compressor at a pause, so
// that others give theirs back.
func occupyPlaces(f *testing.F) (occupied []*wire.Deflater) {
	for range 32 {
		d, err := wire.NewDeflater(wire.DeflaterOptions{})
		if err != nil {
			f.Fatal(err)
		}
		d.AppendPause(d.AppendPart(nil, []byte("x")))
		occupied = append(occupied, d)
	}
	return occupied
}

// otherWindows compares CheckWindow with the windows that each negotiation allows.
func otherWindows(t *testing.T, use wire.WindowUse) {
	for bits := 8; bits <= 15; bits++ {
		for _, none := range []bool{false, true} {
			agreed := wire.DeflateParams{ServerMaxWindowBits: bits, ServerNoContextTakeover: none}
			inside := use.MaxDistance <= 1<<bits && (!none || use.Reach == 0)
			if v := wire.CheckWindow(use, agreed, wire.RoleServer); (v == nil) != inside {
				t.Fatalf("%+v with %+v: %v", use, agreed, v)
			}
			if v := wire.CheckWindow(use, agreed, wire.RoleClient); v != nil {
				t.Fatalf("%+v by the client with %+v for the server: %v", use, agreed, v)
			}
		}
	}
}
