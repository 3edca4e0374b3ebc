package specs

import (
	"context"
	"strings"
	"sync"
	"time"

	"github.com/onsi/ginkgo/v2"

	"github.com/wsspec/wsspec/conformance"
	"github.com/wsspec/wsspec/ref/wire"
)

// Options say how the specs run. The zero value is ready for use.
type Options struct {
	// Timeout is the longest that the peer may stay silent when something is
	// owed; zero means [conformance.DefaultTimeout].
	Timeout time.Duration
	// Slow stretches all deadlines, for debuggers and loaded machines; zero
	// means 1.
	Slow float64
	// Strict fails specs whose verdict is only a warning: NON-STRICT or WRONG
	// CODE. Without it the warning is an entry in the spec's report.
	Strict bool
}

// Describe adds a container with one spec for each case that can judge a
// server. It is called where Ginkgo's own Describe is, and like it returns
// true. The target is asked for once in a process, by the first spec to run.
func Describe(cases []*conformance.Case, target func() *conformance.Target, opts Options) bool {
	open := sync.OnceValues(func() (*server, error) { return newServer(target(), opts) })
	return ginkgo.Describe("WebSocket server", func() {
		for _, c := range cases {
			if !c.TestsRole(wire.RoleServer) {
				continue
			}
			ginkgo.It(c.ID+" "+c.Title, Labels(c), func(ctx ginkgo.SpecContext) {
				s, err := open()
				if err != nil {
					ginkgo.Fail("The server could not be tested: " + err.Error())
				}
				s.run(ctx, c)
			})
		}
	})
}

// Labels are those of a case's spec.
func Labels(c *conformance.Case) ginkgo.Labels {
	labels := ginkgo.Labels{"section:" + section(c.ID), "level:" + string(c.Level)}
	return append(labels, c.Requires...)
}

// section is the part of an id that its neighbours share: "5" of "5.3",
// "rfc6455-4.2.1" of "rfc6455/4.2.1/3", for a label has no slashes.
func section(id string) string {
	if i := strings.LastIndexByte(id, '/'); i >= 0 {
		return strings.ReplaceAll(id[:i], "/", "-")
	}
	section, _, _ := strings.Cut(id, ".")
	return section
}

// A server is the target and what the specs know of it.
type server struct {
	target    *conformance.Target
	deadlines conformance.Deadlines
	strict    bool
}

// newServer finds out whether the target can be tested at all, and how far
// away it is.
func newServer(target *conformance.Target, opts Options) (*server, error) {
	deadlines := conformance.NewDeadlines(opts.Timeout, 0, opts.Slow)
	roundTrip, err := conformance.Probe(context.Background(), target, deadlines)
	if err != nil {
		return nil, err
	}
	return &server{target, conformance.NewDeadlines(opts.Timeout, roundTrip, opts.Slow), opts.Strict}, nil
}

// run plays a case and gives the spec its verdict.
func (s *server) run(ctx context.Context, c *conformance.Case) {
	results, err := conformance.RunServer(ctx, s.target, []*conformance.Case{c}, conformance.Options{Deadlines: s.deadlines})
	if err != nil {
		ginkgo.Fail("Interrupted: " + err.Error())
	}
	r := results[0]
	switch {
	case r.Verdict == conformance.Pass:
	case r.Verdict == conformance.Skip:
		ginkgo.Skip(r.Explanation)
	case r.Verdict == conformance.Warn && !s.strict:
		ginkgo.AddReportEntry("warning", Message(r), ginkgo.ReportEntryVisibilityFailureOrVerbose)
	case r.Verdict == conformance.Error:
		ginkgo.Fail("The harness failed, not the server. " + Message(r))
	default:
		ginkgo.Fail(Message(r))
	}
}
