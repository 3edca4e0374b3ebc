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

// DefaultCloseTimeout is the CloseTimeout of options that have none.
const DefaultCloseTimeout = 5 * time.Second

// A Conn is an open WebSocket connection, made by [Dial], [Accept] or [Pipe]; the
// zero Conn is not usable. Its methods may be called from several goroutines at
// once. One call at a time reads, and one at a time writes a message; others
// wait. Control frames go between the fragments of a message (RFC 6455 5.4).
//
// When the connection has ended, every method returns the [CloseError] that says
// how. Call Close or CloseNow in the end, also after an error.
type Conn struct {
	tcp          net.Conn
	role         wire.Role
	closeTimeout time.Duration
	writeTimeout time.Duration // zero or less for none
	subprotocol  string
	request      *http.Request  // of a server's Conn
	response     *http.Response // of a client's Conn
	logger       *slog.Logger   // nil for none

	// These belong to the goroutine that holds reading.
	reading    lock
	receiver   *wire.Receiver
	raw        *rawReader        // nil if the connection is not a plain socket
	buffer     *[readBuffer]byte // where raw reads to; nil while waiting
	ownBuffer  []byte            // the same without raw
	pinned     bool              // the application has octets of the buffer
	unread     []byte            // octets that the receiver has not seen yet
	piece      []byte            // payload of the open message that no caller has yet
	message    incoming
	limits     Limits
	idle       *idleWatch     // nil without an idle timeout
	muted      bool           // Close is reading, so that no callback is run
	inflater   *wire.Inflater // nil without permessage-deflate
	compressed payloadReader  // what it inflates
	frameIn    *frameIn       // the frame being received, if frames are logged

	newLimit atomic.Pointer[int64] // of SetReadLimit, until the reader applies it

	// How many octets the message being read takes from the budget.
	budget *BufferBudget // nil for none
	held   atomic.Int64

	// These belong to the goroutine that holds sending: one message at a time.
	sending   lock
	deflater  *wire.Deflater // nil without permessage-deflate
	deflating wire.DeflaterOptions
	threshold int

	// These belong to the goroutine that holds framing: one frame at a time. A
	// goroutine that needs both locks takes sending first. Control frames need
	// only framing.
	framing  lock
	sender   *wire.Sender
	frameOut frameOut // the message being sent, if frames are logged

	writeBy  writeDeadline
	readOnly atomic.Bool // see CloseWrite

	kept  closingMessages
	pongs pendingPong
	pings pingTable

	onPing, onPong listener

	state    stateBox
	done     chan struct{} // closed when TCP is
	doneOnce sync.Once
}

// config is what newConn needs to know.
type config struct {
	role         wire.Role
	limits       Limits
	closeTimeout time.Duration
	writeTimeout time.Duration
	idleTimeout  time.Duration // zero for none
	budget       *BufferBudget
	subprotocol  string
	compression  *Compression
	logger       *slog.Logger
	agreed       *wire.DeflateParams // nil when permessage-deflate was not agreed
	unread       []byte              // octets that came behind the peer's handshake
}

// newConn makes a Conn when the opening handshake is done.
func newConn(tcp net.Conn, c config) (*Conn, error) {
	conn := &Conn{
		tcp:          tcp,
		role:         c.role,
		closeTimeout: cmp.Or(c.closeTimeout, DefaultCloseTimeout),
		writeTimeout: cmp.Or(c.writeTimeout, DefaultWriteTimeout),
		subprotocol:  c.subprotocol,
		logger:       c.logger,
		unread:       c.unread,
		limits:       c.limits,
		budget:       c.budget,
		done:         make(chan struct{}),
	}
	conn.writeBy.tcp = tcp
	conn.raw = newRawReader(conn)
	if c.idleTimeout > 0 {
		conn.idle = newIdleWatch(c.idleTimeout)
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

// State returns how far closing has come (RFC 6455 7.1).
func (c *Conn) State() wire.State { return c.state.load() }

// Done returns a channel that is closed when TCP is closed.
func (c *Conn) Done() <-chan struct{} { return c.done }

// A stateBox holds the state of closing and the reason for the end.
type stateBox struct {
	mu    sync.Mutex
	state wire.State
	err   atomic.Pointer[CloseError] // set once
}

func (s *stateBox) load() wire.State {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.state
}

// advance makes a step and returns the state before it.
func (s *stateBox) advance(step wire.Step) (before wire.State) {
	s.mu.Lock()
	defer s.mu.Unlock()
	before = s.state
	s.state = before.After(step)
	return before
}

// settle stores err unless there is a reason already, and returns the reason.
func (s *stateBox) settle(err *CloseError) *CloseError {
	if s.err.CompareAndSwap(nil, err) {
		return err
	}
	return s.err.Load()
}

// ended returns the reason for the end, nil while the connection is open.
func (s *stateBox) ended() error {
	if err := s.err.Load(); err != nil {
		return err
	}
	return nil
}

// A pendingPong is the Pong to send when the frame that is being sent is done.
// There is one at most: it is enough to answer the latest Ping (RFC6455-5.5.3-2).
type pendingPong struct {
	owed atomic.Bool
	mu   sync.Mutex
	data []byte
}

func (p *pendingPong) put(data []byte) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.data = append(p.data[:0], data...)
	p.owed.Store(true)
}

func (p *pendingPong) take(dst []byte) (data []byte, owed bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append(dst, p.data...), p.owed.Swap(false)
}
