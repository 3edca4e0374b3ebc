package rfc_test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/wsspec/wsspec/conformance/rfc"
)

func TestNoRequirementIsRemoved(t *testing.T) {
	const want = 458
	all := rfc.All()
	if len(all) != want {
		t.Errorf("%d requirements, want %d: ids are frozen, so none may be removed", len(all), want)
	}
	seen := map[string]bool{}
	for _, r := range all {
		if seen[r.ID] {
			t.Errorf("%s is listed twice", r.ID)
		}
		seen[r.ID] = true
	}
}

func TestRequirementFieldsAreValid(t *testing.T) {
	id := regexp.MustCompile(`^RFC(\d+)-([0-9.]+)-(?:\d+|E\d+)$`)
	levels := []string{"MUST", "MUST NOT", "REQUIRED", "SHALL", "SHALL NOT", "SHOULD", "SHOULD NOT", "RECOMMENDED", "NOT RECOMMENDED", "MAY", "OPTIONAL"}
	for _, r := range rfc.All() {
		parts := id.FindStringSubmatch(r.ID)
		if parts == nil {
			t.Errorf("%q is not a requirement id", r.ID)
			continue
		}
		if parts[1] != fmt.Sprint(r.RFC) || parts[2] != r.Section {
			t.Errorf("%s has RFC %d and section %s, which differ from the id", r.ID, r.RFC, r.Section)
		}
		if want := fmt.Sprintf("RFC %s %s", parts[1], parts[2]); r.Clause() != want {
			t.Errorf("%s: clause %q, want %q", r.ID, r.Clause(), want)
		}
		if !slices.Contains(levels, r.Level) {
			t.Errorf("%s: level %q is not a keyword of RFC 2119", r.ID, r.Level)
		}
		if !slices.Contains([]string{"client", "server", "both", "api", "intermediary"}, r.AppliesTo) {
			t.Errorf("%s applies to %q", r.ID, r.AppliesTo)
		}
		if !slices.Contains([]string{"wire", "api", "not-testable"}, r.Testable) {
			t.Errorf("%s is testable by %q", r.ID, r.Testable)
		}
	}
}

// Reports show the summary below a failed case, so it has to say what the
// endpoint must do and how binding that is.
func TestSummaryStatesItsLevel(t *testing.T) {
	words := map[string]string{
		"MUST": "must", "REQUIRED": "must", "SHALL": "must", "MUST NOT": "must not", "SHALL NOT": "must not",
		"SHOULD": "should", "RECOMMENDED": "should", "SHOULD NOT": "should not", "NOT RECOMMENDED": "should not",
		"MAY": "may", "OPTIONAL": "may",
	}
	verb := regexp.MustCompile(`^(?:(?:The API|An intermediary|A request|A response) (must|should|may)( not)?|(Must|Should|May)( not)?) .*[.)]$`)
	for _, r := range rfc.All() {
		parts := verb.FindStringSubmatch(r.Summary)
		if parts == nil {
			t.Errorf("%s: %q does not begin with its level and end as a sentence", r.ID, r.Summary)
			continue
		}
		if got := strings.ToLower(strings.Join(parts[1:], "")); !strings.HasPrefix(got, words[r.Level]) {
			t.Errorf("%s is a %s, but its summary says %q: %s", r.ID, r.Level, got, r.Summary)
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
			t.Errorf("ByID(%q) is %s, want nil", id, got.ID)
		}
	}
}

// Pins a few ids and levels, so that a renumbered list is noticed.
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
			t.Errorf("%s is missing", id)
		} else if r.Level != want {
			t.Errorf("%s is %s (%s), want %s", id, r.Level, r.Summary, want)
		}
	}
}

func TestSentenceMarksDerivedRequirements(t *testing.T) {
	const note = "(Derived: the RFC does not state this explicitly.)"
	for id, derived := range map[string]bool{"RFC7692-7.2.2-2": true, "RFC7692-7.2.2-1": false} {
		q := rfc.ByID(id)
		if got := q.Sentence(); !strings.HasPrefix(got, q.Summary) || strings.HasSuffix(got, note) != derived {
			t.Errorf("%s: %s", id, got)
		}
	}
}
