package main

import (
	"fmt"
	"slices"
	"strings"
)

// options has the flags of this program. All other flags are for wsspec.
type options struct {
	withoutRef    bool
	roles         []string
	out           string
	writeBaseline string
	baseline      string // wsspec gets it too
	rest          []string
}

func parse(args []string) (o options, err error) {
	o.roles = []string{"server", "client"}
	for i := 0; i < len(args); i++ {
		flag, value, joined := strings.Cut(args[i], "=")
		if flag == "--without-ref" {
			o.withoutRef = true
			continue
		}
		to, own := map[string]*string{"--out": &o.out, "--write-baseline": &o.writeBaseline, "--baseline": &o.baseline, "--role": new(string)}[flag]
		if !own {
			o.rest = append(o.rest, args[i])
			continue
		}
		if !joined {
			if i++; i == len(args) {
				return o, fmt.Errorf("%s needs a value", flag)
			}
			value = args[i]
		}
		*to = value
		if flag == "--baseline" {
			o.rest = append(o.rest, "--baseline", value)
		}
		if flag == "--role" {
			if !slices.Contains([]string{"server", "client"}, value) {
				return o, fmt.Errorf("--role %s: want server or client", value)
			}
			o.roles = []string{value}
		}
	}
	return o, nil
}
