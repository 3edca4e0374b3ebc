package h2

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"sync"
	"time"

	"golang.org/x/net/http2/hpack"

	"github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/ref/wire"
)

// Sizes of the harness's own, in octets.
const (
	// usualWindow is the window of each stream, and wholeWindow that of the connection.
	usualWindow = 256 << 10
	wholeWindow = 64 << 20
	// startWindow is the window of HTTP/2 before any frame says otherwise (RFC 9113 6.9.2).
	startWindow = 65535
	// mostHeaders is the longest list of fields that is read.
	mostHeaders = 64 << 10
	// mostQueued is how many frames may wait to be sent as answers, such as acknowledgements.
	mostQueued = 10000
)

// A Conn is the harness's end of one HTTP/2 connection. All its methods may be called from
// several goroutines.
type Conn struct {
	net net.Conn
	how script.HTTP2
	// server: the harness is the server, and the peer opens the streams.
	server bool

	// writing guards what is written, and the state of the header compression. A Stream
	// writes its frames by itself; what answers a frame of the peer is queued.
	writing sync.Mutex
	block   bytes.Buffer
	out     []byte
	encoder *hpack.Encoder

	// reader and fields are those of the goroutine that reads.
	reader *bufio.Reader
	fields *hpack.Decoder

	mu sync.Mutex
	// changed is closed, and replaced, at each change of what follows.
	changed chan struct{}
	queue   []func([]byte) []byte
	streams map[uint32]*Stream
	// users are the streams that are not closed yet.
	users int
	// nextID is the id of the next stream, or the least that the next one of a client may have.
	nextID uint32
	// opened are the streams of a client that [Conn.Accept] has not returned yet.
	opened []*Stream
	// permitted: the harness, as a server, has sent the setting that permits extended CONNECT.
	permitted  bool
	sendWindow int64
	// heldBack are received octets for which the peer has no new window yet.
	heldBack int
	peer     peerSettings
	goAway   *goAway
	pongs    int
	// err is why the connection is over, nil if it is not.
	err error
}

// peerSettings are those that the peer has sent.
type peerSettings struct {
	came          bool
	connect       uint32
	initialWindow int64
	maxFrame      int
}

// Client begins an HTTP/2 connection as a client: it sends the preface and the settings of
// the case, and waits for the server's first SETTINGS frame. Unless the case says otherwise,
// it then waits until the server permits extended CONNECT (RFC8441-3-3). The error is a
// [*wire.Violation], a [*RefusedError], or that of the network. It closes nothing if it fails.
func Client(ctx context.Context, conn net.Conn, how script.HTTP2, atMost time.Duration) (*Conn, error) {
	c, deadline := newConn(conn, how), time.Now().Add(atMost)
	if err := c.begin([]byte(Preface), deadline); err != nil {
		return nil, err
	}
	stop := context.AfterFunc(ctx, func() { c.end(net.ErrClosed) })
	defer stop()
	return c, c.awaitSettings(deadline)
}

func newConn(conn net.Conn, how script.HTTP2) *Conn {
	c := &Conn{
		net: conn, how: how, changed: make(chan struct{}), streams: map[uint32]*Stream{}, nextID: 1,
		sendWindow: startWindow, peer: peerSettings{initialWindow: startWindow, maxFrame: 16 << 10},
	}
	c.reader, c.fields = readers.Get().(*bufio.Reader), hpack.NewDecoder(4096, nil)
	c.reader.Reset(conn)
	c.fields.SetMaxStringLength(mostHeaders)
	c.encoder = hpack.NewEncoder(&c.block)
	return c
}

// begin sends what comes first on a connection, and begins to read.
func (c *Conn) begin(octets []byte, deadline time.Time) error {
	octets = append(octets, settingsFrame(c.settings()).octets()...)
	octets = append(octets, numbered(script.FrameWINDOWUPDATE, 0, wholeWindow-startWindow).octets()...)
	_ = c.net.SetWriteDeadline(deadline)
	if _, err := c.net.Write(octets); err != nil {
		readers.Put(c.reader)
		return err
	}
	go c.read()
	go c.answer()
	return nil
}

// settings are those that the harness sends. Those of the case come last.
func (c *Conn) settings() []script.HTTP2Setting {
	if c.server {
		return c.serverSettings()
	}
	return append([]script.HTTP2Setting{
		{ID: settingEnablePush, Value: 0}, {ID: script.SettingInitialWindow, Value: uint32(c.window())},
	}, c.how.Settings...)
}

// window is that of each stream of the peer.
func (c *Conn) window() int64 {
	if c.how.Window > 0 {
		return int64(c.how.Window)
	}
	return usualWindow
}

// A RefusedError says that a server speaks HTTP/2, and does not permit extended CONNECT.
type RefusedError struct{ Why string }

func (e *RefusedError) Error() string { return e.Why }

// awaitPreface waits for the SETTINGS frame of the peer's preface (RFC 9113 3.4); the lock is
// held.
func (c *Conn) awaitPreface(deadline time.Time) error {
	if err := c.await(func() time.Time { return deadline }, func() bool { return c.peer.came || c.err != nil }); err != nil {
		if c.server {
			return fmt.Errorf("the client sent no SETTINGS frame: %w", err)
		}
		return err
	}
	return c.err
}

// peerRole names the peer, for sentences.
func (c *Conn) peerRole() wire.Role {
	if c.server {
		return wire.RoleClient
	}
	return wire.RoleServer
}

// awaitSettings waits for the server's preface, and for the setting that permits extended
// CONNECT.
func (c *Conn) awaitSettings(deadline time.Time) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := c.awaitPreface(deadline); err != nil {
		return err
	}
	if err := c.shut(); err != nil {
		return err
	}
	if c.how.Unawaited || c.peer.connect == 1 {
		return nil
	}
	// It may still come in a later frame. A server that answers a PING has sent all that it
	// had to say before.
	pongs := c.pongs
	_ = c.enqueue(frame{kind: script.FramePING, payload: []byte("wsspec h")})
	_ = c.await(func() time.Time { return deadline }, func() bool { return c.pongs > pongs || c.peer.connect == 1 || c.shut() != nil })
	if err := c.shut(); c.peer.connect == 1 || err != nil {
		return err
	}
	return &RefusedError{"its SETTINGS do not permit extended CONNECT (SETTINGS_ENABLE_CONNECT_PROTOCOL is not 1, RFC 8441 3)"}
}

// shut is why no stream can be opened any more, nil if one can; the lock is held. Behind
// GOAWAY a client opens none (RFC 9113 6.8).
func (c *Conn) shut() error {
	if c.err == nil && c.goAway != nil {
		return &EndError{Text: "ended the connection by GOAWAY with " + codeName(c.goAway.code) + debugOf(c.goAway), Began: true}
	}
	return c.err
}

// Permits reports whether the peer's settings permit extended CONNECT.
func (c *Conn) Permits() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.peer.connect == 1
}

// NewStream returns a stream of the connection that is not open yet: [Stream.Request] opens
// it. The connection ends when all its streams are closed.
func (c *Conn) NewStream() *Stream {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.users++
	return &Stream{conn: c, how: c.how, receiveWindow: c.window()}
}

// broadcast wakes all who wait; the lock is held.
func (c *Conn) broadcast() {
	close(c.changed)
	c.changed = make(chan struct{})
}

// await waits until ready returns true; the lock is held, and given up meanwhile. The
// deadline may change during the wait; the zero time is none.
func (c *Conn) await(deadline func() time.Time, ready func() bool) error {
	for !ready() {
		changed, until := c.changed, deadline()
		var late <-chan time.Time
		stop := func() bool { return true }
		if !until.IsZero() {
			left := time.Until(until)
			if left <= 0 {
				return errDeadline
			}
			timer := time.NewTimer(left)
			late, stop = timer.C, timer.Stop
		}
		c.mu.Unlock()
		select {
		case <-changed:
		case <-late:
		}
		stop()
		c.mu.Lock()
	}
	return nil
}

// end closes the connection below, and notes why; the first reason counts.
func (c *Conn) end(why error) {
	_ = c.net.Close()
	c.mu.Lock()
	defer c.mu.Unlock()
	c.over(why)
}

// over notes why the connection is over; the lock is held.
func (c *Conn) over(why error) {
	if c.err == nil {
		c.err = why
		c.broadcast()
	}
}

// leaves is a GOAWAY frame without an error; the lock is held. It names the last stream of a
// client, so that the client knows which were served (RFC 9113 6.8).
func (c *Conn) leaves() frame {
	last := uint32(0)
	if c.server && c.nextID > 1 {
		last = c.nextID - 2
	}
	return frame{kind: script.FrameGOAWAY, payload: binary.BigEndian.AppendUint64(nil, uint64(last)<<32|codeNo)}
}

// close ends the connection in order, as far as that needs no wait.
func (c *Conn) close() {
	c.mu.Lock()
	c.over(net.ErrClosed)
	leaves := c.leaves()
	c.mu.Unlock()
	if c.writing.TryLock() {
		_ = c.net.SetWriteDeadline(time.Now().Add(lastWords))
		_, _ = c.net.Write(leaves.octets())
		c.writing.Unlock()
	}
	_ = c.net.Close()
}

// answerTime is how long the network may take for a frame that answers one of the peer, or
// that ends a stream.
const answerTime = 5 * time.Second

// lastWords is how long the last frame may take.
const lastWords = 100 * time.Millisecond

// violationOf is the violation in an error, nil if there is none.
func violationOf(err error) *wire.Violation {
	var v *wire.Violation
	errors.As(err, &v)
	return v
}
