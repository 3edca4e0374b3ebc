package standalone

import (
	"bytes"
	"net"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/wsspec/wsspec/conformance/judge"
)

// testClient starts the client under test, plays the case against it and reports
// what came of it. The client has to send back every message that it gets.
func testClient(t *testing.T, c Case) {
	command := strings.Fields(os.Getenv("WS_CLIENT"))
	if len(command) == 0 {
		t.Skip("no client: set WS_CLIENT to the command that starts it, as in WS_CLIENT='./my-echo-client {url}' go test")
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	for i := range command {
		command[i] = strings.ReplaceAll(command[i], "{url}", "ws://"+l.Addr().String()+Resource(c.ID))
	}
	var said bytes.Buffer
	cmd := exec.Command(command[0], command[1:]...)
	cmd.Stdout, cmd.Stderr, cmd.WaitDelay = &said, &said, time.Second
	if err := cmd.Start(); err != nil {
		t.Fatalf("WS_CLIENT does not start: %v", err)
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = cmd.Wait() // what it said is shown if the case fails
		_ = l.(*net.TCPListener).SetDeadline(time.Now().Add(100 * time.Millisecond))
	}()
	_ = l.(*net.TCPListener).SetDeadline(time.Now().Add(5 * Timeout))
	v := failure("The client did not connect within %s. A larger Timeout gives more time. The command was %q.", judge.Seconds(5*Timeout), command)
	if conn, err := l.Accept(); err == nil {
		v = Client(c, conn)
		conn.Close()
	}
	select {
	case <-ended:
	case <-time.After(Timeout / 2):
		_ = cmd.Process.Kill()
		<-ended
	}
	report(t, c, v)
	if t.Failed() && said.Len() > 0 {
		t.Logf("the client said:\n%s", said.Bytes())
	}
}
