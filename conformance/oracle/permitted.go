package oracle

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/wsspec/wsspec/ref/wire"
)

// Permitted is the set of permitted outcomes.
type Permitted struct {
	// Answers are what the octets ask for, in their order: echoes and pongs.
	Answers []Answer
	// Endings are the ways in which the connection may go on or end; at least
	// one.
	Endings []Ending
	// unanswered are the payloads of pings that must not be answered.
	unanswered [][]byte
	role       wire.Role
}

// An Answer is an echo or a pong.
type Answer struct {
	Kind    Kind // Message or Pong
	Opcode  wire.Opcode
	Payload []byte
	// Requires is the requirement that asks for it.
	Requires string
}

// Fate is how a connection goes on.
type Fate uint8

// The fates.
const (
	// Stays: the connection stays open; every answer is owed.
	Stays Fate = iota + 1
	// Closes: the endpoint answers a Close frame, with one of the codes or none
	// (RFC6455-5.5.1-7), and TCP is closed. Answers to what came before the
	// Close may be left out (RFC6455-5.5.1-10).
	Closes
	// Fails: the endpoint fails the connection, with a Close frame that has one
	// of the codes or none, or by closing TCP at once (RFC6455-7.1.7-6). Answers
	// to what came before the mistake may be left out.
	Fails
)

// An Ending is one way to go on.
type Ending struct {
	Fate  Fate
	Codes []wire.StatusCode
	// AnyCode: every code will do.
	AnyCode bool
	// Requires is the requirement that permits or asks for it.
	Requires string
}

// Permits reports whether an observation is in the set; if it is not, why says
// what is wrong in a sentence.
//
// Pongs and echoes each keep their order, but a pong may overtake an echo or
// come behind it: that it come as soon as practical (RFC6455-5.5.2-4) is a matter
// of time, which octets do not tell. Pings of the endpoint's own and pongs with a
// payload that no ping had are passed over (RFC6455-5.5.2-5, RFC6455-5.5.3-3).
func (p *Permitted) Permits(seen Observation) (ok bool, why string) {
	m := matching{permitted: p, lastPing: -1, lastPong: -1}
	for i := range p.Answers {
		if p.Answers[i].Kind == Pong {
			m.lastPing = i
		}
	}
	for _, e := range seen.Events {
		if why := m.take(e); why != "" {
			return false, why
		}
	}
	if why := m.conclude(seen.Final); why != "" {
		return false, why
	}
	return true, ""
}

// matching walks over an observation.
type matching struct {
	permitted *Permitted
	// nextEcho is the answer from which the next echo is looked for; skipped is
	// the first echo that was passed over.
	nextEcho int
	skipped  *Answer
	// lastPing is the last ping's answer, lastPong the last pong that came; -1
	// is none.
	lastPing, lastPong int
	closed             *Event
	ended              bool
}

func (m *matching) take(e Event) (why string) {
	if m.ended && e.Kind != EOF {
		return "something came when TCP had ended"
	}
	if m.closed != nil && e.Kind != EOF { // RFC6455-5.5.1-6
		return fmt.Sprintf("%s came behind the endpoint's own Close (RFC6455-5.5.1-6)", e)
	}
	switch e.Kind {
	case Message:
		return m.message(e)
	case Pong:
		return m.pong(e)
	case Close:
		m.closed = &e
		return closeBreach(e.Payload)
	case EOF:
		m.ended = true
	case Ping: // RFC6455-5.5.2-5
	default:
		return fmt.Sprintf("event of unknown kind %d", e.Kind)
	}
	return ""
}

// message looks for the echo among those still to come.
func (m *matching) message(e Event) string {
	var owed *Answer
	for i := m.nextEcho; i < len(m.permitted.Answers); i++ {
		a := &m.permitted.Answers[i]
		if a.Kind != Message {
			continue
		}
		if a.Opcode == e.Opcode && bytes.Equal(a.Payload, e.Payload) {
			m.nextEcho = i + 1
			if m.skipped == nil {
				m.skipped = owed
			}
			return ""
		}
		if owed == nil {
			owed = a
		}
	}
	if owed == nil {
		return fmt.Sprintf("%s came, and no echo is owed", e)
	}
	return fmt.Sprintf("%s came, the echo owed is %s (%s)", e, owed.event(), owed.Requires)
}

// pong looks for the ping that a pong answers. Those before it need no answer
// any more (RFC6455-5.5.3-2).
func (m *matching) pong(e Event) string {
	asked := false
	for i := range m.permitted.Answers {
		a := &m.permitted.Answers[i]
		if a.Kind != Pong || !bytes.Equal(a.Payload, e.Payload) {
			continue
		}
		if i > m.lastPong {
			m.lastPong = i
			return ""
		}
		asked = true
	}
	if asked {
		return fmt.Sprintf("%s came more than once, or behind the answer to a later ping (RFC6455-5.5.3-1)", e)
	}
	for _, payload := range m.permitted.unanswered {
		if bytes.Equal(payload, e.Payload) {
			return fmt.Sprintf("%s came, for a ping in or behind a mistake (RFC6455-7.1.7-7)", e)
		}
	}
	return "" // RFC6455-5.5.3-3: nobody asked for it
}

func (m *matching) conclude(final bool) string {
	switch {
	case m.closed != nil || m.ended:
		return m.ending(final)
	case !final:
		return ""
	}
	stays := m.permitted.ending(Stays)
	if stays == nil {
		e := m.permitted.Endings[0]
		return fmt.Sprintf("the endpoint went on, and had to end the connection: %s (%s)", e, e.Requires)
	}
	if m.skipped != nil {
		return fmt.Sprintf("no %s came (%s)", m.skipped.event(), m.skipped.Requires)
	}
	for i := m.nextEcho; i < len(m.permitted.Answers); i++ {
		if a := &m.permitted.Answers[i]; a.Kind == Message {
			return fmt.Sprintf("no %s came (%s)", a.event(), a.Requires)
		}
	}
	if m.lastPing > m.lastPong {
		last := &m.permitted.Answers[m.lastPing]
		if m.lastPong < 0 || !bytes.Equal(last.Payload, m.permitted.Answers[m.lastPong].Payload) {
			return fmt.Sprintf("no %s came (%s)", last.event(), last.Requires)
		}
	}
	return ""
}

// ending judges how the endpoint ended the connection.
func (m *matching) ending(final bool) string {
	if m.closed == nil {
		if m.permitted.ending(Fails) != nil { // RFC6455-7.1.7-6
			return ""
		}
		if e := m.permitted.ending(Closes); e != nil {
			return fmt.Sprintf("TCP ended without the Close owed (%s)", e.Requires)
		}
		return "the endpoint ended TCP without a reason (RFC6455-7.3-3)"
	}
	ends := false
	for i := range m.permitted.Endings {
		e := &m.permitted.Endings[i]
		if e.Fate == Stays {
			continue
		}
		ends = true
		if !e.permits(m.closed.Payload) {
			continue
		}
		if final && !m.ended && m.permitted.role == wire.RoleServer {
			return "the server left TCP open behind its Close (RFC6455-7.1.1-3)"
		}
		return ""
	}
	if !ends {
		return fmt.Sprintf("%s came without a reason (RFC6455-7.2.1-3)", *m.closed)
	}
	return fmt.Sprintf("%s came, permitted is: %s", *m.closed, m.permitted.endings())
}

// closeBreach returns what is wrong with the body of an endpoint's own Close
// frame, or "".
func closeBreach(body []byte) string {
	switch {
	case len(body) == 0:
		return ""
	case len(body) == 1:
		return "a Close frame of one octet came (RFC6455-5.5.1-2)"
	case len(body) > 125:
		return "a Close frame of more than 125 octets came (RFC6455-5.5-1)"
	case !utf8.Valid(body[2:]):
		return "a Close frame whose reason is not UTF-8 came (RFC6455-5.5.1-3)"
	}
	code := wire.StatusCode(binary.BigEndian.Uint16(body))
	if u, requirement := codeUse(code); u == neverUsed {
		return fmt.Sprintf("Close %d came, a code that is never sent (%s)", uint16(code), requirement)
	}
	return ""
}

// permits reports whether a Close frame of this ending may have the body; none
// is always permitted (RFC6455-7.4-2).
func (e *Ending) permits(body []byte) bool {
	return e.AnyCode || len(body) < 2 || slices.Contains(e.Codes, wire.StatusCode(binary.BigEndian.Uint16(body)))
}

// ending returns the ending of that fate, or nil.
func (p *Permitted) ending(fate Fate) *Ending {
	for i := range p.Endings {
		if p.Endings[i].Fate == fate {
			return &p.Endings[i]
		}
	}
	return nil
}

// String describes the set for people.
func (p *Permitted) String() string {
	parts := make([]string, 0, len(p.Answers))
	for i := range p.Answers {
		parts = append(parts, p.Answers[i].event().String())
	}
	if len(parts) == 0 {
		parts = []string{"nothing"}
	}
	return strings.Join(parts, ", ") + "; then " + p.endings()
}

func (p *Permitted) endings() string {
	parts := make([]string, len(p.Endings))
	for i, e := range p.Endings {
		parts[i] = e.String()
	}
	return strings.Join(parts, ", or ")
}

// String describes the ending for people.
func (e Ending) String() string {
	if e.Fate == Stays {
		return "the connection stays open"
	}
	codes := "any code"
	if !e.AnyCode {
		var parts []string
		for _, c := range e.Codes {
			parts = append(parts, fmt.Sprint(uint16(c)))
		}
		codes = strings.Join(parts, " or ")
	}
	if e.Fate == Closes {
		return "Close answered with " + codes
	}
	return "failed with " + codes
}

func (a *Answer) event() Event { return Event{Kind: a.Kind, Opcode: a.Opcode, Payload: a.Payload} }

// String describes the event for people, long payloads by their beginning.
func (e Event) String() string {
	const most = 32
	payload := fmt.Sprintf("%q", e.Payload[:min(len(e.Payload), most)])
	if len(e.Payload) > most {
		payload += fmt.Sprintf("… (%d octets)", len(e.Payload))
	}
	switch e.Kind {
	case Message:
		return fmt.Sprintf("%v message %s", e.Opcode, payload)
	case Ping:
		return "ping " + payload
	case Pong:
		return "pong " + payload
	case Close:
		if len(e.Payload) < 2 {
			return "Close without a code"
		}
		return fmt.Sprintf("Close %d", binary.BigEndian.Uint16(e.Payload))
	case EOF:
		return "the end of TCP"
	}
	return "no event"
}
