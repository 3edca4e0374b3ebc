package command

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/wsspec/wsspec/conformance/passive"
	"github.com/wsspec/wsspec/conformance/watch"
	"github.com/wsspec/wsspec/ref/wire"
	"github.com/wsspec/wsspec/reports/terminal"
)

// count counts a violation for the summary.
func (s *observer) count(number int, v passive.Violation, what string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	key := ruleOfSide{v.Rule, v.Sender}
	c := s.rules[key]
	if c == nil {
		c = &count{first: fmt.Sprintf("%s, at octet %d of connection %d", what, v.Offset, number)}
		s.rules[key] = c
		s.order = append(s.order, key)
	}
	c.times++
}

// mostReasons bounds how many reasons are counted: some quote what a side sent.
const mostReasons = 100

// notJudged counts what was not judged.
func (s *observer) notJudged(u passive.Unjudged) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.unjudged == nil {
		s.unjudged = map[string]int{}
	}
	why := u.Why
	if _, known := s.unjudged[why]; !known && len(s.unjudged) >= mostReasons {
		why = "other reasons"
	}
	s.unjudged[why]++
	s.tooFast = s.tooFast || u.Why == watch.TooFast
}

// ended counts a connection that is over.
func (s *observer) ended(w watch.Watched) {
	if s.flags.verbose {
		s.note(w.Number, fmt.Sprintf("from %s is over after %s", w.From, w.Took.Round(time.Millisecond)))
	}
	s.files.ended(w)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.connections++
	if w.Opened {
		s.opened++
	}
	add(&s.client, w.Client)
	add(&s.server, w.Server)
}

func add(to *passive.Side, more passive.Side) {
	to.Octets += more.Octets
	to.Frames += more.Frames
	to.Messages += more.Messages
	to.Violations += more.Violations
}

// mostUnjudged is how many reasons the summary has why something was not judged.
const mostUnjudged = 5

// summary are the lines at the end.
func (s *observer) summary(took time.Duration) []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	lines := []string{fmt.Sprintf("watched for %s: %d connections, %d of them WebSocket", took.Round(100*time.Millisecond), s.connections, s.opened)}
	if s.unreached > 0 {
		lines = append(lines, fmt.Sprintf("%d connections could not be passed on: %s", s.unreached, terminal.CleanLine(s.lastError.Error())))
	}
	for _, of := range []struct {
		role wire.Role
		side passive.Side
	}{{wire.RoleClient, s.client}, {wire.RoleServer, s.server}} {
		lines = append(lines, fmt.Sprintf("%s: %d messages in %d frames, %d octets; violations: %d", of.role, of.side.Messages, of.side.Frames, of.side.Octets, of.side.Violations))
		for _, key := range s.order {
			if c := s.rules[key]; key.sender == of.role {
				lines = append(lines, "  "+terminal.CleanLine(fmt.Sprintf("%s (%s), %s: %s", key.rule.Clause(), key.rule.ID, times(c.times), c.first)))
			}
		}
	}
	reasons := make([]string, 0, len(s.unjudged))
	for why := range s.unjudged {
		reasons = append(reasons, why)
	}
	slices.SortFunc(reasons, func(a, b string) int {
		return cmp.Or(cmp.Compare(s.unjudged[b], s.unjudged[a]), cmp.Compare(a, b))
	})
	for i, why := range reasons {
		if i == mostUnjudged {
			lines = append(lines, fmt.Sprintf("not judged for %d other reasons", len(reasons)-i))
			break
		}
		lines = append(lines, terminal.CleanLine(fmt.Sprintf("not judged, %s: %s", times(s.unjudged[why]), why)))
	}
	return lines
}

// times is a number of times in words.
func times(n int) string {
	if n == 1 {
		return "once"
	}
	return fmt.Sprintf("%d times", n)
}

// exit is the error with the exit code, nil if nothing was wrong.
func (s *observer) exit(host string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.client.Violations+s.server.Violations > 0:
		return &exitError{code: exitNonconformant}
	case s.connections == 0 && s.unreached > 0:
		return couldNot(fmt.Errorf("the server at %s could not be reached, so that nothing was judged: %w", host, s.lastError))
	case s.connections == 0:
		return couldNot(errors.New("no client connected, so that nothing was judged"))
	case s.opened == 0:
		return couldNot(errors.New("no WebSocket connection was opened, so that no frames were judged"))
	case s.tooFast:
		return couldNot(errors.New("no violation was seen, but not everything was judged: " + watch.TooFast))
	}
	return nil
}
