package outline

import (
	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/reports"
)

// A Case is one result, with what a form shows beside it.
type Case struct {
	*reports.Result
	// Key names the case in the page's address.
	Key string
	// PeerKey names its peer in the page's address.
	PeerKey string
	// Block is the index of the compressed block of the page that has the case.
	Block   int
	Clauses []Clause
	// Again is the command that runs the case again.
	Again string
	// GoTest names the case's Go test in the page, and GoTestCommand runs it. Both
	// are empty if there is no test.
	GoTest, GoTestCommand string
	Section               string
}

// A Clause is a clause with its id.
type Clause struct {
	ID string
	reports.Clause
}

// Cases makes a case of each result, in their order.
func Cases(r *reports.Report) []*Case {
	views := make([]*Case, len(r.Results))
	tests := make(map[string]string)
	for _, t := range r.GoTests {
		for _, target := range r.Targets {
			if target.Role == t.Role {
				tests[PeerKey(target.Agent, t.Role)+"~"+t.ID] = goTestCommand(target)
			}
		}
	}
	for i := range r.Results {
		res := &r.Results[i]
		v := &Case{
			Result:  res,
			PeerKey: PeerKey(res.Agent, res.Role),
			Again:   r.Rerun(res),
			Section: reports.SectionOf(res.ID),
		}
		v.Key = v.PeerKey + "~" + res.ID
		if command := tests[v.PeerKey+"~"+res.ReplayID()]; command != "" && res.Verdict.Finding() {
			v.GoTest, v.GoTestCommand = string(res.Role)+"~"+res.ReplayID(), command
		}
		for _, id := range res.Named() {
			v.Clauses = append(v.Clauses, Clause{id, r.Clauses[id]})
		}
		views[i] = v
	}
	return views
}

// PeerKey names a peer in the page's address: "alpha~server". A tilde needs no
// escape in an address.
func PeerKey(agent string, role verdict.Role) string { return agent + "~" + string(role) }

// Close is the close behavior, or "" if it adds nothing to the behavior.
func (v *Case) Close() verdict.CloseBehavior {
	if v.BehaviorClose == verdict.CloseOK || string(v.BehaviorClose) == string(v.Behavior) {
		return ""
	}
	return v.BehaviorClose
}

// Word is the text of the case's cell in the matrix.
func (v *Case) Word() string {
	if v.Behavior != "" {
		return string(v.Behavior)
	}
	return string(v.Verdict)
}
