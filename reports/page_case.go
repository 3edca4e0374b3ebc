package reports

// A caseView is one result as the page shows it.
type caseView struct {
	*Result
	// Key names the case in the page's address.
	Key string
	// PeerKey names its peer there.
	PeerKey string
	// Block is where its compressed account is.
	Block   int
	Clauses []clauseView
	Again   string
	// GoTest names the case's Go test in the block of them, and GoTestCommand
	// runs it; both are empty where there is none.
	GoTest, GoTestCommand string
	Section               string
}

// A clauseView is a clause with its id.
type clauseView struct {
	ID string
	Clause
}

func newCaseViews(r *Report) []*caseView {
	views := make([]*caseView, len(r.Results))
	tests := make(map[string]string)
	for _, t := range r.GoTests {
		for _, target := range r.Targets {
			if target.Role == t.Role {
				tests[peerKey(target.Agent, t.Role)+"~"+t.ID] = goTestCommand(target)
			}
		}
	}
	for i := range r.Results {
		res := &r.Results[i]
		v := &caseView{
			Result:  res,
			PeerKey: peerKey(res.Agent, res.Role),
			Again:   r.rerun(res),
			Section: SectionOf(res.ID),
		}
		v.Key = v.PeerKey + "~" + res.ID
		if command := tests[v.Key]; command != "" && res.Verdict != Pass && res.Verdict != Skip {
			v.GoTest, v.GoTestCommand = string(res.Role)+"~"+res.ID, command
		}
		for _, id := range res.Requirements {
			v.Clauses = append(v.Clauses, clauseView{id, r.Clauses[id]})
		}
		views[i] = v
	}
	return views
}

// peerKey names a peer in the page's address: "alpha~server". The tilde needs
// no escape there.
func peerKey(agent string, role Role) string { return agent + "~" + string(role) }

// Close is the close verdict where it says more than the behavior does.
func (v *caseView) Close() BehaviorClose {
	if v.BehaviorClose == CloseOK || string(v.BehaviorClose) == string(v.Behavior) {
		return ""
	}
	return v.BehaviorClose
}

// Word is what a cell of the matrix shows.
func (v *caseView) Word() string {
	if v.Behavior != "" {
		return string(v.Behavior)
	}
	return verdictWord(v.Verdict)
}
