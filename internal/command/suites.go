package command

import (
	"context"
	"net"
	"slices"
	"strings"

	"github.com/spf13/pflag"
	"github.com/wsspec/wsspec/conformance"
	"github.com/wsspec/wsspec/conformance/catalog"
	"github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/ref/wire"
)

// catalogueSuite is the name of the catalogue among the suites.
const catalogueSuite = "conformance"

// suiteFlags say which suites a command is about; by default the catalogue alone.
type suiteFlags struct {
	suites []string
	// http2 adds the cases that need HTTP/2.
	http2 bool
	// http3 adds those that need HTTP/3.
	http3 bool
	// owned are hosts whose owner has the suites played there.
	owned []string
}

// addNames adds --suite.
func (s *suiteFlags) addNames(f *pflag.FlagSet) {
	f.StringArrayVar(&s.suites, "suite", nil, "take the cases of this suite, `conformance|robust|security`, in place of the catalogue, which is conformance; can be repeated")
}

// addOwned adds --i-own.
func (s *suiteFlags) addOwned(f *pflag.FlagSet) {
	f.StringArrayVar(&s.owned, "i-own", nil, "this `HOST` is yours: test it as fast as the loopback interface, and play the suites robust and security and the profile full there too; can be repeated")
}

// suiteNames are all values of --suite.
func suiteNames() []string { return append([]string{catalogueSuite}, catalog.SuiteNames()...) }

// check finds names that no suite has.
func (s *suiteFlags) check() error {
	for _, name := range s.suites {
		if !slices.Contains(suiteNames(), name) {
			return usage("--suite %s: it has to be %s", name, strings.Join(suiteNames(), ", "))
		}
	}
	return nil
}

// cases are the cases of the suites in order, the catalogue first. A pattern of --run that
// begins with the name of a suite adds that suite.
func (s *suiteFlags) cases(run []string) (cases []*script.Case) {
	if len(s.suites) == 0 || slices.Contains(s.suites, catalogueSuite) {
		cases = append(cases, catalog.Cases()...)
		if s.http2 || slices.ContainsFunc(run, catalog.IsOverHTTP2) {
			cases = append(cases, catalog.OverHTTP2()...)
		}
		if s.http3 || slices.ContainsFunc(run, catalog.IsOverHTTP3) {
			cases = append(cases, catalog.OverHTTP3()...)
		}
	}
	for _, name := range catalog.SuiteNames() {
		named := func(pattern string) bool { return catalog.SuiteOf(pattern) == name }
		if slices.Contains(s.suites, name) || slices.ContainsFunc(run, named) {
			cases = append(cases, catalog.Suite(name)...)
			if s.http2 || slices.ContainsFunc(run, catalog.IsOverHTTP2) {
				cases = append(cases, catalog.SuiteOverHTTP2(name)...)
			}
		}
	}
	return cases
}

// choose applies a selection to the cases of the suites for a role.
func (s *suiteFlags) choose(selection conformance.Selection, role wire.Role) ([]*script.Case, error) {
	chosen, err := conformance.Choose(selection, script.ForRole(s.cases(selection.Run), role), role)
	if err != nil {
		return nil, &exitError{exitUsage, err}
	}
	return chosen, nil
}

// attacks says what of the cases attacks the peer, or is too much for one that is not yours;
// empty if nothing does.
func attacks(cases []*script.Case, volume conformance.Profile) string {
	switch {
	case slices.ContainsFunc(cases, func(c *script.Case) bool { return c.Suite != "" }):
		return "the suites robust and security attack the peer"
	case volume == conformance.Full && slices.ContainsFunc(cases, loads):
		return "with --profile full, some cases send as much as a load test"
	}
	return ""
}

// loads reports whether a case sends more in the profile full than in the others.
func loads(c *script.Case) bool {
	return slices.ContainsFunc(c.Script.Steps, func(s script.Step) bool {
		return s.Volume(conformance.Full) != s.Volume(conformance.Quick)
	})
}

// owns reports whether --i-own names the host.
func (s *suiteFlags) owns(host string) bool {
	return slices.ContainsFunc(s.owned, func(own string) bool { return strings.EqualFold(strings.Trim(own, "[]"), strings.Trim(host, "[]")) })
}

// mayAttack is an error for a host that is neither the loopback interface nor owned.
func (s *suiteFlags) mayAttack(ctx context.Context, host string, cases []*script.Case, volume conformance.Profile) error {
	attack := attacks(cases, volume)
	if attack == "" {
		return nil
	}
	return s.mayHarm(ctx, host, attack)
}

// mayHarm is an error for a host that is neither the loopback interface nor owned. It says what
// may do harm there.
func (s *suiteFlags) mayHarm(ctx context.Context, host, what string) error {
	if s.owns(host) || isLoopback(ctx, host) {
		return nil
	}
	return usage("%s: %s, and this host is not the loopback interface. If it is yours, add --i-own %s", host, what, host)
}

// mayListen is [suiteFlags.mayAttack] for the address at which clients are served. How much
// the catalogue sends is the choice of the client, which asks for each case.
func (s *suiteFlags) mayListen(ctx context.Context, address string, cases []*script.Case) error {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return nil // somebody else says so
	}
	if host == "" {
		host = "0.0.0.0"
	}
	return s.mayAttack(ctx, host, cases, conformance.Quick)
}
