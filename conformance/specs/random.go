package specs

import (
	"fmt"
	"math/rand"
	"slices"
	"strings"
	"sync"

	"github.com/onsi/ginkgo/v2"

	"github.com/wsspec/wsspec/conformance"
	"github.com/wsspec/wsspec/conformance/oracle"
	"github.com/wsspec/wsspec/fuzz/fillers"
	"github.com/wsspec/wsspec/ref/wire"
)

// Random adds a container of n specs, each of which sends a random script of
// frames, legal and not, to an echo server and holds what it does against the
// executable specification (conformance/oracle). What that permits passes; a
// departure fails with the script, what is permitted, what came, the clauses,
// and the seed. The scripts follow from Ginkgo's random seed, which Ginkgo prints:
// the same --seed brings the same scripts.
//
// It is called where [Describe] is, and asks for the target as that does. Options
// are as there, but for Strict, which is always set: an outcome that is permitted
// is no warning here.
func Random(n int, target func() *conformance.Target, opts Options) bool {
	opts.Strict = true
	open := sync.OnceValues(func() (*server, error) { return newServer(target(), opts) })
	return ginkgo.Describe("WebSocket server, random scripts", ginkgo.Label("random"), func() {
		for i := range n {
			ginkgo.It(fmt.Sprintf("script %d", i+1), func(ctx ginkgo.SpecContext) {
				s, err := open()
				if err != nil {
					ginkgo.Fail("The server could not be tested: " + err.Error())
				}
				seed := ginkgo.GinkgoRandomSeed()
				c := randomCase(seed, i)
				ginkgo.AddReportEntry("script", howToRepeat(c, seed), ginkgo.ReportEntryVisibilityFailureOrVerbose)
				s.run(ctx, c)
			})
		}
	})
}

func howToRepeat(c *conformance.Case, seed int64) string {
	return fmt.Sprintf("%s\nagain with: ginkgo --seed=%d, or go test -ginkgo.seed=%d", strings.Join(c.Script.Sentences(), "\n"), seed, seed)
}

// randomCase makes the case of a seed and a number.
func randomCase(seed int64, i int) *conformance.Case {
	// Seeds that follow each other share no scripts.
	random := rand.New(rand.NewSource(seed))
	for range i {
		random.Int63()
	}
	filler := fillers.New(rand.NewSource(random.Int63()))
	for {
		var stream fillers.Stream
		filler.Fuzz(&stream)
		if c := caseOf(stream); len(c.Script.Steps) > 0 {
			c.ID, c.Title = fmt.Sprintf("random/%d/%d", seed, i+1), "a random script"
			return c
		}
	}
}

// caseOf makes a case of a stream, whose outcomes are what the oracle permits
// a server to do about it. The script ends where that is one ending of the
// connection: in the middle of text that cannot become UTF-8, say, the server may
// fail the connection and need not, and only what comes then decides.
func caseOf(stream fillers.Stream) *conformance.Case {
	c := &conformance.Case{Level: conformance.Must, Roles: []wire.Role{wire.RoleServer}}
	var octets []byte
	var steps []conformance.Step
	answered, choice := 0, false
	for _, f := range stream {
		if choice && f.Header.Opcode == wire.OpClose {
			break // whose Close comes first is then the server's choice
		}
		steps = append(steps, conformance.Send{Frames: []conformance.Frame{{
			Fin: f.Header.Fin, RSV: f.Header.RSV, Opcode: f.Header.Opcode, Form: f.Header.Form,
			Payload: conformance.Payload{Octets: f.Payload},
		}}})
		h := f.Header
		h.Masked = true // with a key of zeros
		octets = append(wire.AppendHeader(octets, h), f.Payload...)
		permitted := oracle.Of(oracle.Subject{Role: wire.RoleServer}, octets)
		// One answer is waited for before the next is asked for, so that their
		// order is not the server's choice.
		if len(permitted.Answers) > answered {
			answered = len(permitted.Answers)
			steps = append(steps, conformance.Await{Events: expected(permitted.Answers)})
		}
		if choice = len(permitted.Endings) > 1; choice {
			continue
		}
		c.Script.Steps = slices.Clone(steps)
		c.Script.Outcomes = outcomes(permitted, h.Opcode == wire.OpClose)
		c.Requires = requirements(permitted)
		if permitted.Endings[0].Fate != oracle.Stays {
			break // behind this nothing is processed (RFC6455-7.1.7-7)
		}
	}
	return c
}

// requirements are those that the answers and the ending rest on.
func requirements(permitted *oracle.Permitted) (ids []string) {
	add := func(id string) {
		if !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	for _, a := range permitted.Answers {
		add(a.Requires)
	}
	for _, e := range permitted.Endings {
		add(e.Requires)
	}
	return ids
}

func expected(answers []oracle.Answer) (events []conformance.Expect) {
	for _, a := range answers {
		frame := conformance.Frame{Fin: true, Opcode: a.Opcode, Payload: conformance.Payload{Octets: slices.Clone(a.Payload)}}
		if a.Kind == oracle.Pong {
			frame.Opcode = wire.OpPing
			events = append(events, conformance.PongFor(frame))
			continue
		}
		events = append(events, conformance.Echo(frame))
	}
	return events
}

// outcomes are all that is permitted, and all of it is good. closed says that
// the script's last frame is a Close.
func outcomes(permitted *oracle.Permitted, closed bool) (out []conformance.Outcome) {
	answers, e := expected(permitted.Answers), permitted.Endings[0]
	codes := slices.Clone(e.Codes)
	if e.AnyCode {
		codes = nil
	}
	ending := conformance.FailedByPeer(codes...)
	switch {
	case e.Fate == oracle.Stays:
		return []conformance.Outcome{{Behavior: conformance.OK, Events: answers, Ending: conformance.ClosedByHarness()}}
	case e.Fate == oracle.Closes:
		ending = conformance.AnsweredByPeer(codes...)
	case closed:
		ending = conformance.RefusedByPeer(codes...)
	}
	// Answers to what came before may be left out (RFC6455-5.5.1-10).
	for n := len(answers); n >= 0; n-- {
		out = append(out, conformance.Outcome{Behavior: conformance.OK, Events: answers[:n], Ending: ending})
	}
	return out
}
