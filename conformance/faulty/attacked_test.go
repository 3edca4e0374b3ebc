package faulty_test

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/wsspec/wsspec/conformance"
	"github.com/wsspec/wsspec/conformance/catalog"
	"github.com/wsspec/wsspec/conformance/faulty"
	"github.com/wsspec/wsspec/conformance/rfc"
	"github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/ref/wire"
)

// Each fault that shows under attack is caught by these cases of the suites, among others.
var caughtBy = map[string]string{
	"stalls-after-1000-pings":     "robust/ping-flood",
	"stalls-after-1000-pongs":     "robust/pong-flood",
	"stalls-after-1000-fragments": "robust/empty-fragment-flood",
	"loses-messages-after-1000":   "robust/empty-message-flood",
	"hangs-on-empty-blocks":       "robust/bomb-empty-blocks",
	"wraps-window":                "security/window-server-huge",
	"one-writer":                  "robust/unread-large-echoes",
	"one-inflater":                "robust/bomb",
	"leaks-lost-connections":      "robust/reset-storm",
	"repeats-subprotocol":         "security/inject-subprotocol-percent",
	"repeats-target":              "security/inject-target-percent",
	"repeats-low-octets":          "security/inject-subprotocol-utf8",
	"version-by-prefix":           "security/smuggle-version-1337",
	"mask-pool":                   "security/masking-keys",
	"mask-biased":                 "security/masking-keys",
	"mask-repeats-bit":            "security/masking-keys",
	"stray-pong":                  "security/memory-pongs",
	"stray-echo":                  "security/memory-echoes",
	"stray-cut-text":              "security/memory-text-cut",
}

func TestAttackFaultsAreCaught(t *testing.T) {
	t.Parallel() // most of the time is waiting
	page, err := os.ReadFile("../../docs/suites.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range faulty.AttackFaults() {
		id := caughtBy[f.Name]
		roles := map[int]string{1: f.Roles()[0].String(), 2: "server, client"}[len(f.Roles())]
		if row := fmt.Sprintf("| `%s` | %s | %s | `%s` |", f.Name, f.Sentence, roles, id); !strings.Contains(string(page), row) {
			t.Errorf("docs/suites.md lacks the row: %s", row)
		}
		if !strings.HasSuffix(f.Sentence, ".") || len(f.Requires) == 0 || slices.ContainsFunc(f.Requires, func(id string) bool { return rfc.ByID(id) == nil }) || f.Legal {
			t.Errorf("%s is not described", f.Name)
		}
		for _, role := range f.Roles() {
			t.Run(f.Name+" "+role.String(), func(t *testing.T) {
				t.Parallel()
				c := catalog.ByID(id)
				if c == nil || !c.TestsRole(role) {
					t.Fatalf("no case %q for a %v", id, role)
				}
				var r conformance.Result
				for _, patience := range []time.Duration{150 * time.Millisecond, long} { // a busy machine attacks slowly
					fresh, err := faulty.ByName(f.Name)
					if err != nil {
						t.Fatal(err)
					}
					r = results(t, fresh, role, []*script.Case{c}, patience)[0]
					if r.Verdict == verdict.Fail && !r.Flaky {
						return
					}
				}
				t.Errorf("%s does not catch %s: %s %s", id, f.Name, r.Verdict, r.Explanation)
			})
		}
	}
}

// A correct peer passes both suites, in both roles. The origin that it is to refuse is not
// known, so that the cases about it are skipped.
func TestACorrectPeerPassesTheSuites(t *testing.T) {
	for _, role := range []wire.Role{wire.RoleServer, wire.RoleClient} {
		for _, name := range catalog.SuiteNames() {
			t.Run(role.String()+" "+name, func(t *testing.T) {
				var cases []*script.Case
				for _, c := range catalog.Suite(name) {
					if c.TestsRole(role) {
						cases = append(cases, c)
					}
				}
				for _, r := range results(t, faulty.Fault{}, role, cases, long) {
					if r.Verdict != verdict.Pass && (r.Verdict != verdict.Skip || r.Case.Script.Origin == "") {
						t.Errorf("%s: %s %s", r.Case.ID, r.Verdict, r.Explanation)
					}
				}
			})
		}
	}
}
