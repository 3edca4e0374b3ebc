package wire

import (
	"bytes"
	stdflate "compress/flate"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
)

func TestInflateVectors(t *testing.T) {
	w := func() *bitWriter { return &bitWriter{} }
	for _, tt := range []struct {
		name     string
		payloads [][]byte
		want     []string
	}{
		{"RFC 7692 7.2.3.1", [][]byte{octets(t, "f248cdc9c90700")}, []string{"Hello"}},
		{"RFC 7692 7.2.3.2: the same again", [][]byte{octets(t, "f248cdc9c90700"), octets(t, "f248cdc9c90700")}, []string{"Hello", "Hello"}},
		{"RFC 7692 7.2.3.2: referring back", [][]byte{octets(t, "f248cdc9c90700"), octets(t, "f200110000")}, []string{"Hello", "Hello"}},
		{"RFC 7692 7.2.3.3", [][]byte{octets(t, "000500faff48656c6c6f00")}, []string{"Hello"}},
		{"RFC 7692 7.2.3.4", [][]byte{octets(t, "f348cdc9c9070000")}, []string{"Hello"}},
		{"RFC 7692 7.2.3.4: and one more message", [][]byte{octets(t, "f348cdc9c9070000"), octets(t, "f200110000")}, []string{"Hello", "Hello"}},
		{"RFC 7692 7.2.3.5", [][]byte{octets(t, "f24805000000ffffcac9c90700")}, []string{"Hello"}},
		{"RFC 7692 7.2.3.6", [][]byte{octets(t, "00")}, []string{""}},
		{"an empty message keeps the window", [][]byte{octets(t, "f248cdc9c90700"), octets(t, "00"), octets(t, "f200110000")}, []string{"Hello", "", "Hello"}},
		{"blocks behind BFINAL that refer to those before",
			[][]byte{w().fixed(true).text("abc").end().pad().stored(true, "de").fixed(false).match(5, 5).end().payload()}, []string{"abcdeabcde"}},
		{"many blocks with BFINAL", [][]byte{append(bytes.Repeat(octets(t, "0300"), 1000), 0x00)}, []string{""}},
		{"many empty stored blocks", [][]byte{append(bytes.Repeat(octets(t, "000000ffff"), 1000), octets(t, "f248cdc9c90700")...)}, []string{"Hello"}},
		{"a stored block that holds the octets that were taken away", [][]byte{octets(t, "000400fbff")}, []string{"\x00\x00\xff\xff"}},
		{"the largest distance", [][]byte{w().stored(false, strings.Repeat("ab", 16384)).fixed(false).match(4, 32768).end().payload()},
			[]string{strings.Repeat("ab", 16386)}},
		{"the largest distance, over messages", [][]byte{
			w().stored(false, "x"+strings.Repeat("ab", 16384)).payload(),
			w().fixed(false).match(3, 32768).end().payload(),
		}, []string{"x" + strings.Repeat("ab", 16384), "aba"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			whole, pieces := newInflater(t, InflaterOptions{}), newInflater(t, InflaterOptions{})
			for i, payload := range tt.payloads {
				limit := int64(len(tt.want[i]))
				got, err := whole.AppendMessage([]byte("kept"), payload, limit)
				if err != nil || string(got) != "kept"+tt.want[i] {
					t.Fatalf("message %d: %.40q, %v", i, got, err)
				}
				pieces.Start(iotest.OneByteReader(bytes.NewReader(payload)), limit)
				if err := iotest.TestReader(pieces, []byte(tt.want[i])); err != nil {
					t.Fatalf("message %d in pieces: %v", i, err)
				}
			}
		})
	}
}

func TestInflateRefusesCorruptData(t *testing.T) {
	for _, tt := range corruptPayloads(t) {
		t.Run(tt.name, func(t *testing.T) {
			f := newInflater(t, InflaterOptions{})
			got, err := f.AppendMessage([]byte("kept"), tt.payload, 1<<20)
			var broken *Violation
			if !errors.As(err, &broken) || broken.Rule != RuleDeflateData || broken.Rule.Code != StatusInvalidPayloadData {
				t.Errorf("got %v, want a violation of %s", err, RuleDeflateData.ID)
			}
			if string(got) != "kept" {
				t.Errorf("dst comes back as %.40q", got)
			}
			// Nothing more is inflated after failing.
			if got, again := f.AppendMessage(nil, octets(t, "f248cdc9c90700"), 5); again != err || len(got) != 0 {
				t.Errorf("afterwards: %q, %v", got, again)
			}
		})
	}
	t.Run("data cut short is called that", func(t *testing.T) {
		f := newInflater(t, InflaterOptions{})
		_, err := f.AppendMessage(nil, octets(t, "00ff0000ff48"), 1<<20)
		if want := "compressed message ends inside a DEFLATE block (RFC 7692 7.2.2)"; err == nil || err.Error() != want {
			t.Errorf("got %v, want %s", err, want)
		}
	})
	t.Run("a reference beyond what was kept", func(t *testing.T) {
		f := newInflater(t, InflaterOptions{WindowBits: 8})
		if _, err := f.AppendMessage(nil, (&bitWriter{}).stored(false, strings.Repeat("x", 300)).payload(), 300); err != nil {
			t.Fatal(err)
		}
		if _, err := f.AppendMessage(nil, (&bitWriter{}).fixed(false).match(3, 257).end().payload(), 3); err == nil {
			t.Error("inflated")
		}
	})
	t.Run("a reference to the message before without takeover", func(t *testing.T) {
		f := newInflater(t, InflaterOptions{NoContextTakeover: true})
		if _, err := f.AppendMessage(nil, octets(t, "f248cdc9c90700"), 5); err != nil {
			t.Fatal(err)
		}
		if _, err := f.AppendMessage(nil, octets(t, "f200110000"), 5); err == nil {
			t.Error("inflated")
		}
	})
}

// The two decoders in use, the library's and the one that measures, agree with
// the standard library's on what is DEFLATE data, and on its length: payloads
// with an octet changed, a piece cut out, or made of noise.
func TestDecodersAgreeOnDamagedData(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 7))
	var payloads [][]byte
	for _, o := range []DeflaterOptions{{NoContextTakeover: true}, {NoContextTakeover: true, Level: HuffmanOnly}, {NoContextTakeover: true, WindowBits: 9}} {
		d := newDeflater(t, o)
		for _, n := range []int{0, 10, 100, 1000, 3000} {
			payloads = append(payloads, d.AppendMessage(nil, sample(n, uint64(n))))
		}
	}
	valid := 0
	const rounds = 6000
	for range rounds {
		payload := slices.Clone(payloads[r.IntN(len(payloads))])
		switch at := r.IntN(len(payload)); r.IntN(4) {
		case 0:
			payload[at] ^= 1 << r.IntN(8)
		case 1:
			payload = slices.Delete(payload, at, min(len(payload), at+1+r.IntN(3)))
		case 2:
			payload = payload[:at]
		case 3:
			payload = noise(50)[r.IntN(50):]
			for i := range payload {
				payload[i] = byte(r.Uint32())
			}
		}
		f, err := NewInflater(InflaterOptions{})
		if err != nil {
			t.Fatal(err)
		}
		message, err := f.AppendMessage(nil, payload, 1<<20)
		var broken *Violation
		if errors.As(err, &broken) && broken.Rule == RuleMessageLimit {
			continue
		}
		use, measured := MeasureWindow(payload, 0)
		if (err == nil) != (measured == nil) || err == nil && use.Octets != int64(len(message)) {
			t.Fatalf("%x: inflated to %d octets, %v; measured %+v, %v", payload, len(message), err, use, measured)
		}
		std, stdErr := standardInflate(payload)
		if (err == nil) != (stdErr == nil) || err == nil && !bytes.Equal(std, message) {
			t.Fatalf("%x: inflated to %d octets, %v; the standard library has %d, %v", payload, len(message), err, len(std), stdErr)
		}
		if err == nil {
			valid++
		}
	}
	if valid < rounds/100 || valid > rounds/2 {
		t.Errorf("%d of %d payloads were valid: the damage is not worth the name", valid, rounds)
	}
}

// standardInflate is RFC 7692 7.2.2 done with compress/flate. What a payload cut
// short takes of the octets behind it differs with them.
func standardInflate(payload []byte) ([]byte, error) {
	message, err := standardStreams(slices.Concat(payload, flushTail, lastBlock))
	other, err2 := standardStreams(slices.Concat(payload, flushTail, []byte{0}, flushTail, lastBlock))
	if err == nil && (err2 != nil || !bytes.Equal(message, other)) {
		err = io.ErrUnexpectedEOF
	}
	return message, err
}

// lastBlock is an empty stored block with BFINAL.
var lastBlock = []byte{0x01, 0x00, 0x00, 0xFF, 0xFF}

// standardStreams inflates one stream after the other where BFINAL ends one.
func standardStreams(data []byte) ([]byte, error) {
	in := bytes.NewReader(data)
	var out []byte
	for in.Len() > 0 {
		message, err := io.ReadAll(stdflate.NewReaderDict(in, out))
		out = append(out, message...)
		if err != nil {
			return out, err
		}
	}
	return out, nil
}

func TestInflateLimit(t *testing.T) {
	text := sample(10000, 11)
	payload := newDeflater(t, DeflaterOptions{NoContextTakeover: true}).AppendMessage(nil, text)
	for _, tt := range []struct {
		payload []byte
		limit   int64
		ok      bool
	}{
		{payload, 10000, true},
		{payload, 10001, true},
		{payload, 1 << 62, true},
		{payload, 9999, false},
		{payload, 1, false},
		{payload, 0, false},
		{payload, -1, false},
		{[]byte{0x00}, 0, true},
		{[]byte{0x00}, -1, true},
	} {
		f := newInflater(t, InflaterOptions{})
		got, err := f.AppendMessage(nil, tt.payload, tt.limit)
		var broken *Violation
		switch {
		case tt.ok && err != nil:
			t.Errorf("limit %d: %v", tt.limit, err)
		case !tt.ok && (!errors.As(err, &broken) || broken.Rule != RuleMessageLimit || broken.Rule.Code != StatusMessageTooBig):
			t.Errorf("limit %d: %d octets, %v", tt.limit, len(got), err)
		}
		// Read gives all up to the limit, whatever the reader's buffer, and no
		// octet more.
		for _, size := range []int{1, 100, 9999, 20000} {
			f := newInflater(t, InflaterOptions{})
			f.Start(bytes.NewReader(tt.payload), tt.limit)
			var read bytes.Buffer
			_, err := io.CopyBuffer(struct{ io.Writer }{&read}, struct{ io.Reader }{f}, make([]byte, size))
			want := text[:min(len(text), int(max(0, min(tt.limit, 1<<20))))]
			if len(tt.payload) == 1 {
				want = nil
			}
			if (err == nil) != tt.ok || !bytes.Equal(read.Bytes(), want) {
				t.Errorf("limit %d, buffer %d: %d octets, %v", tt.limit, size, read.Len(), err)
			}
		}
	}
}

// A bomb costs no more than the limit, with the buffers a message needs anyway.
func TestInflateBomb(t *testing.T) {
	const inflated, limit = 64 << 20, 1 << 20
	d := newDeflater(t, DeflaterOptions{})
	zeros := make([]byte, 1<<20)
	var bomb []byte
	for range inflated / len(zeros) {
		bomb = d.AppendPart(bomb, zeros)
	}
	bomb = d.AppendEnd(bomb)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f := newInflater(t, InflaterOptions{})
	got, err := f.AppendMessage(make([]byte, 0, limit), bomb, limit)
	runtime.ReadMemStats(&after)
	var broken *Violation
	if !errors.As(err, &broken) || broken.Rule != RuleMessageLimit || len(got) != 0 {
		t.Errorf("%d octets, %v", len(got), err)
	}
	// dst, what growing it once costs, and 256 KiB of state.
	if used := after.TotalAlloc - before.TotalAlloc; used > 4*limit {
		t.Errorf("%d octets allocated for a limit of %d", used, limit)
	}
	if use, broken := MeasureWindow(bomb, 0); broken != nil || use.Octets != inflated {
		t.Errorf("measured %+v, %v", use, broken)
	}
}

// What a sender flushed comes out before anything more is asked of the source.
func TestInflateReadsNoFurtherThanFlushed(t *testing.T) {
	d := newDeflater(t, DeflaterOptions{})
	source := &feed{t: t}
	f := newInflater(t, InflaterOptions{})
	for message := range 3 {
		f.Start(source, 1<<20)
		for i := range 3 {
			want := []byte(fmt.Sprintf("part %d of message %d", i, message))
			source.next = append(source.next, d.AppendFlush(d.AppendPart(nil, want)))
			got := make([]byte, len(want))
			if _, err := io.ReadFull(f, got); err != nil || !bytes.Equal(got, want) {
				t.Fatalf("got %q, %v, want %q", got, err, want)
			}
		}
		source.next = append(source.next, d.AppendEnd(nil), nil)
		if n, err := f.Read(make([]byte, 1)); n != 0 || err != io.EOF {
			t.Fatalf("at the end: %d, %v", n, err)
		}
	}
}

// A feed gives the pieces put into it; nil stands for io.EOF. To be read while
// it has none is the mistake it is there to find.
type feed struct {
	t    *testing.T
	next [][]byte
}

func (f *feed) Read(p []byte) (int, error) {
	if len(f.next) == 0 {
		f.t.Fatal("read for more than was flushed")
	}
	if f.next[0] == nil {
		f.next = f.next[1:]
		return 0, io.EOF
	}
	n := copy(p, f.next[0])
	if f.next[0] = f.next[0][n:]; len(f.next[0]) == 0 {
		f.next = f.next[1:]
	}
	return n, nil
}

func TestInflatePassesTheSourcesErrorOn(t *testing.T) {
	lost := errors.New("connection lost")
	payload := newDeflater(t, DeflaterOptions{}).AppendMessage(nil, sample(5000, 12))
	for _, err := range []error{lost, io.ErrUnexpectedEOF, RuleInterleaved.Violation("x")} {
		f := newInflater(t, InflaterOptions{})
		f.Start(io.MultiReader(bytes.NewReader(payload[:500]), iotest.ErrReader(err)), 1<<20)
		got, gotErr := io.ReadAll(f)
		if gotErr != err || len(got) == 0 {
			t.Errorf("%d octets, %v, want %v", len(got), gotErr, err)
		}
		if _, again := f.Read(make([]byte, 1)); again != err {
			t.Errorf("afterwards %v, want %v", again, err)
		}
	}
}

// A reader's error that passes does not break the message.
func TestInflateGoesOnBehindAnError(t *testing.T) {
	text := sample(5000, 12)
	payload := newDeflater(t, DeflaterOptions{NoContextTakeover: true}).AppendMessage(nil, text)
	for _, o := range []InflaterOptions{{}, {NoContextTakeover: true}, {WindowBits: 9}} {
		for cut := range len(payload) {
			f := newInflater(t, o)
			passing := errors.New("not now")
			f.Start(io.MultiReader(bytes.NewReader(payload[:cut]), &once{err: passing}, bytes.NewReader(payload[cut:])), 1<<20)
			got, err := io.ReadAll(f)
			if err != passing {
				t.Fatalf("cut at %d: %v, want %v", cut, err, passing)
			}
			rest, err := io.ReadAll(f)
			if err != nil || !bytes.Equal(append(got, rest...), text) {
				t.Fatalf("cut at %d: %d and %d octets, %v", cut, len(got), len(rest), err)
			}
		}
	}
}

// A once fails once and then is at its end.
type once struct{ err error }

func (o *once) Read([]byte) (int, error) {
	err := o.err
	o.err = io.EOF
	return 0, err
}

// The work grows with the payload and not with the window or the number of
// blocks: no payload makes the receiver busy for longer than its size explains.
func TestInflateWorkIsBounded(t *testing.T) {
	codes := (&bitWriter{}).put(0b100, 3).put(0, 5).put(0, 5).put(14, 4) // a block that brings codes, HCLEN 18
	for i := range 18 {
		codes.put(map[int]int{2: 1, 17: 1}[i], 3) // lengths of one bit for symbols 18 and 1
	}
	codes.code(1, 1).put(127, 7).code(1, 1).put(107, 7) // 256 symbols without a code
	codes.code(0, 1).code(0, 1).code(0, 1)              // the end of the block, a distance, and the end itself
	for _, tt := range []struct {
		name  string
		block []byte
	}{
		{"empty blocks with BFINAL", octets(t, "0300")},
		{"empty blocks", (&bitWriter{}).fixed(false).end().fixed(false).end().fixed(false).end().fixed(false).end().octets},
		{"empty stored blocks", octets(t, "000000ffff")},
		{"empty stored blocks with BFINAL", octets(t, "010000ffff")},
		{"blocks that bring codes", codes.stored(false, "").octets},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for _, o := range []InflaterOptions{{}, {WindowBits: 8}, {NoContextTakeover: true}} {
				f := newInflater(t, o)
				if _, err := f.AppendMessage(nil, (&bitWriter{}).stored(false, string(noise(40000))).payload(), 1<<20); err != nil {
					t.Fatal(err)
				}
				payload := append(bytes.Repeat(tt.block, 1<<16/len(tt.block)), 0x00)
				before := f.Work()
				if _, err := f.AppendMessage(nil, payload, 0); err != nil {
					t.Fatal(err)
				}
				if work, most := f.Work()-before, uint64(100*len(payload)); work > most {
					t.Errorf("a work of %d for %d octets", work, len(payload))
				}
				before = f.Work()
				f.Start(bytes.NewReader(payload), 0)
				if _, err := io.Copy(io.Discard, f); err != nil {
					t.Fatal(err)
				}
				if work, most := f.Work()-before, uint64(100*len(payload)); work > most {
					t.Errorf("read: a work of %d for %d octets", work, len(payload))
				}
			}
		})
	}
}

// Long messages of every kind inflate as compress/flate says, whole, in pieces
// and over messages.
func TestInflateLikeCompressFlate(t *testing.T) {
	messages := [][]byte{sample(70_000, 3), noise(40_000), bytes.Repeat([]byte("a"), 70_000), bytes.Repeat([]byte("ab"), 20_000), bytes.Repeat([]byte("abcdefg"), 5_000)}
	r := rand.New(rand.NewPCG(1, 2))
	skewed := make([]byte, 40_000) // makes codes of up to 15 bits
	for i := range skewed {
		skewed[i] = byte(min(255, r.ExpFloat64()*14))
	}
	messages = append(messages, skewed)
	for level := -2; level <= 9; level++ {
		var out bytes.Buffer
		w, err := stdflate.NewWriter(&out, level)
		if err != nil {
			t.Fatal(err)
		}
		whole, pieces := newInflater(t, InflaterOptions{}), newInflater(t, InflaterOptions{})
		for i, message := range messages {
			out.Reset()
			if _, err := w.Write(message); err != nil {
				t.Fatal(err)
			}
			if err := w.Flush(); err != nil {
				t.Fatal(err)
			}
			payload := bytes.TrimSuffix(out.Bytes(), flushTail)
			got, err := whole.AppendMessage(nil, payload, int64(len(message)))
			if err != nil || !bytes.Equal(got, message) {
				t.Fatalf("level %d, message %d: %d octets, %v", level, i, len(got), err)
			}
			pieces.Start(bytes.NewReader(payload), int64(len(message)))
			if err := iotest.TestReader(pieces, message); err != nil {
				t.Fatalf("level %d, message %d: %v", level, i, err)
			}
		}
	}
}

func TestInflaterOutOfTurn(t *testing.T) {
	f := newInflater(t, InflaterOptions{})
	if _, err := f.Read(make([]byte, 1)); err == nil || err == io.EOF {
		t.Errorf("read before a message: %v", err)
	}
	f.Start(strings.NewReader("\x00"), 0)
	f.Start(strings.NewReader("\x00"), 0)
	if _, err := f.Read(make([]byte, 1)); err == nil || err == io.EOF {
		t.Errorf("started inside a message: %v", err)
	}
	g := newInflater(t, InflaterOptions{})
	g.Release()
	if _, err := g.AppendMessage(nil, []byte{0}, 0); err == nil {
		t.Error("inflated after Release")
	}
}

func BenchmarkInflate(b *testing.B) {
	text := sample(64<<10, 9)
	for _, alone := range []bool{false, true} {
		b.Run(fmt.Sprintf("alone=%t", alone), func(b *testing.B) {
			payload := newDeflater(b, DeflaterOptions{NoContextTakeover: true}).AppendMessage(nil, text)
			f := newInflater(b, InflaterOptions{NoContextTakeover: alone})
			var message []byte
			b.SetBytes(int64(len(text)))
			for b.Loop() {
				var err error
				if message, err = f.AppendMessage(message[:0], payload, 1<<20); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	// Blocks with BFINAL cost no more than others.
	b.Run("BFINAL", func(b *testing.B) {
		f := newInflater(b, InflaterOptions{})
		if _, err := f.AppendMessage(nil, (&bitWriter{}).stored(false, string(noise(40000))).payload(), 1<<20); err != nil {
			b.Fatal(err)
		}
		payload := append(bytes.Repeat([]byte{0x03, 0x00}, 4096), 0x00)
		b.SetBytes(int64(len(payload)))
		for b.Loop() {
			if _, err := f.AppendMessage(nil, payload, 0); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func BenchmarkMeasureWindow(b *testing.B) {
	text := sample(64<<10, 9)
	payload := newDeflater(b, DeflaterOptions{}).AppendMessage(nil, text)
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		if _, broken := MeasureWindow(payload, 0); broken != nil {
			b.Fatal(broken)
		}
	}
}
