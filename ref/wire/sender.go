package wire

import "errors"

// ErrCloseSent is the error of sending after the own Close frame
// (RFC6455-5.5.1-6).
var ErrCloseSent = errors.New("nothing is sent behind the own Close frame (RFC 6455 5.5.1)")

// A Sender forms the frames that an endpoint sends, and returns an error for one
// that [Check] would reject. It has no output of its own. It is not safe for
// concurrent use: hold a lock from forming a frame until it is written, because
// frames must be written in the order in which they were formed.
type Sender struct {
	state     FrameState
	key       func() [4]byte
	closeSent bool
}

// NewSender returns a Sender for the endpoint that c describes. It panics for a
// client without MaskKey.
func NewSender(c Config) *Sender {
	if c.Role == RoleClient && c.MaskKey == nil {
		panic("wire: a client needs a MaskKey function, RFC 6455 5.3 has every frame masked with a fresh key")
	}
	return &Sender{
		state: FrameState{Sender: c.Role, RSV1: c.Deflate},
		key:   c.MaskKey,
	}
}

// Header completes the header of the next frame. Fin, RSV, Opcode and Length are
// given; a client gets a new key. After success the payload has to follow, masked
// with the key. The error is [ErrCloseSent] or a [*Violation].
func (s *Sender) Header(h Header) (Header, error) {
	if s.closeSent {
		return h, ErrCloseSent
	}
	h.Form = LengthShortest // RFC6455-5.2-9
	h.Masked = s.state.Sender == RoleClient
	whole := h.Fin && h.RSV == 0 && !s.state.InMessage && (h.Opcode == OpText || h.Opcode == OpBinary)
	if !whole || h.Length>>63 != 0 { // a whole message breaks no rule
		if v := Check(h, s.state); v != nil {
			return h, v
		}
	}
	if h.Masked { // RFC6455-5.1-1, RFC6455-5.3-2
		h.MaskKey = s.key()
	}
	s.state = s.state.Next(h)
	s.closeSent = h.Opcode == OpClose
	return h, nil
}

// Append appends a whole frame to dst: header and payload, masked if necessary.
// It does not change the payload. On an error dst is unchanged.
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

// Message appends an unfragmented message of type OpText or OpBinary. The caller
// has to check that text is UTF-8 (RFC6455-5.6-1).
func (s *Sender) Message(dst []byte, op Opcode, payload []byte) ([]byte, error) {
	return s.Append(dst, Header{Fin: true, Opcode: op}, payload)
}

// Ping appends a Ping with at most 125 octets of data.
func (s *Sender) Ping(dst, data []byte) ([]byte, error) {
	return s.Append(dst, Header{Fin: true, Opcode: OpPing}, data)
}

// Pong appends a Pong with at most 125 octets of data.
func (s *Sender) Pong(dst, data []byte) ([]byte, error) {
	return s.Append(dst, Header{Fin: true, Opcode: OpPong}, data)
}

// Close appends the Close frame, the last frame of the endpoint. See
// [AppendClose] for code and reason.
func (s *Sender) Close(dst []byte, code StatusCode, reason string) ([]byte, error) {
	var body [MaxControlPayload]byte
	p, err := AppendClose(body[:0], code, reason)
	if err != nil {
		return dst, err
	}
	return s.Append(dst, Header{Fin: true, Opcode: OpClose}, p)
}

// Reply appends what an event of the [Receiver] requires to be sent:
//
//   - for a Ping a Pong with the same data (RFC6455-5.5.2-2, RFC6455-5.5.3-1);
//   - for a Close a Close with the same code (RFC6455-5.5.1-7, RFC6455-5.5.1-8);
//   - for a failure a Close with the code of the rule, and what was wrong as the
//     reason (RFC6455-7.1.7-5).
//
// After the own Close frame it appends nothing.
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
