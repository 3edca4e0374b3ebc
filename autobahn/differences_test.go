package autobahn

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/reports"
)

var update = flag.Bool("update", false, "write the tables of docs/differences.md anew")

const document = "../docs/differences.md"

// docs/differences.md is prose around the tables of differences.json.
func TestTheDocumentHasTheTables(t *testing.T) {
	octets, err := os.ReadFile(document)
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	table, wrote := "", true
	for line := range strings.Lines(string(octets)) {
		line = strings.TrimSuffix(line, "\n")
		if title, ok := strings.CutPrefix(line, "## "); ok {
			table, wrote = strings.ToLower(title), false
		}
		if !strings.HasPrefix(line, "|") {
			lines = append(lines, line)
			continue
		}
		if !wrote {
			lines = append(lines, rows(table)...)
		}
		wrote = true
	}
	want := strings.Join(lines, "\n") + "\n"
	if *update {
		if err := os.WriteFile(document, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if d := cmp.Diff(want, string(octets)); d != "" {
		t.Errorf("%s is not what differences.json says (go test ./autobahn -update writes it):\n%s", document, d)
	}
	for _, d := range Documented {
		if !strings.Contains(string(octets), "\n## "+strings.ToUpper(d.Table[:1])+d.Table[1:]+"\n") {
			t.Errorf("the document has no table %s", d.Table)
		}
	}
}

func rows(table string) []string {
	lines := []string{"| name | cases | here | in Autobahn | why |", "| --- | --- | --- | --- | --- |"}
	for _, d := range Documented {
		if d.Table == table {
			lines = append(lines, fmt.Sprintf("| %s | %s | %s | %s | %s |", d.Name, d.Cases, d.Here, d.There, d.Why))
		}
	}
	return lines
}

// A mistake in the table would excuse nothing, or too much.
func TestTheTableIsSound(t *testing.T) {
	named := map[string]bool{}
	general := false
	for _, d := range Documented {
		if d.Name == "" || d.Cases == "" || d.Here == "" || d.There == "" || d.Why == "" {
			t.Errorf("%+v is not complete", d)
		}
		if named[d.Name] {
			t.Errorf("two differences are called %s", d.Name)
		}
		named[d.Name] = true
		x := d.Explains
		if x == nil {
			continue
		}
		if d.Table == "verdicts" && !strings.Contains(d.Why, "RFC") && d.Name != "large echo" && d.Name != "flaky case" {
			t.Errorf("%s: the reason names no clause", d.Name)
		}
		if _, ok := facts[x.Evidence]; !ok && x.Evidence != Silence {
			t.Errorf("%s: %q is no evidence", d.Name, x.Evidence)
		}
		if len(x.Cases) == 0 {
			t.Errorf("%s: %+v explains nothing", d.Name, x)
		}
		for _, o := range x.Ours {
			for _, theirs := range x.Theirs {
				if d.Table == "verdicts" && (o == verdict.Failed) == (theirs == verdict.Failed) {
					t.Errorf("%s: it excuses %s here and %s there, and one of them has to be FAILED", d.Name, o, theirs)
				}
			}
		}
		if (len(x.Ours) > 0) == (len(x.EndsHere) > 0) || (len(x.EndsHere) > 0) != (len(x.EndsThere) > 0) {
			t.Errorf("%s: it explains either behaviors or ends", d.Name)
		}
		for _, end := range slices.Concat(x.EndsHere, x.EndsThere) {
			if !slices.Contains(verdict.CloseBehaviors(), end) {
				t.Errorf("%s: %q is no end", d.Name, end)
			}
		}
		for _, b := range slices.Concat(x.Ours, x.Theirs) {
			if !slices.Contains(verdict.Behaviors(), b) {
				t.Errorf("%s: %q is no behavior", d.Name, b)
			}
		}
		all := slices.Contains(x.Cases, "*")
		if general && !all {
			t.Errorf("%s: it comes after a difference that concerns all cases, which then is the reason in its place", d.Name)
		}
		general = general || all
	}
}

// The parts of transcripts.
var (
	opening = []reports.Entry{
		{Dir: reports.Sent, Kind: reports.KindRequest, Octets: []byte("GET / HTTP/1.1\r\n\r\n")},
		{Dir: reports.Received, Kind: reports.KindResponse, Octets: []byte("HTTP/1.1 101 Switching Protocols\r\n\r\n")},
	}
	refusal = []reports.Entry{{Dir: reports.Received, Kind: reports.KindResponse, Octets: []byte("HTTP/1.1 500 No\r\n\r\n")}}
	gone    = []reports.Entry{{Dir: reports.Received, Kind: reports.KindEOF}}
	junk    = []reports.Entry{{Dir: reports.Received, Kind: reports.KindOctets, Octets: []byte{1}, Length: 1}}
)

func negotiates(offer, answer string) []reports.Entry {
	return []reports.Entry{
		{Dir: reports.Sent, Kind: reports.KindRequest, Octets: []byte("GET / HTTP/1.1\r\nSec-WebSocket-Extensions: " + offer + "\r\n\r\n")},
		{Dir: reports.Received, Kind: reports.KindResponse, Octets: []byte("HTTP/1.1 101 X\r\nsec-websocket-extensions: " + answer + "\r\n\r\n")},
	}
}

// sent and received are whole frames with these payloads, those of the peer unmasked.
func sent(opcode int, payloads ...string) []reports.Entry {
	return frames(reports.Sent, opcode, payloads)
}
func received(opcode int, payloads ...string) []reports.Entry {
	return frames(reports.Received, opcode, payloads)
}

func masked(entries []reports.Entry) []reports.Entry {
	for i := range entries {
		entries[i].Frame.Masked = true
	}
	return entries
}

func frames(dir reports.Direction, opcode int, payloads []string) (list []reports.Entry) {
	for _, p := range payloads {
		list = append(list, reports.Entry{
			Dir: dir, Kind: reports.KindFrame, Octets: append([]byte{0x80 | byte(opcode), byte(len(p))}, p...), Length: int64(2 + len(p)),
			Frame: &reports.Frame{Fin: true, Opcode: opcode, Form: 7, Length: uint64(len(p))},
		})
	}
	return list
}

// Each row accounts for the pairs that it is about, and for those alone.
func TestWhatIsDocumented(t *testing.T) {
	said := func(parts ...[]reports.Entry) []reports.Entry {
		return slices.Concat(append([][]reports.Entry{opening}, parts...)...)
	}
	code := func(c int) *int { return &c }
	at := func(entry int) *reports.Position { return &reports.Position{Entry: entry, Octet: 6} }
	hello := sent(1, "hello")
	type res = reports.Result
	for _, tt := range []struct {
		name   string
		ours   res
		theirs verdict.Behavior
		// others are further cases of the report, in which the same thing came.
		others [][]reports.Entry
		want   string // the name of the row
	}{
		{name: "a silent peer", ours: res{ID: "3.1", Behavior: "FAILED", BehaviorClose: "UNCLEAN", Transcript: said(hello)}, theirs: "OK", want: "silent peer"},
		{name: "in a case that Autobahn fails it in", ours: res{ID: "1.1.2", Behavior: "FAILED", Transcript: said(hello)}, theirs: "OK"},
		{name: "a peer that is silent in one case alone", ours: res{ID: "2.7", Behavior: "FAILED", BehaviorClose: "UNCLEAN", Transcript: said(sent(10, ""))}, theirs: "OK", others: [][]reports.Entry{said(hello, received(1, "hello"))}},
		{name: "a peer that ignores Close, where it was asked for nothing else", ours: res{ID: "7.3.1", Behavior: "FAILED", BehaviorClose: "UNCLEAN", Transcript: said(sent(8, ""))}, theirs: "OK"},
		{name: "a peer that closes TCP", ours: res{ID: "3.1", Behavior: "FAILED", Transcript: said(hello, gone)}, theirs: "OK"},
		{name: "a peer that sends octets", ours: res{ID: "3.1", Behavior: "FAILED", Transcript: said(hello, junk)}, theirs: "OK"},
		{name: "a handshake that fails", ours: res{ID: "3.1", Behavior: "FAILED", Transcript: refusal}, theirs: "OK", others: [][]reports.Entry{said(hello)}},
		{name: "no connection", ours: res{ID: "3.1", Behavior: "FAILED"}, theirs: "OK", others: [][]reports.Entry{said(hello)}},
		{name: "a silent peer that passes here", ours: res{ID: "3.1", Behavior: "OK", Transcript: said(hello)}, theirs: "FAILED"},

		{name: "another message of the same length", ours: res{ID: "9.1.1", Behavior: "FAILED", Transcript: said(hello, received(1, "hella")), FirstWrong: at(3)}, theirs: "OK", want: "large echo"},
		{name: "a masked message of the same length", ours: res{ID: "9.1.1", Behavior: "FAILED", Transcript: said(hello, masked(received(1, "hella"))), FirstWrong: at(3)}, theirs: "OK"},
		{name: "two messages of the same length", ours: res{ID: "9.1.1", Behavior: "FAILED", Transcript: said(hello, received(1, "hel", "lo")), FirstWrong: at(3)}, theirs: "OK"},
		{name: "a wrong header before the Close", ours: res{ID: "7.1.6", Behavior: "FAILED", Transcript: said(hello, received(1, "hello")), FirstWrong: &reports.Position{Entry: 3, Octet: 1}}, theirs: "INFORMATIONAL"},
		{name: "a shorter message", ours: res{ID: "9.1.1", Behavior: "FAILED", Transcript: said(hello, received(1, "hell")), FirstWrong: at(3)}, theirs: "OK"},
		{name: "a message of another type", ours: res{ID: "9.1.1", Behavior: "FAILED", Transcript: said(hello, received(2, "hello")), FirstWrong: at(3)}, theirs: "OK"},
		{name: "a right message", ours: res{ID: "9.1.1", Behavior: "FAILED", Transcript: said(hello, received(1, "hello"))}, theirs: "OK"},
		{name: "another message in section 10", ours: res{ID: "10.1.1", Behavior: "FAILED", Transcript: said(hello, received(1, "hella")), FirstWrong: at(3)}, theirs: "OK"},
		{name: "a large message is refused", ours: res{ID: "9.1.1", Behavior: "NON-STRICT", BehaviorClose: "OK", RemoteCloseCode: code(1009), Transcript: said(hello, received(8, "\x03\xf1"))}, theirs: "FAILED", want: "message too big"},
		{name: "with another code", ours: res{ID: "9.1.1", Behavior: "NON-STRICT", BehaviorClose: "OK", RemoteCloseCode: code(1002), Transcript: said(hello, received(8, "\x03\xea"))}, theirs: "FAILED"},

		{name: "a ping of the peer's own", ours: res{ID: "1.1.2", Behavior: "OK", BehaviorClose: "OK", Transcript: said(hello, received(9, "x"), received(1, "hello"))}, theirs: "FAILED", want: "own pings and pongs"},
		{name: "a pong of the peer's own", ours: res{ID: "1.1.2", Behavior: "OK", BehaviorClose: "OK", Transcript: said(hello, received(10, "x"), received(1, "hello"))}, theirs: "FAILED", want: "own pings and pongs"},
		{name: "a pong that was asked for", ours: res{ID: "2.2", Behavior: "OK", BehaviorClose: "OK", Transcript: said(sent(9, "x"), received(10, "x"))}, theirs: "FAILED"},
		{name: "Autobahn fails what passes here", ours: res{ID: "1.1.2", Behavior: "OK", BehaviorClose: "OK", Transcript: said(hello, received(1, "hello"))}, theirs: "FAILED"},
		{name: "a ping of its own, and an end that is not in order", ours: res{ID: "1.1.2", Behavior: "OK", BehaviorClose: "UNCLEAN", Transcript: said(hello, received(9, "x"), received(1, "hello"))}, theirs: "FAILED"},

		{name: "octets that came joined", ours: res{ID: "3.4", Behavior: "NON-STRICT", BehaviorClose: "OK", Transcript: said(hello, received(8, "\x03\xea"), sent(8, "\x03\xea"))}, theirs: "OK", want: "chopped frames"},
		{name: "octets that came one by one", ours: res{ID: "4.1.5", Behavior: "OK", BehaviorClose: "OK", Transcript: said(hello, received(1, "hello"), gone)}, theirs: "NON-STRICT", want: "chopped frames"},
		{name: "octets that came joined, in another case", ours: res{ID: "3.3", Behavior: "NON-STRICT", BehaviorClose: "OK", Transcript: said(hello, received(8, "\x03\xea"))}, theirs: "OK"},
		{name: "a peer that did not fail the connection", ours: res{ID: "3.4", Behavior: "NON-STRICT", BehaviorClose: "OK", Transcript: said(hello, sent(8, ""), received(8, ""))}, theirs: "OK"},
		{name: "an echo after its time", ours: res{ID: "9.3.1", Behavior: "FAILED", BehaviorClose: "OK", Observed: []string{"binary message, the right echo but later than the 52 s that it had,"}, Transcript: said(hello, received(1, "hello"))}, theirs: "OK", want: "large messages"},
		{name: "no echo", ours: res{ID: "9.3.1", Behavior: "FAILED", BehaviorClose: "OK", Transcript: said(hello, received(8, ""))}, theirs: "OK"},

		{name: "failed once", ours: res{ID: "1.1.2", Behavior: "FAILED", Flaky: true, Transcript: said(hello)}, theirs: "OK", want: "flaky case"},
		{name: "the last pong alone", ours: res{ID: "2.10", Behavior: "OK", BehaviorClose: "OK", Transcript: said(sent(9, "1", "2"), received(10, "2"))}, theirs: "FAILED", want: "earlier pongs"},
		{name: "all pongs", ours: res{ID: "2.10", Behavior: "OK", BehaviorClose: "OK", Transcript: said(sent(9, "1", "2"), received(10, "1", "2"))}, theirs: "FAILED"},
		{name: "the last pong alone in another case", ours: res{ID: "2.9", Behavior: "OK", BehaviorClose: "OK", Transcript: said(sent(9, "1", "2"), received(10, "2"))}, theirs: "FAILED"},
		{name: "a late pong", ours: res{ID: "5.19", Behavior: "NON-STRICT", BehaviorClose: "OK", Transcript: said(sent(9, "x"), received(1, "a"), received(10, "x"))}, theirs: "FAILED", want: "late pong"},
		{name: "a pong in time", ours: res{ID: "5.19", Behavior: "NON-STRICT", BehaviorClose: "OK", Transcript: said(sent(9, "x"), received(10, "x"), received(1, "a"))}, theirs: "FAILED"},
		{name: "a pong behind the Close", ours: res{ID: "7.1.3", Behavior: "NON-STRICT", BehaviorClose: "OK", Transcript: said(sent(8, ""), sent(9, ""), received(10, ""))}, theirs: "FAILED", want: "pong after Close"},
		{name: "no pong behind the Close", ours: res{ID: "7.1.3", Behavior: "NON-STRICT", BehaviorClose: "OK", Transcript: said(sent(8, ""), sent(9, ""), received(8, ""))}, theirs: "FAILED"},

		{name: "a Close that is not answered", ours: res{ID: "7.1.6", Behavior: "FAILED", Transcript: said(hello, received(1, "hello"))}, theirs: "INFORMATIONAL"},
		{name: "data after Close in that case", ours: res{ID: "7.1.6", Behavior: "FAILED", Transcript: said(hello, received(8, ""), received(1, "hello")), FirstWrong: at(4)}, theirs: "INFORMATIONAL", want: "data after Close"},
		{name: "data after Close", ours: res{ID: "3.2", Behavior: "FAILED", Transcript: said(hello, received(8, ""), received(1, "hello"))}, theirs: "NON-STRICT", want: "data after Close"},
		{name: "a second Close", ours: res{ID: "3.2", Behavior: "FAILED", Transcript: said(hello, received(8, "", ""))}, theirs: "NON-STRICT"},
		{name: "a Close of one octet", ours: res{ID: "7.3.2", Behavior: "FAILED", Transcript: said(sent(8, "a"), received(8, "a"))}, theirs: "OK", want: "Close of one octet"},
		{name: "an empty Close", ours: res{ID: "7.3.2", Behavior: "FAILED", Transcript: said(sent(8, "a"), received(8, ""))}, theirs: "OK"},
		{name: "1009 for a Close of 126 octets", ours: res{ID: "7.3.6", Behavior: "OK", BehaviorClose: "WRONG CODE", RemoteCloseCode: code(1009), Transcript: said(received(8, "\x03\xf1"))}, theirs: "FAILED"},
		{name: "1009 for a Close of 126 octets, which fits", ours: res{ID: "7.3.6", Behavior: "OK", BehaviorClose: "OK", RemoteCloseCode: code(1009), Transcript: said(received(8, "\x03\xf1"))}, theirs: "FAILED", want: "Close of 126 octets"},
		{name: "1000 for a Close of 126 octets", ours: res{ID: "7.3.6", Behavior: "OK", BehaviorClose: "OK", RemoteCloseCode: code(1000), Transcript: said(received(8, "\x03\xe8"))}, theirs: "FAILED"},
		{name: "an unmasked Close of a server", ours: res{ID: "7.5.1", Behavior: "FAILED", Transcript: said(received(8, ""))}, theirs: "OK"},

		{name: "a window not granted", ours: res{ID: "13.3.1", Behavior: "FAILED", Transcript: negotiates("permessage-deflate; server_max_window_bits=9", "permessage-deflate")}, theirs: "OK", want: "offer not granted"},
		{name: "a window that is larger", ours: res{ID: "13.3.1", Behavior: "FAILED", Transcript: negotiates("permessage-deflate; server_max_window_bits=9", `permessage-deflate; server_max_window_bits="10"`)}, theirs: "OK", want: "offer not granted"},
		{name: "a window that is smaller", ours: res{ID: "13.3.1", Behavior: "FAILED", Transcript: negotiates("permessage-deflate; server_max_window_bits=10", "permessage-deflate; server_max_window_bits=9")}, theirs: "OK"},
		{name: "15 bits", ours: res{ID: "13.4.1", Behavior: "FAILED", Transcript: negotiates("permessage-deflate; server_max_window_bits=15", "permessage-deflate")}, theirs: "OK"},
		{name: "context takeover that was to be left out", ours: res{ID: "13.2.1", Behavior: "FAILED", Transcript: negotiates("permessage-deflate; server_no_context_takeover", "permessage-deflate")}, theirs: "OK", want: "offer not granted"},
		{name: "the second of two offers", ours: res{ID: "13.7.1", Behavior: "FAILED", Transcript: negotiates("permessage-deflate; server_no_context_takeover, permessage-deflate", "permessage-deflate")}, theirs: "OK"},
		{name: "a wrong message where the window was granted", ours: res{ID: "13.3.1", Behavior: "FAILED", Transcript: slices.Concat(negotiates("permessage-deflate; server_max_window_bits=9", "permessage-deflate; server_max_window_bits=9"), received(1, "x")), FirstWrong: at(2)}, theirs: "OK"},
		{name: "no extension", ours: res{ID: "13.3.1", Behavior: "FAILED", Transcript: said(hello)}, theirs: "OK"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			results := []reports.Result{tt.ours}
			for i, transcript := range tt.others {
				results = append(results, reports.Result{ID: fmt.Sprintf("1.1.%d", i+1), Behavior: "OK", BehaviorClose: "OK", Transcript: transcript})
			}
			theirs := report(reports.Result{ID: tt.ours.ID, Behavior: tt.theirs, BehaviorClose: verdict.CloseOK})
			if got := reasonOf(t, report(results...), theirs); got != tt.want {
				t.Errorf("the reason is %q, want %q", got, tt.want)
			}
		})
	}
	t.Run("an unmasked Close of a client", func(t *testing.T) {
		ours := report(reports.Result{ID: "7.5.1", Behavior: verdict.Failed, Transcript: said(received(8, ""))})
		theirs := report(reports.Result{ID: "7.5.1", Behavior: verdict.OK, BehaviorClose: verdict.CloseOK})
		for _, r := range []*reports.Report{ours, theirs} {
			r.Targets[0].Role, r.Results[0].Role = verdict.Client, verdict.Client
		}
		if got := reasonOf(t, ours, theirs); got != "unmasked Close" {
			t.Errorf("the reason is %q", got)
		}
		ours.Results[0].Transcript[2].Frame.Masked = true
		if got := reasonOf(t, ours, theirs); got != "" {
			t.Errorf("the reason for a masked Close is %q", got)
		}
	})
}

// How a connection ends can differ where the behavior is the same.
func TestWhichEndsAreDocumented(t *testing.T) {
	ends := func(sent, received string, last reports.Kind, after int64) []reports.Entry {
		list := slices.Clone(opening)
		for _, close := range []struct {
			dir  reports.Direction
			body string
		}{{reports.Sent, sent}, {reports.Received, received}} {
			if close.body != "none" {
				list = append(list, frames(close.dir, 8, []string{close.body})...)
			}
		}
		return append(list, reports.Entry{T: after, Dir: reports.Received, Kind: last})
	}
	const normal, going, second = "\x03\xe8", "\x03\xe9", 1_000_000
	for _, tt := range []struct {
		name         string
		role         verdict.Role
		transcript   []reports.Entry
		ours, theirs verdict.CloseBehavior
		want         string
	}{
		{"TCP left open", verdict.Server, ends(normal, normal, reports.KindDrop, 10*second), verdict.CloseFailedByClient, verdict.CloseUnclean, "TCP left open"},
		{"a wrong code, and TCP left open", verdict.Server, ends(normal, going, reports.KindDrop, 10*second), verdict.CloseFailedByClient, verdict.CloseWrongCode, "TCP left open"},
		{"TCP left open without a Close", verdict.Server, ends(normal, "none", reports.KindDrop, 10*second), verdict.CloseFailedByClient, verdict.CloseUnclean, ""},
		{"TCP left open, and in order there", verdict.Server, ends(normal, normal, reports.KindDrop, 10*second), verdict.CloseFailedByClient, verdict.CloseOK, ""},
		{"TCP closed after five seconds", verdict.Server, ends(normal, normal, reports.KindEOF, 5*second), verdict.CloseOK, verdict.CloseUnclean, "late end of TCP"},
		{"TCP closed after five seconds by a client", verdict.Client, ends(normal, normal, reports.KindEOF, 5*second), verdict.CloseOK, verdict.CloseUnclean, ""},
		{"TCP closed at once", verdict.Server, ends(normal, normal, reports.KindEOF, second/10), verdict.CloseOK, verdict.CloseUnclean, ""},
		{"a Close of its own", verdict.Server, ends(normal, going, reports.KindEOF, second/10), verdict.CloseWrongCode, verdict.CloseFailed, "peer closes first"},
		{"an answer to the Close", verdict.Server, ends(normal, normal, reports.KindEOF, second/10), verdict.CloseWrongCode, verdict.CloseFailed, ""},
		{"no Close", verdict.Server, ends(normal, "none", reports.KindEOF, second/10), verdict.CloseUnclean, verdict.CloseFailed, ""},
	} {
		ours := report(reports.Result{ID: "1.1.2", Behavior: verdict.OK, BehaviorClose: tt.ours, Transcript: tt.transcript})
		theirs := report(reports.Result{ID: "1.1.2", Behavior: verdict.OK, BehaviorClose: tt.theirs})
		for _, r := range []*reports.Report{ours, theirs} {
			r.Targets[0].Role, r.Results[0].Role = tt.role, tt.role
		}
		if got := reasonOf(t, ours, theirs); got != tt.want {
			t.Errorf("%s: the reason is %q, want %q", tt.name, got, tt.want)
		}
	}
}

// reasonOf compares reports that differ in one case, and returns the name of the
// documented difference that explains it.
func reasonOf(t *testing.T, ours, theirs *reports.Report) string {
	t.Helper()
	c, err := Compare(ours, theirs)
	if err != nil {
		t.Fatal(err)
	}
	name := ""
	if r := c.Peers[0].Differing[0].Reason; r != nil {
		name = r.Name
	}
	if c.Agrees() != (name != "") {
		t.Errorf("agrees: %t, though the reason is %q", c.Agrees(), name)
	}
	return name
}

// report is one of the server a.
func report(results ...reports.Result) *reports.Report {
	r := &reports.Report{Targets: []reports.Target{{Agent: "a", Role: verdict.Server}}}
	for _, res := range results {
		res.Agent, res.Role, res.Verdict = "a", verdict.Server, verdict.Overall(res.Behavior, res.BehaviorClose)
		r.Results = append(r.Results, res)
	}
	return r
}
