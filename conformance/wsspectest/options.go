package wsspectest

import (
	"context"

	"github.com/wsspec/wsspec/conformance"
)

// An Option changes what [Server] and [Client] do.
type Option func(*options)

type options struct {
	agent          string
	baseline       string
	renew          bool
	report         string
	selection      conformance.Selection
	strict         bool
	strictBaseline bool
	tune           []func(*conformance.Options)
	tls            func(ctx context.Context, url, caFile string) error
}

// Agent is the name of the peer in baselines and reports. The default is "server" or
// "client". Give each peer a name if a report or a baseline has several.
func Agent(name string) Option { return func(o *options) { o.agent = name } }

// Baseline names a file with the known failures, as wsspec --write-baseline and
// [RenewBaseline] write it. It is relative to the folder of the test.
func Baseline(file string) Option { return func(o *options) { o.baseline = file } }

// RenewBaseline writes the verdicts of this run to the file of [Baseline], if renew is
// true. What the file has of other peers stays. Nothing is written if cases were left out
// or were not run. The usual argument is a flag of the test:
//
//	var renew = flag.Bool("renew", false, "write the known failures anew")
func RenewBaseline(renew bool) Option { return func(o *options) { o.renew = renew } }

// StrictBaseline makes a case fail that is better than in the baseline, so that somebody
// renews it. Otherwise such a case passes and says so, which go test shows only with -v.
func StrictBaseline() Option { return func(o *options) { o.strictBaseline = true } }

// Strict makes a case fail that ends with a warning: the peer did what is allowed and not
// preferred, or its result is flaky. Warnings that the baseline knows are skipped.
func Strict() Option { return func(o *options) { o.strict = true } }

// Report writes report.json, the page index.html and junit.xml into a folder, which is made
// if it is missing. Tests of one program that name the same folder share one report.
func Report(dir string) Option { return func(o *options) { o.report = dir } }

// Select picks the cases. The default is all cases of the catalogue for the role.
func Select(s conformance.Selection) Option { return func(o *options) { o.selection = s } }

// Tune changes how the cases run, for example NoEcho, Ask, Deadlines, Parallel, Profile or
// Vary of [conformance.Options]. The function gets the options that the run would have.
func Tune(tune func(*conformance.Options)) Option {
	return func(o *options) { o.tune = append(o.tune, tune) }
}

// TLS starts the client under test for the cases about TLS. The client has to trust the
// certificates in the PEM file. Without this option, [Client] skips these cases.
func TLS(dial func(ctx context.Context, url, caFile string) error) Option {
	return func(o *options) { o.tls = dial }
}
