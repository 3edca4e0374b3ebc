package rfc_test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/wsspec/wsspec/conformance/rfc"
)

func TestLedgerIsWhole(t *testing.T) {
	const want = 458
	all := rfc.All()
	if len(all) != want {
		t.Errorf("%d requirements, want %d: their ids are frozen, none goes away", len(all), want)
	}
	seen := map[string]bool{}
	for _, r := range all {
		if seen[r.ID] {
			t.Errorf("%s is there twice", r.ID)
		}
		seen[r.ID] = true
	}
}

func TestEveryRequirementSaysWhereItStandsAndWhatItAsks(t *testing.T) {
	id := regexp.MustCompile(`^RFC(\d+)-([0-9.]+)-(?:\d+|E\d+)$`)
	levels := []string{"MUST", "MUST NOT", "REQUIRED", "SHALL", "SHALL NOT", "SHOULD", "SHOULD NOT", "RECOMMENDED", "NOT RECOMMENDED", "MAY", "OPTIONAL"}
	for _, r := range rfc.All() {
		parts := id.FindStringSubmatch(r.ID)
		if parts == nil {
			t.Errorf("%q is no id of a requirement", r.ID)
			continue
		}
		if parts[1] != fmt.Sprint(r.RFC) || parts[2] != r.Section {
			t.Errorf("%s stands in RFC %d, section %s", r.ID, r.RFC, r.Section)
		}
		if want := fmt.Sprintf("RFC %s %s", parts[1], parts[2]); r.Clause() != want {
			t.Errorf("%s: clause %q, want %q", r.ID, r.Clause(), want)
		}
		if !slices.Contains(levels, r.Level) {
			t.Errorf("%s: level %q is no word of RFC 2119", r.ID, r.Level)
		}
		if !slices.Contains([]string{"client", "server", "both", "api", "intermediary"}, r.AppliesTo) {
			t.Errorf("%s applies to %q", r.ID, r.AppliesTo)
		}
		if !slices.Contains([]string{"wire", "api", "not-testable"}, r.Testable) {
			t.Errorf("%s is testable by %q", r.ID, r.Testable)
		}
		if strings.TrimSpace(r.Summary) == "" {
			t.Errorf("%s has no summary", r.ID)
		}
	}
}

func TestByID(t *testing.T) {
	for _, r := range rfc.All() {
		if got := rfc.ByID(r.ID); got == nil || got.ID != r.ID {
			t.Errorf("ByID(%q) is %v", r.ID, got)
		}
	}
	for _, id := range []string{"", "RFC6455", "RFC6455-5.5", "rfc6455-5.5-2", "RFC6455-5.5-999"} {
		if got := rfc.ByID(id); got != nil {
			t.Errorf("ByID(%q) is %s, want none", id, got.ID)
		}
	}
}

// A few statements by their text's place, so that a shifted ledger is noticed.
func TestKnownRequirements(t *testing.T) {
	for id, want := range map[string]string{
		"RFC6455-5.1-3":    "MUST",
		"RFC6455-5.5-2":    "MUST",
		"RFC6455-5.5.1-7":  "MUST",
		"RFC6455-5.5.2-2":  "MUST",
		"RFC6455-5.5.3-3":  "MAY",
		"RFC6455-8.1-1":    "MUST",
		"RFC6455-7.1.1-3":  "SHOULD",
		"RFC6455-7.4.1-5":  "SHOULD NOT",
		"RFC7692-7.2.1-13": "MUST NOT",
	} {
		r := rfc.ByID(id)
		if r == nil {
			t.Errorf("the ledger has no %s", id)
		} else if r.Level != want {
			t.Errorf("%s is %s (%s), want %s", id, r.Level, r.Summary, want)
		}
	}
}

// Who reads a requirement is told where it is ours.
func TestSentence(t *testing.T) {
	const note = "(Derived: the RFC does not say it in so many words.)"
	for id, derived := range map[string]bool{"RFC7692-7.2.2-2": true, "RFC7692-7.2.2-1": false} {
		q := rfc.ByID(id)
		if got := q.Sentence(); !strings.HasPrefix(got, q.Summary) || strings.HasSuffix(got, note) != derived {
			t.Errorf("%s: %s", id, got)
		}
	}
}
