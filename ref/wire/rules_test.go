package wire

import (
	"encoding/json"
	"os"
	"strings"
	"testing"
)

// Every rule is a requirement of the project's list, with the same section.
func TestRulesAreRequirements(t *testing.T) {
	raw, err := os.ReadFile("../../conformance/rfc/requirements.json")
	if err != nil {
		t.Fatal(err)
	}
	var list []struct {
		ID      string `json:"id"`
		RFC     int    `json:"rfc"`
		Section string `json:"section"`
	}
	if err := json.Unmarshal(raw, &list); err != nil {
		t.Fatal(err)
	}
	type place struct {
		rfc     int
		section string
	}
	known := map[string]place{}
	for _, r := range list {
		known[r.ID] = place{r.RFC, r.Section}
	}
	for _, rule := range Rules() {
		at, ok := known[rule.ID]
		if !ok {
			t.Errorf("%s is not in the list of requirements", rule.ID)
			continue
		}
		if at != (place{rule.RFC, rule.Section}) {
			t.Errorf("%s: placed in %s, the list says RFC %d %s", rule.ID, rule.Clause(), at.rfc, at.section)
		}
		if rule.Text == "" || !strings.HasSuffix(rule.Text, ".") {
			t.Errorf("%s: %q is no sentence", rule.ID, rule.Text)
		}
		if rule.Code != 0 && rule.Code != StatusAbnormalClosure && !rule.Code.Sendable() {
			t.Errorf("%s: fails the connection with %v, which may not be sent", rule.ID, rule.Code)
		}
	}
}

func TestRulesAreDistinct(t *testing.T) {
	seen := map[*Rule]bool{}
	texts := map[string]string{}
	for _, rule := range Rules() {
		if seen[rule] {
			t.Errorf("%s is listed twice", rule.ID)
		}
		seen[rule] = true
		if other, ok := texts[rule.Text]; ok {
			t.Errorf("%s and %s say the same", rule.ID, other)
		}
		texts[rule.Text] = rule.ID
	}
}
