package command

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/wsspec/wsspec/ref"
)

// actWorker answers each URL as its kind has it, and the case 1.1.1 otherwise, where its
// kind says so.
func actWorker(ctx context.Context, kind string) int {
	urls := bufio.NewScanner(os.Stdin)
	for urls.Scan() {
		url := urls.Text()
		chosen := strings.Contains(url, "casetuple=1.1.2")
		switch {
		case chosen && kind == "dies":
			panic("index out of range")
		case chosen && kind == "refuses":
			fmt.Println("failed the certificate is not trusted")
			continue
		case chosen && kind == "reports a crash":
			_ = connectEcho(ctx, url)
			fmt.Println("crashed index out of range")
			continue
		case chosen && kind == "hangs":
			_ = connectEcho(ctx, url)
			<-make(chan struct{})
		case kind == "dies of a pong":
			if c, _, err := ref.Dial(ctx, url, dialOptions()); err == nil {
				c.OnPong(func([]byte) { panic("index out of range") })
				_ = ref.Echo(ctx, c)
				c.CloseNow()
			}
			fmt.Println("ok")
			continue
		case kind == "chats":
			fmt.Printf("connecting to %s\n%s\n", url, strings.Repeat("x", 3*longestAnswer))
		}
		_ = connectEcho(ctx, url)
		fmt.Println("ok")
	}
	return 0
}

// One process plays many cases, and what goes wrong in one of them says nothing of the
// others.
func TestWorkers(t *testing.T) {
	for _, tt := range []struct {
		kind string
		code int
		says []string
	}{
		{"well", exitPass, []string{"9 of 9 cases: 9 passed"}},
		{"chats", exitPass, []string{"9 of 9 cases: 9 passed"}},
		{"dies", exitNonconformant, []string{"FAIL 1.1.2 ", "The client crashed: exit status 2. Its last words: panic: index out of range", "8 passed, 1 failed"}},
		{"refuses", exitNonconformant, []string{"FAIL 1.1.2 ", "The client ended without having run the case. Its last words: the certificate is not trusted", "8 passed, 1 failed"}},
		{"reports a crash", exitNonconformant, []string{"FAIL 1.1.2 ", "The client says that it crashed: index out of range.", "8 passed, 1 failed"}},
		{"hangs", exitPass, []string{"9 of 9 cases: 9 passed"}},
	} {
		t.Run(tt.kind, func(t *testing.T) {
			args := append([]string{"client", "--worker", "--profile", "plain", "--run", "1.1", "--run", "5.19", "--parallel", "1", "--timeout", "500ms"}, client(t, "worker", tt.kind)...)
			wsspec(t, args...).want(t, tt.code, tt.says...)
		})
	}
}

// Few processes are started, however many cases and variants there are.
func TestWorkersAreStartedOnce(t *testing.T) {
	dir := t.TempDir()
	line := "echo x >> " + dir + "/starts; exec " + command(t, "worker", "well")
	wsspec(t, "client", "--worker", "--run", "1.1", "--run", "5.19", "--parallel", "3", "--", "sh", "-c", line).want(t, exitPass, "9 passed")
	started, err := os.ReadFile(dir + "/starts")
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(string(started), "x"); n < 1 || n > 3 {
		t.Errorf("%d processes were started, want at most 3", n)
	}
}

func TestWorkerCommandLines(t *testing.T) {
	for _, tt := range []struct{ args, says string }{
		{"client --worker", "--worker starts a command; there is none behind --"},
		{"client --worker -- true {url}", "leave out {url}"},
		{"client --worker --driver -- true", "[driver worker]"},
		{"client --worker --listen 127.0.0.1:0 -- true", "leave out --listen"},
		{"client --worker --each-connection -- true", "leave it out"},
	} {
		wsspec(t, strings.Fields(tt.args)...).want(t, exitUsage, tt.says)
	}
}

// The reference as a worker answers each URL with one line, and goes on behind one that
// fails.
func TestEchoWorks(t *testing.T) {
	var out strings.Builder
	err := workEcho(t.Context(), strings.NewReader("ws://a/\nws://b/\nws://c/\n"), &out, func(_ context.Context, url string) error {
		switch url {
		case "ws://a/":
			return errors.New("refused\nwith two lines")
		case "ws://b/":
			panic("oh")
		}
		return nil
	})
	if want := "failed refused with two lines\ncrashed oh\nok\n"; err != nil || out.String() != want {
		t.Errorf("%q, %v; want %q", out.String(), err, want)
	}
}
