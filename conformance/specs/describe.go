package specs

import (
	"context"
	"strings"
	"sync"
	"time"

	"github.com/onsi/ginkgo/v2"
	"github.com/wsspec/wsspec/conformance"
	"github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/ref/wire"
	"github.com/wsspec/wsspec/reports"
)

// Options control how the specs run. The zero value is ready for use.
type Options struct {
	// Timeout is the longest wait for an answer of the server; zero means
	// [conformance.DefaultTimeout].
	Timeout time.Duration
	// Slow multiplies all deadlines, for debuggers and busy machines; zero means 1.
	Slow float64
	// Strict makes a spec fail if the verdict is warn: NON-STRICT or WRONG CODE.
	// Otherwise the warning is an entry in the report of the spec.
	Strict bool
	// Baseline names a file with the known failures, as wsspec --write-baseline and RenewBaseline
	// write it. A spec that is known to fail is skipped, with the reason; one that is worse fails.
	// One that is better passes, and says so in an entry of its report. The Agent of the target has
	// to be its name in the file. [Random] has no known failures.
	Baseline string
	// StrictBaseline makes a spec fail that is better than in the baseline, so that somebody renews
	// it.
	StrictBaseline bool
	// RenewBaseline writes the verdicts of the suite to the file after it. What the file has of
	// other peers stays. Specs that do not pass are skipped, with what was written of them. It is
	// an error, and nothing is written, if specs were left out or a case could not be judged.
	RenewBaseline bool
}

// container is the name of the container that has the specs of cases.
const container = "WebSocket server"

// Describe adds a container with one spec for each case that tests servers. Call it
// where you would call Ginkgo's Describe; it also returns true. The first spec that runs
// in a process calls target, once.
func Describe(cases []*script.Case, target func() *conformance.Target, opts Options) bool {
	open := sync.OnceValues(func() (*server, error) { return newServer(target(), opts) })
	if opts.RenewBaseline {
		renewAfterSuite(opts.Baseline)
	}
	return ginkgo.Describe(container, func() {
		for _, c := range cases {
			if !c.TestsRole(wire.RoleServer) {
				continue
			}
			ginkgo.It(c.ID+" "+c.Title, Labels(c), func(ctx ginkgo.SpecContext) {
				s, err := open()
				if err != nil {
					ginkgo.Fail("The server could not be tested: " + err.Error())
				}
				r := s.play(ctx, c)
				part := s.compared(r)
				addResult(part)
				s.reportKnown(r, &part.Results[0])
			})
		}
	})
}

// Labels returns the labels for the spec of a case.
func Labels(c *script.Case) ginkgo.Labels {
	labels := ginkgo.Labels{"section:" + section(c.ID), "level:" + string(c.Level)}
	return append(labels, c.Requires...)
}

// section returns the section of an id: "5" for "5.3", "rfc6455-4.2.1" for
// "rfc6455/4.2.1/3". A label cannot have slashes.
func section(id string) string {
	if i := strings.LastIndexByte(id, '/'); i >= 0 {
		return strings.ReplaceAll(id[:i], "/", "-")
	}
	section, _, _ := strings.Cut(id, ".")
	return section
}

// A server is the target with its deadlines.
type server struct {
	target    *conformance.Target
	deadlines conformance.Deadlines
	options   Options
	known     *reports.Baseline
}

// newServer reads the known failures, checks that the target can be tested, and measures its round-trip time for
// the deadlines.
func newServer(target *conformance.Target, opts Options) (*server, error) {
	known, err := readBaseline(target, opts)
	if err != nil {
		return nil, err
	}
	deadlines := conformance.NewDeadlines(opts.Timeout, 0, opts.Slow)
	roundTrip, err := conformance.Probe(context.Background(), target, deadlines)
	if err != nil {
		return nil, err
	}
	return &server{target, conformance.NewDeadlines(opts.Timeout, roundTrip, opts.Slow), opts, known}, nil
}

// play runs a case and returns its result.
func (s *server) play(ctx context.Context, c *script.Case) conformance.Result {
	results, err := conformance.RunServer(ctx, s.target, []*script.Case{c}, conformance.Options{Deadlines: s.deadlines})
	if err != nil {
		ginkgo.Fail("Interrupted: " + err.Error())
	}
	return results[0]
}

// report fails or skips the spec as the verdict says.
func (s *server) report(r conformance.Result) {
	switch {
	case r.Verdict == verdict.Pass:
	case r.Verdict == verdict.Skip:
		ginkgo.Skip(r.Explanation)
	case r.Verdict == verdict.Warn && !s.options.Strict:
		ginkgo.AddReportEntry("warning", Message(r), ginkgo.ReportEntryVisibilityFailureOrVerbose)
	case r.Verdict == verdict.Error:
		ginkgo.Fail("The harness failed, not the server. " + Message(r))
	default:
		ginkgo.Fail(Message(r))
	}
}
