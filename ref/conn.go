package ref

import (
	"cmp"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/wsspec/wsspec/ref/wire"
)

// DefaultCloseTimeout bounds what closing waits for if nothing else was asked for.
const DefaultCloseTimeout = 5 * time.Second

// A Conn is an open WebSocket connection, from [Dial], [Accept] or [Pipe]; its zero
// value is none. One goroutine at a time reads (others wait their turn); any number write, ping and close
// meanwhile, and what they send never interleaves.
//
// Once it has ended, and what Close kept for a Messages loop is read, every
// method returns the [CloseError] that says how. A Conn always wants a Close or
// CloseNow in the end, also after an error.
type Conn struct {
	tcp          net.Conn
	role         wire.Role
	closeTimeout time.Duration
	subprotocol  string
	request      *http.Request  // of a server's Conn
	response     *http.Response // of a client's Conn
	logger       *slog.Logger   // nil for none

	// Of whoever holds reading.
	reading    lock
	receiver   *wire.Receiver
	buffer     []byte // where octets come to from TCP, except long payloads
	unread     []byte // what of them the receiver has not seen
	piece      []byte // payload of the open message that was seen and not yet handed on
	message    incoming
	limit      int64          // for inflated messages, in octets
	inflater   *wire.Inflater // nil without permessage-deflate
	compressed payloadReader  // what it inflates
	idle       *idleWatch     // nil if nobody minds silence
	frameIn    frameIn        // the frame being received, if frames are logged

	// Of whoever holds sending: one message at a time.
	sending   lock
	deflater  *wire.Deflater // nil without permessage-deflate
	deflating wire.DeflaterOptions
	threshold int

	// Of whoever holds framing, taken after sending if both are: one frame at a
	// time. Control frames need only this and go between a message's frames.
	framing  lock
	sender   *wire.Sender
	frameOut frameOut // the message being sent, if frames are logged

	readOnly atomic.Bool // see CloseWrite

	kept  keptMessages
	pongs pendingPong
	pings pingTable

	onPing, onPong listener

	state    stateBox
	done     chan struct{} // closed when TCP is
	doneOnce sync.Once
}

// config is what a Conn is made of when the handshake is done.
type config struct {
	role         wire.Role
	limits       Limits
	closeTimeout time.Duration
	subprotocol  string
	compression  *Compression
	logger       *slog.Logger
	agreed       *wire.DeflateParams // nil when permessage-deflate was not agreed
	unread       []byte              // octets that came behind the peer's handshake
}

// newConn makes the Conn at the end of the handshake.
func newConn(tcp net.Conn, c config) (*Conn, error) {
	conn := &Conn{
		tcp:          tcp,
		role:         c.role,
		closeTimeout: cmp.Or(c.closeTimeout, DefaultCloseTimeout),
		subprotocol:  c.subprotocol,
		logger:       c.logger,
		reading:      newLock(),
		sending:      newLock(),
		framing:      newLock(),
		unread:       c.unread,
		limit:        c.limits.inflated(),
		done:         make(chan struct{}),
	}
	wc := wire.Config{Role: c.role, Deflate: c.agreed != nil, Limits: c.limits.wire()}
	if c.role == wire.RoleClient {
		wc.MaskKey = maskKeys()
	}
	if c.logger != nil {
		wc.OnHeader = conn.logHeader
	}
	if c.agreed != nil {
		var err error
		conn.deflating = c.compression.deflating(c.role, *c.agreed)
		if conn.deflater, conn.inflater, err = c.compression.halves(c.role, *c.agreed); err != nil {
			return nil, err
		}
		conn.threshold = c.compression.threshold()
	}
	conn.receiver, conn.sender = wire.NewReceiver(wc), wire.NewSender(wc)
	return conn, nil
}

// Subprotocol returns the subprotocol that was agreed, "" for none.
func (c *Conn) Subprotocol() string { return c.subprotocol }

// Compressed reports whether permessage-deflate was agreed.
func (c *Conn) Compressed() bool { return c.inflater != nil }

// Request returns the opening request that a server accepted, nil for a client.
func (c *Conn) Request() *http.Request { return c.request }

// Response returns the opening response that a client got, nil for a server.
func (c *Conn) Response() *http.Response { return c.response }

// RemoteAddr returns the peer's network address.
func (c *Conn) RemoteAddr() net.Addr { return c.tcp.RemoteAddr() }

// LocalAddr returns this side's network address.
func (c *Conn) LocalAddr() net.Addr { return c.tcp.LocalAddr() }

// State returns how far the closing of the connection has come.
func (c *Conn) State() wire.State { return c.state.load() }

// Done is closed when TCP is closed: nothing comes or goes any more.
func (c *Conn) Done() <-chan struct{} { return c.done }

// A stateBox holds the state of closing, and why the connection ended.
type stateBox struct {
	mu    sync.Mutex
	state wire.State
	err   *CloseError
}

func (s *stateBox) load() wire.State {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.state
}

// advance takes a step and returns the state before it.
func (s *stateBox) advance(step wire.Step) (before wire.State) {
	s.mu.Lock()
	defer s.mu.Unlock()
	before = s.state
	s.state = before.After(step)
	return before
}

// settle keeps the first reason for the end and returns the one kept.
func (s *stateBox) settle(err *CloseError) *CloseError {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.err == nil {
		s.err = err
	}
	return s.err
}

// ended returns the reason for the end, nil while there is none.
func (s *stateBox) ended() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.err == nil {
		return nil
	}
	return s.err
}

// A pendingPong is the Pong that could not go out because a frame was just being
// sent. Only the latest counts: answering that one is enough (RFC6455-5.5.3-2).
type pendingPong struct {
	owed atomic.Bool
	mu   sync.Mutex
	data [wire.MaxControlPayload]byte
	len  int
}

func (p *pendingPong) put(data []byte) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.len = copy(p.data[:], data)
	p.owed.Store(true)
}

func (p *pendingPong) take(dst []byte) (data []byte, owed bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append(dst, p.data[:p.len]...), p.owed.Swap(false)
}
