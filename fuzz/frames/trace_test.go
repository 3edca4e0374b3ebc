package frames

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"github.com/wsspec/wsspec/ref/wire"
)

// A trace has the events for a stream of octets, in a form that does not depend on how the
// octets were split. Its memory is reused for the next stream.
type trace struct {
	steps  []step
	octets []byte // the data of all steps
}

// A step is an event, or several EventData in a row.
type step struct {
	kind       wire.EventKind
	opcode     wire.Opcode
	compressed bool
	from, to   int // the place of its data in trace.octets
	code       wire.StatusCode
	reason     string
	violation  *wire.Violation
	// may lists the rules that are broken here according to the naive parser.
	may []*wire.Rule
}

func (t *trace) reset() { t.steps, t.octets = t.steps[:0], t.octets[:0] }

func (t *trace) add(s step, data []byte) {
	if last := len(t.steps) - 1; s.kind == wire.EventData && last >= 0 && t.steps[last].kind == wire.EventData {
		t.octets = append(t.octets, data...)
		t.steps[last].to = len(t.octets)
		return
	}
	s.from = len(t.octets)
	t.octets = append(t.octets, data...)
	s.to = len(t.octets)
	t.steps = append(t.steps, s)
}

func (t *trace) event(ev wire.Event) {
	t.add(step{
		kind: ev.Kind, opcode: ev.Opcode, compressed: ev.Compressed,
		code: ev.Code, reason: ev.Reason, violation: ev.Violation,
	}, ev.Data)
}

// same reports whether the traces are equal, including the texts of violations.
func (t *trace) same(other *trace) bool {
	return bytes.Equal(t.octets, other.octets) && slices.EqualFunc(t.steps, other.steps, func(a, b step) bool {
		if (a.violation == nil) != (b.violation == nil) || a.violation != nil && *a.violation != *b.violation {
			return false
		}
		a.violation, b.violation = nil, nil
		return a.equal(b)
	})
}

// permittedBy reports whether the naive parser has the same steps, and allows the failure
// if there is one.
func (t *trace) permittedBy(naive *trace) bool {
	return bytes.Equal(t.octets, naive.octets) && slices.EqualFunc(t.steps, naive.steps, func(a, b step) bool {
		if (a.violation != nil) != (len(b.may) > 0) {
			return false
		}
		if a.violation != nil {
			return a.kind == b.kind && slices.Contains(b.may, a.violation.Rule) && a.code == a.violation.Rule.Code
		}
		return a.equal(b)
	})
}

func (s step) equal(other step) bool {
	return s.kind == other.kind && s.opcode == other.opcode && s.compressed == other.compressed &&
		s.from == other.from && s.to == other.to && s.code == other.code && s.reason == other.reason
}

// String returns a readable list of the steps.
func (t *trace) String() string {
	var b strings.Builder
	for _, s := range t.steps {
		fmt.Fprintf(&b, "\n\t%v", s.kind)
		if s.opcode != 0 {
			fmt.Fprintf(&b, " %v", s.opcode)
		}
		if s.compressed {
			b.WriteString(" compressed")
		}
		if s.to > s.from {
			fmt.Fprintf(&b, " % x", t.octets[s.from:s.to])
		}
		if s.code != 0 {
			fmt.Fprintf(&b, " %d %q", s.code, s.reason)
		}
		if s.violation != nil {
			fmt.Fprintf(&b, " %v", s.violation)
		}
		if len(s.may) > 0 {
			fmt.Fprintf(&b, " for one of %v", ids(s.may))
		}
	}
	return b.String()
}
