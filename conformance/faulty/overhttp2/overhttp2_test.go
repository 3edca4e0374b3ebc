package overhttp2_test

import (
	"context"
	"net"
	"slices"
	"testing"
	"time"

	"github.com/wsspec/wsspec/conformance"
	"github.com/wsspec/wsspec/conformance/catalog"
	"github.com/wsspec/wsspec/conformance/faulty"
	"github.com/wsspec/wsspec/conformance/faulty/overhttp2"
	"github.com/wsspec/wsspec/conformance/rfc"
	"github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/ref/wire"
)

// patience is long enough for a busy machine: only faults that make a case wait take it.
const patience = 1500 * time.Millisecond

// overHTTP2 runs cases against a server of HTTP/2 with a fault.
func overHTTP2(t *testing.T, f overhttp2.Fault, inside faulty.Fault, cases []*script.Case) []conformance.Result {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	stopped := make(chan error)
	go func() { stopped <- overhttp2.Serve(ctx, l, f, inside) }()
	target, err := conformance.ParseTarget("ws://" + l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	target.HTTP2 = true
	results, err := conformance.RunServer(ctx, target, cases, conformance.Options{Wait: time.Millisecond, Deadlines: conformance.NewDeadlines(patience, 0, 1)})
	cancel()
	if served := <-stopped; served != nil {
		t.Error(served)
	}
	if err != nil && f.Name == "" && inside.Name == "" {
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
	cases := script.ForRole(slices.Concat(catalog.OverHTTP2(), catalog.SuiteOverHTTP2(catalog.Robust)), wire.RoleServer)
	for _, c := range script.ForRole(catalog.Cases(), wire.RoleServer) {
		if c.Script.NeedsEcho() && len(c.Script.Steps) == 1 || c.Script.Opening != nil {
			cases = append(cases, c)
		}
	}
	counts := map[verdict.Verdict]int{}
	for _, r := range overHTTP2(t, overhttp2.Fault{}, faulty.Fault{}, cases) {
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
	type row struct {
		fault, by string
		want      verdict.Verdict
	}
	caught := []row{
		{"setting-2", "rfc8441/3/1", verdict.Fail},
		{"setting-withdrawn", "rfc8441/3/1", verdict.Fail},
		{"refuses-setting", "rfc8441/3/2", verdict.Fail},
		{"refuses-unknown-setting", "rfc8441/3/7", verdict.Fail},
		{"accepts-no-protocol", "rfc8441/4/1", verdict.Warn},
		{"accepts-any-protocol", "rfc8441/4/3", verdict.Warn},
		{"accepts-no-scheme", "rfc8441/4/8", verdict.Warn},
		{"accepts-no-path", "rfc8441/4/12", verdict.Warn},
		{"accepts-doubled-fields", "rfc8441/4/2", verdict.Fail},
		{"accepts-late-fields", "rfc8441/4/19", verdict.Fail},
		{"accepts-unknown-fields", "rfc8441/4/20", verdict.Fail},
		{"accepts-capitals", "rfc8441/4/22", verdict.Fail},
		{"accepts-line-ends", "rfc8441/4/23", verdict.Fail},
		{"accepts-connection", "rfc8441/5/3", verdict.Fail},
		{"accepts-another-host", "rfc8441/5/6", verdict.Warn},
		{"wants-key", "rfc8441/5/7", verdict.Warn},
		{"wants-key", "rfc8441/3/1", verdict.Fail},
		{"tunnels", "rfc8441/4/18", verdict.Fail},
		{"no-continuation", "rfc8441/4/24", verdict.Fail},
		{"answers-101", "rfc8441/5/10", verdict.Fail},
		{"answers-201", "rfc8441/5/10", verdict.Warn},
		{"answers-connection", "rfc8441/3/1", verdict.Fail},
		{"answers-accept", "rfc8441/5/7", verdict.Warn},
		{"answers-capitals", "rfc8441/3/1", verdict.Fail},
		{"unasked-subprotocol", "rfc8441/3/1", verdict.Fail},
		{"no-plain-answer", "rfc8441/5/39", verdict.Fail},
		{"padding-is-data", "rfc8441/5/18", verdict.Fail},
		{"frame-in-one-data", "rfc8441/5/17", verdict.Fail},
		{"empty-data-ends", "rfc8441/5/19", verdict.Fail},
		{"refuses-unknown-frame", "rfc8441/5/21", verdict.Fail},
		{"refuses-ping", "rfc8441/5/20", verdict.Fail},
		{"ignores-window", "rfc8441/5/25", verdict.Fail},
		{"window-of-all", "rfc8441/5/36", verdict.Fail},
		{"leaves-stream-open", "rfc8441/5/26", verdict.Fail},
		{"resets-at-end", "rfc8441/5/26", verdict.Warn},
		{"closes-connection", "rfc8441/5/35", verdict.Fail},
		{"reset-ends-all", "rfc8441/5/31", verdict.Fail},
		{"sends-behind-end", "rfc8441/5/26", verdict.Fail},
		{"one-stream", "rfc8441/5/38", verdict.Fail},
		{"goaway-ends-all", "rfc8441/5/40", verdict.Warn},
		{"ignores-end", "rfc8441/5/28", verdict.Warn},
		{"dies-of-resets", "robust/http2-rapid-reset", verdict.Fail},
		{"masks-frames", "rfc8441/3/1", verdict.Fail}, // a fault of WebSocket shows in the stream
		{"refuses-with-200", "rfc8441/5/12", verdict.Fail},
	}
	for _, f := range overhttp2.Faults() {
		if !slices.ContainsFunc(caught, func(row row) bool { return row.fault == f.Name }) {
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
			var f overhttp2.Fault
			inside, unknown := faulty.ByName(tt.fault)
			if at := slices.IndexFunc(overhttp2.Faults(), func(f overhttp2.Fault) bool { return f.Name == tt.fault }); at >= 0 {
				f = overhttp2.Faults()[at]
			} else if unknown != nil {
				t.Fatal(unknown)
			}
			r := overHTTP2(t, f, inside, each(t, tt.by))[0]
			if r.Verdict != tt.want || r.Explanation == "" {
				t.Errorf("%s is %s (%s), want %s", tt.by, r.Verdict, r.Explanation, tt.want)
			}
			t.Log(r.Explanation)
		})
	}
}
