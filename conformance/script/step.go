package script

import (
	"fmt"
	"strings"
)

// A Step is one action of a script. Each kind of step has a method in [StepVisitor], so
// the compiler finds every place that must handle a new kind.
type Step interface {
	// String describes the step for people.
	String() string
	// Visit calls the visitor's method for the kind of step.
	Visit(StepVisitor)
	// Volume says how much the step sends in a profile.
	Volume(Profile) Volume
}

// Chop says how the octets of a step are cut into writes to the network. A Chop above
// zero is the number of octets of one write.
type Chop int

// The other ways to cut.
const (
	// ChopNone writes all frames of the step at once.
	ChopNone Chop = 0
	// ChopFrames makes one write for each frame.
	ChopFrames Chop = -1
	// ChopOctets makes one write for each octet.
	ChopOctets Chop = 1
)

// Send sends frames, legal or not.
type Send struct {
	Frames []Frame
	Chop   Chop
	// Cuts, if set, take the place of Chop.
	Cuts Cuts
}

// SendOctets sends octets as they are. They may be parts of frames, or no frames.
type SendOctets struct {
	Octets []byte
	// Note describes the octets for people.
	Note string
	Chop Chop
	// Cuts, if set, take the place of Chop.
	Cuts Cuts
}

// SendPart sends a part of a frame: the octets of its payload from index From up to, but
// not including, index To. If From is 0, the header goes first. Consecutive steps send
// the parts of one frame in order.
type SendPart struct {
	Frame    Frame
	From, To int
}

// Await waits until the events have come, the peer has ended the connection, or the
// answer deadline has passed. It judges nothing: the outcomes do that at the end.
type Await struct{ Events []Expect }

// Settle gives the peer a moment to act on what it has received. If the peer did not end
// the connection by then, it sets the mark with this name, which [Quiet] expects.
type Settle struct{ Name string }

// Watch waits for the peer to fail the connection. If the peer has not done so in the
// time that it may take, it sets the mark with this name, which [Quiet] expects.
type Watch struct{ Name string }

// Hold waits for the peer's Close and keeps TCP open for a moment. If the peer kept it
// open too, it sets the mark with this name, which [Quiet] expects.
type Hold struct{ Name string }

// String describes the step for people.
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
	return "send " + strings.Join(parts, "; ") + suffix(s.Chop, s.Cuts, len(s.Frames))
}

// String describes the step for people.
func (s SendOctets) String() string {
	return fmt.Sprintf("send %d octets: %s%s", len(s.Octets), s.Note, suffix(s.Chop, s.Cuts, 1))
}

// String describes the step for people.
func (s SendPart) String() string {
	if s.From == 0 {
		return fmt.Sprintf("send the header and the first %d octets of %s", s.To, s.Frame)
	}
	return fmt.Sprintf("send octets %d to %d of its payload", s.From, s.To)
}

// String describes the step for people.
func (s Await) String() string {
	parts := make([]string, len(s.Events))
	for i, e := range s.Events {
		parts[i] = e.String()
	}
	return "wait for " + strings.Join(parts, ", then ")
}

// String describes the step for people.
func (s Settle) String() string {
	return fmt.Sprintf("give the peer a moment (mark %s if it keeps the connection)", s.Name)
}

// String describes the step for people.
func (s Watch) String() string {
	return fmt.Sprintf("wait for the peer to fail the connection (mark %s if it does not)", s.Name)
}

// String describes the step for people.
func (s Hold) String() string {
	return fmt.Sprintf("wait for the peer's Close and keep TCP open for a moment (mark %s if the peer does too)", s.Name)
}

// Size is the number of octets of one write, if length octets are to be sent.
func (c Chop) Size(length int) int {
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
