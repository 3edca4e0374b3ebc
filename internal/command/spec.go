package command

import (
	"fmt"
	"io"
	"net"
	"slices"
	"strings"

	"github.com/wsspec/wsspec/autobahn/spec"
	"github.com/wsspec/wsspec/conformance"
	"github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/ref/wire"
)

// readSpec reads the spec file that --spec names, if it names one. Then it finds out
// whether the reports can be written.
func (r *runFlags) readSpec(mode spec.Mode, stderr io.Writer) error {
	if r.spec != "" {
		file, err := spec.ReadFile(r.spec, mode, "")
		if err != nil {
			return usage("--spec: %w", err)
		}
		r.useSpec(file, stderr)
	}
	r.separate(r)
	return r.checkFolders()
}

// useSpec makes a spec file part of the run: its cases, its peers and, unless
// --autobahn-out is there, its outdir. It prints the file's warnings.
func (r *runFlags) useSpec(file *spec.File, stderr io.Writer) {
	for _, w := range slices.Concat(file.Warnings, file.Unmatched(idsFor(file.Mode))) {
		fmt.Fprintf(stderr, "wsspec: warning: %s: %s\n", r.spec, w)
	}
	r.file = file
	if r.autobahnOut == "" {
		r.autobahnOut = file.OutDir
	}
}

// idsFor returns the ids of all cases that a mode can run.
func idsFor(mode spec.Mode) []string {
	role := wire.RoleServer
	if mode == spec.FuzzingServer {
		role = wire.RoleClient
	}
	all, err := choose(conformance.Selection{}, role)
	if err != nil {
		panic("wsspec: the catalogue has no case for a " + role.String()) // a test would have seen it
	}
	return ids(all)
}

// choose applies the spec file and then the flags to the cases for a role.
func (r *runFlags) choose(role wire.Role) ([]*script.Case, error) {
	cases, err := r.chosen(role)
	if err != nil || !r.lastFailed {
		return cases, err
	}
	if r.before, err = readLastFailed(r.out, role); err != nil {
		return nil, err
	}
	return r.before.among(cases)
}

// chosen is choose without --last-failed.
func (r *runFlags) chosen(role wire.Role) ([]*script.Case, error) {
	if r.file == nil {
		return r.suiteFlags.choose(r.selection, role)
	}
	if len(r.suites) > 0 {
		return nil, usage("%s lists the cases: leave out --suite", r.spec)
	}
	all, err := choose(conformance.Selection{}, role)
	if err != nil {
		return nil, err
	}
	picked, err := r.file.Select(ids(all))
	if err != nil {
		return nil, usage("%s: %w", r.spec, err)
	}
	cases := slices.DeleteFunc(all, func(c *script.Case) bool { return !slices.Contains(picked, c.ID) })
	cases, err = conformance.Choose(r.selection, cases, role)
	if err != nil {
		return nil, usage("%w, of those that %s picks", err, r.spec)
	}
	return cases, nil
}

// excludes reports whether this run spares an agent a case: it is of another shard, or the
// whole run spares it.
func (r *runFlags) excludes(agent string, c *script.Case) bool {
	return !r.shard.Has(agent, c.ID) || r.spares(agent, c)
}

// spares reports whether an agent is spared a case: the spec file excludes it, or
// --last-failed does.
func (r *runFlags) spares(agent string, c *script.Case) bool {
	return r.file != nil && r.file.Excludes(agent, c.ID) || r.before.spares(agent, c.ID)
}

// casesFor returns the cases of all shards that an agent is not spared.
func (r *runFlags) casesFor(agent string, cases []*script.Case) ([]*script.Case, error) {
	if err := r.before.has(agent); err != nil {
		return nil, err
	}
	kept := slices.DeleteFunc(slices.Clone(cases), func(c *script.Case) bool { return r.spares(agent, c) })
	if len(kept) == 0 && r.before != nil {
		return nil, usage("--last-failed: no case of %s that failed in %s is chosen", agent, r.before.path)
	}
	if len(kept) == 0 {
		return nil, usage("%s: exclude-agent-cases leaves no case for %s", r.spec, agent)
	}
	return kept, nil
}

// specTargets returns the servers that the spec file lists.
func (f *serverFlags) specTargets(stderr io.Writer) ([]*conformance.Target, error) {
	var targets []*conformance.Target
	var agents []string
	for _, s := range f.file.Servers {
		f.hidden.redactor.Learn(s.URL)
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

// callHost sets the name that the Host field and TLS have for a target. The
// connection still goes to the host of the URL. The port stays if the name has none.
func callHost(t *conformance.Target, name string) {
	address := t.URL.Host
	if t.URL.Port() == "" {
		address = net.JoinHostPort(t.URL.Hostname(), map[string]string{"ws": "80", "wss": "443"}[t.URL.Scheme])
	} else if !strings.Contains(name, ":") {
		name = net.JoinHostPort(name, t.URL.Port())
	}
	t.URL.Host, t.Address = name, address
}
