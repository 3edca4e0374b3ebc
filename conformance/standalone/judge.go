package standalone

import (
	"fmt"
	"slices"
	"strings"
)

// A Verdict is what came of a case.
type Verdict struct {
	// Behavior is OK, NON-STRICT, INFORMATIONAL, UNIMPLEMENTED or FAILED; Close
	// is OK, INFORMATIONAL, WRONG CODE, UNCLEAN, FAILED or FAILED BY CLIENT.
	Behavior, Close string
	// Sentence says what was expected and what came.
	Sentence string
}

// Failed reports whether the peer broke a rule. A wrong status code does not: it
// breaks a SHOULD (RFC 6455 7.1.7).
func (v Verdict) Failed() bool {
	return v.Behavior != "UNIMPLEMENTED" &&
		(v.Behavior == "FAILED" || v.Close == "FAILED" || v.Close == "UNCLEAN" || v.Close == "FAILED BY CLIENT")
}

// failure is the verdict where the case could not be played.
func failure(format string, args ...any) Verdict {
	return Verdict{Behavior: "FAILED", Close: "FAILED", Sentence: fmt.Sprintf(format, args...)}
}

type match int

const (
	no   match = iota // no continuation can match
	part              // a true beginning
	full              // exactly what was expected
)

// compare tells how far events go towards what is expected.
func compare(want []Expect, got []event) match {
	if len(want) == 0 {
		if len(got) == 0 {
			return full
		}
		return no
	}
	w, rest := want[0], want[1:]
	if len(got) == 0 {
		if w.Maybe && compare(rest, nil) == full {
			return full
		}
		return part
	}
	switch e := got[0]; {
	case w.Quiet != "":
		if e.kind == quiet && e.payload == w.Quiet {
			return compare(rest, got[1:])
		}
	//+opening
	case w.Answer != "":
		if (e.kind == accepted && w.Answer == "accepted" || e.kind == refused && w.Answer == "refused" && (len(w.Conditions) > 0 || e.response.status >= 400)) &&
			meet(w.Conditions, e.response) {
			return compare(rest, got[1:])
		}
	//-opening
	case e.kind == message && e.opcode == w.Opcode:
		for i, p := range w.Payloads {
			if p == e.payload && i == len(w.Payloads)-1 {
				return compare(rest, got[1:])
			} else if p == e.payload {
				w.Payloads = w.Payloads[i+1:]
				return compare(append([]Expect{w}, rest...), got[1:])
			}
		}
	}
	if w.Maybe {
		return compare(rest, got)
	}
	return no
}

// answers leaves out the ends, and what an endpoint may send unasked: pings, and
// pongs for no ping of ours (RFC 6455 5.5.2, 5.5.3).
func (p *peer) answers(events []event) (kept []event) {
	for _, e := range events {
		if e.kind == pinged || e.ends() || e.kind == message && e.opcode == Pong && !p.pings[e.payload] {
			continue
		}
		kept = append(kept, e)
	}
	return kept
}

func (e event) ends() bool { return e.kind == closed || e.kind == tcpClosed || e.kind == tcpReset }

// decided tells while the case is played whether its outcome is clear, and
// whether it is now for the test to close the connection.
func (p *peer) decided(events []event, ended bool) (over, testCloses bool) {
	got := p.answers(events)
	for _, o := range p.c.Outcomes {
		testCloses = testCloses || o.Ending.By == ByTest && compare(o.Events, got) == full
	}
	for _, o := range p.c.Outcomes {
		switch m := compare(o.Events, got); {
		case m == no:
		case m == full && (o.Ending.By == ByTest || o.Ending.By == ByRefusal || ended):
			return true, testCloses
		case !ended:
			return false, testCloses
		}
	}
	return true, testCloses
}

// judge compares what was seen with the outcomes.
func (p *peer) judge() Verdict {
	got := p.answers(p.events)
	end, closeFrame := -1, (*event)(nil)
	reset, opened := false, false
	var words []string
	for i := range p.events {
		e := &p.events[i]
		if e.ends() && end < 0 {
			end = i
		}
		if e.kind == closed && closeFrame == nil {
			closeFrame = e
		}
		reset, opened = reset || e.kind == tcpReset, opened || e.kind == accepted
		words = append(words, e.words)
	}
	v, chosen := Verdict{Behavior: "FAILED"}, p.c.Outcomes[0]
	for _, o := range p.c.Outcomes {
		over := end >= 0
		switch by := o.Ending.By; {
		case by == ByPeer && p.testClosedAt >= 0 && (end < 0 || p.testClosedAt <= end):
			over = false // what came on the test's own Close is no failing
		case o.Ending.Exact && !o.Ending.closedSo(closeFrame):
			over = false
		case by == ByTest:
			over = true
		case by == ByRefusal && closeFrame != nil: // only on an open connection
			over = false
		case by == ByRefusal && !o.Ending.FIN && len(o.Events) > 0:
			over = true
		}
		if over && !(o.Ending.FIN && reset) && compare(o.Events, got) == full {
			v.Behavior, chosen = o.Verdict, o
			break
		}
	}
	v.Close = p.judgeClose(chosen.Ending, end, closeFrame, opened)
	if len(words) == 0 {
		words = []string{"nothing"}
	}
	why := p.why(chosen, got, v)
	v.Sentence = fmt.Sprintf("%s\n  expected: %s\n  came:     %s\n  see:      %s", why, p.c.Outcomes[0].Says, strings.Join(words, ", then "), p.c.Clauses)
	return v
}

func (p *peer) judgeClose(ending Ending, end int, closeFrame *event, opened bool) string {
	before := func(closedAt int) bool { return closedAt >= 0 && (end < 0 || closedAt <= end) }
	switch {
	case ending.By == ByRefusal && !opened:
		return "OK"
	case ending.DropTCPHere, ending.Any && end >= 0:
		return "INFORMATIONAL"
	case ending.By == ByPeer && (end < 0 || before(p.testClosedAt)):
		return "FAILED" // it had to fail the connection, and did not
	case ending.By != ByPeer && end >= 0 && !before(p.testClosedAt) && !before(p.stepClosedAt):
		return "FAILED" // it ended the connection before it was its turn
	case ending.Clean && closeFrame == nil:
		return "UNCLEAN"
	case end < 0:
		return "FAILED"
	case closeFrame != nil && !ending.permits(closeFrame.code):
		return "WRONG CODE"
	case p.dropped:
		return "FAILED BY CLIENT"
	}
	return "OK"
}

// permits says whether a Close frame may have that code; none (1005) always.
func (e Ending) permits(code int) bool {
	return code == 1005 || len(e.Codes) == 0 || slices.Contains(e.Codes, code)
}

// closedSo says whether an exact ending is how the peer closed.
func (e Ending) closedSo(frame *event) bool {
	return frame != nil && e.permits(frame.code) && (e.Clean || frame.code != 1005)
}

// why names the first thing that departs.
func (p *peer) why(o Outcome, got []event, v Verdict) string {
	if v.Behavior != "FAILED" {
		return map[string]string{
			"WRONG CODE": "the peer closed with another status code than fits", "UNCLEAN": "the peer did not answer the Close (RFC 6455 5.5.1)",
			"FAILED BY CLIENT": "the server left it to the client to close TCP (RFC 6455 7.1.1)",
			"FAILED":           "the peer ended the connection when it was not its turn, or did not when it was",
		}[v.Close]
	}
	for _, e := range got {
		if e.kind == violation {
			return "the peer sent " + e.words
		}
	}
	n := len(got)
	for n > 0 && compare(o.Events, got[:n]) == no {
		n--
	}
	switch {
	case n < len(got) && n < len(o.Events):
		return fmt.Sprintf("expected %s, and %s", o.Events[n].Says, got[n].came())
	case n < len(got):
		return got[n].came() + " where the connection had to end"
	case n < len(o.Events):
		return fmt.Sprintf("expected %s, which did not come", o.Events[n].Says)
	}
	return "what came fits no permitted outcome"
}
