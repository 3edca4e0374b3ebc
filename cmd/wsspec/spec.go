package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"

	"github.com/wsspec/wsspec/autobahn/spec"
	"github.com/wsspec/wsspec/conformance"
	"github.com/wsspec/wsspec/ref/wire"
)

// readSpec reads the spec file that --spec names, if it names one, and takes
// from it where the report goes, unless that was said.
func (r *runFlags) readSpec(mode spec.Mode, stderr io.Writer) error {
	if r.spec == "" {
		return nil
	}
	file, err := spec.ReadFile(r.spec, mode)
	if err != nil {
		return usage("--spec: %w", err)
	}
	r.useSpec(file, stderr)
	return nil
}

// useSpec has the run go by a spec file.
func (r *runFlags) useSpec(file *spec.File, stderr io.Writer) {
	for _, w := range file.Warnings {
		fmt.Fprintf(stderr, "wsspec: warning: %s: %s\n", r.spec, w)
	}
	r.file = file
	if r.autobahnOut == "" {
		r.autobahnOut = file.OutDir
	}
}

// choose applies the spec file and then the flags to the cases for a role.
func (r *runFlags) choose(role wire.Role) ([]*conformance.Case, error) {
	if r.file == nil {
		return choose(r.selection, role)
	}
	all, err := choose(conformance.Selection{}, role)
	if err != nil {
		return nil, err
	}
	ids := make([]string, len(all))
	for i, c := range all {
		ids[i] = c.ID
	}
	picked, err := r.file.Select(ids)
	if err != nil {
		return nil, usage("%s: %w", r.spec, err)
	}
	cases := slices.DeleteFunc(all, func(c *conformance.Case) bool { return !slices.Contains(picked, c.ID) })
	cases, err = r.selection.Select(cases)
	if err != nil {
		return nil, usage("%w, of those that %s picks", err, r.spec)
	}
	return cases, nil
}

// excludes reports whether the spec file spares an agent a case.
func (r *runFlags) excludes(agent string, c *conformance.Case) bool {
	return r.file != nil && r.file.Excludes(agent, c.ID)
}

// casesFor returns the cases that an agent is not spared.
func (r *runFlags) casesFor(agent string, cases []*conformance.Case) ([]*conformance.Case, error) {
	kept := slices.DeleteFunc(slices.Clone(cases), func(c *conformance.Case) bool { return r.excludes(agent, c) })
	if len(kept) == 0 {
		return nil, usage("%s: exclude-agent-cases leaves no case for %s", r.spec, agent)
	}
	return kept, nil
}

// specTargets are the servers that a spec file lists.
func (f *serverFlags) specTargets(stderr io.Writer) ([]*conformance.Target, error) {
	var targets []*conformance.Target
	var agents []string
	for _, s := range f.file.Servers {
		t, err := conformance.ParseTarget(s.URL)
		if err != nil {
			return nil, usage("%s: %w", f.spec, err)
		}
		if s.Agent != "" {
			t.Agent = s.Agent
		}
		t.Origin, t.Subprotocols = s.Origin, s.Protocols
		if s.Hostname != "" {
			callHost(t, s.Hostname)
		}
		targets, agents = append(targets, t), append(agents, t.Agent)
	}
	for _, p := range f.file.Unused(agents) {
		fmt.Fprintf(stderr, "wsspec: warning: %s: exclude-agent-cases: no server is called %s\n", f.spec, p)
	}
	return targets, nil
}

// callHost has a target be called by another name than the one it is reached by,
// in the Host field and in TLS. The port stays if the name has none.
func callHost(t *conformance.Target, name string) {
	address := t.URL.Host
	if t.URL.Port() == "" {
		address = net.JoinHostPort(t.URL.Hostname(), map[string]string{"ws": "80", "wss": "443"}[t.URL.Scheme])
	} else if !strings.Contains(name, ":") {
		name = net.JoinHostPort(name, t.URL.Port())
	}
	t.URL.Host = name
	t.Dial = func(ctx context.Context, network, _ string) (net.Conn, error) {
		var d net.Dialer
		return d.DialContext(ctx, network, address)
	}
}
