package autobahn

import (
	"encoding/json"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/reports/forms"
)

// What the real Autobahn wrote becomes a report with its verdicts, that every form
// can be drawn from.
func TestRealReports(t *testing.T) {
	for _, tt := range []struct {
		file, agent, verdicts string
		role                  verdict.Role
		cases                 int
	}{
		{"server-gorilla.jsonl", "gorilla", "verdicts-server.json", verdict.Server, 247},
		{"client-gorilla.jsonl", "gorilla", "verdicts-client.json", verdict.Client, 247},
		{"server-gws-perf.jsonl", "gws", "verdicts-server.json", verdict.Server, 270},
	} {
		t.Run(tt.file, func(t *testing.T) {
			dir := t.TempDir()
			if n := recorded(t, tt.file, tt.agent, dir); n != tt.cases {
				t.Fatalf("%d recordings, want %d", n, tt.cases)
			}
			r, err := Read(dir, Options{})
			if err != nil {
				t.Fatal(err)
			}
			var known map[string]map[string][3]any
			if err := json.NewDecoder(shared(t, tt.verdicts)).Decode(&known); err != nil {
				t.Fatal(err)
			}
			want, got := map[string][2]string{}, map[string][2]string{}
			for i := range r.Results {
				res := &r.Results[i]
				got[res.ID] = [2]string{string(res.Behavior), string(res.BehaviorClose)}
				v := known[tt.agent][res.ID]
				want[res.ID] = [2]string{v[0].(string), v[1].(string)}
				if res.Role != tt.role || len(res.Transcript) < 3 || res.Explanation == "" {
					t.Errorf("%s: a %s with %d entries, explained by %q", res.ID, res.Role, len(res.Transcript), res.Explanation)
				}
				if fails := res.Verdict == verdict.Fail; fails != (v[0] == "FAILED" || v[1] == "FAILED") {
					t.Errorf("%s: %s of %v", res.ID, res.Verdict, v)
				}
			}
			if len(got) != tt.cases {
				t.Errorf("%d cases, want %d", len(got), tt.cases)
			}
			if d := cmp.Diff(want, got); d != "" {
				t.Errorf("verdicts (-Autobahn's +read):\n%s", d)
			}
			for _, f := range forms.All() {
				if f.Write == nil {
					continue
				}
				if err := f.Write(io.Discard, r); err != nil {
					t.Errorf("%s: %v", f.Name, err)
				}
			}
		})
	}
}

// A transcript has the handshake once, and then the frames and octets in order.
func TestTranscriptOfARealCase(t *testing.T) {
	dir := t.TempDir()
	recorded(t, "client-gorilla.jsonl", "gorilla", dir)
	r, err := Read(dir, Options{})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range r.Results[0].Transcript { // 1.1.1: an empty text message
		got = append(got, string(e.Dir)+" "+string(e.Kind)+" "+e.Text)
	}
	want := []string{
		"received request opening request",
		"sent response opening response",
		"sent frame text frame of 0 octets",
		"sent octets 2 octets",
		"note note Autobahn gives the connection up after 1 s",
		"received octets 6 octets",
		"received frame text frame of 0 octets",
		"sent frame Close frame of 2 octets: 0x03e8",
		"sent octets 4 octets",
		"received octets 8 octets",
		"received frame Close frame of 2 octets: 0x03e8",
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("1.1.1 (-want +got):\n%s", d)
	}
	if e := r.Results[0].Expected; len(e) != 1 || e[0].Behavior != verdict.OK || !strings.HasPrefix(e[0].Events[0], "text message") {
		t.Errorf("1.1.1 expects %+v", e)
	}
}
