package faulty_test

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/wsspec/wsspec/conformance/faulty"
	"github.com/wsspec/wsspec/ref/wire"
)

// judgedBy is how the cases of the matrix go for a peer with these faults.
func judgedBy(t *testing.T, m faulty.Matrix, role wire.Role, names ...string) map[string]string {
	t.Helper()
	all := ids(casesFor(role))
	judged := map[string]string{}
	for _, id := range all {
		judged[id] = ""
	}
	symptoms := faulty.Symptoms()
	for _, row := range m.Rows {
		for _, name := range names {
			if row.Fault == name && row.Role == role.String() {
				known := symptoms[row.Fault+" "+row.Role]
				some := "It failed."
				if ids := slices.Sorted(maps.Keys(known)); len(ids) > 0 {
					some = known[ids[0]]
				}
				for id := range expand(t, row.Fails, all) {
					judged[id] = cmp.Or(known[id], some)
				}
			}
		}
	}
	return judged
}

// What a peer with one mistake fails is never blamed on another; for most
// mistakes it is blamed on that one.
func TestLikelyNamesTheMistakeOrNone(t *testing.T) {
	named, rows := 0, 0
	m := faulty.Catches()
	for i, p := range faultsByRole() {
		if i%5 != 0 {
			continue // all take half a minute
		}
		judged := judgedBy(t, m, p.role, p.fault.Name)
		failed := 0
		for _, why := range judged {
			if why != "" {
				failed++
			}
		}
		if failed == 0 {
			continue // caught as a remark
		}
		rows++
		causes := faulty.Likely(p.role, judged)
		for id, f := range causes {
			if f.Name != p.fault.Name {
				t.Errorf("%s as %v: %s is blamed on %s", p.fault.Name, p.role, id, f.Name)
			}
		}
		if len(causes) == failed {
			named++
		}
	}
	t.Logf("named in %d of %d rows", named, rows)
	if named < rows*2/3 {
		t.Errorf("named in %d of %d rows only", named, rows)
	}
}

func TestLikely(t *testing.T) {
	for _, tt := range []struct {
		name   string
		faults []string
		// also fail, for a reason of their own, and pass, against the faults.
		also, but []string
		want      map[string]string
	}{
		{"nothing failed", nil, nil, nil, nil},
		{"one mistake", []string{"pong-never"}, nil, nil, map[string]string{"2.1": "pong-never", "5.6": "pong-never"}},
		{"two mistakes", []string{"pong-never", "accepts-rsv2-when-agreed"}, nil, nil, map[string]string{"2.1": "pong-never", "rfc7692/7.2/29": "accepts-rsv2-when-agreed"}},
		{"a mistake, and a case that has nothing to do with it", []string{"pong-never"}, []string{"9.1.1"}, nil, map[string]string{"2.1": "pong-never", "9.1.1": ""}},
		{"what speaks against one mistake leaves another", []string{"pong-never"}, nil, []string{"2.1", "2.2", "2.3", "2.4", "2.6", "2.9", "2.10", "2.11"}, map[string]string{"5.6": "ignores-ping-in-message"}},
		{"the case fails, but otherwise than by the mistake", []string{"pong-never"}, []string{"2.1"}, nil, map[string]string{"2.1": "", "2.2": "pong-never"}},
		{"several mistakes look the same", []string{"text-unchecked"}, nil, nil, map[string]string{"6.3.1": ""}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			judged := judgedBy(t, faulty.Catches(), wire.RoleServer, tt.faults...)
			for _, id := range tt.also {
				judged[id] = "Something else failed."
			}
			for _, id := range tt.but {
				judged[id] = ""
			}
			got := faulty.Likely(wire.RoleServer, judged)
			if len(tt.want) == 0 && len(got) > 0 {
				t.Errorf("%v", got)
			}
			for id, name := range tt.want {
				if len(tt.faults) > 0 && judged[id] == "" {
					t.Errorf("%s does not fail: this test shows nothing", id)
				}
				if got[id].Name != name {
					t.Errorf("%s is blamed on %q, want %q", id, got[id].Name, name)
				}
			}
		})
	}
}

// A guess reads "the peer answers no ping": sentences begin with a verb.
func TestFaultSentencesBeginWithAVerb(t *testing.T) {
	for _, f := range faulty.Faults() {
		verb, _, _ := strings.Cut(f.Sentence, " ")
		if !strings.HasSuffix(verb, "s") || !strings.HasSuffix(f.Sentence, ".") {
			t.Errorf("%s: %q", f.Name, f.Sentence)
		}
	}
}
