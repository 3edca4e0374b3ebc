package conformance

import (
	"fmt"
	"strings"
)

// A Step is one thing that a script does. The set is closed: a case that needs
// what no step can say is a sign that a step is missing.
type Step interface {
	// String describes the step for people.
	String() string
	step()
}

// Chop says how the octets of a step are cut into writes, each of which goes
// to the network by itself.
type Chop int

// A Chop above zero is a number of octets a write.
const (
	// ChopNone writes all frames of the step at once.
	ChopNone Chop = 0
	// ChopFrames writes frame by frame.
	ChopFrames Chop = -1
	// ChopOctets writes octet by octet.
	ChopOctets Chop = 1
)

// Send sends frames, legal or not.
type Send struct {
	Frames []Frame
	Chop   Chop
}

// SendOctets sends octets as they are: parts of frames, or no frames at all.
type SendOctets struct {
	Octets []byte
	// Note says what the octets are.
	Note string
	Chop Chop
}

// SendPart sends a piece of a frame: its header if From is 0, and the octets
// From to To of its payload. The pieces of one frame follow each other in order.
type SendPart struct {
	Frame    Frame
	From, To int
}

// Await waits until the events have come, or the peer has ended the
// connection, or the answer deadline has passed. What came is judged at the
// end; the step only sets the pace.
type Await struct{ Events []Expect }

// Settle gives the peer a moment to act on what it has, and notes the event
// Quiet with this name if it did not end the connection. It is the short wait
// that keeps two writes apart.
type Settle struct{ Name string }

// Watch waits for the peer to end the connection, as long as failing fast may
// take, and notes the event Quiet with this name if it did not.
type Watch struct{ Name string }

// Hold waits for the peer's Close, keeps TCP open for a moment, and notes the
// event Quiet with this name if the peer did so too.
type Hold struct{ Name string }

func (Send) step()       {}
func (SendOctets) step() {}
func (SendPart) step()   {}
func (Await) step()      {}
func (Settle) step()     {}
func (Watch) step()      {}
func (Hold) step()       {}

func (s Send) String() string {
	const most = 6
	parts := make([]string, 0, most)
	for i, f := range s.Frames {
		if i == most-1 && len(s.Frames) > most {
			parts = append(parts, fmt.Sprintf("… (%d frames)", len(s.Frames)))
			break
		}
		parts = append(parts, f.String())
	}
	return "send " + strings.Join(parts, "; ") + s.Chop.suffix(len(s.Frames))
}

func (s SendOctets) String() string {
	return fmt.Sprintf("send %d octets: %s%s", len(s.Octets), s.Note, s.Chop.suffix(1))
}

func (s SendPart) String() string {
	if s.From == 0 {
		return fmt.Sprintf("send the header and the first %d octets of %s", s.To, s.Frame)
	}
	return fmt.Sprintf("send its octets %d to %d", s.From, s.To)
}

func (s Await) String() string {
	parts := make([]string, len(s.Events))
	for i, e := range s.Events {
		parts[i] = e.String()
	}
	return "wait for " + strings.Join(parts, ", then ")
}

func (s Settle) String() string {
	return fmt.Sprintf("give the peer a moment (mark %s if it keeps the connection)", s.Name)
}

func (s Watch) String() string {
	return fmt.Sprintf("watch for the peer failing the connection (mark %s if it does not)", s.Name)
}

func (s Hold) String() string {
	return fmt.Sprintf("wait for the peer's Close and keep TCP open for a moment (mark %s if the peer does too)", s.Name)
}

// size is the number of octets a write, for length octets in all.
func (c Chop) size(length int) int {
	if c <= 0 {
		return max(length, 1)
	}
	return int(c)
}

func (c Chop) suffix(frames int) string {
	switch {
	case c == ChopFrames:
		return " (a write for each frame)"
	case c == ChopOctets:
		return " (a write for each octet)"
	case c > 1:
		return fmt.Sprintf(" (in writes of %d octets)", int(c))
	case frames > 1:
		return " (in one write)"
	}
	return ""
}
