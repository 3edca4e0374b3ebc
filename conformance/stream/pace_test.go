package stream

import (
	"errors"
	"io"
	"net"
	"os"
	"testing"
	"time"

	"github.com/wsspec/wsspec/ref/wire"
)

// sizes records how many octets each read may take.
type sizes struct {
	net.Conn
	reads chan int
}

func (s sizes) Read(p []byte) (int, error) {
	s.reads <- len(p)
	return s.Conn.Read(p)
}

// connected returns the harness's end of a connection without buffers between the
// two ends, and the peer's end.
func connected(t *testing.T) (harness *Conn, peer net.Conn, reads chan int) {
	t.Helper()
	near, far := net.Pipe()
	reads = make(chan int, 1<<10)
	harness = New(sizes{near, reads}, wire.RoleClient, NewDeadlines(50*time.Millisecond, 0, 1), NewMaskKeys("x", 1), time.Now(), Bounds{Message: 1 << 20, octets: 1 << 20, entries: 1 << 10}, nil, nil)
	harness.Start(nil)
	t.Cleanup(func() {
		harness.Drop()
		far.Close()
	})
	return harness, far, reads
}

// A peer whose octets nobody reads has to wait: that is what StopReading is for.
func TestStopReadingMakesThePeerWait(t *testing.T) {
	harness, peer, _ := connected(t)
	harness.StopReading()
	_ = peer.SetWriteDeadline(time.Now().Add(20 * time.Millisecond))
	// The read under way when the pace changed may still take one write.
	var err error
	for range 2 {
		_, err = peer.Write([]byte{0x81, 0x00})
	}
	if !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Fatalf("the peer's write ended with %v, want a deadline that passed", err)
	}
	harness.ReadOn()
	_ = peer.SetWriteDeadline(time.Time{})
	if _, err := peer.Write([]byte{0x81, 0x00}); err != nil {
		t.Errorf("the harness reads on, and the peer's write ended with %v", err)
	}
}

func TestReadSlowlyTakesFewOctetsAtATime(t *testing.T) {
	harness, peer, reads := connected(t)
	harness.ReadSlowly(3)
	if _, err := peer.Write(make([]byte, 10)); err != nil {
		t.Fatal(err)
	}
	harness.Drop()
	close(reads)
	slow := 0
	for n := range reads {
		if n == 3 {
			slow++
		}
	}
	if slow < 3 {
		t.Errorf("%d reads of 3 octets, want at least 3 for 10 octets", slow)
	}
}

// Between two moments a slow reader takes what it reads at a time, in as many reads as that
// needs: a transport that gives little with each read makes it no slower.
func TestASlowReaderCountsOctets(t *testing.T) {
	p := newPace()
	p.set(10, false)
	for i, want := range []int{4, 4, 2, 4, 4, 2} {
		if got := p.next(4, 0); got != want {
			t.Errorf("read %d may take %d octets, want %d", i, got, want)
		}
		p.took(want)
	}
	p.next(4, 0)
	p.took(1)
	if got := p.next(100, 0); got != 9 {
		t.Errorf("behind a read of 1 octet the next one may take %d, want 9", got)
	}
}

// A case that ends while the harness does not read must end all the same.
func TestDropEndsAStoppedReader(t *testing.T) {
	harness, peer, _ := connected(t)
	harness.StopReading()
	harness.Drop()
	if _, err := peer.Read(make([]byte, 1)); !errors.Is(err, io.EOF) {
		t.Errorf("the peer reads %v, want the end of the connection", err)
	}
}
