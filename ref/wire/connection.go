package wire

// A Connection is a whole endpoint behind the opening handshake, without input
// or output: octets from TCP go in with Receive, octets for TCP come out with
// Take. What the protocol obliges an endpoint to do by itself it does: answer
// pings, answer the Close, fail on a broken rule. Not for concurrent use; an
// endpoint whose reading and writing go on at the same time composes a
// [Receiver] and a [Sender] under its own locks, with the same duties.
type Connection struct {
	role     Role
	receiver *Receiver
	sender   *Sender
	state    State
	closure  Closure
	out      []byte
}

// A Closure is how a connection ended, in RFC 6455's terms.
type Closure struct {
	// Code is the status code of the first Close frame received
	// (RFC6455-7.1.5-1), StatusNoStatusRcvd when it had none, or
	// StatusAbnormalClosure when none came.
	Code StatusCode
	// Reason is that frame's text, empty without.
	Reason string
	// Violation is what the peer did wrong, or how TCP was lost; nil otherwise.
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

// Receive is [Receiver.Receive] together with the duties that the event brings:
// what is to be sent waits in Take.
func (c *Connection) Receive(p []byte) (n int, ev Event) {
	n, ev = c.receiver.Receive(p)
	c.act(ev)
	return n, ev
}

// Fail is [Receiver.Fail] together with the duties that follow.
func (c *Connection) Fail(v *Violation) Event {
	ev := c.receiver.Fail(v)
	c.act(ev)
	return ev
}

// act does what an event obliges the endpoint to.
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

// EOF says that TCP ended, from whichever side.
func (c *Connection) EOF() Event {
	ev := c.receiver.EOF()
	if ev.Kind == EventLost {
		c.closure.Violation = ev.Violation
	}
	c.state = c.state.After(StepEndTCP)
	return ev
}

// Send forms a frame; see [Sender.Append].
func (c *Connection) Send(h Header, payload []byte) (err error) {
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
	c.out, err = c.sender.Close(c.out, code, reason)
	if err == nil {
		c.state = c.state.After(StepSendClose)
	}
	return err
}

// Take returns the octets that are to be sent next and forgets them. They are
// good until the next call of any method. Whoever does not take them while
// receiving pings lets them grow.
func (c *Connection) Take() []byte {
	out := c.out
	c.out = c.out[:0]
	return out
}

// State returns how far the closing has come.
func (c *Connection) State() State { return c.state }

// ClosesTCP reports whether this endpoint has to close TCP now, as soon as what
// Take returns is sent.
func (c *Connection) ClosesTCP() bool { return c.state.ClosesTCP(c.role) }

// Closure returns how the connection ended, as far as that is known.
func (c *Connection) Closure() Closure { return c.closure }
