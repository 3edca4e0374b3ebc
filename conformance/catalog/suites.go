package catalog

import (
	"slices"
	"strings"
	"sync"

	"github.com/wsspec/wsspec/conformance/rfc"
	c "github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/conformance/verdict"
)

// The suites: cases that attack an endpoint. They are no part of [Cases], and are played
// only where somebody asks for them. The file suite_ids.txt pins their ids;
// docs/suites.md says what they are for.
const (
	// Robust is the suite of floods, slow peers, half connections, lengths and bombs.
	Robust = "robust"
	// Security is the suite of what an attacker wants besides: requests smuggled, fields
	// injected, origins and credentials abused, memory read.
	Security = "security"
)

// SuiteNames are the names of the suites.
func SuiteNames() []string { return []string{Robust, Security} }

// Suite returns the cases of a suite in order, or nil if there is no suite of that name.
// The cases are shared: callers must not change them.
func Suite(name string) []*c.Case {
	switch name {
	case Robust:
		return robust()
	case Security:
		return security()
	}
	return nil
}

// SuiteOf returns the name of the suite that an id belongs to, empty if it belongs to none.
func SuiteOf(id string) string {
	section, _, _ := strings.Cut(id, "/")
	if slices.Contains(SuiteNames(), section) {
		return section
	}
	return ""
}

// The suites are made when they are first asked for, because their bombs take memory.
var (
	robust = sync.OnceValue(func() []*c.Case {
		return suite(Robust,
			attack{controlFloods, historyFloods}, attack{dataFloods, historyFloods}, attack{unreadFloods, historyUnread},
			attack{closingAttacks, historyClose}, attack{slowPeers, historySlow}, attack{halfConnections, historyHalf},
			attack{longHeads, historyHeads}, attack{hugeLengths, historyLengths}, attack{bombs, historyBombs},
		)
	})
	security = sync.OnceValue(func() []*c.Case {
		return suite(Security,
			attack{wrongWindows, historyWindows}, attack{smuggling, historySmuggling}, attack{injection, historyInjection},
			attack{longValues, historyHeads}, attack{foreignOrigins, historyOrigins}, attack{redirects, historyRedirects}, attack{manyKeys, historyKeys}, attack{strayMemory, historyMemory},
		)
	})
)

// An attack is a class of cases with the history that they share.
type attack struct {
	cases   func() []*c.Case
	history string
}

// suite joins the cases of a suite, and sets what each of them has.
func suite(name string, attacks ...attack) []*c.Case {
	var all []*c.Case
	for _, a := range attacks {
		for _, k := range a.cases() {
			k.Suite, k.History = name, a.history
			if k.Level == "" {
				k.Level = levelOf(k.Requires[0])
			}
			all = append(all, k)
		}
	}
	return all
}

// levelOf is the level of a requirement.
func levelOf(id string) verdict.Level {
	level := rfc.ByID(id).Level
	switch {
	case strings.HasPrefix(level, "SHOULD"), level == "RECOMMENDED":
		return verdict.Should
	case level == "MAY", level == "OPTIONAL":
		return verdict.May
	}
	return verdict.Must
}

// The outcomes of most cases of the suites. RFC 6455 lets an endpoint close a connection by
// any means when it is under attack (RFC6455-7.1.1-2). So a peer that goes on is OK, and
// one that ends the connection is recorded.

// survives permits these events and then a clean close, or that the peer ends the
// connection at any time before.
func survives(events ...c.Expect) []c.Outcome {
	return append(echoes(events...), c.Outcome{Behavior: verdict.Informational, Events: perhaps(events), Ending: c.FailedByPeer()})
}

// perhaps are the events as ones that need not come.
func perhaps(events []c.Expect) []c.Expect {
	out := slices.Clone(events)
	for i := range out {
		out[i].Kind = c.ExpectMaybe
		out[i].Payloads = out[i].Payloads[len(out[i].Payloads)-1:]
	}
	return out
}

// ends permits that the peer fails the connection, with any code.
func ends() []c.Outcome { return []c.Outcome{{Behavior: verdict.OK, Ending: c.FailedByPeer()}} }

// endsOrWaits permits that the peer ends the connection, or that it waits for the rest of
// what it was sent. The harness then drops TCP. The name is that of a [c.Watch] at the end.
func endsOrWaits(name string) []c.Outcome {
	return append(ends(), c.Outcome{Behavior: verdict.Informational, Events: []c.Expect{c.Quiet(name)}, Ending: c.Abandoned()})
}

// times repeats an expectation.
func times(n int, e c.Expect) []c.Expect { return slices.Repeat([]c.Expect{e}, n) }

// lastPing is the ping that shows that a peer goes on behind an attack.
var lastPing = c.Ping(c.Octets("still there?"))

// attacking is a case of both roles with frames.
func attacking(id, title string, requires []string, outcomes []c.Outcome, steps ...c.Step) *c.Case {
	return &c.Case{ID: id, Title: title, Requires: requires, Script: c.Script{Steps: steps, Outcomes: outcomes}}
}

// The requirements that most cases of the suites are about.
var (
	limits     = []string{"RFC6455-10.4-2", "RFC6455-10.4-1"}
	validates  = []string{"RFC6455-10.7-1", "RFC6455-10.7-2"}
	alive      = []string{"RFC6455-5.5.2-2", "RFC6455-10.4-1"}
	underClose = []string{"RFC6455-7.1.1-1", "RFC6455-5.5.1-7"}
	gone       = []string{"RFC6455-7.1.1-2", "RFC6455-10.4-1"}
)
