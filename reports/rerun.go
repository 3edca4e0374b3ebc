package reports

import (
	"path"
	"slices"
	"strings"

	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/reports/internal/wording"
)

// selection are the flags of a run that choose cases, name its files, or say what it
// prints: who runs one case wants to see its output.
var selection = []string{"--run", "--skip", "--rfc", "--out", "--autobahn-out", "--baseline", "--write-baseline", "--transcripts", "--format", "--max-time", shardFlag}

// switches are those that take no value.
var switches = []string{"--quiet", lastFailed, "--fail-fast"}

// shardFlag says which shard a run is.
const shardFlag = "--shard"

// configFlag names a file with settings of the run.
const configFlag = "--config"

// lastFailed runs the cases again that failed in the report before.
const lastFailed = "--last-failed"

// RerunFailed returns the shell command that runs the failed cases of the report again,
// or "" if the report does not say how it was run. The report has to be in its --out
// folder.
func (r *Report) RerunFailed() string {
	if len(r.Command) == 0 {
		return ""
	}
	if slices.ContainsFunc(r.Results, func(res Result) bool { return res.IsFinding() }) {
		return "" // each is replayed by itself
	}
	own, started := r.Command, []string(nil)
	if i := slices.Index(own, "--"); i >= 0 {
		own, started = own[:i], own[i:]
	}
	if !slices.Contains(own, lastFailed) {
		own = append(slices.Clone(own), lastFailed)
	}
	return ShellWords(slices.Concat(own, started)...)
}

// ShellWords writes arguments so that a POSIX shell reads them back the same.
func ShellWords(args ...string) string { return wording.ShellWords(args) }

// Rerun returns the shell command that runs one case of the report again, or ""
// when the report does not say how it was run.
func (r *Report) Rerun(res *Result) string {
	if len(r.Command) == 0 {
		return ""
	}
	url := ""
	for _, t := range r.Targets {
		if t.Agent == res.Agent && t.Role == res.Role {
			url = t.URL
		}
	}
	switch {
	case res.IsFinding():
		return wording.ShellWords(append([]string{r.Command[0], "replay", r.findingFile(res)}, r.replayedOn(res, url)...))
	case res.ID == CampaignID:
		return wording.ShellWords(r.Command)
	}
	// After -- comes the command of a client under test.
	own, started := r.Command, []string(nil)
	if i := slices.Index(r.Command, "--"); i >= 0 {
		own, started = r.Command[:i], r.Command[i:]
	}
	echoes := r.withoutEchoes(res)
	own, named := onlyTarget(own, res.Agent+"="+url)
	served := strings.HasPrefix(url, "ws://") || strings.HasPrefix(url, "wss://")
	switch {
	// A file of settings names the peers.
	case slices.Contains(own, configFlag), slices.ContainsFunc(own, func(a string) bool { return strings.HasPrefix(a, configFlag+"=") }),
		named, slices.Contains(own, url), len(started) > 0 && strings.Join(started[1:], " ") == url,
		res.Role == verdict.Client && served && slices.Contains(own, string(verdict.Client)):
		own, echoes = withoutSelection(own), nil
	// Otherwise the run had several targets, or the report was merged: make a
	// command for this peer.
	case res.Role == verdict.Client && served:
		_, address, _ := strings.Cut(strings.TrimSuffix(url, "/"), "://")
		own, started = []string{r.Command[0], string(verdict.Client), "--listen", address}, nil
	case res.Role == verdict.Client:
		own, started = []string{r.Command[0], string(verdict.Client), "--agent", res.Agent}, append([]string{"--"}, strings.Fields(url)...)
		if !strings.Contains(url, "{url}") { // it reads the addresses from its input
			own = append(own, "--worker")
		}
	default:
		own, started = []string{r.Command[0], string(res.Role), url, "--agent", res.Agent}, nil
	}
	return wording.ShellWords(slices.Concat(own, echoes, []string{"--run", res.ReplayID()}, started))
}

// replayedOn are the arguments that name the peer of a finding: a client by its command, or by
// where it connects to.
func (r *Report) replayedOn(res *Result, url string) []string {
	started := slices.Index(r.Command, "--")
	_, address, served := strings.Cut(url, "ws://")
	switch {
	case res.Role != verdict.Client:
		return []string{url}
	case served:
		return []string{"--listen", address}
	case started >= 0 && slices.Contains(r.Command[:started], "--worker"):
		return append([]string{"--worker"}, r.Command[started:]...)
	case started >= 0:
		return r.Command[started:]
	case !strings.Contains(url, "{url}"): // it reads the addresses from its input
		return append([]string{"--worker", "--"}, strings.Fields(url)...)
	}
	return append([]string{"--"}, strings.Fields(url)...)
}

// findingFile is the file of a finding, as the run has written it.
func (r *Report) findingFile(res *Result) string {
	folder := "DIR"
	for i, arg := range r.Command {
		name, value, joined := strings.Cut(arg, "=")
		switch {
		case name != "--out":
		case joined:
			folder = value
		case i+1 < len(r.Command):
			folder = r.Command[i+1]
		}
	}
	return path.Join(folder, FindingsFolder, strings.TrimPrefix(res.ID, findingPrefix)+".jsonl")
}

// onlyTarget are the arguments without the other servers, if this one is among them as
// NAME=URL.
func onlyTarget(args []string, target string) (own []string, named bool) {
	if !slices.Contains(args, target) {
		return args, false
	}
	other := func(a string) bool {
		name, url, _ := strings.Cut(a, "=")
		return a != target && !strings.HasPrefix(name, "-") && !strings.ContainsAny(name, ": ") && strings.Contains(url, "://")
	}
	return slices.DeleteFunc(slices.Clone(args), other), true
}

// withoutEchoes are the flags of the run that say how a peer is judged that does not send
// messages back; none if the result is not of such a run.
func (r *Report) withoutEchoes(res *Result) (flags []string) {
	if res.Judged == "" {
		return nil
	}
	for i, arg := range r.Command {
		name, _, joined := strings.Cut(arg, "=")
		switch {
		case name != "--ask" && name != "--answer" && name != "--dialogue":
		case joined:
			flags = append(flags, arg)
		case i+1 < len(r.Command):
			flags = append(flags, arg, r.Command[i+1])
		}
	}
	if len(flags) == 0 {
		return []string{"--no-echo"}
	}
	return flags
}

// withoutSelection drops the selection flags and their values.
func withoutSelection(args []string) []string {
	var rest []string
	for i := 0; i < len(args); i++ {
		flag, _, joined := strings.Cut(args[i], "=")
		switch {
		case slices.Contains(switches, flag):
		case !slices.Contains(selection, flag):
			rest = append(rest, args[i])
		case !joined:
			i++ // skip its value
		}
	}
	return rest
}
