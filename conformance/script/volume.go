package script

// A Volume says how much a step sends.
type Volume struct {
	// Message is the most octets of payload that the peer may echo as one message.
	Message uint64
	// Total is the number of octets of payload that the peer echoes in many messages,
	// one after the other.
	Total uint64
	// Frames is the least number of frames that the step sends.
	Frames int
	// Flood is how many frames the peer may send for these beside its echoes: pongs for a
	// flood of pings, and pings of its own between many messages.
	Flood int
}

// Volume counts the payloads of the frames.
func (s Send) Volume(Profile) Volume {
	v := Volume{Frames: len(s.Frames)}
	for _, f := range s.Frames {
		v.Message += uint64(max(f.Payload.Len(), f.Inflated))
	}
	return v
}

// Volume counts the octets, as if all were payload.
func (s SendOctets) Volume(Profile) Volume { return Volume{Message: uint64(len(s.Octets))} }

// Volume counts the octets of the part.
func (s SendPart) Volume(Profile) Volume { return Volume{Message: uint64(s.To - s.From)} }

// Volume counts one message and all messages of the profile.
func (s Exchange) Volume(p Profile) Volume {
	return Volume{Message: uint64(s.Size), Total: uint64(s.Size) * uint64(s.Count(p)), Frames: s.Frames() * s.Count(p), Flood: s.Count(p)}
}

// Frames is the number of frames of one message, if it is not compressed.
func (s Exchange) Frames() int {
	if s.Fragment <= 0 {
		return 1
	}
	return max(1, (s.Size+s.Fragment-1)/s.Fragment)
}

// Volume is zero: the step sends no payload.
func (Await) Volume(Profile) Volume { return Volume{} }

// Volume is zero: the step sends no payload.
func (Settle) Volume(Profile) Volume { return Volume{} }

// Volume is zero: the step sends no payload.
func (Watch) Volume(Profile) Volume { return Volume{} }

// Volume is zero: the step sends no payload.
func (Hold) Volume(Profile) Volume { return Volume{} }

// Volume is zero: the step sends no payload.
func (Pause) Volume(Profile) Volume { return Volume{} }

// Volume is zero: the step sends no payload.
func (StopReading) Volume(Profile) Volume { return Volume{} }

// Volume is zero: the step sends no payload.
func (ReadSlowly) Volume(Profile) Volume { return Volume{} }

// Volume is zero: the step sends no payload.
func (HalfClose) Volume(Profile) Volume { return Volume{} }

// Volume is zero: the step sends no payload.
func (Reset) Volume(Profile) Volume { return Volume{} }

// Volume is zero: the step sends no payload.
func (Connect) Volume(Profile) Volume { return Volume{} }
