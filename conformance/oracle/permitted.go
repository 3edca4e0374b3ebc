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

// Permitted is the set of allowed reactions.
type Permitted struct {
	// Answers lists the expected echoes and Pongs, in their order.
	Answers []Answer
	// Endings lists the ways in which the connection may continue or end. It has at
	// least one member.
	Endings []Ending
	// unanswered lists the payloads of Pings that must not be answered.
	unanswered [][]byte
	role       wire.Role
}

// An Answer is an echo or a Pong.
type Answer struct {
	Kind    Kind // Message or Pong
	Opcode  wire.Opcode
	Payload []byte
	// Requires is the id of the requirement that demands it.
	Requires string
}

// Fate says how a connection continues or ends.
type Fate uint8

// The fates.
const (
	// Stays: the connection stays open, and every answer is required.
	Stays Fate = iota + 1
	// Closes: the endpoint answers a Close frame, with one of the codes or without
	// a code (RFC6455-5.5.1-7), and TCP is closed. The endpoint may omit answers to
	// earlier frames (RFC6455-5.5.1-10).
	Closes
	// Fails: the endpoint fails the connection, with a Close frame that has one of the
	// codes or no code, or by closing TCP immediately (RFC6455-7.1.7-6). The endpoint
	// may omit answers to earlier frames.
	Fails
)

// An Ending is one way in which the connection may continue or end.
type Ending struct {
	Fate  Fate
	Codes []wire.StatusCode
	// AnyCode allows every code.
	AnyCode bool
	// Requires is the id of the requirement that allows or demands it.
	Requires string
}

// Permits reports whether an observation is allowed. If it is not, why says what is
// wrong.
//
// Echoes must be in order, and so must Pongs. A Pong may come before or after an echo:
// whether it comes as soon as practical (RFC6455-5.5.2-4) does not show in the octets.
// Permits ignores the endpoint's own Pings, and Pongs with a payload that no Ping had
// (RFC6455-5.5.2-5, RFC6455-5.5.3-3).
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

// matching is the state of the comparison of an observation with the set.
type matching struct {
	permitted *Permitted
	// nextEcho is the index of the answer at which the search for the next echo starts.
	// skipped is the first echo that did not come.
	nextEcho int
	skipped  *Answer
	// lastPing is the index of the answer to the last Ping, lastPong that of the last
	// Pong that came; -1 if there is none.
	lastPing, lastPong int
	closed             *Event
	ended              bool
}

func (m *matching) take(e Event) (why string) {
	if m.ended && e.Kind != EOF {
		return "an event came after the end of TCP"
	}
	if m.closed != nil && e.Kind == Message { // RFC6455-5.5.1-6
		return fmt.Sprintf("%s came after the endpoint's own Close (RFC6455-5.5.1-6)", e)
	}
	switch e.Kind {
	case Message:
		return m.message(e)
	case Pong:
		if m.closed != nil { // no rule forbids it there
			return ""
		}
		return m.pong(e)
	case Close:
		if m.closed == nil { // a second one is no data frame (RFC6455-5.5.1-6)
			m.closed = &e
		}
		return closeBreach(e.Payload)
	case EOF:
		m.ended = true
	case Ping: // RFC6455-5.5.2-5
	default:
		return fmt.Sprintf("unknown event kind %d", e.Kind)
	}
	return ""
}

// message searches the missing echoes for the message.
func (m *matching) message(e Event) string {
	var expected *Answer
	for i := m.nextEcho; i < len(m.permitted.Answers); i++ {
		a := &m.permitted.Answers[i]
		if a.Kind != Message {
			continue
		}
		if a.Opcode == e.Opcode && bytes.Equal(a.Payload, e.Payload) {
			m.nextEcho = i + 1
			if m.skipped == nil {
				m.skipped = expected
			}
			return ""
		}
		if expected == nil {
			expected = a
		}
	}
	if expected == nil {
		return fmt.Sprintf("%s came, but no echo is expected", e)
	}
	return fmt.Sprintf("%s came, but the expected echo is %s (%s)", e, expected.event(), expected.Requires)
}

// pong searches for the Ping that a Pong answers. Earlier Pings then need no answer
// (RFC6455-5.5.3-2).
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
		return fmt.Sprintf("%s came more than once, or after the answer to a later ping (RFC6455-5.5.3-1)", e)
	}
	for _, payload := range m.permitted.unanswered {
		if bytes.Equal(payload, e.Payload) {
			return fmt.Sprintf("%s came, but its ping is in or after a violation (RFC6455-7.1.7-7)", e)
		}
	}
	return "" // RFC6455-5.5.3-3: an unsolicited Pong
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
		return fmt.Sprintf("the connection stayed open, but must end: %s (%s)", e, e.Requires)
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

// ending checks how the endpoint ended the connection.
func (m *matching) ending(final bool) string {
	if m.closed == nil {
		if m.permitted.ending(Fails) != nil { // RFC6455-7.1.7-6
			return ""
		}
		if e := m.permitted.ending(Closes); e != nil {
			return fmt.Sprintf("TCP ended without the required Close (%s)", e.Requires)
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
			return "the server left TCP open after its Close (RFC6455-7.1.1-3)"
		}
		return ""
	}
	if !ends {
		return fmt.Sprintf("%s came without a reason (RFC6455-7.2.1-3)", *m.closed)
	}
	return fmt.Sprintf("%s came, but only this is allowed: %s", *m.closed, m.permitted.endings())
}

// closeBreach returns what is wrong with the body of the endpoint's Close frame, or "".
func closeBreach(body []byte) string {
	switch {
	case len(body) == 0:
		return ""
	case len(body) == 1:
		return "a Close frame with a 1-octet body came (RFC6455-5.5.1-2)"
	case len(body) > 125:
		return "a Close frame with more than 125 octets came (RFC6455-5.5-1)"
	case !utf8.Valid(body[2:]):
		return "a Close frame with a reason that is not valid UTF-8 came (RFC6455-5.5.1-3)"
	}
	code := wire.StatusCode(binary.BigEndian.Uint16(body))
	if u, requirement := codeUse(code); u == neverUsed {
		return fmt.Sprintf("Close %d came, but the code must not be sent (%s)", uint16(code), requirement)
	}
	return ""
}

// permits reports whether the Close frame of this ending may have the body. A body
// without a code is always allowed (RFC6455-7.4-2).
func (e *Ending) permits(body []byte) bool {
	return e.AnyCode || len(body) < 2 || slices.Contains(e.Codes, wire.StatusCode(binary.BigEndian.Uint16(body)))
}

// ending returns the ending with the fate, or nil if there is none.
func (p *Permitted) ending(fate Fate) *Ending {
	for i := range p.Endings {
		if p.Endings[i].Fate == fate {
			return &p.Endings[i]
		}
	}
	return nil
}

// Stays reports whether the connection may stay open.
func (p *Permitted) Stays() bool { return p.ending(Stays) != nil }

// String returns a readable form of the set.
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

// String returns a readable form of the ending.
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

// String returns a readable form of the event. It shortens long payloads.
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
