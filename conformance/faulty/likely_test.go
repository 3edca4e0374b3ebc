package faulty_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/wsspec/wsspec/conformance"
	"github.com/wsspec/wsspec/conformance/faulty"
	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/ref"
	"github.com/wsspec/wsspec/ref/wire"
)

// A known is a row of the matrix as the results of a peer.
type known struct {
	fault  string
	role   wire.Role
	judged map[string]string
}

// knownPeers are the peers of the matrix that fail a case.
func knownPeers(t *testing.T) []known {
	t.Helper()
	symptoms := faulty.Symptoms()
	var peers []known
	for _, p := range faultsByRole() {
		all := ids(casesFor(p.role))
		k := known{p.fault.Name, p.role, map[string]string{}}
		for _, id := range all {
			k.judged[id] = ""
		}
		signs := symptoms[p.fault.Name+" "+p.role.String()]
		for sign, globs := range signs {
			for id := range expand(t, globs, all) {
				k.judged[id] = sign
			}
		}
		if len(signs) > 0 {
			peers = append(peers, k)
		}
	}
	return peers
}

// What a server does to a stream of HTTP/2 has the cause that it has on TCP.
func TestLikelyOverHTTP2(t *testing.T) {
	for _, p := range knownPeers(t) {
		if p.fault != "tcp-stays-open" {
			continue
		}
		for id, why := range p.judged {
			p.judged[id] = strings.ReplaceAll(why, "close TCP", "end the stream (END_STREAM, RFC 8441 5), which was still open after 0.21 s")
		}
		for id, f := range faulty.Likely(p.role, p.judged) {
			if f.Name == p.fault {
				return
			}
			t.Errorf("%s: %s", id, f.Name)
		}
		t.Errorf("a server with the fault %s over HTTP/2 has no likely cause", p.fault)
	}
}

// both are the results of a peer with two faults: of a case that fails because of
// either, the explanation is that of one of them.
func both(a, b known, random *rand.Rand) map[string]string {
	judged := maps.Clone(a.judged)
	for _, id := range slices.Sorted(maps.Keys(b.judged)) {
		if why := b.judged[id]; why != "" && (judged[id] == "" || random.IntN(2) == 0) {
			judged[id] = why
		}
	}
	return judged
}

// A score counts what was named.
type score struct {
	peers, named, right, wrong int
}

func (s *score) count(causes map[string]faulty.Fault, want ...string) (wrong []string) {
	s.peers++
	names := map[string]bool{}
	for _, f := range causes {
		names[f.Name] = true
	}
	if len(names) > 0 {
		s.named++
	}
	for name := range names {
		right := false
		for _, w := range want {
			right = right || w == name
		}
		if right {
			s.right++
		} else {
			s.wrong++
			wrong = append(wrong, name)
		}
	}
	return wrong
}

// precision is the part of the named causes that are right.
func (s score) precision() float64 {
	if s.right+s.wrong == 0 {
		return 1
	}
	return float64(s.right) / float64(s.right+s.wrong)
}

// A cause that is named is the right one: for every peer of the matrix, for pairs of
// faults, and for peers with a fault that is not known, for which none is right.
func TestLikelyCausesAreRight(t *testing.T) {
	peers := knownPeers(t)
	if len(peers) < 500 {
		t.Fatalf("%d peers, want at least 500", len(peers))
	}
	var single, unknown, pairs score
	for _, p := range peers {
		for _, wrong := range single.count(faulty.Likely(p.role, p.judged), p.fault) {
			t.Errorf("%s as %v: named %s", p.fault, p.role, wrong)
		}
		for _, wrong := range unknown.count(faulty.LikelyWithout(p.fault, p.role, p.judged)) {
			t.Logf("unknown fault %s as %v: named %s", p.fault, p.role, wrong)
		}
	}
	random := rand.New(rand.NewPCG(6455, 7692))
	for pairs.peers < 1000 {
		a, b := peers[random.IntN(len(peers))], peers[random.IntN(len(peers))]
		if a.role != b.role || a.fault == b.fault {
			continue
		}
		for _, wrong := range pairs.count(faulty.Likely(a.role, both(a, b, random)), a.fault, b.fault) {
			t.Logf("%s and %s as %v: named %s", a.fault, b.fault, a.role, wrong)
		}
	}
	figures := []string{
		fmt.Sprintf("| one known fault | %d | %d | %d | %.1f%% |", single.peers, single.named, single.wrong, 100*single.precision()),
		fmt.Sprintf("| two known faults | %d | %d | %d | %.1f%% |", pairs.peers, pairs.named, pairs.wrong, 100*pairs.precision()),
		fmt.Sprintf("| a fault that is not known | %d | %d | %d | – |", unknown.peers, unknown.named, unknown.wrong),
	}
	docs, err := os.ReadFile(filepath.Join("..", "..", "docs", "verdicts.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range figures {
		t.Log(f)
		if !strings.Contains(string(docs), f) {
			t.Errorf("docs/verdicts.md lacks the line %s", f)
		}
	}
	if single.named < single.peers/2 {
		t.Errorf("a cause is named for %d of %d peers with one fault", single.named, single.peers)
	}
}

func TestLikely(t *testing.T) {
	of := func(names ...string) map[string]string {
		judged := map[string]string{}
		random := rand.New(rand.NewPCG(1, 2))
		all := known{judged: judged}
		for _, p := range knownPeers(t) {
			for _, name := range names {
				if p.role == wire.RoleServer && p.fault == name {
					all.judged = both(p, all, random)
				}
			}
		}
		return all.judged
	}
	for _, tt := range []struct {
		name   string
		judged map[string]string
		// also fail for another reason; pass although the faults should fail them.
		also, pass []string
		want       map[string]string
	}{
		{"nothing failed", map[string]string{"1.1.1": ""}, nil, nil, nil},
		{"one mistake", of("pong-never"), nil, nil, map[string]string{"2.2": "pong-never", "5.6": "pong-never"}},
		{"one mistake and an unrelated failure", of("pong-never"), []string{"9.1.1"}, nil, map[string]string{"2.2": "pong-never", "9.1.1": ""}},
		{"a passed case rules a mistake out", of("pong-never"), nil, []string{"2.2"}, map[string]string{"2.3": "", "5.6": ""}},
		{"a case that fails in another way rules a mistake out", of("pong-never"), []string{"2.2"}, nil, map[string]string{"2.2": "", "2.3": ""}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			judged := maps.Clone(tt.judged)
			for _, id := range tt.also {
				judged[id] = "Something else failed."
			}
			for _, id := range tt.pass {
				judged[id] = ""
			}
			got := faulty.Likely(wire.RoleServer, judged)
			if len(tt.want) == 0 && len(got) > 0 {
				t.Errorf("%v", got)
			}
			for id, name := range tt.want {
				if got[id].Name != name {
					t.Errorf("%s is blamed on %q, want %q", id, got[id].Name, name)
				}
			}
		})
	}
}

// A peer that was run, and not taken from the matrix: with one fault or two. What is
// named is right; want lists what has to be named.
func TestLikelyOfPeersThatRun(t *testing.T) {
	t.Parallel() // most of the time is waiting
	for _, tt := range []struct {
		faults []string
		want   []string
	}{
		{[]string{"mute"}, nil}, // a peer that never reads looks the same
		{[]string{"constant-answer"}, []string{"constant-answer"}},
		{[]string{"accepts-all-rsv"}, []string{"accepts-all-rsv"}},
		{[]string{"accepts-close-reason", "pong-empty"}, nil},
		{[]string{"text-for-binary", "accepts-unmasked"}, []string{"text-for-binary", "accepts-unmasked"}},
	} {
		t.Run(strings.Join(tt.faults, "+"), func(t *testing.T) {
			t.Parallel() // most of the time is waiting
			f := byName(t, tt.faults[0])
			for _, name := range tt.faults[1:] {
				f = faulty.Both(f, byName(t, name))
			}
			judged := map[string]string{}
			for _, r := range results(t, f, wire.RoleServer, everything(wire.RoleServer), long) {
				switch {
				case r.Verdict == verdict.Pass, r.Verdict == verdict.Warn:
					judged[r.Case.ID] = ""
				case r.Verdict == verdict.Fail:
					judged[r.Case.ID] = r.Explanation
				}
			}
			named := map[string]bool{}
			for _, cause := range faulty.Likely(wire.RoleServer, judged) {
				named[cause.Name] = true
			}
			for name := range named {
				if !strings.Contains(" "+strings.Join(tt.faults, " ")+" ", " "+name+" ") {
					t.Errorf("named %s", name)
				}
			}
			for _, name := range tt.want {
				if !named[name] {
					t.Errorf("%s is not named, but %v", name, slicesOf(named))
				}
			}
			t.Logf("named %v", slicesOf(named))
		})
	}
}

// Servers that refuse what the harness asks for. No known fault does that, so that no
// cause is right.
func TestNoCauseIsNamedForARefusal(t *testing.T) {
	t.Parallel() // most of the time is waiting
	echo := ref.EchoHandler(nil)
	refusing := func(field string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			if r.Header.Get(field) != "" {
				http.Error(w, "unwanted", http.StatusBadRequest)
				return
			}
			echo.ServeHTTP(w, r)
		}
	}
	closing := func(w http.ResponseWriter, r *http.Request) {
		conn, err := ref.Accept(w, r, nil)
		if err != nil {
			return
		}
		_ = conn.Close(ref.StatusPolicyViolation, "no such subprotocol")
	}
	for _, tt := range []struct {
		name         string
		serve        http.HandlerFunc
		subprotocols []string
	}{
		{"extensions, with 400", refusing("Sec-WebSocket-Extensions"), nil},
		{"a subprotocol, with 400", refusing("Sec-WebSocket-Protocol"), []string{"chat"}},
		{"a subprotocol, with Close 1008", closing, []string{"chat"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel() // most of the time is waiting
			server := httptest.NewServer(tt.serve)
			defer server.Close()
			target, err := conformance.ParseTarget(strings.Replace(server.URL, "http://", "ws://", 1))
			if err != nil {
				t.Fatal(err)
			}
			target.Subprotocols = tt.subprotocols
			played, err := conformance.RunServer(t.Context(), target, everything(wire.RoleServer), conformance.Options{Parallel: 48})
			if err != nil {
				t.Fatal(err)
			}
			judged := map[string]string{}
			failed := 0
			for _, r := range played {
				switch r.Verdict {
				case verdict.Fail:
					judged[r.Case.ID] = r.Explanation
					failed++
				case verdict.Pass, verdict.Warn:
					judged[r.Case.ID] = ""
				}
			}
			if failed == 0 {
				t.Error("no case notices the refusals")
			}
			for id, cause := range faulty.Likely(wire.RoleServer, judged) {
				t.Errorf("%s (%s) is blamed on %s", id, judged[id], cause.Name)
			}
			t.Logf("%d of %d cases fail", failed, len(played))
		})
	}
}

func slicesOf(set map[string]bool) []string {
	var names []string
	for name := range set {
		names = append(names, name)
	}
	return names
}

// Reports use the sentence as in "the peer does not answer Pings", so it must begin
// with a verb.
func TestFaultSentencesBeginWithAVerb(t *testing.T) {
	for _, f := range faulty.Faults() {
		verb, _, _ := strings.Cut(f.Sentence, " ")
		if !strings.HasSuffix(verb, "s") || !strings.HasSuffix(f.Sentence, ".") {
			t.Errorf("%s: %q", f.Name, f.Sentence)
		}
	}
}
