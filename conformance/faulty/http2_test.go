package faulty_test

import (
	"context"
	"net"
	"slices"
	"testing"
	"time"

	"github.com/wsspec/wsspec/conformance"
	"github.com/wsspec/wsspec/conformance/catalog"
	"github.com/wsspec/wsspec/conformance/faulty"
	"github.com/wsspec/wsspec/conformance/rfc"
	"github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/conformance/verdict"
)

// overHTTP2 runs cases against a server of HTTP/2 with a fault.
func overHTTP2(t *testing.T, f faulty.Fault, cases []*script.Case) []conformance.Result {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	stopped := make(chan error)
	go func() { stopped <- faulty.ServeHTTP2(ctx, l, f) }()
	target, err := conformance.ParseTarget("ws://" + l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	target.HTTP2 = true
	results, err := conformance.RunServer(ctx, target, cases, conformance.Options{Wait: time.Millisecond, Deadlines: conformance.NewDeadlines(long, 0, 1)})
	cancel()
	if served := <-stopped; served != nil {
		t.Error(served)
	}
	if err != nil && f.Name == "" {
		t.Error(err)
	}
	return results
}

// each returns cases by their ids.
func each(t *testing.T, ids ...string) (cases []*script.Case) {
	t.Helper()
	for _, id := range ids {
		c := catalog.ByID(id)
		if c == nil {
			t.Fatalf("there is no case %s", id)
		}
		cases = append(cases, c)
	}
	return cases
}

// A correct server of HTTP/2 passes every case about it, and every other case has a verdict
// there or says why it has none.
func TestACorrectServerPassesOverHTTP2(t *testing.T) {
	t.Parallel()
	cases := slices.Concat(catalog.OverHTTP2(), catalog.SuiteOverHTTP2(catalog.Robust))
	for _, c := range script.ForRole(catalog.Cases(), faulty.HTTP2Faults()[0].Roles()[0]) {
		if c.Script.NeedsEcho() && len(c.Script.Steps) == 1 || c.Script.Opening != nil {
			cases = append(cases, c)
		}
	}
	counts := map[verdict.Verdict]int{}
	for _, r := range overHTTP2(t, faulty.Fault{}, cases) {
		counts[r.Verdict]++
		if r.Verdict != verdict.Pass && r.Verdict != verdict.Skip || r.Verdict == verdict.Skip && r.Explanation == "" {
			t.Errorf("%s (%s) is %s: %s", r.Case.ID, r.Case.Title, r.Verdict, r.Explanation)
		}
	}
	if counts[verdict.Pass] < 300 {
		t.Errorf("the verdicts are %v, want 300 passed or more", counts)
	}
}

// Each fault below WebSocket is caught by a case: it fails, or it warns where the RFC leaves
// room.
func TestHTTP2FaultsAreCaught(t *testing.T) {
	t.Parallel()
	caught := []struct {
		fault, by string
		want      verdict.Verdict
	}{
		{"http2-setting-2", "rfc8441/3/1", verdict.Fail},
		{"http2-setting-withdrawn", "rfc8441/3/1", verdict.Fail},
		{"http2-refuses-setting", "rfc8441/3/2", verdict.Fail},
		{"http2-refuses-unknown-setting", "rfc8441/3/7", verdict.Fail},
		{"http2-accepts-no-protocol", "rfc8441/4/1", verdict.Warn},
		{"http2-accepts-any-protocol", "rfc8441/4/3", verdict.Warn},
		{"http2-accepts-no-scheme", "rfc8441/4/8", verdict.Warn},
		{"http2-accepts-no-path", "rfc8441/4/12", verdict.Warn},
		{"http2-accepts-doubled-fields", "rfc8441/4/2", verdict.Fail},
		{"http2-accepts-late-fields", "rfc8441/4/19", verdict.Fail},
		{"http2-accepts-unknown-fields", "rfc8441/4/20", verdict.Fail},
		{"http2-accepts-capitals", "rfc8441/4/22", verdict.Fail},
		{"http2-accepts-line-ends", "rfc8441/4/23", verdict.Fail},
		{"http2-accepts-connection", "rfc8441/5/3", verdict.Fail},
		{"http2-accepts-another-host", "rfc8441/5/6", verdict.Warn},
		{"http2-wants-key", "rfc8441/5/7", verdict.Warn},
		{"http2-wants-key", "rfc8441/3/1", verdict.Fail},
		{"http2-tunnels", "rfc8441/4/18", verdict.Fail},
		{"http2-no-continuation", "rfc8441/4/24", verdict.Fail},
		{"http2-answers-101", "rfc8441/5/10", verdict.Fail},
		{"http2-answers-201", "rfc8441/5/10", verdict.Warn},
		{"http2-answers-connection", "rfc8441/3/1", verdict.Fail},
		{"http2-answers-accept", "rfc8441/5/7", verdict.Warn},
		{"http2-answers-capitals", "rfc8441/3/1", verdict.Fail},
		{"http2-unasked-subprotocol", "rfc8441/3/1", verdict.Fail},
		{"http2-no-plain-answer", "rfc8441/5/39", verdict.Fail},
		{"http2-padding-is-data", "rfc8441/5/18", verdict.Fail},
		{"http2-frame-in-one-data", "rfc8441/5/17", verdict.Fail},
		{"http2-empty-data-ends", "rfc8441/5/19", verdict.Fail},
		{"http2-refuses-unknown-frame", "rfc8441/5/21", verdict.Fail},
		{"http2-refuses-ping", "rfc8441/5/20", verdict.Fail},
		{"http2-ignores-window", "rfc8441/5/25", verdict.Fail},
		{"http2-window-of-all", "rfc8441/5/36", verdict.Fail},
		{"http2-leaves-stream-open", "rfc8441/5/26", verdict.Fail},
		{"http2-resets-at-end", "rfc8441/5/26", verdict.Warn},
		{"http2-closes-connection", "rfc8441/5/35", verdict.Fail},
		{"http2-reset-ends-all", "rfc8441/5/31", verdict.Fail},
		{"http2-sends-behind-end", "rfc8441/5/26", verdict.Fail},
		{"http2-one-stream", "rfc8441/5/38", verdict.Fail},
		{"http2-goaway-ends-all", "rfc8441/5/40", verdict.Warn},
		{"http2-ignores-end", "rfc8441/5/28", verdict.Warn},
		{"http2-dies-of-resets", "robust/http2-rapid-reset", verdict.Fail},
		{"masks-frames", "rfc8441/3/1", verdict.Fail}, // a fault of WebSocket shows in the stream
		{"refuses-with-200", "rfc8441/5/12", verdict.Fail},
	}
	for _, f := range faulty.HTTP2Faults() {
		if !slices.ContainsFunc(caught, func(row struct {
			fault, by string
			want      verdict.Verdict
		},
		) bool {
			return row.fault == f.Name
		}) {
			t.Errorf("no case is named that catches %s", f.Name)
		}
		for _, id := range f.Requires {
			if rfc.ByID(id) == nil {
				t.Errorf("%s breaks %s, which the ledger does not have", f.Name, id)
			}
		}
	}
	for _, tt := range caught {
		t.Run(tt.fault+" "+tt.by, func(t *testing.T) {
			t.Parallel()
			f, err := faulty.ByName(tt.fault)
			if err != nil {
				t.Fatal(err)
			}
			r := overHTTP2(t, f, each(t, tt.by))[0]
			if r.Verdict != tt.want || r.Explanation == "" {
				t.Errorf("%s is %s (%s), want %s", tt.by, r.Verdict, r.Explanation, tt.want)
			}
			t.Log(r.Explanation)
		})
	}
}
