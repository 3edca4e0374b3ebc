package reports

import (
	"slices"
	"strings"
)

// selection are the flags of a run that choose cases or say where its files go.
// Each takes a value, but for silence.
var selection = []string{"--run", "--skip", "--rfc", "--out", "--autobahn-out", "--baseline", "--write-baseline", "--transcripts", silence}

// silence is of no use to someone who looks at one case.
const silence = "--quiet"

// rerun returns the shell command that runs one case of the report again, or ""
// when the report does not say how it was run.
func (r *Report) rerun(res *Result) string {
	if len(r.Command) == 0 {
		return ""
	}
	url := ""
	for _, t := range r.Targets {
		if t.Agent == res.Agent && t.Role == res.Role {
			url = t.URL
		}
	}
	// What is behind -- is the command of a client under test.
	own, started := r.Command, []string(nil)
	if i := slices.Index(r.Command, "--"); i >= 0 {
		own, started = r.Command[:i], r.Command[i:]
	}
	served := strings.HasPrefix(url, "ws://") || strings.HasPrefix(url, "wss://")
	switch {
	case slices.Contains(own, url), len(started) > 0 && strings.Join(started[1:], " ") == url,
		res.Role == Client && served && slices.Contains(own, string(Client)):
		own = withoutSelection(own)
	// Else it was a run of many targets, or a merged report: the command is not
	// about this peer alone.
	case res.Role == Client && served:
		_, address, _ := strings.Cut(strings.TrimSuffix(url, "/"), "://")
		own, started = []string{r.Command[0], string(Client), "--listen", address}, nil
	case res.Role == Client:
		own, started = []string{r.Command[0], string(Client), "--agent", res.Agent}, append([]string{"--"}, strings.Fields(url)...)
	default:
		own, started = []string{r.Command[0], string(res.Role), url, "--agent", res.Agent}, nil
	}
	return shellWords(slices.Concat(own, []string{"--run", res.ID}, started))
}

// withoutSelection drops the selection flags and their values.
func withoutSelection(args []string) []string {
	var kept []string
	for i := 0; i < len(args); i++ {
		flag, _, joined := strings.Cut(args[i], "=")
		if !slices.Contains(selection, flag) {
			kept = append(kept, args[i])
		} else if !joined && flag != silence {
			i++ // its value is the next argument
		}
	}
	return kept
}

// shellWords writes arguments so that a POSIX shell reads them back the same.
func shellWords(args []string) string {
	words := make([]string, len(args))
	for i, arg := range args {
		words[i] = arg
		if arg == "" || strings.ContainsFunc(arg, special) {
			words[i] = "'" + strings.ReplaceAll(arg, "'", `'\''`) + "'"
		}
	}
	return strings.Join(words, " ")
}

// special says whether a shell may see more in a character than itself.
func special(c rune) bool {
	const plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./:=@,+%"
	return !strings.ContainsRune(plain, c)
}
