package opening

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"syscall"
	"time"

	"github.com/wsspec/wsspec/conformance/observed"
	"github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/conformance/stream"
	"github.com/wsspec/wsspec/ref/wire"
)

// ErrNotKept is wrapped by the error for a server that does not keep the connection for
// another request. HTTP leaves that to the server (RFC 9112 9.3).
var ErrNotKept = errors.New("the server does not keep the connection for another request")

// ErrEarlier is wrapped by the error for a server that gave no whole response to a request
// before the opening request. The opening request was not sent.
var ErrEarlier = errors.New("no response to a request before the opening request")

// earlier sends the requests that come before the opening request, and reads the whole
// response to each. Plain is the opening request without the edits of the case.
func (o *ToServer) earlier(conn net.Conn, plain wire.Request, requests []script.Earlier, keys *stream.MaskKeys, d stream.Deadlines, began time.Time) error {
	for _, e := range requests {
		opening := script.Opening{Edits: []script.Edit{script.Replace("Sec-WebSocket-Key", wire.NewKey(keys.Nonce()))}}
		r := plain
		opening.Request(&r)
		octets := e.Request(&r)
		o.Transcript = append(o.Transcript, observed.Entry{At: time.Since(began), Dir: observed.Sent, Kind: observed.EntryRequest, Octets: octets, Text: startLine(octets) + ", an earlier request"})
		if _, err := conn.Write(octets); isReset(err) {
			return fmt.Errorf("%w: it resets it", ErrNotKept) // RFC 9112 9.5
		} else if err != nil {
			return earlierError(NoAnswer, err, "the server took the connection and not the request before the opening request")
		}
		if err := o.earlierResponse(conn, octets, d.Handshake, began); err != nil {
			return err
		}
	}
	return nil
}

// earlierResponse reads the response to an earlier request. The error wraps [ErrNotKept]
// if the connection cannot carry another request behind it.
func (o *ToServer) earlierResponse(conn net.Conn, request []byte, patience time.Duration, began time.Time) error {
	method, _, _ := bytes.Cut(request, []byte(" "))
	var got bytes.Buffer
	source := &endedReader{Reader: conn}
	limited := &io.LimitedReader{R: source, N: Limit + mostIgnored}
	r := bufio.NewReader(io.TeeReader(limited, &got))
	defer func() {
		o.recordAnswer(began, got.Bytes(), startLine(got.Bytes())+", the response to an earlier request")
	}()
	for {
		response, err := http.ReadResponse(r, &http.Request{Method: string(method)})
		if err != nil && limited.N == 0 {
			return earlierError(NotHTTP, err, "the server sent %d octets to the request before the opening request, and no end of a response", got.Len())
		}
		if (errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)) && got.Len() == 0 {
			return fmt.Errorf("%w: it closes it, and does not answer the first one", ErrNotKept)
		}
		if err != nil && isReset(source.end) {
			return fmt.Errorf("%w: it resets it", ErrNotKept) // what it had answered may be lost (RFC 9112 9.6)
		}
		if err != nil {
			return fmt.Errorf("%w: %w", ErrEarlier, late(NewTargetError(NoAnswer, err, "the server sent no whole answer to the request before the opening request"), patience))
		}
		n, err := io.Copy(io.Discard, io.LimitReader(response.Body, mostIgnored))
		switch {
		case response.StatusCode == http.StatusSwitchingProtocols:
			return fmt.Errorf("%w: it answers with 101", ErrNotKept)
		case response.StatusCode/100 == 1:
		case response.Close, err != nil, n == mostIgnored:
			return fmt.Errorf("%w: it answers with %s, and closes it", ErrNotKept, response.Status)
		default:
			return nil
		}
	}
}

// An endedReader keeps the error by which reading has ended. Who parses what was read may
// report another one: that a line is not whole.
type endedReader struct {
	io.Reader
	end error
}

func (r *endedReader) Read(p []byte) (n int, err error) {
	n, err = r.Reader.Read(p)
	r.end = err
	return n, err
}

// isReset reports whether the server has ended TCP, and the octets on their way are lost.
func isReset(err error) bool {
	return errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE)
}

func earlierError(p Problem, err error, format string, args ...any) error {
	return fmt.Errorf("%w: %w", ErrEarlier, NewTargetError(p, err, format, args...))
}
