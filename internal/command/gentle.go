package command

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/wsspec/wsspec/conformance"
)

// A host that is not the loopback interface may be somebody else's, or may serve others. It
// is tested gently unless the flags say otherwise.
const (
	gentleParallel = 2
	gentleRate     = 20
)

// beGentle bounds how many cases run at once, and how many connections are opened in a
// second, where targets are not the loopback interface. It says so on standard error.
func (f *serverFlags) beGentle(ctx context.Context, targets []*conformance.Target, stderr io.Writer) {
	given := func(flag string) bool { return f.given != nil && f.given(flag) }
	here, elsewhere := (*conformance.Pace)(nil), conformance.NewPace(gentleRate)
	if given("rate") {
		here = conformance.NewPace(f.rate)
		elsewhere = here
	}
	var others []string
	f.parallelOf = map[string]int{}
	for _, t := range targets {
		host := connectsTo(t)
		f.parallelOf[t.Agent], t.Pace = f.parallel, here
		if f.owns(host) || isLoopback(ctx, host) {
			continue
		}
		t.Pace = elsewhere
		if !given("parallel") {
			f.parallelOf[t.Agent] = gentleParallel
		}
		if !slices.Contains(others, host) {
			others = append(others, host)
		}
	}
	for _, t := range targets {
		if t.Secure != nil { // the same host
			t.Secure.Pace = t.Pace
		}
	}
	var bounds, flags []string
	if !given("parallel") {
		bounds, flags = append(bounds, fmt.Sprintf("%d cases at once", gentleParallel)), append(flags, "--parallel")
	}
	if !given("rate") {
		bounds, flags = append(bounds, fmt.Sprintf("%d new connections a second", gentleRate)), append(flags, "--rate")
	}
	if len(others) > 0 && len(bounds) > 0 {
		fmt.Fprintf(stderr, "wsspec: %s is not on the loopback interface, so that there are at most %s (wsspec server %s N)\n",
			strings.Join(others, ", "), strings.Join(bounds, " and "), strings.Join(flags, " N "))
	}
}

// connectsTo is the host that a target's connections go to.
func connectsTo(t *conformance.Target) string {
	if host, _, err := net.SplitHostPort(t.Address); err == nil {
		return host
	}
	return t.URL.Hostname()
}

// lookup finds the addresses of a host.
var lookup = net.DefaultResolver.LookupNetIP

// longestLookup is how long it may take.
const longestLookup = 5 * time.Second

// isLoopback reports whether all addresses of a host are of the loopback interface of this
// machine. An address of another interface is none, though it may be this machine's: behind
// it may be a container.
func isLoopback(ctx context.Context, host string) bool {
	host = strings.Trim(host, "[]")
	if strings.EqualFold(host, "localhost") {
		return true
	}
	if address, err := netip.ParseAddr(host); err == nil {
		return address.Unmap().IsLoopback()
	}
	ctx, cancel := context.WithTimeout(ctx, longestLookup)
	defer cancel()
	addresses, err := lookup(ctx, "ip", host)
	other := func(a netip.Addr) bool { return !a.Unmap().IsLoopback() }
	return err == nil && len(addresses) > 0 && !slices.ContainsFunc(addresses, other)
}
