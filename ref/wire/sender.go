package wire

import "errors"

// ErrCloseSent says that the endpoint's own Close frame is sent already, behind
// which it sends nothing more (RFC6455-5.5.1-6).
var ErrCloseSent = errors.New("nothing is sent behind the own Close frame (RFC 6455 5.5.1)")

// A Sender forms the frames that an endpoint sends, without output of its own,
// and refuses to form one that [Check] would refuse on the other side. Not for
// concurrent use: hold a lock from forming a frame to handing it to TCP, since
// frames reach the peer in the order in which they were formed.
type Sender struct {
	state     FrameState
	key       func() [4]byte
	closeSent bool
}

// NewSender returns a Sender for the endpoint that c describes. It panics when
// that is a client without a source of masking keys.
func NewSender(c Config) *Sender {
	if c.Role == RoleClient && c.MaskKey == nil {
		panic("wire: a client needs a MaskKey function, RFC 6455 5.3 has every frame masked with a fresh key")
	}
	return &Sender{
		state: FrameState{Sender: c.Role, RSV1: c.Deflate},
		key:   c.MaskKey,
	}
}

// Header completes the header of the next frame: Fin, RSV, Opcode and Length
// are the caller's, a client gets a fresh key. On success the frame counts as
// begun, and its payload has to follow, masked with the key. The error is
// [ErrCloseSent] or a [*Violation].
func (s *Sender) Header(h Header) (Header, error) {
	if s.closeSent {
		return h, ErrCloseSent
	}
	h.Form = LengthShortest // RFC6455-5.2-9
	h.Masked = s.state.Sender == RoleClient
	if v := Check(h, s.state); v != nil {
		return h, v
	}
	if h.Masked { // RFC6455-5.1-1, RFC6455-5.3-2
		h.MaskKey = s.key()
	}
	s.state = s.state.Next(h)
	s.closeSent = h.Opcode == OpClose
	return h, nil
}

// Append forms a whole frame behind dst: header and payload, masked if need be.
// The payload itself is only read. On an error dst comes back as it was.
func (s *Sender) Append(dst []byte, h Header, payload []byte) ([]byte, error) {
	h.Length = uint64(len(payload))
	h, err := s.Header(h)
	if err != nil {
		return dst, err
	}
	dst = AppendHeader(dst, h)
	dst = append(dst, payload...)
	if h.Masked {
		Mask(h.MaskKey, 0, dst[len(dst)-len(payload):])
	}
	return dst, nil
}

// Message forms an unfragmented message of type op, OpText or OpBinary. That
// text is UTF-8 is for the caller to see to (RFC6455-5.6-1).
func (s *Sender) Message(dst []byte, op Opcode, payload []byte) ([]byte, error) {
	return s.Append(dst, Header{Fin: true, Opcode: op}, payload)
}

// Ping forms a Ping with at most 125 octets of data.
func (s *Sender) Ping(dst, data []byte) ([]byte, error) {
	return s.Append(dst, Header{Fin: true, Opcode: OpPing}, data)
}

// Pong forms a Pong with at most 125 octets of data.
func (s *Sender) Pong(dst, data []byte) ([]byte, error) {
	return s.Append(dst, Header{Fin: true, Opcode: OpPong}, data)
}

// Close forms the endpoint's Close frame, behind which it sends nothing more;
// see [AppendClose] for what code and reason may be.
func (s *Sender) Close(dst []byte, code StatusCode, reason string) ([]byte, error) {
	var body [MaxControlPayload]byte
	p, err := AppendClose(body[:0], code, reason)
	if err != nil {
		return dst, err
	}
	return s.Append(dst, Header{Fin: true, Opcode: OpClose}, p)
}

// Reply forms what an event of the [Receiver] obliges the endpoint to send, if
// anything:
//
//   - a Pong with the same data for a Ping (RFC6455-5.5.2-2, RFC6455-5.5.3-1);
//   - a Close with the same code for a Close (RFC6455-5.5.1-7, RFC6455-5.5.1-8);
//   - a Close with the fitting code, and the sentence of what was wrong, for a
//     failure (RFC6455-7.1.7-5).
//
// Behind the own Close frame nothing is owed any more.
func (s *Sender) Reply(dst []byte, ev Event) []byte {
	if s.closeSent {
		return dst
	}
	var err error
	switch ev.Kind {
	case EventPing:
		dst, err = s.Pong(dst, ev.Data)
	case EventClose:
		dst, err = s.Close(dst, ev.Code, "")
	case EventFail:
		dst, err = s.Close(dst, ev.Code, TrimReason(ev.Violation.Error()))
	}
	if err != nil {
		// A Receiver's events have at most 125 octets and codes that may be sent.
		panic("wire: a reply that may not be sent: " + err.Error())
	}
	return dst
}

// InMessage reports whether a fragmented message was begun and not finished.
func (s *Sender) InMessage() bool { return s.state.InMessage }

// CloseSent reports whether the endpoint's own Close frame was formed.
func (s *Sender) CloseSent() bool { return s.closeSent }
