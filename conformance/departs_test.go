package conformance

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/wsspec/wsspec/ref/wire"
)

// marked is what departs returns, as these tests write it: the octets of the
// entry up to the one that departs, which is in brackets.
func marked(t Transcript, d *Departure) string {
	if d == nil {
		return ""
	}
	e := t[d.Entry]
	if len(e.Octets) == 0 {
		return e.Text
	}
	return fmt.Sprintf("%x[%02x]", e.Octets[:d.Octet], e.Octets[d.Octet])
}

func TestDepartsInFrames(t *testing.T) {
	long := Text(Repeated("x", 200))
	for _, tt := range []struct {
		name     string
		outcomes []Outcome
		// octets are what the server under test sends; tcp is how it ends TCP.
		octets string
		tcp    EventKind
		// want is the entry of the transcript up to the octet, which is in brackets.
		want string
	}{
		{"an echo", mustEcho, "8105 68656c6c6f 8802 03e8", EventEOF, ""},
		{"another first octet", mustEcho, "8105 6a656c6c6f", 0, "8105[6a]"},
		{"another last octet", mustEcho, "8105 68656c6c70", 0, "810568656c6c[70]"},
		{"another type", mustEcho, "8205 68656c6c6f", 0, "[82]"},
		{"an octet too few: the length says so", mustEcho, "8104 68656c6c", 0, "81[04]"},
		{"an octet too many", mustEcho, "8106 68656c6c6f21", 0, "810668656c6c6f[21]"},
		{"in two fragments, the second wrong", mustEcho, "0103 68656c 8002 6c70", 0, "80026c[70]"},
		{"in two fragments, the second short", mustEcho, "0103 68656c 8001 6c", 0, "80[01]"},
		{"in two fragments with a ping between", mustEcho, "0103 68656c 8900 8002 4c6f", 0, "8002[4c]"},
		{"twice", mustEcho, "8105 68656c6c6f 8105 68656c6c6f", 0, "[81]"},
		{"a message where the connection had to fail", mustRefuse, "8105 68656c6c6f", 0, "[81]"},
		{"a pong with another payload", mustPong, "8a01 71", 0, "8a01[71]"},
		{"a pong that is too long", mustPong, "8a02 7071", 0, "8a0270[71]"},
		{"a pong that is empty", mustPong, "8a00", 0, "8a[00]"},
		{"a ping for a ping", mustPong, "8901 70", 0, "[89]"},
		{"a pong twice", mustPong, "8a01 70 8a01 70", 0, "[8a]"},
		{"pongs out of order", []Outcome{{OK, []Expect{PongFor(Ping(Octets("a1")), Ping(Octets("p")))}, ClosedByHarness()}}, "8a01 70 8a01 70", 0, "[8a]"},
		{"an earlier pong behind a later one", []Outcome{{OK, []Expect{PongFor(Ping(Octets("pq")), Ping(Octets("p")), Ping(Octets("pp")))}, ClosedByHarness()}},
			"8a01 70 8a01 70", 0, "8a[01]"},
		{"a long echo with one octet changed", []Outcome{{OK, []Expect{Echo(long)}, ClosedByHarness()}},
			"817e00c8" + strings.Repeat("78", 150) + "79" + strings.Repeat("78", 49), 0,
			"817e00c8" + strings.Repeat("78", 150) + "[79]"},

		{"RSV1 that was not agreed", mustEcho, "c105 68656c6c6f", 0, "[c1]"},
		{"a reserved opcode", mustEcho, "8300", 0, "[83]"},
		{"masked by a server", mustEcho, "8185 00000000 68656c6c6f", 0, "81[85]"},
		{"a control frame that is too long", mustEcho, "897e 007e", 0, "89[7e]"},
		{"a fragmented control frame", mustEcho, "0900", 0, "[09]"},
		{"a length in 16 bits that fits into 7", mustEcho, "817e 0005", 0, "817e00[05]"},
		{"a length in 64 bits that fits into 16", mustEcho, "817f 000000000000ffff", 0, "817f0000000000[00]"},
		{"a length with its top bit", mustEcho, "817f 8000000000000005", 0, "817f[80]"},
		{"a continuation of nothing", mustEcho, "8005 68656c6c6f", 0, "[80]"},
		{"a new message inside another", mustEcho, "0102 6865 8103 6c6c6f", 0, "[81]"},
		{"data behind the Close", mustEcho, "8802 03e8 8105 68656c6c6f", 0, "[81]"},
		{"text that is no UTF-8", mustEcho, "8105 68 eda080 6f", 0, "810568ed[a0]"},
		{"text that is no UTF-8, in the second fragment", mustEcho, "0102 68ed 8003 a0806f", 0, "8003[a0]"},
		{"text that ends within a code point", mustEcho, "8102 68ed", 0, "81[02]"},
		{"a Close body of one octet", mustEcho, "8801 03", 0, "88[01]"},
		{"a Close code that must not be sent", mustEcho, "8802 03ed", 0, "880203[ed]"},
		{"a Close code of which the first octet tells", mustEcho, "8802 0100", 0, "8802[01]"},
		{"a reason that is no UTF-8", mustEcho, "8804 03e8 61ff", 0, "880403e861[ff]"},
		{"a reason that ends within a code point", mustEcho, "8804 03e8 61ed", 0, "88[04]"},

		{"a Close with another code", mustRefuse, "8802 03e8", EventEOF, "880203[e8]"},
		{"a Close with a code from another range", mustRefuse, "8802 0fa0", EventEOF, "8802[0f]"},
		{"a Close where none was due", mustEcho, "8105 68656c6c6f 8802 03e8", EventEOF, ""},
		{"the end of TCP where an echo was due", mustEcho, "", EventEOF, "TCP closed by the peer"},
		{"a reset where an echo was due", mustEcho, "", EventReset, "TCP reset by the peer"},
		{"silence", mustEcho, "", 0, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			o := observed{scriptClosedAt: -1, harnessClosedAt: -1, pings: map[string]bool{"p": true}}
			if tt.tcp != 0 && len(tt.outcomes[0].Events) > 0 && tt.octets != "" {
				o.harnessClosedAt = 1 // the harness closes behind the first event
			}
			o.gaveUp = tt.octets == "" && tt.tcp == 0
			// Where something is found must not depend on the cuts.
			for size := 1; size <= max(len(tt.octets), 1); size++ {
				in := &incoming{sender: wire.RoleServer, limit: 1 << 10}
				o := o
				o.transcript, o.events = feedAll(in, octets(t, tt.octets), size)
				switch tt.tcp {
				case EventEOF:
					o.end(in.entry(0, EntryEOF, nil, "TCP closed by the peer"), EventEOF)
				case EventReset:
					o.end(in.entry(0, EntryReset, nil, "TCP reset by the peer"), EventReset)
				}
				if got := marked(o.transcript, departs(tt.outcomes, o, judge(tt.outcomes, o))); got != tt.want {
					t.Fatalf("in pieces of %d departs at %s, want %s", size, got, tt.want)
				}
			}
		})
	}
}

func (o *observed) end(e Entry, kind EventKind) {
	o.transcript = append(o.transcript, e)
	o.events = append(o.events, Event{Kind: kind, place: place{last: e.number}})
}

func TestFieldOctet(t *testing.T) {
	const head = "HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nConnection:keep-alive\r\nX: a\r\nx:  b\r\n\r\nX: body"
	for _, tt := range []struct{ name, behind string }{
		{"Upgrade", "websocket\r\n"},
		{"Connection", "keep-alive\r\n"},
		{"X", "b\r\n\r\n"},
		{"Sec-WebSocket-Accept", "\r\nX: body"},
	} {
		if got := head[fieldOctet([]byte(head), tt.name):]; !strings.HasPrefix(got, tt.behind) {
			t.Errorf("%s at %q, want %q", tt.name, got, tt.behind)
		}
	}
	for _, cut := range []string{"", "\r\n", "GET", "GET / HTTP/1.1\r\n", "GET / HTTP/1.1\r\nHost:"} {
		if at := fieldOctet([]byte(cut), "Host"); at < 0 || at > max(len(cut)-1, 0) && !bytes.HasSuffix([]byte(cut), []byte(":")) {
			t.Errorf("%d in the %d octets of %q", at, len(cut), cut)
		}
	}
}
