package network

import (
	"hash/fnv"
	"math/rand/v2"

	"github.com/wsspec/wsspec/conformance/observed"
	"github.com/wsspec/wsspec/ref/wire"
)

// A leg is what goes out in one write, and what the harness does behind it.
type leg struct {
	octets []byte
	then   Action
	// entries describe the octets, for a transcript.
	entries []observed.Entry
}

// An encoder turns scripts into legs. It keeps its memory from script to script.
type encoder struct {
	// keys are the masking keys. They follow from the script: octets of a script that end a frame
	// would say something else behind another key.
	keys rand.PCG
	// role is that of the harness.
	role   wire.Role
	legs   []leg
	octets []byte
	// record: legs get entries.
	record bool
}

// encode returns the legs of a script, valid until the next call.
func (e *encoder) encode(s *Script) []leg {
	e.legs, e.octets = e.legs[:0], e.octets[:0]
	e.keys.Seed(s.sum(), 1)
	start := 0
	var entries []observed.Entry
	end := func(then Action) {
		e.legs = append(e.legs, leg{octets: e.octets[start:len(e.octets):len(e.octets)], then: then, entries: entries})
		start, entries = len(e.octets), nil
	}
	for i := range s.Parts {
		p := &s.Parts[i]
		if p.Do != "" {
			end(p.Do)
			continue
		}
		from := len(e.octets)
		entry := observed.Entry{Dir: observed.Sent, Kind: observed.EntryOctets, Text: "octets"}
		if p.Frame != nil {
			var h wire.Header
			e.octets, h = p.Frame.scripted().Append(e.octets, e.role, e.key)
			entry.Kind, entry.Header, entry.Text = observed.EntryFrame, &h, ""
		} else {
			e.octets = append(e.octets, p.Octets...)
		}
		if e.record {
			entry.Octets = append([]byte(nil), e.octets[from:]...)
			entries = append(entries, entry)
		}
		length := len(e.octets) - from
		for _, c := range p.Cuts {
			if c < length {
				e.legs = append(e.legs, leg{octets: e.octets[start : from+c : from+c], then: Pause, entries: entries})
				start, entries = from+c, nil
			}
		}
	}
	if start < len(e.octets) || len(entries) > 0 {
		end("")
	}
	return e.legs
}

// key returns the next masking key.
func (e *encoder) key() (key [4]byte) {
	k := uint32(e.keys.Uint64())
	return [4]byte{byte(k >> 24), byte(k >> 16), byte(k >> 8), byte(k)}
}

// sum tells scripts apart, mostly: it is of their lengths and of the beginnings of their payloads.
func (s *Script) sum() uint64 {
	const most = 16
	h := fnv.New64a()
	for i := range s.Parts {
		p := &s.Parts[i]
		octets := p.Octets
		if p.Frame != nil {
			octets = p.Frame.Payload
			_, _ = h.Write([]byte{byte(p.Frame.Opcode), byte(p.Frame.RSV)})
		}
		_, _ = h.Write([]byte{byte(len(octets)), byte(len(octets) >> 8)})
		_, _ = h.Write(octets[:min(len(octets), most)])
	}
	return h.Sum64()
}

// frame returns the octets of one frame.
func (e *encoder) frame(f *Frame) ([]byte, wire.Header) {
	return f.scripted().Append(nil, e.role, e.key)
}

// atBoundary reports whether octets end between two frames. What is no frame has no end.
func atBoundary(octets []byte) bool {
	for len(octets) > 0 {
		h, n, err := wire.ParseHeader(octets)
		if err != nil || uint64(len(octets)-n) < h.Length {
			return false
		}
		octets = octets[n+int(h.Length):]
	}
	return true
}
