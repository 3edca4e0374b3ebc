package stream

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/wsspec/wsspec/conformance/observed"
	"github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/ref/wire"
)

// The octets of these tests are written by hand, so that a mistake in the codec
// cannot hide one in the checks. A client's frames carry the key 00000000 and
// are readable as they are, except where the key itself is the subject.
func octets(t *testing.T, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.ReplaceAll(s, " ", ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// feedAll feeds octets in pieces of at most size and returns everything seen.
func feedAll(in *frameReader, b []byte, size int) (entries []observed.Entry, events []observed.Event) {
	for len(b) > 0 {
		n := min(size, len(b))
		e, v := in.feed(b[:n], 0)
		entries, events = append(entries, e...), append(events, v...)
		b = b[n:]
	}
	return entries, events
}

// words are events as people read them, violations by their requirement.
func words(events []observed.Event) []string {
	var out []string
	for _, e := range events {
		if e.Kind == observed.EventViolation {
			out = append(out, e.Violation.Rule.ID)
		} else {
			out = append(out, e.String())
		}
	}
	return out
}

// sent is one stream of frames from the peer under test, and what the harness
// has to see in it.
type sent struct {
	name   string
	sender wire.Role
	octets string
	want   []string
}

const server, client = wire.RoleServer, wire.RoleClient

var correct = []sent{
	{"text in one frame", server, "81 05 48656c6c6f", []string{`text message "Hello"`}},
	{"text in one frame, masked", client, "81 85 37fa213d 7f9f4d5158", []string{`text message "Hello"`}},
	{"text without payload", server, "81 00", []string{"empty text message"}},
	{"binary", server, "82 03 0080ff", []string{"binary message 0x0080ff"}},
	{"text in three frames", server, "01 01 61 00 01 62 80 01 63", []string{`text message "abc"`}},
	{"a code point cut by fragments", server, "01 01 c3 80 01 a9", []string{`text message "é"`}},
	{"ping between fragments", server, "01 01 61 89 01 70 80 01 62", []string{`ping "p"`, `text message "ab"`}},
	{"pong, empty", server, "8a 00", []string{"empty pong"}},
	{"two messages in one segment", server, "81 01 61 81 01 62", []string{`text message "a"`, `text message "b"`}},
	{"ping of 125 octets", server, "89 7d" + strings.Repeat("70", 125), []string{"ping " + script.Quote(bytes.Repeat([]byte("p"), 125))}},
	{"binary of 126 octets, the shortest in 16 bits", server, "82 7e 007e" + strings.Repeat("00", 126), []string{"binary message " + script.Quote(make([]byte, 126))}},
	{"Close without a body", server, "88 00", []string{"Close without a code"}},
	{"Close with a code", server, "88 02 03e8", []string{"Close 1000"}},
	{"Close with a reason", server, "88 05 03e9 627965", []string{`Close 1001 "bye"`}},
	{"Close 1012, registered later", server, "88 02 03f4", []string{"Close 1012"}},
	{"Close 1014, registered later", server, "88 02 03f6", []string{"Close 1014"}},
	{"Close 3000, for libraries", server, "88 02 0bb8", []string{"Close 3000"}},
	{"Close 4999, private", server, "88 02 1387", []string{"Close 4999"}},
	{"Close 5000, which nobody defined", server, "88 02 1388", []string{"Close 5000"}},
}

var violations = []sent{
	{"masked by a server", server, "81 85 37fa213d 7f9f4d5158", []string{"RFC6455-5.1-6"}},
	{"masked by a server with the key of zeros", server, "81 81 00000000 61", []string{"RFC6455-5.1-6"}},
	{"not masked by a client", client, "81 05 48656c6c6f", []string{"RFC6455-5.1-3"}},
	{"RSV1", server, "c1 00", []string{"RFC6455-5.2-3"}},
	{"RSV2", server, "a1 00", []string{"RFC6455-5.2-3"}},
	{"RSV3 of a client", client, "91 80 00000000", []string{"RFC6455-5.2-3"}},
	{"RSV1 on a pong", server, "ca 00", []string{"RFC6455-5.2-3"}},
	{"opcode 3", server, "83 00", []string{"RFC6455-5.2-5"}},
	{"opcode 7 of a client", client, "87 80 00000000", []string{"RFC6455-5.2-5"}},
	{"opcode 11", server, "8b 00", []string{"RFC6455-5.2-5"}},
	{"opcode 15", server, "8f 00", []string{"RFC6455-5.2-5"}},
	{"125 in 16 bits", server, "82 7e 007d", []string{"RFC6455-5.2-10"}},
	{"0 in 16 bits by a client", client, "82 fe 0000 00000000", []string{"RFC6455-5.2-10"}},
	{"65535 in 64 bits", server, "82 7f 000000000000ffff", []string{"RFC6455-5.2-10"}},
	{"a ping's length in 16 bits", server, "89 7e 0004", []string{"RFC6455-5.2-10"}},
	{"the top bit of the 64-bit length", server, "82 7f 8000000000000000", []string{"RFC6455-5.2-8"}},
	{"the top bit of a client's length", client, "82 ff ffffffffffffffff 00000000", []string{"RFC6455-5.2-8"}},
	{"ping of 126 octets", server, "89 7e 007e", []string{"RFC6455-5.5-2"}},
	{"Close of 126 octets by a client", client, "88 fe 007e 00000000", []string{"RFC6455-5.5-2"}},
	{"ping with FIN clear", server, "09 00", []string{"RFC6455-5.5-4"}},
	{"Close with FIN clear by a client", client, "08 80 00000000", []string{"RFC6455-5.5-4"}},
	{"continuation of nothing", server, "80 01 61", []string{"RFC6455-5.4-5"}},
	{"continuation of a finished message", server, "01 00 80 00 80 00", []string{"empty text message", "RFC6455-5.4-5"}},
	{"text inside a text message", server, "01 01 61 81 01 62", []string{"RFC6455-5.4-9"}},
	{"binary inside a text message, by a client", client, "01 81 00000000 61 82 81 00000000 62", []string{"RFC6455-5.4-9"}},
	{"text that is not UTF-8", server, "81 01 ff", []string{"text message 0xff", "RFC6455-8.1-1"}},
	{"text with a surrogate over two fragments", client, "01 81 00000000 ed 80 82 00000000 a080", []string{"text message 0xeda080", "RFC6455-8.1-1"}},
	{"text that ends inside a code point", server, "81 01 c3", []string{"text message 0xc3", "RFC6455-8.1-1"}},
	{"Close with a body of one octet", server, "88 01 03", []string{"Close with a body of one octet", "RFC6455-5.5.1-2"}},
	{"Close 0", server, "88 02 0000", []string{"Close 0", "RFC6455-7.4.2-1"}},
	{"Close 999", server, "88 02 03e7", []string{"Close 999", "RFC6455-7.4.2-1"}},
	{"Close 1004", server, "88 02 03ec", []string{"Close 1004", "RFC6455-7.4.1-5"}},
	// 1005 is also how an event says that there was no code (RFC6455-7.1.5-2); the
	// violation tells the two apart.
	{"Close 1005", server, "88 02 03ed", []string{"Close 1005", "RFC6455-7.4.1-6"}},
	{"Close 1006 by a client", client, "88 82 00000000 03ee", []string{"Close 1006", "RFC6455-7.4.1-7"}},
	{"Close 1015", server, "88 02 03f7", []string{"Close 1015", "RFC6455-7.4.1-14"}},
	{"Close 1016", server, "88 02 03f8", []string{"Close 1016", "RFC6455-7.4.2-2"}},
	{"Close 2999", server, "88 02 0bb7", []string{"Close 2999", "RFC6455-7.4.2-2"}},
	{"Close with a reason that is not UTF-8", server, "88 03 03e8 ff", []string{"Close 1000 0xff", "RFC6455-8.1-2"}},
	{"Close behind text that is not UTF-8", server, "8101 ff 8102 6868 8802 03ef", []string{"text message 0xff", "RFC6455-8.1-1", "Close 1007"}},
	{"a bad frame behind text that is not UTF-8", server, "8101 ff 8b00 8802 03ef", []string{"text message 0xff", "RFC6455-8.1-1"}},
	{"a second Close", server, "88 02 03e8 88 02 03e9", []string{"Close 1000", "Close 1001"}},
	{"text after a second Close", server, "88 02 03e8 88 00 81 01 61", []string{"Close 1000", "Close without a code", "RFC6455-5.5.1-6"}},
	{"text after Close", server, "88 02 03e8 81 01 61", []string{"Close 1000", "RFC6455-5.5.1-6"}},
	{"the rest of a message after Close, by a client", client, "01 81 00000000 61 88 80 00000000 80 81 00000000 62",
		[]string{"Close without a code", "RFC6455-5.5.1-6"}},
	{"HTTP where a frame is due", server, hex.EncodeToString([]byte("HTTP/1.1 400 Bad Request\r\n\r\n")), []string{"RFC6455-5.2-3"}},
}

func TestIncomingSeesWhatThePeerSent(t *testing.T) {
	for _, tt := range append(append([]sent(nil), correct...), violations...) {
		t.Run(tt.name, func(t *testing.T) {
			in := frameReader{sender: tt.sender, limit: 1 << 16}
			_, events := feedAll(&in, octets(t, tt.octets), 1<<20)
			if diff := cmp.Diff(tt.want, words(events)); diff != "" {
				t.Errorf("events (-want +got):\n%s", diff)
			}
		})
	}
}

// TCP cuts octets where it likes: events, and the octets in the transcript,
// must not depend on it.
func TestIncomingDoesNotDependOnHowOctetsAreCut(t *testing.T) {
	for _, tt := range append(append([]sent(nil), correct...), violations...) {
		t.Run(tt.name, func(t *testing.T) {
			all := octets(t, tt.octets)
			var whole []observed.Event
			for _, size := range []int{len(all), 1, 2, 3, 5, 7} {
				in := frameReader{sender: tt.sender, limit: 1 << 16}
				entries, events := feedAll(&in, all, size)
				if whole == nil {
					whole = events
				}
				if diff := cmp.Diff(words(whole), words(events), cmpopts.EquateEmpty()); diff != "" {
					t.Errorf("in pieces of %d (-whole +pieces):\n%s", size, diff)
				}
				var kept []byte
				for _, e := range append(entries, in.rest(0)...) {
					kept = append(kept, e.Octets...)
				}
				if !bytes.Equal(kept, all) {
					t.Errorf("in pieces of %d the transcript has %x, the peer sent %x", size, kept, all)
				}
			}
		})
	}
}

func TestIncomingIgnoresNothingButOctetsBehindAViolation(t *testing.T) {
	in := frameReader{sender: server, limit: 1 << 16}
	_, events := feedAll(&in, octets(t, "83 00"), 2)
	if len(events) != 1 || events[0].Kind != observed.EventViolation {
		t.Fatalf("events %v, want one violation", words(events))
	}
	entries, events := in.feed(octets(t, "81 01 61"), 0)
	if len(events) != 0 {
		t.Errorf("events behind a violation: %v, want none: framing is lost", words(events))
	}
	if len(entries) != 1 || !bytes.Equal(entries[0].Octets, octets(t, "81 01 61")) {
		t.Errorf("entries behind a violation: %v, want the octets as they came", entries)
	}
}

func TestIncomingKeepsTheBeginningOfAFrame(t *testing.T) {
	in := frameReader{sender: server, limit: 1 << 16}
	if entries, events := in.feed(octets(t, "81 05 4865"), 0); len(entries)+len(events) != 0 {
		t.Fatalf("half a frame gave %v %v, want nothing yet", entries, events)
	}
	rest := in.rest(0)
	if len(rest) != 1 || !bytes.Equal(rest[0].Octets, octets(t, "81 05 4865")) {
		t.Fatalf("rest is %v, want the octets of half a frame", rest)
	}
	if again := in.rest(0); again != nil {
		t.Errorf("rest a second time is %v, want nothing", again)
	}
}

func TestIncomingRefusesWhatTheCaseCannotAccountFor(t *testing.T) {
	for _, tt := range []struct {
		name, octets string
		want         []string
	}{
		{"a message just within", "82 0a" + strings.Repeat("00", 10), []string{"binary message 0x00000000000000000000"}},
		{"a frame one octet too long", "82 0b", []string{"a binary frame of 11 octets, more than the case can account for"}},
		{"2^63-1 octets announced", "82 7f 7fffffffffffffff 00", []string{"a binary frame of 9223372036854775807 octets, more than the case can account for"}},
		{"fragments that add up to too much", "02 06 000000000000 80 05", []string{"a continuation frame of 5 octets, more than the case can account for"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			in := frameReader{sender: server, limit: 10}
			_, events := feedAll(&in, octets(t, tt.octets), 3)
			if diff := cmp.Diff(tt.want, words(events)); diff != "" {
				t.Errorf("events (-want +got):\n%s", diff)
			}
		})
	}
}

func TestIncomingHoldsNoMemoryForAnAnnouncedLength(t *testing.T) {
	huge := octets(t, "82 7f 7fffffffffffffff")
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for range 100 {
		in := frameReader{sender: server, limit: 64 << 10}
		_, events := in.feed(huge, 0)
		if len(events) != 1 || events[0].Kind != observed.EventFlood {
			t.Fatalf("events %v, want a flood", words(events))
		}
	}
	runtime.ReadMemStats(&after)
	if used := after.TotalAlloc - before.TotalAlloc; used > 1<<20 {
		t.Errorf("100 announcements of 2^63-1 octets allocated %d octets in all, want less than 1 MiB", used)
	}
}

func TestIncomingCountsFrames(t *testing.T) {
	in := frameReader{sender: server, limit: 1 << 10}
	_, events := feedAll(&in, octets(t, "01 01 61 89 00 00 00 80 01 62 82 00"), 4)
	var got []string
	for _, e := range events {
		got = append(got, fmt.Sprintf("%s in %d", e, e.Frames))
	}
	want := []string{"empty ping in 0", `text message "ab" in 3`, "empty binary message in 1"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("frames counted (-want +got):\n%s", diff)
	}
}

// The transcript names each frame as it was on the wire, unmasked for reading.
func TestIncomingNamesFrames(t *testing.T) {
	for _, tt := range []struct {
		name   string
		sender wire.Role
		octets string
		want   string
	}{
		{"masked", client, "81 85 37fa213d 7f9f4d5158", `text "Hello"`},
		{"not final", server, "01 01 61", `text "a", FIN clear`},
		{"reserved bits", server, "f1 00", "text, empty, RSV1, RSV2, RSV3"},
		{"reserved opcode", server, "83 00", "opcode 0x3 (reserved), empty"},
		{"Close", server, "88 05 03e9 627965", `close 1001 "bye"`},
		{"long", server, "82 7e 0081" + strings.Repeat("00", 129), "binary 0x" + strings.Repeat("00", 40) + "… (128 octets) (129 octets in all)"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			in := frameReader{sender: tt.sender, limit: 1 << 10}
			entries, _ := feedAll(&in, octets(t, tt.octets), 1<<10)
			if len(entries) != 1 || entries[0].String() != tt.want {
				t.Fatalf("entries %v, want %q", entries, tt.want)
			}
			if entries[0].Kind != observed.EntryFrame || entries[0].Dir != observed.Received || entries[0].Header == nil {
				t.Errorf("entry %+v, want a frame that was received, with its header", entries[0])
			}
		})
	}
}

// Where TCP ends inside a frame, the reader says how far the frame was.
func TestCut(t *testing.T) {
	for _, tt := range []struct{ octets, want string }{
		{"", ""},
		{"8105 68656c6c6f", ""},
		{"81", ""},
		{"8105 6865", "inside a text frame, after 2 of 5 octets"},
		{"827e4004 00 8802 03e8", "inside a binary frame, after 5 of 16388 octets"},
		{"8300", ""},
	} {
		in := &frameReader{sender: wire.RoleServer, limit: 1 << 20}
		feedAll(in, octets(t, tt.octets), 1)
		if got := in.cut(); got != tt.want {
			t.Errorf("after %s: %q, want %q", tt.octets, got, tt.want)
		}
	}
}
