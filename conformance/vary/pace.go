package vary

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/wsspec/wsspec/conformance/script"
)

// reader reads slowly what the peer sends back: that changes nothing of it.
var reader = transform{
	name: "reader",
	shapes: func(s *subject) []shaped {
		const reads = 5
		if !s.canReadSlowly() || s.volume < reads {
			return nil
		}
		return []shaped{{arg: strconv.Itoa(s.volume/reads + 1), place: "read slowly"}}
	},
	apply: func(s *subject, arg string) (script.Script, string, bool) {
		n, err := strconv.Atoi(arg)
		if err != nil || n < 1 || s.volume/n > 50 || !s.canReadSlowly() {
			return script.Script{}, "", false
		}
		sc := s.copied()
		sc.Steps = slices.Concat([]script.Step{script.ReadSlowly{Octets: n}}, sc.Steps, []script.Step{script.Await{Events: sc.Outcomes[0].Events}})
		return sc, fmt.Sprintf("when the answer is read %d octets at a time", n), true
	},
}

// canReadSlowly reports whether an answer is due that can be waited for.
func (s *subject) canReadSlowly() bool {
	return s.answer == answers && !s.waits && !s.exchanges && s.Script.Opening == nil && len(s.Script.Outcomes[0].Events) > 0
}

// writer pauses in the middle of a frame, longer than between two segments: no time is too
// long for the rest of a frame to come.
var writer = transform{
	name: "writer",
	shapes: func(s *subject) []shaped {
		if !s.canPause() {
			return nil
		}
		return []shaped{{place: "paused"}}
	},
	apply: func(s *subject, arg string) (script.Script, string, bool) {
		if !s.canPause() || arg != "" {
			return script.Script{}, "", false
		}
		f := s.frames[0].Frame
		middle, length := f.Payload.Len()/2, f.Payload.Len()
		sc := s.copied()
		sc.Steps = []script.Step{script.SendPart{Frame: f, To: middle}, script.Pause{}, script.SendPart{Frame: f, From: middle, To: length}}
		return sc, "with a pause in the middle of the payload", true
	},
}

func (s *subject) canPause() bool {
	m, ok := s.message()
	return ok && len(s.frames) == 1 && m.Payload.Len() >= 2 && s.Script.Opening == nil
}
