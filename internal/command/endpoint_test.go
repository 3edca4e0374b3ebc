package command

import (
	"bufio"
	"net"
	"strings"
	"testing"
)

// What kind of endpoint a server is, is said before the first result, and again with the
// counts; it changes no verdict.
func TestTheProbeSaysWhatAServerIs(t *testing.T) {
	t.Parallel() // most of the time is waiting
	silent := raw(t, shaken(func(conn net.Conn, _ *bufio.Reader) { drain(conn) }))
	args := []string{"server", "mine=" + silent, "--run", "1.1.[12]", "--run", "3.1", "--timeout", "200ms"}
	with, without := wsspec(t, args...), wsspec(t, append(args, "--no-probe")...)
	const says = "probe: mine sent nothing back within 50ms of a text message."
	with.want(t, exitNonconformant, says+" 2 of 3 cases need a message back, and cannot be tested so. Type --no-echo to judge it without messages back, or use the URL of an endpoint that sends each message back")
	if n := strings.Count(with.stdout, says); n != 2 || strings.Index(with.stdout, says) > strings.Index(with.stdout, "FAIL ") {
		t.Errorf("it is said %d times, want once before the first failure and once at the end:\n%s", n, with.stdout)
	}
	if strings.Contains(without.stdout, "probe") {
		t.Errorf("--no-probe prints %s", without.stdout)
	}
	last := func(o outcome) string {
		_, counts, _ := strings.Cut(o.stdout, "\nmine: 3 of")
		counts, _, _ = strings.Cut(counts, "\n")
		return counts
	}
	if last(with) != last(without) || with.code != without.code {
		t.Errorf("with the probe %q and %d, without it %q and %d", last(with), with.code, last(without), without.code)
	}
	wsspec(t, "server", "mine="+reference(t), "--run", "1.1.1").want(t, exitPass, "probe: mine sends messages back\n")
	wsspec(t, append(args, "--no-echo")...).want(t, exitNonconformant, "probe: mine sent nothing back within 50ms of a text message\n",
		"Judged without echoes: 1 in full, 2 by whether the connection lives, 0 not at all.\n", " --agent mine --no-echo --run 1.1.1\n")
	wsspec(t, "server", "--no-echo", "mine="+reference(t), "--run", "1.1.1").want(t, exitPass, "sends messages back. Leave out --no-echo to judge also what becomes of the messages.\n")
	if o := wsspec(t, append(args, "--quiet")...); strings.Count(o.stdout, "\n") != 1 {
		t.Errorf("--quiet prints %q", o.stdout)
	}
}

// A server that ends at the message of the probe is no server that nobody could reach.
func TestAServerThatEndsAtTheProbe(t *testing.T) {
	url := dies(t, "\x81\x9c") // the beginning of the probe's frame, and of no case's
	o := wsspec(t, "server", url, "--run", "1.1.1", "--timeout", "200ms", "--wait", "100ms")
	o.want(t, exitHarness, "the server stopped serving when the probe had sent it one text message", "--no-probe", "--start COMMAND")
	if strings.Contains(o.stdout, "FAIL") {
		t.Errorf("a case is blamed: %s", o.stdout)
	}
	wsspec(t, "server", dies(t, "\x81\x9c"), "--run", "1.1.1", "--no-probe").want(t, exitPass)
}
