package autobahn

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

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
	lines := []string{"| cases | here | in Autobahn | why |", "| --- | --- | --- | --- |"}
	for _, d := range Documented {
		if d.Table == table {
			lines = append(lines, fmt.Sprintf("| %s | %s | %s | %s |", d.Cases, d.Here, d.There, d.Why))
		}
	}
	return lines
}

// A mistake in the table would excuse nothing, or everything.
func TestTheTableIsSound(t *testing.T) {
	evidence := []Evidence{NoEvidence, Silence, Message, PingOrPong, Flaky, Extension}
	for _, d := range Documented {
		if d.Cases == "" || d.Here == "" || d.There == "" || d.Why == "" {
			t.Errorf("%+v is not complete", d)
		}
		x := d.Explains
		if x == nil {
			continue
		}
		if len(x.Cases) == 0 || len(x.Ours) == 0 || len(x.Theirs) == 0 || !slices.Contains(evidence, x.Evidence) {
			t.Errorf("%s: %+v explains nothing", d.Here, x)
		}
		if slices.Contains(x.Cases, "*") && x.Evidence == NoEvidence {
			t.Errorf("%s: excuses every case without any evidence", d.Here)
		}
		for _, b := range append(slices.Clone(x.Ours), x.Theirs...) {
			if !slices.Contains(reports.Behaviors(), b) {
				t.Errorf("%s: %q is no behavior", d.Here, b)
			}
		}
	}
}

// Each row accounts for the pairs that it is about, and for those alone.
func TestWhatIsDocumented(t *testing.T) {
	frame := func(opcode int) []reports.Entry {
		return []reports.Entry{{Dir: reports.Sent, Kind: reports.KindFrame, Frame: &reports.Frame{Opcode: 1}}, {Dir: reports.Received, Kind: reports.KindFrame, Frame: &reports.Frame{Opcode: opcode}}}
	}
	silent := frame(1)[:1]
	negotiated := append([]reports.Entry{{Dir: reports.Received, Kind: reports.KindResponse, Octets: []byte("HTTP/1.1 101 X\r\nSec-WebSocket-Extensions: permessage-deflate\r\n\r\n")}}, silent...)
	for _, tt := range []struct {
		name, id     string
		ours, theirs reports.Behavior
		transcript   []reports.Entry
		flaky        bool
		want         string // the beginning of the row
	}{
		{"a mute peer", "1.1.1", reports.Failed, reports.OK, silent, false, "A peer that completes"},
		{"a peer that spoke", "1.1.1", reports.Failed, reports.OK, frame(1), false, ""},
		{"a mute peer that ours passes", "1.1.1", reports.OK, reports.Failed, silent, false, ""},
		{"a wrong echo of a large message", "9.1.1", reports.Failed, reports.OK, frame(2), false, "A message sent back"},
		{"a wrong echo of a small one", "1.1.2", reports.Failed, reports.OK, frame(2), false, ""},
		{"a ping of the peer's own", "1.1.2", reports.OK, reports.Failed, frame(9), false, "Pings of the peer's own"},
		{"Autobahn fails what ours passes", "1.1.2", reports.OK, reports.Failed, frame(1), false, ""},
		{"failed once", "1.1.2", reports.Failed, reports.OK, frame(1), true, "A case that fails is played again"},
		{"the last pong alone", "2.10", reports.OK, reports.Failed, silent, false, "A peer passes if its last pong"},
		{"in another case", "2.9", reports.OK, reports.Failed, silent, false, ""},
		{"a late pong", "5.19", reports.NonStrict, reports.Failed, frame(1), false, "A pong that comes behind"},
		{"no pong", "5.19", reports.Failed, reports.OK, frame(1), false, ""},
		{"a pong behind the Close", "7.1.3", reports.NonStrict, reports.Failed, silent, false, "A pong that comes all the same"},
		{"a wrong echo before the Close", "7.1.6", reports.Failed, reports.Informational, frame(1), false, "What is echoed before"},
		{"a window not granted", "13.3.1", reports.Failed, reports.OK, negotiated, false, "A peer that completes"},
		{"a window not granted, with an echo", "13.3.1", reports.Failed, reports.NonStrict, append(frame(8), negotiated...), false, "An answer that does not fit"},
		{"no extension", "13.3.1", reports.Failed, reports.NonStrict, frame(8), false, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			ours := report(reports.Result{ID: tt.id, Behavior: tt.ours, BehaviorClose: reports.CloseOK, Transcript: tt.transcript, Flaky: tt.flaky})
			theirs := report(reports.Result{ID: tt.id, Behavior: tt.theirs, BehaviorClose: reports.CloseOK})
			c, err := Compare(ours, theirs)
			if err != nil {
				t.Fatal(err)
			}
			got := ""
			if r := c.Peers[0].Differing[0].Reason; r != nil {
				got = r.Here
			}
			if !strings.HasPrefix(got, tt.want) || tt.want == "" && got != "" {
				t.Errorf("the reason is %q, want %q", got, tt.want)
			}
			if c.Agrees() != (tt.want != "") {
				t.Errorf("agrees: %t", c.Agrees())
			}
		})
	}
}

// report is one of the server a.
func report(results ...reports.Result) *reports.Report {
	r := &reports.Report{Targets: []reports.Target{{Agent: "a", Role: reports.Server}}}
	for _, res := range results {
		res.Agent, res.Role, res.Verdict = "a", reports.Server, verdict(res.Behavior, res.BehaviorClose)
		r.Results = append(r.Results, res)
	}
	return r
}
