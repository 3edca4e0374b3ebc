package ref

import (
	"io"
	"net"
	"testing"
	"time"

	"golang.org/x/net/nettest"
)

// A connection in memory is a net.Conn like any other.
func TestMemoryConn(t *testing.T) {
	noLeaks(t)
	nettest.TestConn(t, func() (a, b net.Conn, stop func(), err error) {
		x, y := memoryConns()
		return x, y, func() { x.Close(); y.Close() }, nil
	})
}

// A half that is closed can still be read to its end, and takes nothing more.
func TestMemoryConnHalfClosed(t *testing.T) {
	noLeaks(t)
	a, b := memoryConns()
	_, err := io.WriteString(a, "the last words")
	must(t, err)
	must(t, a.CloseWrite())
	if _, err := a.Write([]byte("x")); err == nil {
		t.Error("written behind the end")
	}
	if got, err := io.ReadAll(b); string(got) != "the last words" || err != nil {
		t.Errorf("read %q, %v", got, err)
	}
	_, err = io.WriteString(b, "and the answer")
	must(t, err)
	must(t, b.Close())
	if got, err := io.ReadAll(a); string(got) != "and the answer" || err != nil {
		t.Errorf("read %q, %v", got, err)
	}
	must(t, a.Close())
}

// A writer waits for a reader once the buffer is full, and not before.
func TestMemoryConnHoldsBack(t *testing.T) {
	noLeaks(t)
	a, b := memoryConns()
	defer a.Close()
	defer b.Close()
	n, err := a.Write(make([]byte, maxInFlight))
	if n != maxInFlight || err != nil {
		t.Fatalf("%d octets written, %v", n, err)
	}
	must(t, a.SetWriteDeadline(time.Now().Add(10*time.Millisecond)))
	if n, err := a.Write([]byte("x")); n != 0 || err == nil {
		t.Errorf("%d octets written beyond the buffer, %v", n, err)
	}
	must(t, a.SetWriteDeadline(time.Time{}))
	wrote := inBackground(func() error { _, err := a.Write([]byte("x")); return err })
	_, err = io.ReadFull(b, make([]byte, maxInFlight+1))
	must(t, err)
	must(t, awaitErr(t, wrote))
}
