package script

import "fmt"

// Flood sends frames over and over, as fast as the network takes them. The pongs that
// answer its pings may come at any place, or not at all. The transcript has only the
// first of its frames.
type Flood struct {
	// Frames are what is sent, in order, and Times how often.
	Frames []Frame
	Times  int
}

// String describes the step for people.
func (s Flood) String() string {
	return fmt.Sprintf("%s, %d times without a pause", Send{Frames: s.Frames}, s.Times)
}

// Visit calls the visitor's method for the kind of step.
func (s Flood) Visit(v StepVisitor) { v.VisitFlood(s) }

// Volume counts the payloads and the frames of all times. All fragments of a flood may be
// of one message.
func (s Flood) Volume(p Profile) Volume {
	one := Send{Frames: s.Frames}.Volume(p)
	return Volume{Message: one.Message * uint64(s.Times), Frames: one.Frames * s.Times, Flood: one.Frames * s.Times}
}
