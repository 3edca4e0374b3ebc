package overhttp2_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/wsspec/wsspec/conformance"
	"github.com/wsspec/wsspec/conformance/catalog"
	"github.com/wsspec/wsspec/conformance/faulty"
	"github.com/wsspec/wsspec/conformance/faulty/overhttp2"
	"github.com/wsspec/wsspec/conformance/rfc"
	"github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/ref/wire"
)

// clientOverHTTP2 runs cases against a client of HTTP/2 with a fault.
func clientOverHTTP2(t *testing.T, f overhttp2.Fault, inside faulty.Fault, cases []*script.Case) []conformance.Result {
	t.Helper()
	launch := func(ctx context.Context, url string) []string {
		if err := overhttp2.Connect(ctx, url, f, inside); err != nil {
			return []string{err.Error()}
		}
		return nil
	}
	results, err := conformance.RunClients(t.Context(), launch, cases, conformance.Options{HTTP2: "ws", Deadlines: conformance.NewDeadlines(patience, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	return results
}

// A correct client of HTTP/2 passes every case about it, and every other case has a verdict there
// or says why it has none.
func TestACorrectClientPassesOverHTTP2(t *testing.T) {
	t.Parallel()
	cases := script.ForRole(catalog.OverHTTP2(), wire.RoleClient)
	for _, c := range script.ForRole(catalog.Cases(), wire.RoleClient) {
		if strings.HasPrefix(c.ID, "5.") || c.Script.Opening != nil {
			cases = append(cases, c)
		}
	}
	counts := map[verdict.Verdict]int{}
	for _, r := range clientOverHTTP2(t, overhttp2.Fault{}, faulty.Fault{}, cases) {
		counts[r.Verdict]++
		if r.Verdict != verdict.Pass && r.Verdict != verdict.Skip || r.Verdict == verdict.Skip && r.Explanation == "" {
			t.Errorf("%s (%s) is %s: %s", r.Case.ID, r.Case.Title, r.Verdict, r.Explanation)
		}
	}
	if counts[verdict.Pass] < 80 {
		t.Errorf("the verdicts are %v, want 80 passed or more", counts)
	}
}

// Each fault of a client below WebSocket is caught by a case: it fails, or it warns where the RFC
// leaves room.
func TestHTTP2FaultsOfClientsAreCaught(t *testing.T) {
	t.Parallel()
	type row struct {
		fault, by string
		want      verdict.Verdict
	}
	caught := []row{
		{"asks-unpermitted", "rfc8441/3/10", verdict.Fail},
		{"asks-unpermitted", "rfc8441/3/11", verdict.Fail},
		{"asks-prematurely", "rfc8441/3/13", verdict.Fail},
		{"asks-without-protocol", "rfc8441/3/9", verdict.Fail},
		{"asks-for-another-protocol", "rfc8441/3/9", verdict.Fail},
		{"asks-with-get", "rfc8441/3/9", verdict.Fail},
		{"asks-without-scheme", "rfc8441/3/9", verdict.Fail},
		{"asks-with-scheme-ws", "rfc8441/3/9", verdict.Fail},
		{"asks-without-authority", "rfc8441/3/9", verdict.Fail},
		{"asks-another-host", "rfc8441/3/9", verdict.Fail},
		{"asks-with-connection", "rfc8441/3/9", verdict.Fail},
		{"asks-with-capitals", "rfc8441/3/9", verdict.Fail},
		{"asks-twice-for-path", "rfc8441/3/9", verdict.Fail},
		{"asks-without-version", "rfc8441/3/9", verdict.Fail},
		{"sends-setting-2", "rfc8441/3/9", verdict.Fail},
		{"refuses-unknown-setting", "rfc8441/3/14", verdict.Fail},
		{"takes-101", "rfc8441/5/43", verdict.Fail},
		{"takes-connection", "rfc8441/5/44", verdict.Fail},
		{"takes-connection", "rfc8441/5/45", verdict.Fail},
		{"takes-capitals", "rfc8441/5/46", verdict.Fail},
		{"takes-line-ends", "rfc8441/5/47", verdict.Fail},
		{"takes-no-status", "rfc8441/5/48", verdict.Fail},
		{"takes-path", "rfc8441/5/49", verdict.Fail},
		{"wants-200", "rfc8441/5/42", verdict.Warn},
		{"wants-accept", "rfc8441/5/41", verdict.Warn},
		{"ends-on-setting-0", "rfc8441/3/12", verdict.Pass}, // the harness breaks the rule
		{"no-continuation", "rfc8441/5/51", verdict.Fail},
		{"frame-in-one-data", "rfc8441/5/52", verdict.Fail},
		{"padding-is-data", "rfc8441/5/53", verdict.Fail},
		{"empty-data-ends", "rfc8441/5/54", verdict.Fail},
		{"refuses-ping", "rfc8441/5/55", verdict.Fail},
		{"refuses-unknown-frame", "rfc8441/5/56", verdict.Fail},
		{"ignores-window", "rfc8441/5/60", verdict.Fail},
		{"goaway-ends-all", "rfc8441/5/61", verdict.Warn},
		{"resets-at-end", "rfc8441/5/62", verdict.Warn},
		{"sends-behind-end", "rfc8441/5/62", verdict.Fail},
		{"ignores-end", "rfc8441/5/64", verdict.Warn},
		{"unmasked-frames", "rfc8441/3/9", verdict.Fail}, // a fault of WebSocket shows in the stream
	}
	for _, f := range overhttp2.ClientFaults() {
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
			if at := slices.IndexFunc(overhttp2.ClientFaults(), func(f overhttp2.Fault) bool { return f.Name == tt.fault }); at >= 0 {
				f = overhttp2.ClientFaults()[at]
			} else if unknown != nil {
				t.Fatal(unknown)
			}
			r := clientOverHTTP2(t, f, inside, each(t, tt.by))[0]
			if r.Verdict != tt.want || tt.want != verdict.Pass && r.Explanation == "" {
				t.Errorf("%s is %s (%s), want %s", tt.by, r.Verdict, r.Explanation, tt.want)
			}
			t.Log(r.Explanation)
		})
	}
}
