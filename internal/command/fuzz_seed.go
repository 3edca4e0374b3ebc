package command

import (
	"context"
	"fmt"
	"io"

	"github.com/spf13/pflag"

	"github.com/wsspec/wsspec/conformance/check"
	"github.com/wsspec/wsspec/conformance/passive"
	"github.com/wsspec/wsspec/fuzz/network"
)

// seedFlags say where a campaign begins besides the catalogue.
type seedFlags struct{ captures []string }

func (s *seedFlags) addSeeds(f *pflag.FlagSet) {
	f.StringArrayVar(&s.captures, "seed-capture", nil, "play what clients sent in this `FILE` first, and change it: pcap, pcapng, HAR, report.json or journal.jsonl (repeatable)")
}

// mostCaptured bounds the scripts of captures.
const mostCaptured = 2000

// seeds are the scripts of the captures; none if none is wanted. It says on stderr how many
// each file has.
func (s *seedFlags) seeds(ctx context.Context, stdin io.Reader, stderr io.Writer) ([]*network.Script, error) {
	var out []*network.Script
	known := make(map[string]bool)
	for _, name := range s.captures {
		var captured []*network.Captured
		_, err := checkInput(ctx, name, stdin, check.Options{Watch: func() func(passive.Entry) {
			c := &network.Captured{}
			if len(captured) < mostCaptured {
				captured = append(captured, c)
			}
			return c.Entry
		}})
		if err != nil {
			return nil, usage("--seed-capture %s: %w", name, err)
		}
		n := 0
		for _, c := range captured {
			if sc := c.Script(); sc != nil && !known[sc.String()] && len(out) < mostCaptured {
				known[sc.String()] = true
				out = append(out, sc)
				n++
			}
		}
		if n == 0 {
			return nil, usage("--seed-capture %s: it has no WebSocket connection on which a client sent something", name)
		}
		fmt.Fprintf(stderr, "--seed-capture %s: %d scripts\n", name, n)
	}
	return out, nil
}
