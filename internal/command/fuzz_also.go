package command

import (
	"github.com/spf13/pflag"

	"github.com/wsspec/wsspec/conformance"
	"github.com/wsspec/wsspec/fuzz/network"
	"github.com/wsspec/wsspec/ref/wire"
)

// alsoFlag names the servers that are compared with the one under test.
type alsoFlag struct{ also []string }

func (a *alsoFlag) addAlso(f *pflag.FlagSet) {
	f.StringArrayVar(&a.also, "also", nil, "play each script on the server at this `URL` too, or NAME=URL, and name those that do not do the same (repeatable)")
}

// others are the servers to compare, as the fuzzer wants them. ClosesWith is as in application.
func (f *serverFlags) others(targets []*conformance.Target, d conformance.Deadlines, closesWith wire.StatusCode) (out []network.Another, err error) {
	for _, t := range targets {
		var opts conformance.Options
		if err := f.converseWith(t, &opts); err != nil {
			return nil, err
		}
		out = append(out, network.Another{Name: t.Agent, Peer: &network.Server{Target: t, Deadlines: d, Application: f.application(opts.Dialogue, closesWith)}})
	}
	return out, nil
}
