package catalog_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/wsspec/wsspec/conformance/catalog"
	"github.com/wsspec/wsspec/conformance/rfc"
	c "github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/conformance/verdict"
)

// refuses reports whether the outcome is that the peer takes nothing of what it was
// sent: it refuses the opening handshake or fails the connection.
func refuses(o c.Outcome) bool {
	accepted := func(e c.Expect) bool {
		return e.Kind == c.ExpectAccepted || e.Kind == c.ExpectMessage || e.Kind == c.ExpectPongs
	}
	answers := o.Ending.By == c.ByScript && o.Ending.Clean // the answer to a valid Close
	return o.Ending.By != c.ByHarness && !answers && !slices.ContainsFunc(o.Events, accepted)
}

// One clause has one severity: if a peer accepts what the clause makes it refuse, the
// verdict is the same in every case with that principal requirement. docs/verdicts.md
// names the clauses for which it is a warning, and the words of the RFC that say why.
func TestOneClauseHasOneSeverity(t *testing.T) {
	severity := map[string]verdict.Behavior{}
	first := map[string]string{}
	for _, x := range slices.Concat(catalog.Cases(), catalog.OverHTTP2(), catalog.OverHTTP3()) {
		if !refuses(x.Script.Outcomes[0]) || x.Level == verdict.LevelInformational {
			continue
		}
		got := verdict.Failed
		for _, o := range x.Script.Outcomes {
			if !refuses(o) {
				got = o.Behavior
				break
			}
		}
		clause := x.Requires[0]
		switch known, ok := severity[clause]; {
		case !ok:
			severity[clause], first[clause] = got, x.ID
		case known != got:
			t.Errorf("%s: to accept %s is %s, and to accept %s is %s", clause, first[clause], known, x.ID, got)
		}
	}
	named, err := os.ReadFile(filepath.Join("..", "..", "docs", "verdicts.md"))
	if err != nil {
		t.Fatal(err)
	}
	for clause, got := range severity {
		warns := rfc.ByID(clause).Level != "MAY" && got != verdict.Failed
		if warns != strings.Contains(string(named), "| "+clause+" |") {
			t.Errorf("%s: to accept what it forbids is %s (%s), and the table of docs/verdicts.md says otherwise", clause, got, first[clause])
		}
	}
	if len(severity) < 50 {
		t.Errorf("%d clauses compared, want at least 50", len(severity))
	}
}
