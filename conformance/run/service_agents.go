package run

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"unicode"
	"unicode/utf8"
)

// The name of an agent comes from the network and ends in consoles, logs of CI
// services, pages and file names. It is made harmless where it enters, and nowhere
// else.

const (
	// longestAgent is the most octets of an agent's name.
	longestAgent = 64
	// mostAgents is how many agents a service keeps results of.
	mostAgents = 4096
)

// cleanAgent makes a name that can be shown anywhere: no control characters, no
// characters that only change how others look, such as those that turn the direction
// of the text, no "::" or "##[" that begin a command in the log of a CI service, and
// at most longestAgent octets. A name that had to be cut ends in a hash of what it
// was, so that two of them stay apart. An empty name is "client".
func cleanAgent(name string) string {
	clean := strings.Map(func(r rune) rune {
		if r != utf8.RuneError && unicode.IsPrint(r) {
			return r
		}
		return '_'
	}, strings.ToValidUTF8(name, "_"))
	clean = strings.NewReplacer("::", "__", "##[", "___").Replace(clean)
	clean = strings.TrimSpace(strings.Join(strings.Fields(clean), " "))
	if len(clean) > longestAgent {
		sum := sha256.Sum256([]byte(name))
		mark := "~" + hex.EncodeToString(sum[:4])
		cut := longestAgent - len(mark)
		for !utf8.RuneStart(clean[cut]) {
			cut--
		}
		clean = clean[:cut] + mark
	}
	if clean == "" {
		return "client"
	}
	return clean
}

// admit notes that an agent plays a case; ok is false for one agent too many.
func (s *Service) admit(agent string) (ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.admitted[agent] == nil {
		if len(s.admitted) >= mostAgents {
			return false
		}
		s.admitted[agent] = &allowance{}
	}
	return true
}
