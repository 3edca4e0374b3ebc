package oracle_test

import (
	"bytes"
	"compress/flate"
	"encoding/hex"
	"slices"
	"strings"
	"testing"

	"github.com/wsspec/wsspec/conformance/oracle"
	"github.com/wsspec/wsspec/conformance/rfc"
	"github.com/wsspec/wsspec/ref/wire"
)

// octets decodes hexadecimal numbers with spaces, and text in quotes.
func octets(t testing.TB, s string) []byte {
	t.Helper()
	var out []byte
	for i, part := range strings.Split(s, "'") {
		if i%2 == 1 {
			out = append(out, part...)
			continue
		}
		b, err := hex.DecodeString(strings.ReplaceAll(part, " ", ""))
		if err != nil {
			t.Fatalf("%q: %v", s, err)
		}
		out = append(out, b...)
	}
	return out
}

func text(s string) oracle.Event {
	return oracle.Event{Kind: oracle.Message, Opcode: wire.OpText, Payload: []byte(s)}
}

func bin(s string) oracle.Event {
	return oracle.Event{Kind: oracle.Message, Opcode: wire.OpBinary, Payload: []byte(s)}
}
func pong(s string) oracle.Event                { return oracle.Event{Kind: oracle.Pong, Payload: []byte(s)} }
func ping(s string) oracle.Event                { return oracle.Event{Kind: oracle.Ping, Payload: []byte(s)} }
func closing(code wire.StatusCode) oracle.Event { return oracle.Closing(code) }
func closeBody(body string) oracle.Event {
	return oracle.Event{Kind: oracle.Close, Payload: []byte(body)}
}

var eof = oracle.Event{Kind: oracle.EOF}

// seen returns a complete observation.
func seen(events ...oracle.Event) []oracle.Event { return events }

// The octets here go to a client: they are not masked and so easier to read.
func TestPermits(t *testing.T) {
	const none = wire.StatusNoStatusRcvd
	for _, tt := range []struct {
		what   string
		octets string
		yes    [][]oracle.Event
		no     [][]oracle.Event
	}{
		{
			"nothing", "",
			[][]oracle.Event{seen(), seen(ping("x")), seen(pong("nobody asked"))},
			[][]oracle.Event{seen(text("")), seen(closing(1000), eof), seen(eof)},
		},
		{
			"a text message", "81 02 'hi'",
			[][]oracle.Event{seen(text("hi")), seen(ping(""), text("hi"))},
			[][]oracle.Event{seen(), seen(bin("hi")), seen(text("ho")), seen(text("hi"), text("hi")), seen(text("hi"), closing(1000), eof), seen(text("hi"), eof)},
		},
		{
			"two messages", "81 01 'a' 82 01 'b'",
			[][]oracle.Event{seen(text("a"), bin("b"))},
			[][]oracle.Event{seen(bin("b"), text("a")), seen(bin("b")), seen(text("a")), seen(text("ab"))},
		},
		{
			"a fragmented message around a ping", "01 01 'a' 89 01 'p' 80 01 'b'",
			[][]oracle.Event{seen(pong("p"), text("ab")), seen(text("ab"), pong("p"))},
			[][]oracle.Event{seen(text("ab")), seen(pong("p")), seen(pong("p"), text("a"), text("b")), seen(pong("q"), text("ab")), seen(pong("p"), pong("p"), text("ab"))},
		},
		{
			"three pings", "89 01 'a' 89 01 'b' 89 01 'c'",
			[][]oracle.Event{seen(pong("a"), pong("b"), pong("c")), seen(pong("c")), seen(pong("a"), pong("c")), seen(pong("z"), pong("c"))},
			[][]oracle.Event{seen(), seen(pong("a"), pong("b")), seen(pong("c"), pong("a")), seen(pong("c"), pong("c"))},
		},
		{
			"three equal pings", "89 01 'a' 89 01 'a' 89 01 'a'",
			[][]oracle.Event{seen(pong("a")), seen(pong("a"), pong("a"), pong("a"))},
			[][]oracle.Event{seen(), seen(pong("a"), pong("a"), pong("a"), pong("a"))},
		},
		{"a pong", "8a 01 'a'", [][]oracle.Event{seen()}, [][]oracle.Event{seen(closing(1002), eof), seen(bin("a"))}},
		{
			"Close with 1001", "88 02 03e9",
			[][]oracle.Event{seen(closing(1001), eof), seen(closing(1000), eof), seen(closing(none), eof), seen(closing(1001)), seen(closeBody("\x03\xe9bye"), eof), seen(closing(1001), closing(1001)), seen(closing(1001), eof)},
			[][]oracle.Event{seen(closeBody("\x03"), eof), seen(closeBody("\x03\xe9\xff"), eof), seen(closeBody("\x03\xe9"+strings.Repeat("x", 124)), eof), seen(), seen(eof), seen(closing(1002), eof), seen(closing(1001), text("x")), seen(closing(1001), closing(1001), text("x")), seen(closing(1001), eof, text("x"))},
		},
		{"Close without a code", "88 00", [][]oracle.Event{seen(closing(none), eof), seen(closing(1000), eof)}, [][]oracle.Event{seen(closing(1001), eof)}},
		{
			"a message, Close, a message", "81 01 'a' 88 02 03e8 81 01 'b'",
			[][]oracle.Event{seen(text("a"), closing(1000), eof), seen(closing(1000), eof)},
			[][]oracle.Event{seen(text("a"), text("b"), closing(1000), eof), seen(text("a"))},
		},
		{
			"Close with 1005", "88 02 03ed",
			[][]oracle.Event{seen(closing(1002), eof), seen(eof), seen(closing(none), eof)},
			[][]oracle.Event{seen(closeBody("\x03\xed"), eof), seen(closing(1000), eof), seen()},
		},
		{"Close with 1015", "88 02 03f7", [][]oracle.Event{seen(closing(1002), eof)}, [][]oracle.Event{seen(closing(1000), eof)}},
		{"Close with 1004", "88 02 03ec", [][]oracle.Event{seen(closing(1002), eof)}, [][]oracle.Event{seen(closing(1004), eof)}},
		{"Close with 1006", "88 02 03ee", [][]oracle.Event{seen(closing(1002), eof)}, [][]oracle.Event{seen(closing(1006), eof)}},
		{"Close with 999", "88 02 03e7", [][]oracle.Event{seen(closing(1002), eof)}, [][]oracle.Event{seen(closing(1000), eof)}},
		{"Close with 1016", "88 02 03f8", [][]oracle.Event{seen(closing(1002), eof)}, [][]oracle.Event{seen(closing(1000), eof)}},
		{"Close with 1014", "88 02 03f6", [][]oracle.Event{seen(closing(1014), eof)}, [][]oracle.Event{seen(closing(1002), eof)}},
		{"Close with 4999", "88 02 1387", [][]oracle.Event{seen(closing(4999), eof)}, [][]oracle.Event{seen(closing(1002), eof)}},
		{"Close with 5000", "88 02 1388", [][]oracle.Event{seen(closing(5000), eof), seen(closing(1002), eof), seen(eof)}, [][]oracle.Event{seen(), seen(closeBody("\x03\xed"), eof)}},
		{"Close of one octet", "88 01 03", [][]oracle.Event{seen(closing(1002), eof), seen(eof)}, [][]oracle.Event{seen(closing(1000), eof), seen()}},
		{"Close with a reason that is not UTF-8", "88 03 03e8 ff", [][]oracle.Event{seen(closing(1002), eof), seen(closing(1007), eof), seen(eof)}, [][]oracle.Event{seen(closing(1000), eof)}},
		{
			"a message, then RSV2, then a ping", "81 01 'a' a1 01 'b' 89 00",
			[][]oracle.Event{seen(text("a"), closing(1002), eof), seen(closing(1002), eof), seen(text("a"), eof)},
			[][]oracle.Event{seen(text("a")), seen(text("a"), closing(1007), eof), seen(text("a"), text("b"), closing(1002), eof), seen(text("a"), pong("")), seen(text("a"), closing(1000), eof)},
		},
		{"RSV1 without deflate", "c1 01 'a'", [][]oracle.Event{seen(closing(1002), eof)}, [][]oracle.Event{seen(text("a")), seen(eof, closing(1002))}},
		{"a reserved opcode", "83 00", [][]oracle.Event{seen(closing(1002), eof)}, [][]oracle.Event{seen()}},
		{"a reserved control opcode", "8b 00", [][]oracle.Event{seen(closing(1002), eof)}, [][]oracle.Event{seen()}},
		{"a masked frame", "81 81 00000000 'a'", [][]oracle.Event{seen(closing(1002), eof)}, [][]oracle.Event{seen(text("a"))}},
		{"a ping without FIN", "09 01 'p'", [][]oracle.Event{seen(closing(1002), eof), seen(pong("q"), closing(1002), eof)}, [][]oracle.Event{seen(pong("p")), seen(pong("p"), closing(1002), eof)}},
		{"a ping after a violation", "83 00 89 01 'p'", [][]oracle.Event{seen(closing(1002), eof)}, [][]oracle.Event{seen(pong("p"), closing(1002), eof)}},
		{"a ping of 126 octets, only its header", "89 7e 007e", [][]oracle.Event{seen(closing(1002), eof)}, [][]oracle.Event{seen()}},
		{"a continuation without a message", "80 00", [][]oracle.Event{seen(closing(1002), eof)}, [][]oracle.Event{seen()}},
		{"a message in a message", "01 01 'a' 81 01 'b'", [][]oracle.Event{seen(closing(1002), eof)}, [][]oracle.Event{seen(text("ab")), seen(text("b"))}},
		{"a length in 16 bits that 7 would hold", "81 7e 0001 'a'", [][]oracle.Event{seen(closing(1002), eof), seen(text("a"))}, [][]oracle.Event{seen(), seen(closing(1007), eof)}},
		{
			"a length in 64 bits that 16 would hold", "82 7f 0000000000000080 '" + strings.Repeat("x", 128) + "'",
			[][]oracle.Event{seen(closing(1002), eof), seen(bin(strings.Repeat("x", 128)))}, [][]oracle.Event{seen()},
		},
		{"a length with its top bit, in part", "82 7f 80", [][]oracle.Event{seen(closing(1002), eof), seen(closing(1009), eof)}, [][]oracle.Event{seen()}},
		{"a length of 2^62", "82 7f 4000000000000000 00", [][]oracle.Event{seen(), seen(closing(1009), eof), seen(eof)}, [][]oracle.Event{seen(closing(1002), eof)}},
		{"the first octet of an invalid frame", "a1", [][]oracle.Event{seen(), seen(closing(1002), eof)}, [][]oracle.Event{seen(closing(1007), eof)}},
		{"the first octet of a valid frame", "81", [][]oracle.Event{seen()}, [][]oracle.Event{seen(closing(1002), eof), seen(eof)}},
		{"half a frame", "81 04 'ab'", [][]oracle.Event{seen()}, [][]oracle.Event{seen(text("ab")), seen(eof)}},
		{"invalid text", "81 01 ff", [][]oracle.Event{seen(closing(1007), eof), seen(eof)}, [][]oracle.Event{seen(), seen(text("\xff")), seen(closing(1002), eof)}},
		{"invalid text in an incomplete frame", "81 05 'a' ff", [][]oracle.Event{seen(), seen(closing(1007), eof)}, [][]oracle.Event{seen(closing(1002), eof)}},
		{"text that ends inside a code point", "81 02 e282", [][]oracle.Event{seen(closing(1007), eof)}, [][]oracle.Event{seen(text("\xe2\x82"))}},
		{"text cut inside a code point", "01 02 e282 80 01 ac", [][]oracle.Event{seen(text("€"))}, [][]oracle.Event{seen(closing(1007), eof)}},
		{"the beginning of text, cut inside a code point", "01 02 e282", [][]oracle.Event{seen()}, [][]oracle.Event{seen(closing(1007), eof)}},
		{
			"invalid text, not finished, and a ping", "01 01 ff 89 00",
			[][]oracle.Event{seen(pong("")), seen(closing(1007), eof), seen(pong(""), closing(1007), eof)},
			[][]oracle.Event{seen(), seen(closing(1002), eof)},
		},
		{
			"invalid text, not finished, and another mistake", "01 01 ff 81 00",
			[][]oracle.Event{seen(closing(1007), eof), seen(closing(1002), eof)},
			[][]oracle.Event{seen(), seen(closing(1000), eof)},
		},
		{
			"invalid text, not finished, and Close", "01 01 ff 88 00",
			[][]oracle.Event{seen(closing(1007), eof), seen(closing(none), eof), seen(eof)},
			[][]oracle.Event{seen(), seen(closing(1002), eof)},
		},
		{"a binary message that is not UTF-8", "82 02 ffff", [][]oracle.Event{seen(bin("\xff\xff"))}, [][]oracle.Event{seen(closing(1007), eof)}},
	} {
		t.Run(tt.what, func(t *testing.T) {
			permitted := oracle.Of(oracle.Subject{Role: wire.RoleClient}, octets(t, tt.octets))
			check(t, permitted, tt.yes, tt.no)
		})
	}
}

func check(t *testing.T, permitted *oracle.Permitted, yes, no [][]oracle.Event) {
	t.Helper()
	for _, events := range yes {
		if ok, why := permitted.Permits(oracle.Observation{Events: events, Final: true}); !ok {
			t.Errorf("%v is not allowed: %s\n%s", events, why, permitted)
		}
		for n := range events { // the beginning of an allowed observation is allowed
			if ok, why := permitted.Permits(oracle.Observation{Events: events[:n]}); !ok && events[n].Kind != oracle.EOF {
				t.Errorf("%v so far is not allowed: %s\n%s", events[:n], why, permitted)
			}
		}
	}
	for _, events := range no {
		if ok, _ := permitted.Permits(oracle.Observation{Events: events, Final: true}); ok {
			t.Errorf("%v is allowed\n%s", events, permitted)
		}
	}
}

// masked masks an unmasked frame with a non-zero key.
func masked(frame []byte) []byte {
	h, n, err := wire.ParseHeader(frame)
	if err != nil {
		panic(err)
	}
	h.Masked, h.MaskKey = true, [4]byte{1, 2, 3, 4}
	out := wire.AppendHeader(nil, h)
	payload := slices.Clone(frame[n:])
	wire.Mask(h.MaskKey, 0, payload)
	return append(out, payload...)
}

func TestServerRole(t *testing.T) {
	server := oracle.Subject{Role: wire.RoleServer}
	hello := octets(t, "81 05 'hello'")
	check(t, oracle.Of(server, masked(hello)), [][]oracle.Event{seen(text("hello"))}, [][]oracle.Event{seen(), seen(closing(1002), eof)})
	check(t, oracle.Of(server, hello), [][]oracle.Event{seen(closing(1002), eof), seen(eof)}, [][]oracle.Event{seen(text("hello"))})
	// RFC6455-7.1.1-3: the server must close TCP first; the client may wait.
	check(t, oracle.Of(server, masked(octets(t, "88 02 03e8"))), [][]oracle.Event{seen(closing(1000), eof)}, [][]oracle.Event{seen(closing(1000))})
}

// Pins the requirement that each violation breaks.
func TestEveryEndingNamesItsRequirement(t *testing.T) {
	for _, tt := range []struct{ octets, requires string }{
		{"", "RFC6455-7.2.1-3"},
		{"91 00", "RFC6455-5.2-3"}, {"83 00", "RFC6455-5.2-5"}, {"80 00", "RFC6455-5.4-5"}, {"01 00 82 00", "RFC6455-5.4-9"},
		{"09 00", "RFC6455-5.5-4"}, {"8a 7e 007e", "RFC6455-5.5-2"}, {"81 80 00000000", "RFC6455-5.1-6"}, {"82 7f 80", "RFC6455-5.2-8"},
		{"81 01 ff", "RFC6455-8.1-1"}, {"88 01 00", "RFC6455-5.5.1-2"}, {"88 03 03e8 ff", "RFC6455-8.1-2"}, {"88 02 03e8", "RFC6455-5.5.1-7"},
		{"88 02 0000", "RFC6455-7.4.2-1"}, {"88 02 03ec", "RFC6455-7.4.1-5"}, {"88 02 03ed", "RFC6455-7.4.1-6"}, {"88 02 03ee", "RFC6455-7.4.1-7"},
		{"88 02 03f7", "RFC6455-7.4.1-14"}, {"88 02 03f8", "RFC6455-7.4.2-2"}, {"88 02 1388", "RFC6455-7.4.2-5"},
	} {
		got := oracle.Of(oracle.Subject{Role: wire.RoleClient}, octets(t, tt.octets)).Endings[0].Requires
		if got != tt.requires {
			t.Errorf("%s: %s, want %s", tt.octets, got, tt.requires)
		}
		if rfc.ByID(tt.requires) == nil {
			t.Errorf("unknown requirement %s", tt.requires)
		}
	}
}

func TestOctetsAreNotChanged(t *testing.T) {
	frame := masked(octets(t, "81 05 'hello'"))
	before := slices.Clone(frame)
	oracle.Of(oracle.Subject{Role: wire.RoleServer}, frame)
	if !bytes.Equal(frame, before) {
		t.Errorf("Of changed the octets from %x to %x", before, frame)
	}
}

func TestLimit(t *testing.T) {
	s := oracle.Subject{Role: wire.RoleClient, Limit: 3}
	check(t, oracle.Of(s, octets(t, "81 04 'four'")),
		[][]oracle.Event{seen(text("four")), seen(closing(1009), eof)}, [][]oracle.Event{seen(), seen(closing(1002), eof)})
	check(t, oracle.Of(s, octets(t, "01 02 'fo' 80 02 'ur'")),
		[][]oracle.Event{seen(text("four")), seen(closing(1009), eof)}, [][]oracle.Event{seen()})
	check(t, oracle.Of(s, octets(t, "81 03 'two'")),
		[][]oracle.Event{seen(text("two"))}, [][]oracle.Event{seen(closing(1009), eof)})
}

// deflate compresses a message with compress/flate. With the same writer, messages
// share the window.
type deflate struct {
	out bytes.Buffer
	w   *flate.Writer
}

func newDeflate(t testing.TB) *deflate {
	t.Helper()
	d := &deflate{}
	var err error
	if d.w, err = flate.NewWriter(&d.out, 9); err != nil {
		t.Fatal(err)
	}
	return d
}

func (d *deflate) message(t testing.TB, s string) []byte {
	t.Helper()
	d.out.Reset()
	if _, err := d.w.Write([]byte(s)); err != nil {
		t.Fatal(err)
	}
	if err := d.w.Flush(); err != nil {
		t.Fatal(err)
	}
	return slices.Clone(bytes.TrimSuffix(d.out.Bytes(), []byte{0, 0, 0xFF, 0xFF}))
}

func frame(first byte, payload []byte) []byte {
	return append([]byte{first, byte(len(payload))}, payload...)
}

func TestCompressed(t *testing.T) {
	params := &wire.DeflateParams{}
	subject := oracle.Subject{Role: wire.RoleClient, Deflate: params}
	const sentence = "the quick brown fox jumps over the lazy dog"
	d := newDeflate(t)
	first, second := d.message(t, sentence), d.message(t, sentence)
	if len(second) >= len(first)/2 {
		t.Fatalf("the second message does not refer to the first: %d and %d octets", len(first), len(second))
	}
	whole := frame(0xC1, first)
	bad := newDeflate(t).message(t, "text \xff that is none")
	alone := *params
	alone.ServerNoContextTakeover = true
	for _, tt := range []struct {
		what    string
		subject oracle.Subject
		octets  []byte
		yes, no [][]oracle.Event
	}{
		{"a message", subject, whole, [][]oracle.Event{seen(text(sentence))}, [][]oracle.Event{seen(), seen(text(string(first))), seen(closing(1002), eof)}},
		{
			"two messages, the second refers to the first", subject, slices.Concat(whole, frame(0xC1, second)),
			[][]oracle.Event{seen(text(sentence), text(sentence))}, [][]oracle.Event{seen(text(sentence)), seen(text(sentence), closing(1007), eof)},
		},
		{
			"the same, though the sender agreed to start anew", oracle.Subject{Role: wire.RoleClient, Deflate: &alone}, slices.Concat(whole, frame(0xC1, second)),
			[][]oracle.Event{seen(text(sentence), text(sentence)), seen(text(sentence), closing(1007), eof)}, [][]oracle.Event{seen(text(sentence))},
		},
		{
			"the beginning of such a message, and another mistake", oracle.Subject{Role: wire.RoleClient, Deflate: &alone}, slices.Concat(whole, frame(0x41, second), octets(t, "83 00")),
			[][]oracle.Event{seen(text(sentence), closing(1002), eof), seen(text(sentence), closing(1007), eof)}, [][]oracle.Event{seen(text(sentence)), seen(text(sentence), closing(1000), eof)},
		},
		{
			"a plain message between them", subject, slices.Concat(whole, octets(t, "81 05 'plain'"), frame(0xC1, second)),
			[][]oracle.Event{seen(text(sentence), text("plain"), text(sentence))}, [][]oracle.Event{seen(text(sentence), text("plain"), closing(1007), eof)},
		},
		{
			"in two fragments", subject, slices.Concat(frame(0x41, first[:9]), frame(0x80, first[9:])),
			[][]oracle.Event{seen(text(sentence))}, [][]oracle.Event{seen(), seen(closing(1007), eof)},
		},
		{"the first of two fragments", subject, frame(0x41, first[:9]), [][]oracle.Event{seen()}, [][]oracle.Event{seen(closing(1007), eof)}},
		{"an empty message", subject, octets(t, "c1 01 00"), [][]oracle.Event{seen(text(""))}, [][]oracle.Event{seen()}},
		{"a stored block with BFINAL", subject, octets(t, "c2 0c 01 0600 f9ff 'stored' 00"), [][]oracle.Event{seen(bin("stored"))}, [][]oracle.Event{seen(), seen(closing(1007), eof)}},
		{"two blocks with BFINAL", subject, octets(t, "c2 0e 01 0200 fdff 'ab' 01 0100 feff 'c' 00"), [][]oracle.Event{seen(bin("abc"))}, [][]oracle.Event{seen(bin("ab"))}},
		{"no DEFLATE data", subject, octets(t, "c1 02 ff ff"), [][]oracle.Event{seen(closing(1007), eof), seen(closing(1002), eof), seen(eof)}, [][]oracle.Event{seen(), seen(text(""))}},
		{"truncated data", subject, frame(0xC1, first[:len(first)-6]), [][]oracle.Event{seen(closing(1007), eof)}, [][]oracle.Event{seen()}},
		{"the beginning of no DEFLATE data", subject, octets(t, "41 02 ff ff"), [][]oracle.Event{seen(), seen(closing(1007), eof)}, [][]oracle.Event{seen(closing(1000), eof)}},
		{
			"the beginning of no DEFLATE data, and Close", subject, octets(t, "41 02 ff ff 88 00"),
			[][]oracle.Event{seen(closing(1000), eof), seen(closing(1007), eof), seen(eof)}, [][]oracle.Event{seen(), seen(closing(1001), eof)},
		},
		{
			"the beginning of text that is none, and another mistake", subject, slices.Concat(frame(0x41, bad), octets(t, "83 00")),
			[][]oracle.Event{seen(closing(1002), eof), seen(closing(1007), eof)}, [][]oracle.Event{seen(), seen(closing(1000), eof)},
		},
		{"compressed invalid text", subject, frame(0xC1, bad), [][]oracle.Event{seen(closing(1007), eof)}, [][]oracle.Event{seen(), seen(closing(1002), eof)}},
		{"the same octets as binary", subject, frame(0xC2, bad), [][]oracle.Event{seen(bin("text \xff that is none"))}, [][]oracle.Event{seen(closing(1007), eof)}},
		{"the beginning of compressed invalid text", subject, frame(0x41, bad), [][]oracle.Event{seen(), seen(closing(1007), eof)}, [][]oracle.Event{seen(closing(1002), eof)}},
		{"RSV1 on a continuation", subject, slices.Concat(frame(0x41, first[:9]), frame(0xC0, first[9:])), [][]oracle.Event{seen(closing(1002), eof)}, [][]oracle.Event{seen(text(sentence))}},
		{"RSV1 on a ping", subject, octets(t, "c9 00"), [][]oracle.Event{seen(closing(1002), eof)}, [][]oracle.Event{seen(pong(""))}},
		{"RSV2", subject, octets(t, "e1 01 00"), [][]oracle.Event{seen(closing(1002), eof)}, [][]oracle.Event{seen(text(""))}},
		{"plain text", subject, octets(t, "81 05 'plain'"), [][]oracle.Event{seen(text("plain"))}, [][]oracle.Event{seen()}},
	} {
		t.Run(tt.what, func(t *testing.T) { check(t, oracle.Of(tt.subject, tt.octets), tt.yes, tt.no) })
	}
}

// The result of an Oracle does not depend on earlier calls.
func TestOracleIsReusable(t *testing.T) {
	var o oracle.Oracle
	s := oracle.Subject{Role: wire.RoleClient}
	for _, octetsBefore := range []string{"01 01 ff", "a1", "88 02 03e8", "81 7e 0001 'a'", "89 00 81 01 'x'"} {
		o.Of(s, octets(t, octetsBefore))
		got, want := o.Of(s, octets(t, "81 02 'hi'")).String(), oracle.Of(s, octets(t, "81 02 'hi'")).String()
		if got != want {
			t.Errorf("after %s: %s, want %s", octetsBefore, got, want)
		}
	}
	s.Deflate = &wire.DeflateParams{}
	d := newDeflate(t)
	first, second := frame(0xC1, d.message(t, "a message")), frame(0xC1, d.message(t, "a message"))
	for _, before := range [][]byte{first, slices.Concat(first, second), octets(t, "c1 02 ff ff"), octets(t, "41 02 ff ff"), octets(t, "c2 0c 01 0600 f9ff 'stored' 00")} {
		o.Of(s, before)
		for _, octets := range [][]byte{first, second} {
			got, want := o.Of(s, octets).String(), oracle.Of(s, octets).String()
			if got != want {
				t.Errorf("after %x: %s, want %s", before, got, want)
			}
		}
	}
}

func BenchmarkOf(b *testing.B) {
	s := oracle.Subject{Role: wire.RoleServer}
	stream := slices.Concat(
		masked(octets(b, "81 05 'hello'")), masked(octets(b, "01 03 'a€'")[:5]), masked(octets(b, "89 01 'p'")), masked(octets(b, "80 02 'bc'")),
		masked(octets(b, "82 05 0001020304")), masked(octets(b, "88 02 03e8")))
	var o oracle.Oracle
	b.ReportAllocs()
	for b.Loop() {
		o.Of(s, stream)
	}
}
