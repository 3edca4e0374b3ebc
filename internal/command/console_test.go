package command

import (
	"bytes"
	"strings"
	"testing"

	"github.com/wsspec/wsspec/conformance"
	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/ref/wire"
	"github.com/wsspec/wsspec/reports/secrets"
	"github.com/wsspec/wsspec/reports/terminal"
)

// A server that fails many cases for few causes has a screenful: failures as they come,
// the causes, the counts last, and below them what to type next.
func TestAServerThatFailsMuchHasAScreenful(t *testing.T) {
	dir := t.TempDir()
	o := wsspec(t, "server", leaves(t), "--agent", "mine", "--run", "[1-6].*", "--timeout", "200ms", "--out", dir)
	o.want(t, exitNonconformant, "more cases fail; their causes come at the end\n")
	lines := strings.Split(strings.TrimSuffix(o.stdout, "\n"), "\n")
	if len(lines) > 40 {
		t.Errorf("%d lines:\n%s", len(lines), o.stdout)
	}
	at := func(beginning string) int {
		for i, line := range lines {
			if strings.HasPrefix(line, beginning) {
				return i
			}
		}
		t.Errorf("no line begins with %q in\n%s", beginning, o.stdout)
		return -1
	}
	order := []int{at("mine: "), at("FAIL "), at("more cases fail"), at("mine: 209 of 209 cases: "), at("report: "), at("next: wsspec explain 1.1.1")}
	for i := range order[1:] {
		if order[i] >= order[i+1] {
			t.Errorf("the lines are in another order, %v:\n%s", order, o.stdout)
		}
	}
	for _, next := range []string{"--last-failed", "  or: wsspec report serve " + dir} {
		if !strings.Contains(o.stdout, next) {
			t.Errorf("nothing says %q", next)
		}
	}
	if !strings.Contains(lines[order[2]+2], " and ") || !strings.Contains(lines[order[2]+2], " more; ") {
		t.Errorf("the causes are not grouped: %s", lines[order[2]+2])
	}
}

// What a place is decides what it gets.
func TestScreens(t *testing.T) {
	for _, tt := range []struct {
		name          string
		terminal      bool
		env           map[string]string
		moves, colour bool
	}{
		{"a file", false, nil, false, false},
		{"a terminal", true, map[string]string{"TERM": "xterm"}, true, true},
		{"a terminal without TERM", true, nil, true, true},
		{"NO_COLOR", true, map[string]string{"NO_COLOR": "1"}, true, false},
		{"an empty NO_COLOR", true, map[string]string{"NO_COLOR": ""}, true, true},
		{"a dumb terminal", true, map[string]string{"TERM": "dumb"}, false, false},
		{"CI on a terminal", true, map[string]string{"CI": "true"}, false, true},
		{"CI turned off", true, map[string]string{"CI": "false"}, true, true},
		{"CI", false, map[string]string{"CI": "true"}, false, false},
		{"CI that forces colours", false, map[string]string{"CI": "true", "FORCE_COLOR": "1"}, false, true},
		{"CLICOLOR_FORCE", false, map[string]string{"CLICOLOR_FORCE": "1"}, false, true},
		{"CLICOLOR_FORCE=0", false, map[string]string{"CLICOLOR_FORCE": "0"}, false, false},
		{"FORCE_COLOR=0", true, map[string]string{"FORCE_COLOR": "0"}, true, false},
		{"CLICOLOR=0", true, map[string]string{"CLICOLOR": "0"}, true, false},
		{"NO_COLOR and FORCE_COLOR", false, map[string]string{"NO_COLOR": "1", "FORCE_COLOR": "1"}, false, false},
		{"a dumb terminal that forces colours", true, map[string]string{"TERM": "dumb", "FORCE_COLOR": "1"}, false, true},
	} {
		got := screenFor(tt.terminal, func(name string) string { return tt.env[name] })
		if got.moves != tt.moves || got.colour != tt.colour {
			t.Errorf("%s: moves %t, colour %t; want %t, %t", tt.name, got.moves, got.colour, tt.moves, tt.colour)
		}
	}
}

// On a terminal a status stands below the lines, and is gone at the end.
func TestStatusLine(t *testing.T) {
	var b bytes.Buffer
	c := newConsole(&b, false)
	c.screen.moves = true
	c.begin("mine", 2)
	cases := someCases(t)
	c.result(conformance.Result{Case: cases[0], Role: wire.RoleServer, Verdict: verdict.Pass})
	c.result(conformance.Result{Case: cases[1], Role: wire.RoleServer, Verdict: verdict.Fail, Explanation: "Nothing came."})
	c.end()
	const erase = "\r\x1b[K"
	want := erase + "mine: 1 of 2  1 passed" + // the status
		erase + "FAIL 1.1.2 " + terminal.CleanLine(cases[1].Title) + ": Nothing came.\n" +
		erase + "mine: 1 of 2  1 passed" + erase + "mine: 2 of 2  1 passed, 1 failed" + erase
	if b.String() != want {
		t.Errorf("written %q\nwant    %q", b.String(), want)
	}
}

// What a peer says controls neither the terminal nor a CI service, and no line has a
// secret.
func TestLiveLinesAreSafe(t *testing.T) {
	var b bytes.Buffer
	h := hidden{&secrets.Redactor{}}
	h.redactor.Learn("Authorization: Bearer S3cretS3cret")
	c := newConsole(h.writer(&b), false)
	c.several = true
	c.begin("::error::\x1b[31m\r\nagent", 1)
	c.result(conformance.Result{Case: someCases(t)[0], Role: wire.RoleServer, Verdict: verdict.Fail, Explanation: "Came \x1b]0;x\a S3cretS3cret\n::set-env::\u202e ##[error]"})
	c.served("other\u2066", conformance.Result{Case: someCases(t)[0], Role: wire.RoleClient, Verdict: verdict.Fail, Explanation: "\n::error::x"})
	c.end()
	for line := range strings.Lines(b.String()) {
		if strings.HasPrefix(line, "::") || strings.ContainsAny(line, "\x1b\a\r\u202e\u2066") || strings.Contains(line, "##[") || strings.Contains(line, "S3cret") {
			t.Errorf("the line is %q", line)
		}
	}
}

// -v prints a line for each frame, in both directions, and the lines of several cases name
// theirs.
func TestVerbosePrintsFrames(t *testing.T) {
	o := wsspec(t, "server", reference(t)+"?key=Top5ecret", "--run", "1.1.1", "--run", "2.3", "--run", "9.1.1", "-v")
	o.want(t, exitPass,
		" → GET /?… HTTP/1.1\n", " ← HTTP/1.1 101 Switching Protocols\n",
		"\n2.3 ", " → ping 0x00fffefdfcfb00ff\n", " ← pong 0x00fffefdfcfb00ff\n", " ← close 1000")
	if strings.Contains(o.stdout, "Top5ecret") {
		t.Error("the value of the query is printed")
	}
	for line := range strings.Lines(o.stdout) {
		if len([]rune(line)) > 400 {
			t.Errorf("a line of %d characters: %.80s…", len(line), line)
		}
	}
}
