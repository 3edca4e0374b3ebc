package command

import (
	"strings"
	"testing"
)

// The shell is told the values of every flag that has words for them, and for no other
// flag does it offer the names of files by mistake.
func TestCompletionKnowsTheValuesOfFlags(t *testing.T) {
	for args, want := range map[string]string{
		"server --profile":               "quick full deep plain",
		"client --profile q":             "quick",
		"server --format js":             "json",
		"report --format autob":          "autobahn",
		"report diff --format m":         "markdown",
		"report faults --format":         "markdown html",
		"ledger --format":                "text markdown json",
		"autobahn compare --format h":    "html",
		"explain --role":                 "server client",
		"list --role c":                  "client",
		"echo --fault pong-ne":           "pong-never",
		"wstest -m fuzzings":             "fuzzingserver",
		"autobahn server --network":      "host bridge",
		"server --rfc RFC6455-5.5.2-2":   "RFC6455-5.5.2-2",
		"list --rfc 5.5.1":               "5.5.1",
		"explain RFC6455-5.5.2-2":        "RFC6455-5.5.2-2",
		"server --run rfc7692/7.1.2.1/1": "",
		"server --agent":                 "",
		"client --shard":                 "",
		"server --header":                "",
		"server --max-time":              "",
		"client --listen":                "",
		"report serve --listen":          "",
		"server --run 7.1.1":             "7.1.1",
		"autobahn server --profile f":    "full",
		"autobahn client --run 7.1.1":    "7.1.1",
		"autobahn compare --role s":      "server",
		"server --skip 7.1.2":            "7.1.2",
		"server --subprotocol":           "",
		"echo --addr":                    "",
		"client --agent":                 "",
		"client --allow-origin":          "",
		"server --start":                 "",
		"server --parallel":              "",
		"echo --connect":                 "",
		"server --header-env":            "",
		"server --origin":                "",
		"server --timeout":               "",
		"server --slow":                  "",
		"server --wait":                  "",
		"client --max-time":              "",
		"autobahn server --image":        "",
		"watch --drop-frame":             "",
		"between --run control/pi":       "control/ping",
	} {
		words := strings.Fields(args)
		if last := words[len(words)-1]; strings.HasPrefix(last, "-") {
			words = append(words, "")
		}
		o := wsspec(t, append([]string{"__complete"}, words...)...)
		lines := strings.Split(strings.TrimSpace(o.stdout), "\n")
		var got []string
		for _, line := range lines[:len(lines)-1] {
			value, _, _ := strings.Cut(line, "\t")
			got = append(got, value)
		}
		if strings.Join(got, " ") != want || lines[len(lines)-1] != ":4" {
			t.Errorf("%s: completed by %q, %s; want %q and no files", args, got, lines[len(lines)-1], want)
		}
	}
	if o := wsspec(t, "__complete", "server", "--out", ""); !strings.Contains(o.stdout, ":16") {
		t.Errorf("--out is not completed by folders: %s", o.stdout)
	}
	if o := wsspec(t, "__complete", "server", "--config", ""); !strings.Contains(o.stdout, ":0") {
		t.Errorf("--config is not completed by files: %s", o.stdout)
	}
}
