package wire

import (
	"encoding/json"
	"os"
	"strings"
	"testing"
)

// The rules of the handshake and of permessage-deflate are requirements of the
// project's list, with the same RFC and section, and each says something else.
func TestHandshakeAndDeflateRulesAreRequirements(t *testing.T) {
	raw, err := os.ReadFile("../../conformance/rfc/requirements.json")
	if err != nil {
		t.Fatal(err)
	}
	var list []struct {
		ID, Section string
		RFC         int
	}
	if err := json.Unmarshal(raw, &list); err != nil {
		t.Fatal(err)
	}
	clauses := make(map[string]string)
	for _, r := range list {
		clauses[r.ID] = (&Rule{RFC: r.RFC, Section: r.Section}).Clause()
	}
	seen := make(map[string]string)
	for _, rule := range append(HandshakeRules(), DeflateRules()...) {
		if clause, ok := clauses[rule.ID]; !ok || clause != rule.Clause() {
			t.Errorf("%s stands in %q of the list, the rule says %q", rule.ID, clause, rule.Clause())
		}
		if !strings.HasSuffix(rule.Text, ".") {
			t.Errorf("%s: %q is no sentence", rule.ID, rule.Text)
		}
		for _, key := range []string{rule.ID, rule.Text} {
			if other, ok := seen[key]; ok {
				t.Errorf("%s and %s share %q", rule.ID, other, key)
			}
			seen[key] = rule.ID
		}
	}
}
