package run

import (
	"fmt"

	"github.com/wsspec/wsspec/conformance/verdict"
)

// A memoryWatch looks at the memory of the server's process while a case is played.
type memoryWatch struct {
	of func() (octets uint64, ok bool)
	// before is what it took first, and most the most so far.
	before, most uint64
	known        bool
}

func newMemoryWatch(of func() (uint64, bool)) *memoryWatch {
	m := &memoryWatch{of: of}
	m.look()
	return m
}

// look takes one measurement.
func (m *memoryWatch) look() {
	if m.of == nil {
		return
	}
	now, ok := m.of()
	if !ok {
		return
	}
	if !m.known {
		m.known, m.before = true, now
	}
	m.most = max(m.most, now)
}

// after adds to a result how much memory the process took. A case that passed becomes a
// warning if that grew beyond the bound of the case.
func (m *memoryWatch) after(r Result) Result {
	if !m.known {
		return r
	}
	m.look()
	grown := m.most - min(m.before, m.most)
	r = r.told(fmt.Sprintf("the memory of the server's process: %s before the case, at most %s in it", mebi(m.before), mebi(m.most)))
	if bound := r.Case.Script.MostMemory; bound > 0 && grown > bound && r.Verdict == verdict.Pass {
		r.Verdict, r.Behavior = verdict.Warn, verdict.NonStrict
		r.Explanation = fmt.Sprintf("The memory of the server's process grew by %s in this case, beyond %s. A limit on the size of messages should bound it (RFC 6455 10.4).", mebi(grown), mebi(bound))
	}
	return r
}

// mebi writes a number of octets in MiB.
func mebi(octets uint64) string { return fmt.Sprintf("%d MiB", (octets+1<<19)>>20) }
