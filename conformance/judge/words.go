package judge

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/wsspec/wsspec/conformance/observed"
	"github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/ref/wire"
)

// subject is how a sentence names the peer under test: by its role if that is known.
func subject(o observed.Conversation) string {
	if o.Role == 0 {
		return "peer"
	}
	return o.Role.String()
}

// SentenceCase makes the first letter a capital one.
func SentenceCase(s string) string {
	if s == "" || s[0] < 'a' || s[0] > 'z' {
		return s
	}
	return string(s[0]-'a'+'A') + s[1:]
}

// expected is an expectation in words.
func expected(e script.Expect) string {
	kind := e.Opcode.String()
	switch {
	case len(e.Payloads) != 1 || e.Payloads[0].Len() > 0:
		return e.String()
	case e.Kind == script.ExpectMessage:
		return "an empty " + kind + " message"
	case e.Kind == script.ExpectPongs:
		return "an empty pong"
	}
	return e.String()
}

// preferred is an outcome in words, as what the peer should have done.
func preferred(o script.Outcome) string {
	var parts []string
	for _, e := range o.Events {
		switch e.Kind {
		case script.ExpectMessage, script.ExpectPongs:
			if what := expected(e); len(e.Payloads) == 1 && e.Payloads[0].Len() > 0 {
				parts = append(parts, "send the "+what)
			} else {
				parts = append(parts, "send "+what)
			}
		case script.ExpectAccepted:
			parts = append(parts, "answer with "+e.String())
		case script.ExpectRefused:
			parts = append(parts, "refuse with "+e.String())
		case script.ExpectExchanged:
			if e.Opcode != 0 {
				parts = append(parts, "send "+e.String())
				break
			}
			parts = append(parts, "echo every message, octet for octet")
		case script.ExpectAnswer:
			parts = append(parts, "send "+e.String())
		case script.ExpectQuiet, script.ExpectMaybe: // nothing that the peer has to do
		}
	}
	switch end := o.Ending; {
	case end.By == script.ByHarness && end.Abandon, end.By == script.ByRefusal && !end.FIN && len(parts) > 0:
	case end.By == script.ByHarness && len(parts) > 0:
	case end.FIN && end.By == script.ByRefusal:
		parts = append(parts, "close TCP")
	case end.Notify:
		parts = append(parts, duty(end)+" and end TLS with a close_notify alert")
	case end.FIN:
		parts = append(parts, duty(end)+" and end TCP with a FIN")
	case end.By == script.ByScript && end.Clean && len(end.Codes) > 0:
		parts = append(parts, duty(end)+" with "+end.CodeList())
	case end.By == script.ByPeer && len(o.Events) > 0 && o.Events[len(o.Events)-1].Kind == script.ExpectQuiet:
		parts = append(parts, duty(end)+" at once")
	default:
		parts = append(parts, duty(end))
	}
	return strings.Join(parts, ", then ")
}

// duty says how the peer has to end the connection.
func duty(e script.Ending) string {
	switch {
	case e.By == script.ByRefusal:
		return "refuse the opening handshake"
	case e.By == script.ByPeer && e.Exact:
		return "send Close " + e.CodeList()
	case e.By == script.ByPeer && len(e.Codes) == 0:
		return "fail the connection"
	case e.By == script.ByPeer, refusesClose(e):
		return "fail the connection with " + e.CodeList()
	case e.By == script.ByScript:
		return "answer the Close"
	}
	return "send nothing more"
}

// did says in words what the peer did until the harness closed the connection.
func (e *explainer) did() string {
	events := e.o.Events
	if at := e.o.HarnessClosedAt; at > 0 && at < len(events) {
		events = events[:at]
	}
	const most = 4
	var parts []string
	for i := 0; i < len(events); {
		if n := marks(events[i:]); n > 0 {
			parts = append(parts, "kept the connection open"+e.after("for", waitedIn(events[i:i+n])))
			i += n
			continue
		}
		text, n := act(events[i]), 1
		for i+n < len(events) && act(events[i+n]) == text {
			n++
		}
		if n > 1 {
			text += fmt.Sprintf(", %d times", n)
		}
		parts = append(parts, text)
		i += n
	}
	if last := len(parts) - 1; last > 0 && (parts[last] == "closed TCP" || parts[last] == observed.EndStream || parts[last] == observed.Fin) && strings.HasPrefix(parts[last-1], "sent Close") {
		parts = parts[:last] // that follows from the Close frame
		if e.c.Script.Outcomes[0].Ending.Notify && events[len(events)-1].Truncated {
			parts = append(parts, "closed TCP without a close_notify alert")
		}
	}
	if len(parts) > most {
		parts = append(parts[:most:most], "…")
	}
	if len(parts) == 0 {
		return "sent nothing"
	}
	return strings.Join(parts, ", then ")
}

// marks is with how many marks of a wait the events begin.
func marks(events []observed.Event) (n int) {
	for n < len(events) && events[n].Kind == observed.EventQuiet && events[n].Name != script.PlainResponse {
		n++
	}
	return n
}

// waitedIn is how long the harness waited before the marks, in all.
func waitedIn(marks []observed.Event) (d time.Duration) {
	for _, m := range marks {
		d += m.Waited
	}
	return d
}

// after is " within 2 s", with that preposition; empty if the harness did not wait.
func (e *explainer) after(preposition string, d time.Duration) string {
	if d <= 0 {
		return ""
	}
	e.waited = true
	return " " + preposition + " " + Seconds(d)
}

// Seconds is a time in words, always in seconds: "0.04 s", "2 s".
func Seconds(d time.Duration) string {
	unit := 100 * time.Millisecond
	if d < time.Second {
		unit /= 10
	}
	return strconv.FormatFloat(d.Round(unit).Seconds(), 'f', -1, 64) + " s"
}

// orStream says what the peer did to a stream of HTTP/2, or else to TCP.
func orStream(e observed.Event, tcp string) string {
	if e.Stream != "" {
		return e.Stream
	}
	return tcp
}

// act is one event as what the peer did.
func act(e observed.Event) string {
	switch e.Kind {
	case observed.EventEOF:
		return orStream(e, "closed TCP") + inFrame(e)
	case observed.EventReset:
		return orStream(e, "reset TCP") + inFrame(e)
	case observed.EventQuiet: // the other marks are put together
		return "answered the plain request"
	case observed.EventAccepted, observed.EventRefused:
		return "answered with " + e.String()
	case observed.EventUngreeted:
		return "did not take part in the greeting"
	case observed.EventNoConnection:
		return "accepted no further connection"
	case observed.EventExchanged:
		if e.Type != 0 {
			return "sent " + e.String()
		}
		return fmt.Sprintf("echoed all %d messages", e.Frames)
	case observed.EventMessage, observed.EventPing, observed.EventPong:
		return "sent " + withArticle(e)
	}
	return "sent " + e.String()
}

// came is the event as a sentence without its end.
func (e *explainer) came(got observed.Event) string {
	e.waited = e.waited || got.Late
	switch got.Kind {
	case observed.EventQuiet:
		if got.Name == script.PlainResponse {
			return got.Name + " came"
		}
		return "the connection was still open" + e.after("after", got.Waited)
	case observed.EventMessage, observed.EventPing, observed.EventPong:
		return withArticle(got) + " came"
	}
	return got.String() + " came"
}

// withArticle names a message, ping or pong; one without payload is "an empty" one.
func withArticle(e observed.Event) string {
	if len(e.Payload) > 0 {
		return e.String()
	}
	kind := e.Kind.String()
	if e.Kind == observed.EventMessage {
		kind = e.Type.String() + " message"
	}
	return "an empty " + kind + e.Name
}

// inFrame says how far the frame was in which TCP ended.
func inFrame(e observed.Event) string {
	if e.Name == "" {
		return ""
	}
	return " " + e.Name
}

// lacks says how an answer to the opening request differs from what it had to be;
// empty if it is of another kind.
func lacks(e script.Expect, got observed.Event) string {
	if e.Kind == script.ExpectAccepted && got.Kind != observed.EventAccepted || e.Kind == script.ExpectRefused && got.Kind != observed.EventRefused ||
		e.Kind != script.ExpectAccepted && e.Kind != script.ExpectRefused {
		return ""
	}
	var wrong []string
	for _, c := range e.Conditions {
		if !c.Holds(got.Response.Status, got.Response.Fields) {
			wrong = append(wrong, difference(c))
		}
	}
	if len(wrong) == 0 {
		return ""
	}
	return fmt.Sprintf("the %d response %s", got.Response.Status, strings.Join(wrong, " and "))
}

// difference says what is wrong with an answer that does not meet the condition.
func difference(c script.Condition) string {
	switch c.Op {
	case script.ConditionStatus:
		return "has another status than " + strings.TrimPrefix(c.String(), "status ")
	case script.ConditionHas:
		return "lacks the field " + c.Name
	case script.ConditionLacks:
		return "has a field " + c.Name
	case script.ConditionNotSays:
		return fmt.Sprintf("has %q in %s", c.Value, c.Name)
	}
	return fmt.Sprintf("lacks %q", c.Name+": "+c.Value)
}

// ViolationSentence explains a case whose opening handshake broke a rule.
func ViolationSentence(v *wire.Violation) string {
	return SentenceCase("the opening handshake failed: "+v.Error()) + "."
}
