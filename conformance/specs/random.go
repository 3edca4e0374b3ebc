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
	"github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/conformance/vary"
	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/internal/generate"
	"github.com/wsspec/wsspec/ref/wire"
)

// Random adds a container with n specs. Each spec sends a random script of legal and
// illegal frames to an echo server, most of them in a shape of package vary, and compares the reaction with the executable
// specification (conformance/oracle). If the specification does not allow the reaction,
// the spec fails with the script, the allowed and the observed events, the clauses and
// the seed. The scripts depend only on Ginkgo's random seed, which Ginkgo prints: the
// same --seed gives the same scripts.
//
// The arguments are those of [Describe], except that Strict and Baseline have no effect: an
// allowed reaction is never a warning here, and no script is known.
func Random(n int, target func() *conformance.Target, opts Options) bool {
	opts.Strict, opts.Baseline = true, ""
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
				s.report(s.play(ctx, c))
			})
		}
	})
}

func howToRepeat(c *script.Case, seed int64) string {
	return fmt.Sprintf("%s\n%s\nto repeat: ginkgo --seed=%d, or go test -ginkgo.seed=%d", c.ID, strings.Join(c.Script.Sentences(), "\n"), seed, seed)
}

// randomCase returns the case with index i for a seed.
func randomCase(seed int64, i int) *script.Case {
	// This keeps consecutive seeds from sharing scripts.
	random := rand.New(rand.NewSource(seed))
	for range i {
		random.Int63()
	}
	filler := generate.New(rand.NewSource(random.Int63()))
	for {
		var stream generate.Stream
		filler.Fuzz(&stream)
		if c := caseOf(stream); len(c.Script.Steps) > 0 {
			c.ID, c.Title = fmt.Sprintf("random/%d/%d", seed, i+1), "a random script"
			return inRandomShape(c, random)
		}
	}
}

// inRandomShape puts three of four cases into a shape that fits: cut into other writes,
// behind other traffic, with pings in between, and so on (package vary). A reaction that is
// not allowed to the case itself is not allowed to a variant either.
func inRandomShape(c *script.Case, random *rand.Rand) *script.Case {
	if random.Intn(4) == 0 {
		return c
	}
	shapes := vary.Shapes(c, wire.RoleServer)
	if len(shapes) == 0 {
		return c
	}
	// Some transforms have hundreds of shapes: each transform gets an equal chance.
	byTransform := map[string][]vary.Shape{}
	var names []string
	for _, shape := range shapes {
		name, _, _ := strings.Cut(string(shape), "@")
		if byTransform[name] == nil {
			names = append(names, name)
		}
		byTransform[name] = append(byTransform[name], shape)
	}
	fit := byTransform[names[random.Intn(len(names))]]
	v, err := vary.Make(c, wire.RoleServer, fit[random.Intn(len(fit))])
	if err != nil {
		panic("specs: a shape that fits does not: " + err.Error())
	}
	return v.Case
}

// caseOf makes a case from a stream. Its outcomes are the reactions that the oracle
// allows. The script stops at the last frame after which the oracle allows exactly one
// ending. For example, it does not stop inside a text message that cannot become valid
// UTF-8, because the server may fail the connection there but does not have to.
func caseOf(stream generate.Stream) *script.Case {
	c := &script.Case{Level: verdict.Must, Roles: []wire.Role{wire.RoleServer}}
	var octets []byte
	var steps []script.Step
	answered, choice := 0, false
	for _, f := range stream {
		if choice && f.Header.Opcode == wire.OpClose {
			break // the server chooses whether its own Close comes first
		}
		steps = append(steps, script.Send{Frames: []script.Frame{{
			Fin: f.Header.Fin, RSV: f.Header.RSV, Opcode: f.Header.Opcode, Form: f.Header.Form,
			Payload: script.Payload{Octets: f.Payload},
		}}})
		h := f.Header
		h.Masked = true // with a key of zeros
		octets = append(wire.AppendHeader(octets, h), f.Payload...)
		permitted := oracle.Of(oracle.Subject{Role: wire.RoleServer}, octets)
		// Wait for each answer before the next frame, because the server could
		// choose the order of the answers.
		if len(permitted.Answers) > answered {
			answered = len(permitted.Answers)
			steps = append(steps, script.Await{Events: expected(permitted.Answers)})
		}
		if choice = len(permitted.Endings) > 1; choice {
			continue
		}
		c.Script.Steps = slices.Clone(steps)
		c.Script.Outcomes = outcomes(permitted, h.Opcode == wire.OpClose)
		c.Requires = requirements(permitted)
		if permitted.Endings[0].Fate != oracle.Stays {
			break // the server processes nothing more (RFC6455-7.1.7-7)
		}
	}
	return c
}

// requirements returns the requirements for the answers and the ending.
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

func expected(answers []oracle.Answer) (events []script.Expect) {
	for _, a := range answers {
		frame := script.Frame{Fin: true, Opcode: a.Opcode, Payload: script.Payload{Octets: slices.Clone(a.Payload)}}
		if a.Kind == oracle.Pong {
			frame.Opcode = wire.OpPing
			events = append(events, script.PongFor(frame))
			continue
		}
		events = append(events, script.Echo(frame))
	}
	return events
}

// outcomes returns the allowed outcomes, all of them OK. closed says that the last frame
// of the script is a Close frame.
func outcomes(permitted *oracle.Permitted, closed bool) (out []script.Outcome) {
	answers, e := expected(permitted.Answers), permitted.Endings[0]
	codes := slices.Clone(e.Codes)
	if e.AnyCode {
		codes = nil
	}
	ending := script.FailedByPeer(codes...)
	switch {
	case e.Fate == oracle.Stays:
		return []script.Outcome{{Behavior: verdict.OK, Events: answers, Ending: script.ClosedByHarness()}}
	case e.Fate == oracle.Closes:
		ending = script.AnsweredByPeer(codes...)
	case closed:
		ending = script.RefusedByPeer(codes...)
	}
	// The server may omit earlier answers (RFC6455-5.5.1-10).
	for n := len(answers); n >= 0; n-- {
		out = append(out, script.Outcome{Behavior: verdict.OK, Events: answers[:n], Ending: ending})
	}
	return out
}
