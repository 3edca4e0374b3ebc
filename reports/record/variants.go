package record

import (
	"maps"

	"github.com/wsspec/wsspec/conformance"
	"github.com/wsspec/wsspec/ref/wire"
	"github.com/wsspec/wsspec/reports"
)

// PlanVariants says that the run plays variants of an agent's cases, behind the cases. It
// is not complete before [Record.Varied] says so.
func (r *Record) PlanVariants(agent string, role wire.Role) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.varying == nil {
		r.varying = map[reports.Peer]bool{}
	}
	peer := reports.Peer{Agent: agent, Role: roleOf(role)}
	r.varying[peer] = true
	r.journaled(func(j *reports.Journal) error { return j.Variants(peer, nil, false) })
}

// Varied adds how the variants of an agent's cases went, from the results that the run
// has returned: those that were Put do not have it, if no variant failed. all says that
// every variant was played.
func (r *Record) Varied(agent string, role wire.Role, results []conformance.Result, all bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	peer := reports.Peer{Agent: agent, Role: roleOf(role)}
	of := map[string]reports.Variants{}
	for i := range results {
		v := variantsOf(&results[i])
		if v == nil || v.Shown != "" {
			continue
		}
		of[results[i].Case.ID] = *v
		if at, ok := r.index[caseOfPeer{peer, results[i].Case.ID}]; ok {
			r.report.Results[at].Variants = v
		}
	}
	if all {
		delete(r.varying, peer)
	}
	r.journaled(func(j *reports.Journal) error { return j.Variants(peer, of, all) })
}

// Found says that a case of an agent fails by a variant, while others are still to be
// played. Only the journal takes it, for the case that this process is killed: the results
// of the run, once it ends, have what stays.
func (r *Record) Found(agent string, result conformance.Result) {
	r.mu.Lock()
	known, wanted := r.secrets.Clone(), r.journal != nil
	r.mu.Unlock()
	if !wanted {
		return
	}
	res := resultOf(agent, redacted(known, &result))
	r.mu.Lock()
	defer r.mu.Unlock()
	maps.Copy(r.report.Clauses, clausesByID(res.Named()))
	r.journaled(func(j *reports.Journal) error {
		if err := j.Clauses(r.report.Clauses); err != nil {
			return err
		}
		return j.Found(&res)
	})
}

// variantsOf is what a report says of the variants of a case, nil if none was played.
func variantsOf(res *conformance.Result) *reports.Variants {
	v := res.Variants
	if v == nil {
		return nil
	}
	out := &reports.Variants{Played: v.Played, Failed: v.Failed}
	if v.Shown != nil {
		out.Shown = v.Shown.Case.ID
	}
	return out
}
