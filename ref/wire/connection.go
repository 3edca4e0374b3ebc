package wire

import "errors"

// ErrEnded is the error of sending on a [Connection] whose TCP connection has
// ended.
var ErrEnded = errors.New("TCP has ended, nothing can be sent (RFC 6455 7.1.4)")

// A Connection is a whole endpoint after the opening handshake, without input and
// output: octets from TCP go in with Receive, octets for TCP come out with Take.
// It does what the protocol requires by itself: it answers Pings and the Close
// frame, and fails on a broken rule. It is not safe for concurrent use. An
// endpoint that reads and writes at the same time uses a [Receiver] and a
// [Sender] under its own locks, with the same duties.
type Connection struct {
	role     Role
	receiver *Receiver
	sender   *Sender
	state    State
	closure  Closure
	out      []byte
}

// A Closure is how a connection ended, in the terms of RFC 6455.
type Closure struct {
	// Code is the status code of the first Close frame received
	// (RFC6455-7.1.5-1), StatusNoStatusRcvd if it had none, or
	// StatusAbnormalClosure if none came.
	Code StatusCode
	// Reason is the text of that frame.
	Reason string
	// Violation is the rule that the peer broke, or how TCP was lost; nil
	// otherwise.
	Violation *Violation
}

// NewConnection returns a Connection for the endpoint that c describes.
func NewConnection(c Config) *Connection {
	return &Connection{
		role:     c.Role,
		receiver: NewReceiver(c),
		sender:   NewSender(c),
		closure:  Closure{Code: StatusAbnormalClosure},
	}
}

// Receive is [Receiver.Receive]. It also does what the event requires: what has
// to be sent is in Take.
func (c *Connection) Receive(p []byte) (n int, ev Event) {
	n, ev = c.receiver.Receive(p)
	c.act(ev)
	return n, ev
}

// Fail is [Receiver.Fail]. It also does what the event requires.
func (c *Connection) Fail(v *Violation) Event {
	ev := c.receiver.Fail(v)
	c.act(ev)
	return ev
}

// act does what an event requires.
func (c *Connection) act(ev Event) {
	switch ev.Kind {
	case EventClose:
		c.closure = Closure{Code: ev.Code, Reason: ev.Reason}
		c.state = c.state.After(StepReceiveClose)
	case EventFail:
		c.closure.Violation = ev.Violation
		c.state = c.state.After(StepFail)
	}
	c.out = c.sender.Reply(c.out, ev)
	if ev.Kind == EventClose { // the answer is formed, or ours went out before
		c.state = c.state.After(StepSendClose)
	}
}

// EOF tells the Connection that TCP ended, from either side.
func (c *Connection) EOF() Event {
	ev := c.receiver.EOF()
	if ev.Kind == EventLost {
		c.closure.Violation = ev.Violation
	}
	c.state = c.state.After(StepEndTCP)
	return ev
}

// Send forms a frame, see [Sender.Append]; after the end of TCP it is [ErrEnded].
func (c *Connection) Send(h Header, payload []byte) (err error) {
	if c.ended() {
		return ErrEnded
	}
	c.out, err = c.sender.Append(c.out, h, payload)
	if err == nil && h.Opcode == OpClose {
		c.state = c.state.After(StepSendClose)
	}
	return err
}

// SendMessage forms an unfragmented message; see [Sender.Message].
func (c *Connection) SendMessage(op Opcode, payload []byte) error {
	return c.Send(Header{Fin: true, Opcode: op}, payload)
}

// Ping forms a Ping; see [Sender.Ping].
func (c *Connection) Ping(data []byte) error {
	return c.Send(Header{Fin: true, Opcode: OpPing}, data)
}

// Close starts the closing handshake (RFC6455-7.1.2-1); see [Sender.Close].
func (c *Connection) Close(code StatusCode, reason string) (err error) {
	if c.ended() {
		return ErrEnded
	}
	c.out, err = c.sender.Close(c.out, code, reason)
	if err == nil {
		c.state = c.state.After(StepSendClose)
	}
	return err
}

// ended reports whether TCP has ended.
func (c *Connection) ended() bool { return c.state == StateClosed || c.state == StateAborted }

// Take returns the octets to send next and removes them. They are valid until the
// next call of a method. If they are not taken, answers to Pings accumulate.
func (c *Connection) Take() []byte {
	out := c.out
	c.out = c.out[:0]
	return out
}

// State returns how far closing has come.
func (c *Connection) State() State { return c.state }

// ClosesTCP reports whether this endpoint has to close TCP after sending what
// Take returns.
func (c *Connection) ClosesTCP() bool { return c.state.ClosesTCP(c.role) }

// Closure returns how the connection ended, as far as that is known.
func (c *Connection) Closure() Closure { return c.closure }
