// Package review judges the transcripts of a report as package conformance/check judges
// captured packets: by what is to be seen on the wire, without the case.
package review

import (
	"time"

	"github.com/wsspec/wsspec/conformance/check"
	"github.com/wsspec/wsspec/conformance/passive"
	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/ref/wire"
	"github.com/wsspec/wsspec/reports"
)

// Report judges the connection of each result that has a transcript. Where options name no
// sender, only the peers under test are judged: what wsspec sends is wrong on purpose in
// many cases.
func Report(name string, r *reports.Report, o check.Options) (*check.File, error) {
	c := check.NewCollector(name, "transcripts of wsspec", o)
	without := 0
	histories := map[string]*check.History{}
	for i := range r.Results {
		res, err := r.Whole(i)
		if err != nil {
			return c.File(), err
		}
		switch {
		case len(res.Transcript) > 0:
			result(c, r.Started, res, historyOf(histories, res))
		case res.Verdict.Ran():
			without++
		}
	}
	if without > 0 {
		c.Note("results that have no transcript here: %d", without)
	}
	return c.File(), nil
}

// historyOf is the history of a client under test; nil for a server, whose clients are the
// harness.
func historyOf(all map[string]*check.History, res *reports.Result) *check.History {
	if res.Role != verdict.Client {
		return nil
	}
	if all[res.Agent] == nil {
		all[res.Agent] = &check.History{}
	}
	return all[res.Agent]
}

// result judges the connection of a result.
func result(c *check.Collector, began time.Time, res *reports.Result, history *check.History) {
	sides := map[reports.Direction]wire.Role{reports.Sent: wire.RoleClient, reports.Received: wire.RoleServer}
	out := check.Connection{Case: res.ReplayID(), Verdict: string(res.Verdict), Began: began, Client: "wsspec", Server: res.Agent}
	if res.Role == verdict.Client {
		sides[reports.Sent], sides[reports.Received] = wire.RoleServer, wire.RoleClient
		out.Client, out.Server = out.Server, out.Client
	}
	out.Harness = sides[reports.Sent].String()
	t := transcript{judge: c.Judge(out, history), sides: sides, behind: map[reports.Direction]bool{}}
	for i := range res.Transcript {
		e := &res.Transcript[i]
		t.entry(began.Add(time.Duration(e.T)*time.Microsecond), e)
	}
	t.judge.Done(check.PlainHTTP, "open at the end of the transcript")
}

// Why octets are missing.
const (
	whyCut     = "the transcript has only the beginning of what was sent"
	whyLeftOut = "the transcript leaves entries out"
)

// A transcript is one that is judged.
type transcript struct {
	judge *check.Judge
	sides map[reports.Direction]wire.Role
	// behind are the directions of which entries were left out before the next one.
	behind map[reports.Direction]bool
}

func (t *transcript) entry(at time.Time, e *reports.Entry) {
	sender := t.sides[e.Dir]
	switch {
	case e.LeavesOut():
		t.behind[reports.Sent], t.behind[reports.Received] = true, true
	case e.Kind == reports.KindDrop:
		t.judge.Closed(t.sides[reports.Sent], at, passive.FIN)
	case e.Dir == reports.Note:
	case e.Length > 0:
		if t.behind[e.Dir] {
			t.leap(at, e)
		}
		t.judge.Octets(sender, at, e.Octets)
		if e.Cut() {
			t.judge.Missing(sender, at, e.Length-int64(len(e.Octets)), whyCut)
		}
	case e.Kind == reports.KindEOF:
		t.judge.Closed(sender, at, passive.FIN)
	case e.Kind == reports.KindReset:
		t.judge.Closed(sender, at, passive.Reset)
	}
}

// leap goes on behind entries that were left out. Where the next entry is a frame, these were
// whole frames.
func (t *transcript) leap(at time.Time, e *reports.Entry) {
	t.behind[e.Dir] = false
	if e.Kind == reports.KindFrame {
		t.judge.LeftOut(t.sides[e.Dir], at, whyLeftOut)
	} else {
		t.judge.Missing(t.sides[e.Dir], at, -1, whyLeftOut)
	}
}
