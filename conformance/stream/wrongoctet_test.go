package stream

import (
	"fmt"
	"strings"
	"testing"

	"github.com/wsspec/wsspec/conformance/judge"
	"github.com/wsspec/wsspec/conformance/observed"
	"github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/ref/wire"
)

// marked is what departs returns, as these tests write it: the octets of the
// entry up to the one that departs, which is in brackets.
func marked(t observed.Transcript, d *judge.WrongOctet) string {
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
	hello, long := script.Text(script.Octets("hello")), script.Text(script.Repeated("x", 200))
	mustEcho := []script.Outcome{{Behavior: verdict.OK, Events: []script.Expect{script.Echo(hello)}, Ending: script.ClosedByHarness()}}
	mustPong := []script.Outcome{{Behavior: verdict.OK, Events: []script.Expect{script.PongFor(script.Ping(script.Octets("p")))}, Ending: script.ClosedByHarness()}}
	mustRefuse := []script.Outcome{{Behavior: verdict.OK, Ending: script.FailedByPeer(1002)}}
	ends := map[observed.EventKind]struct {
		kind observed.EntryKind
		text string
	}{observed.EventEOF: {observed.EntryEOF, "TCP closed by the peer"}, observed.EventReset: {observed.EntryReset, "TCP reset by the peer"}}
	for _, tt := range []struct {
		name     string
		outcomes []script.Outcome
		// octets are what the server under test sends; tcp is how it ends TCP.
		octets string
		tcp    observed.EventKind
		// want is the entry of the transcript up to the octet, which is in brackets.
		want string
	}{
		{"an echo", mustEcho, "8105 68656c6c6f 8802 03e8", observed.EventEOF, ""},
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
		{"pongs out of order", []script.Outcome{{Behavior: verdict.OK, Events: []script.Expect{script.PongFor(script.Ping(script.Octets("a1")), script.Ping(script.Octets("p")))}, Ending: script.ClosedByHarness()}}, "8a01 70 8a01 70", 0, "[8a]"},
		{"an earlier pong behind a later one", []script.Outcome{{Behavior: verdict.OK, Events: []script.Expect{script.PongFor(script.Ping(script.Octets("pq")), script.Ping(script.Octets("p")), script.Ping(script.Octets("pp")))}, Ending: script.ClosedByHarness()}},
			"8a01 70 8a01 70", 0, "8a[01]"},
		{"a long echo with one octet changed", []script.Outcome{{Behavior: verdict.OK, Events: []script.Expect{script.Echo(long)}, Ending: script.ClosedByHarness()}},
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

		{"a Close with another code", mustRefuse, "8802 03e8", observed.EventEOF, "880203[e8]"},
		{"a Close with a code from another range", mustRefuse, "8802 0fa0", observed.EventEOF, "8802[0f]"},
		{"a bad Close answered as if it were valid", []script.Outcome{{Behavior: verdict.OK, Ending: script.RefusedByPeer(1002)}}, "8802 03e8", observed.EventEOF, "880203[e8]"},
		{"a Close where none was due", mustEcho, "8105 68656c6c6f 8802 03e8", observed.EventEOF, ""},
		{"the end of TCP where an echo was due", mustEcho, "", observed.EventEOF, "TCP closed by the peer"},
		{"a reset where an echo was due", mustEcho, "", observed.EventReset, "TCP reset by the peer"},
		{"silence", mustEcho, "", 0, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			o := observed.Conversation{ScriptClosedAt: -1, HarnessClosedAt: -1, Pings: map[string]int{"p": 0}}
			if tt.tcp != 0 && len(tt.outcomes[0].Events) > 0 && tt.octets != "" {
				o.HarnessClosedAt = 1 // the harness closes behind the first event
			}
			o.TimedOut = tt.octets == "" && tt.tcp == 0
			// Where something is found must not depend on the cuts.
			for size := 1; size <= max(len(tt.octets), 1); size++ {
				in := &frameReader{sender: wire.RoleServer, limit: 1 << 10}
				o := o
				o.Transcript, o.Events = feedAll(in, octets(t, tt.octets), size)
				if end, ok := ends[tt.tcp]; ok {
					e := in.entry(0, end.kind, nil, end.text)
					o.Transcript = append(o.Transcript, e)
					o.Events = append(o.Events, observed.Event{Kind: tt.tcp, Position: observed.Position{Last: e.Number}})
				}
				if got := marked(o.Transcript, judge.Judge(&script.Case{Script: script.Script{Outcomes: tt.outcomes}}, o).FirstWrong); got != tt.want {
					t.Fatalf("in pieces of %d departs at %s, want %s", size, got, tt.want)
				}
			}
		})
	}
}
