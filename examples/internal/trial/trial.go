// Package trial runs the examples in tests, as users run them.
package trial

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/onsi/gomega"
	"github.com/onsi/gomega/gleak"

	"github.com/wsspec/wsspec/ref"
	"github.com/wsspec/wsspec/ref/wire"
)

// patience limits every wait. A test that reaches it fails.
const patience = 30 * time.Second

// Context returns a context that ends after patience.
func Context(t testing.TB) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	t.Cleanup(cancel)
	return ctx
}

// NoLeaks fails the test if goroutines outlive it. Call it first.
func NoLeaks(t testing.TB) {
	t.Helper()
	before := gleak.Goroutines()
	t.Cleanup(func() {
		http.DefaultClient.CloseIdleConnections()
		gomega.NewWithT(t).Eventually(gleak.Goroutines).WithTimeout(patience).ShouldNot(gleak.HaveLeaked(before))
	})
}

// A Program is a running example.
type Program struct {
	// URL is the URL that it prints.
	URL string

	t     testing.TB
	stop  context.CancelFunc
	ended chan struct{}

	mu    sync.Mutex
	lines []string
	more  chan struct{} // closed when there are more lines
	err   error         // set before ended is closed
}

// Start runs a program and waits for its first line, which ends with its URL. The program
// is stopped at the end of the test, and must stop without an error.
func Start(t testing.TB, run func(ctx context.Context, stdout io.Writer) error) *Program {
	t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	p := &Program{t: t, stop: stop, ended: make(chan struct{}), more: make(chan struct{})}
	out, in := io.Pipe()
	go func() {
		defer close(p.ended)
		p.err = run(ctx, in)
		in.CloseWithError(p.err)
	}()
	go p.read(out)
	t.Cleanup(p.Stop)
	line := p.Await("")
	p.URL = line[strings.LastIndexByte(line, ' ')+1:]
	if !strings.Contains(p.URL, "://") {
		t.Fatalf("printed %q, want its URL", line)
	}
	return p
}

func (p *Program) read(out io.Reader) {
	for scanner := bufio.NewScanner(out); scanner.Scan(); {
		p.mu.Lock()
		p.lines = append(p.lines, scanner.Text())
		close(p.more)
		p.more = make(chan struct{})
		p.mu.Unlock()
	}
}

// Await waits until the program has printed a line with the text, and returns the first
// such line.
func (p *Program) Await(text string) string {
	p.t.Helper()
	late := time.After(patience)
	for {
		p.mu.Lock()
		lines, more := p.lines, p.more
		p.mu.Unlock()
		for _, line := range lines {
			if strings.Contains(line, text) {
				return line
			}
		}
		select {
		case <-more:
		case <-p.ended:
			p.t.Fatalf("ended with %v, before it printed %q; it printed %q", p.err, text, lines)
		case <-late:
			p.t.Fatalf("did not print %q; it printed %q", text, lines)
		}
	}
}

// Printed returns what the program printed so far.
func (p *Program) Printed() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return strings.Join(p.lines, "\n")
}

// Interrupt interrupts the program, as Ctrl-C does.
func (p *Program) Interrupt() { p.stop() }

// Stop interrupts the program and waits until it has stopped without an error.
func (p *Program) Stop() {
	p.t.Helper()
	p.Interrupt()
	select {
	case <-p.ended:
		if p.err != nil {
			p.t.Errorf("the program failed: %v", p.err)
		}
	case <-time.After(patience):
		p.t.Error("the program does not stop")
	}
}

// WS returns the WebSocket URL of a path.
func (p *Program) WS(path string) string {
	return "ws" + strings.TrimPrefix(strings.TrimPrefix(strings.TrimSuffix(p.URL, "/"), "http"), "ws") + path
}

// Dial connects to a path of the program. The connection is closed at the end of the test.
func (p *Program) Dial(path string, options *ref.DialOptions) *ref.Conn {
	p.t.Helper()
	conn, _, err := ref.Dial(Context(p.t), p.WS(path), options)
	if err != nil {
		p.t.Fatal(err)
	}
	p.t.Cleanup(conn.CloseNow)
	return conn
}

// Say sends a text message.
func Say(t testing.TB, conn *ref.Conn, text string) {
	t.Helper()
	if err := conn.Write(Context(t), ref.Text, []byte(text)); err != nil {
		t.Fatal(err)
	}
}

// Hear reads a message, and fails the test unless it is the wanted text.
func Hear(t testing.TB, conn *ref.Conn, want string) {
	t.Helper()
	if typ, message, err := conn.Read(Context(t)); err != nil || typ != ref.Text || string(message) != want {
		t.Fatalf("read %v %q, %v; want the text %q", typ, message, err, want)
	}
}

// Closed reads until the end of the connection, and fails the test unless the other side
// closes it with the code.
func Closed(t testing.TB, conn *ref.Conn, want wire.StatusCode) {
	t.Helper()
	for ctx := Context(t); ; {
		_, _, err := conn.Read(ctx)
		if err == nil {
			continue
		}
		var closed *ref.CloseError
		if !errors.As(err, &closed) || closed.Code != want || !closed.Remote {
			t.Errorf("the connection's end is %v, want a Close with %d from the other side", err, want)
		}
		return
	}
}
