package command

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/pflag"

	"github.com/wsspec/wsspec/conformance"
)

// addStart adds the flags about starting the server, and about waiting for it.
func (f *serverFlags) addStart(flags *pflag.FlagSet) {
	flags.StringVar(&f.start, "start", "", "start the server by this `COMMAND`, as a shell does; start it again after a crash, and end it with all its children; {cert} and {key} are files with a certificate that wsspec makes")
	flags.DurationVar(&f.wait, "wait", 0, "wait this long for the server to come up, and to come back after a crash (default 10s with --start)")
}

// checkStart finds a --start that starts nothing, and gives a server that is started the time
// that it needs.
func (f *serverFlags) checkStart() error {
	switch {
	case !f.given("start"):
	case strings.TrimSpace(f.start) == "":
		return usage("--start needs a command, as in --start './my-server --port 9001'")
	case !f.given("wait"):
		f.wait = startWait
	}
	return nil
}

// startServer starts the server that --start names, with more variables in its environment, and
// makes it a certificate if it may want one. Without --start it does nothing. end undoes both.
func (f *serverFlags) startServer(ctx context.Context, targets []*conformance.Target, more ...string) (end func(), err error) {
	if f.start == "" {
		return func() {}, nil
	}
	f.hidden.redactor.Arguments([]string{"--start", f.start})
	made, err := f.certify(targets)
	if err != nil {
		return nil, couldNot(err)
	}
	if f.server, err = supervise(ctx, made.fill(f.start), append(made.environment(), more...), withSecure(targets), f.wait, conformance.NewDeadlines(f.timeout, 0, f.slow)); err != nil {
		made.remove()
		return nil, couldNot(err)
	}
	return func() { f.server.end(); made.remove() }, nil
}

// addRate adds the flag that bounds new connections.
func (f *serverFlags) addRate(flags *pflag.FlagSet) {
	flags.IntVar(&f.rate, "rate", 0, fmt.Sprintf("open at most `N` new connections a second (default: no bound; %d if the server is not on the loopback interface)", gentleRate))
}

// checkRate finds a bound that no machine keeps to.
func (f *serverFlags) checkRate() error {
	if f.given("rate") && (f.rate < 1 || f.rate > mostRate) {
		return usage("--rate %d: it has to be 1 to %d new connections a second", f.rate, mostRate)
	}
	return nil
}

// mostRate is more than one machine opens.
const mostRate = 1_000_000

// addAgent adds the flag that names the server.
func (f *serverFlags) addAgent(flags *pflag.FlagSet) {
	flags.StringVar(&f.agent, "agent", "", "the server's `NAME` in the report (default: host and port)")
}

// addTimes adds the flags that all deadlines follow.
func (r *runFlags) addTimes(flags *pflag.FlagSet) {
	flags.DurationVar(&r.timeout, "timeout", conformance.DefaultTimeout, "the longest the peer may stay silent when something is owed; all deadlines follow it")
	flags.Float64Var(&r.slow, "slow", 1, "stretch all deadlines by this `FACTOR`, for debuggers and loaded machines")
}
