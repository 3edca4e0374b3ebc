package watch

import (
	"slices"
	"testing"

	"github.com/wsspec/wsspec/conformance/passive"
	"github.com/wsspec/wsspec/ref/wire"
)

// Octets that come faster than they can be judged take bounded memory and are not judged,
// which is said. Nobody waits for the judge.
func TestWhatComesTooFastIsNotJudged(t *testing.T) {
	var unjudged []string
	j := newJudging(passive.New(passive.Options{Unjudged: func(u passive.Unjudged) {
		unjudged = append(unjudged, u.Sender.String()+" "+u.Why)
	}}))
	before := waiting.Load()
	for range cap(judges) { // no judge is free
		judges <- struct{}{}
	}
	piece := make([]byte, 1<<20)
	for range 2 * mostWaiting / len(piece) {
		j.octets(wire.RoleServer, piece, 1, false)
	}
	j.mu.Lock()
	held := j.waits()
	j.mu.Unlock()
	for range cap(judges) {
		<-judges
	}
	j.finish(2)
	if got := j.summary().Server.Octets; got != 2*mostWaiting {
		t.Errorf("%d octets are counted of %d", got, 2*mostWaiting)
	}
	if held > mostWaiting {
		t.Errorf("%d octets waited, at most %d may", held, mostWaiting)
	}
	if len(unjudged) == 0 || !slices.ContainsFunc(unjudged, func(s string) bool { return s[:6] == "server" }) {
		t.Errorf("not judged: %q", unjudged)
	}
	if after := waiting.Load(); after != before {
		t.Errorf("%d octets wait when all is judged, %d did before", after, before)
	}
}
