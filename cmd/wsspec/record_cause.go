package main

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/wsspec/wsspec/conformance"
	"github.com/wsspec/wsspec/conformance/faulty"
	"github.com/wsspec/wsspec/ref/wire"
	"github.com/wsspec/wsspec/reports"
)

// evidence is what one peer did in the cases that were judged: by id, why the
// case failed, "" if it passed.
type evidence struct {
	role   wire.Role
	judged map[string]string
}

// peerOf is the part of a target that names it.
func peerOf(agent string, role reports.Role) reports.Target {
	return reports.Target{Agent: agent, Role: role}
}

// weigh takes a result as evidence.
func (r *record) weigh(agent string, res *conformance.Result) {
	peer := peerOf(agent, reports.Role(res.Role.String()))
	if r.evidence[peer] == nil {
		r.evidence[peer] = &evidence{res.Role, map[string]string{}}
	}
	switch {
	case res.Verdict == conformance.Pass, res.Verdict == conformance.Warn:
		r.evidence[peer].judged[res.Case.ID] = ""
	case res.Verdict == conformance.Fail:
		r.evidence[peer].judged[res.Case.ID] = res.Explanation
	}
}

// guess names a likely cause where one mistake explains what failed.
func (r *record) guess() {
	likely := map[reports.Target]map[string]faulty.Fault{}
	explains := map[reports.Target]map[string]int{}
	for peer, e := range r.evidence {
		likely[peer] = faulty.Likely(e.role, e.judged)
		explains[peer] = map[string]int{}
		for _, f := range likely[peer] {
			explains[peer][f.Name]++
		}
	}
	for i := range r.report.Results {
		res := &r.report.Results[i]
		peer := peerOf(res.Agent, res.Role)
		if f, ok := likely[peer][res.ID]; ok {
			res.LikelyCause = causeSentence(f, explains[peer][f.Name])
		}
	}
}

// causeSentence turns "Answers no ping." into a guess about a peer.
func causeSentence(f faulty.Fault, cases int) string {
	first, size := utf8.DecodeRuneInString(f.Sentence)
	sentence := "Likely cause: the peer " + string(unicode.ToLower(first)) + strings.TrimSuffix(f.Sentence[size:], ".")
	if cases > 1 {
		return fmt.Sprintf("%s, which explains %d of the failed cases.", sentence, cases)
	}
	return sentence + "."
}
