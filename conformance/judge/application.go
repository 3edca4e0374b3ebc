package judge

import (
	"fmt"
	"slices"

	"github.com/wsspec/wsspec/conformance/observed"
	"github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/ref/wire"
)

// declined says why a case judges nothing of an application: it ended the connection by
// itself, and in a way that the RFC leaves to it (RFC6455-7.2.2-1). It is empty where that
// is not what happened, and where the peer also did what it must not do.
func declined(c *script.Case, o observed.Conversation) string {
	a := c.Script.Application
	end := endOf(o.Events)
	if a == nil || !end.came || endedFirst(o, end) || breaksAnything(o.Events) {
		return ""
	}
	best := c.Script.Outcomes[0].Ending
	if best.By == script.ByRefusal && notOpened(o.Events) || best.By != script.ByHarness && !a.Sends() {
		return "" // the end of the connection is what the case is about, or there is none
	}
	got := Answers(o.Events[:end.at], o.Pings) // a pong behind its Close is no wrong one
	if n, _ := agree(c.Script.Outcomes, got); n < len(got) {
		return ""
	}
	if o.ScriptClosedAt >= 0 && o.ScriptClosedAt <= end.at && end.close != nil && (end.close.WithoutCode() || end.close.Code == wire.StatusNormalClosure || end.close.Code == wire.StatusGoingAway) {
		return "" // an answer to the script's Close
	}
	switch {
	case end.close != nil && (end.close.WithoutCode() || len(end.close.Body) > 1) && a.Declines(end.close.Code):
	case end.close == nil && a.Sends():
	default:
		return ""
	}
	peer, how := subject(o), o.Events[end.at].String()
	if !a.Sends() {
		return fmt.Sprintf("Not judged: the %s ended the connection by itself (%s) before the case was over.", peer, how)
	}
	return fmt.Sprintf("Not judged: the %s ended the connection by itself (%s) when it had got a message, which an application may not understand.", peer, how)
}

// ungreeted says why a case judges nothing of an application that did not take part in the
// greeting of its dialogue. What it broke in the greeting counts all the same.
func ungreeted(o observed.Conversation) (why string, yes bool) {
	at := slices.IndexFunc(o.Events, func(e observed.Event) bool { return e.Kind == observed.EventUngreeted })
	if at < 0 || slices.ContainsFunc(o.Events, breach) {
		return "", false
	}
	return "Not judged: the greeting of the dialogue stopped: " + o.Events[at].Name + ".", true
}

func breaksAnything(events []observed.Event) bool {
	for _, e := range events {
		if breach(e) || e.Kind == observed.EventNoConnection {
			return true
		}
	}
	return false
}
