package network

import (
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"net"
	"strings"
	"time"

	"github.com/wsspec/wsspec/conformance/observed"
	"github.com/wsspec/wsspec/conformance/opening"
	"github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/conformance/stream"
	"github.com/wsspec/wsspec/ref/wire"
)

// A Server is a server under test.
type Server struct {
	Target    *opening.Target
	Deadlines stream.Deadlines
	// Application is set if the server sends no message back.
	Application *Application

	dialer dialer
}

// Role is the role of the peer.
func (s *Server) Role() wire.Role { return wire.RoleServer }

func (s *Server) gone() string { return "the peer takes no connection any more" }

func (s *Server) application() *Application { return s.Application }

// open opens a connection by the opening handshake of a script. The error says that there is
// no connection at all; a refusal is none.
func (s *Server) open(ctx context.Context, sc *Script, p patience) (*opened, error) {
	began := time.Now()
	deadline := began.Add(p.answer)
	conn, err := s.connect(ctx)
	if err != nil {
		return nil, err
	}
	fields := s.Target.RequestFields()
	if sc.Offer != "" {
		fields = append(fields, wire.Field{Name: "Sec-WebSocket-Extensions", Value: sc.Offer})
	}
	o := &opened{conn: conn, request: wire.NewRequest(s.Target.RequestTarget(), s.Target.HostField(), wire.NewKey(nonce()), fields)}
	var octets []byte
	if sc.Head == "" {
		octets = o.request.Append(nil)
	} else {
		octets = (&script.Opening{Raw: sc.Head}).Request(&o.request)
	}
	o.transcript = append(o.transcript, observed.Entry{Dir: observed.Sent, Kind: observed.EntryRequest, Octets: octets, Text: opening.StartLine(octets)})
	_ = conn.SetDeadline(deadline)
	unsent := writeHead(conn, octets, sc.HeadCuts)
	o.response, o.early, err = opening.ReadResponse(conn, time.Until(deadline), func(octets []byte, text string) {
		o.transcript = append(o.transcript, observed.Entry{At: time.Since(began), Dir: observed.Received, Kind: observed.EntryResponse, Octets: octets, Text: text})
	})
	_ = conn.SetDeadline(time.Time{})
	if err != nil && unsent != nil {
		err = unsent
	}
	o.wrong = sc.judgeResponse(octets, o, err)
	if sc.Head != "" {
		_, size, malformed := wire.ParseRequest(octets)
		o.unclear = malformed != nil || size < len(octets)
	}
	return o, nil
}

// headPause is the time between two pieces of a request, or of a response.
const headPause = 3 * time.Millisecond

// writeHead writes the head of the harness, cut as a script has it.
func writeHead(conn net.Conn, octets []byte, cuts []int) error {
	for i, piece := range script.Cuts(cuts).Pieces(octets) {
		if i > 0 {
			time.Sleep(headPause)
		}
		if _, err := conn.Write(piece); err != nil {
			return err
		}
	}
	return nil
}

// nonce returns the 16 octets of a Sec-WebSocket-Key (RFC6455-4.1-28).
func nonce() (n [16]byte) {
	for i := 0; i < len(n); i += 8 {
		r := rand.Uint64()
		for j := range 8 {
			n[i+j] = byte(r >> (8 * j))
		}
	}
	return n
}

// judgeResponse says what is wrong with a server's response to the octets of a request.
func (s *Script) judgeResponse(sent []byte, o *opened, err error) *wrong {
	var target *opening.TargetError
	var timeout net.Error
	switch {
	case errors.As(err, &target) && target.Problem == opening.NotHTTP && !brokeOff(target.Err):
		return &wrong{WrongVerdict, acceptsValid, target.Sentence}
	case errors.As(err, &timeout) && timeout.Timeout():
		if s.Head != "" && !strings.Contains(string(sent), "\r\n\r\n") {
			return nil // it may wait for the rest of the head
		}
		return &wrong{Hang, acceptsValid, "the server sent no response to the opening request"}
	case err != nil:
		if !s.isAcceptable(sent, o) {
			return nil // it may close TCP on what it cannot read
		}
		return &wrong{WrongVerdict, acceptsValid, "the server ended TCP without a response to a valid opening request"}
	case o.response.Status != 101:
		return s.judgeRefusal(sent, o)
	}
	if s.Head != "" {
		return s.judgeSwitch(sent, o)
	}
	broken, agreed := opening.CheckResponse(o.request, o.response)
	if len(broken) > 0 {
		return &wrong{WrongVerdict, broken[0].Rule.ID, "the server's response: " + broken[0].Detail}
	}
	o.deflate = agreed.Deflate
	return nil
}

// brokeOff tells an answer that is not whole from one that is no HTTP.
func brokeOff(cause error) bool {
	var lost net.Error
	return errors.Is(cause, io.EOF) || errors.As(cause, &lost)
}
