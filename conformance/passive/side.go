package passive

import (
	"fmt"
	"time"

	"github.com/wsspec/wsspec/conformance/observed"
	"github.com/wsspec/wsspec/ref/wire"
)

// A side is one sender of a connection.
type side struct {
	of   *Connection
	role wire.Role
	// offset is how many octets it has sent.
	offset int64
	// held are the latest of these, which are not judged yet, and marks say when they came.
	held  []byte
	marks []mark
	// body is what is left of the body of an HTTP message.
	body body
	// frames judges what is behind the opening handshake; nil before.
	frames *frames
	// stopped: nothing more is judged. ended: TCP has ended.
	stopped, ended bool
	seen           Side
}

// A mark is the time of the octets up to an offset.
type mark struct {
	upTo int64
	at   time.Duration
}

// mostHeld is how many octets wait to be judged at most: those of a head, or those of a
// client that does not wait for the response.
const mostHeld = wire.MaxHandshakeLen

// take takes the next octets.
func (s *side) take(octets []byte, at time.Duration) {
	begin := s.offset
	s.offset += int64(len(octets))
	switch {
	case s.stopped || len(octets) == 0:
	case s.of.phase == inFrames:
		s.frames.feed(octets, begin, at)
	case s.of.phase == inHTTP:
		octets = s.body.skip(octets)
		if len(octets) == 0 {
			return
		}
		s.held = append(s.held, octets...)
		s.marks = append(s.marks, mark{s.offset, at})
		s.of.readHTTP()
		if len(s.held) > mostHeld && !s.stopped {
			s.tooMuch(at)
		}
	}
}

// tooMuch stops judging what has to wait, because it takes too much memory.
func (s *side) tooMuch(at time.Duration) {
	why := fmt.Sprintf("the %s sent more than %d octets before the other side took part in the opening handshake", s.role, mostHeld)
	if s.role == wire.RoleClient {
		s.stop(why, at)
		return
	}
	s.of.giveUp(s.role, why, at)
}

// stop stops judging.
func (s *side) stop(why string, at time.Duration) {
	offset := s.begin()
	s.held, s.marks = nil, nil
	if s.stopped || s.ended {
		return
	}
	s.stopped, s.seen.Stopped = true, why
	if s.frames != nil {
		s.frames.release()
	}
	if s.of.options.Unjudged != nil {
		s.of.options.Unjudged(Unjudged{Sender: s.role, At: at, Offset: offset, Why: why, Rest: true})
	}
}

// close files the end of TCP.
func (s *side) close(how End, at time.Duration) {
	if s.ended {
		return
	}
	text := fmt.Sprintf("%s by the %s", how, s.role)
	if s.frames != nil && !s.stopped {
		if cut := s.frames.cut(); cut != "" {
			text += " " + cut
		}
	}
	kind := observed.EntryReset
	if how == FIN {
		kind = observed.EntryEOF
	}
	s.ended, s.seen.End = true, how
	s.of.enter(s, s.offset, observed.Entry{At: at, Kind: kind, Text: text}, true)
}

// begin is the offset of the first octet that is held.
func (s *side) begin() int64 { return s.offset - int64(len(s.held)) }

// drop takes n octets out of what is held. The slice returned is valid until the next call
// that holds octets.
func (s *side) drop(n int) []byte {
	octets := s.held[:n]
	s.held = s.held[n:]
	upTo := s.begin()
	for len(s.marks) > 0 && s.marks[0].upTo <= upTo {
		s.marks = s.marks[1:]
	}
	if len(s.held) == 0 {
		s.held = nil
	}
	return octets
}

// when is the time of the octet before an offset, which is held.
func (s *side) when(upTo int64) time.Duration {
	for _, m := range s.marks {
		if m.upTo >= upTo {
			return m.at
		}
	}
	return 0
}
