package http3

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"os"
	"sync"
	"time"

	"github.com/quic-go/qpack"
	"github.com/quic-go/quic-go"

	"github.com/wsspec/wsspec/conformance/h2"
	"github.com/wsspec/wsspec/conformance/opening"
	"github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/ref/wire"
)

// mostHeaders is the longest list of fields that is read, in octets.
const mostHeaders = 64 << 10

// A Stream is one request stream of a connection, as a [net.Conn]: what is written goes into
// DATA frames, and what is read comes from them. A FIN is the end of a half (RFC9220-3-4). One
// goroutine may read while another one writes.
type Stream struct {
	conn *Conn
	// quic is nil until the stream is open; fields are those of its request.
	quic   *quic.Stream
	fields wire.Fields

	// raw has octets of the stream that are read and not taken in yet; buffer is what they
	// are read into. left is how many octets are to come of the DATA frame that is read.
	raw, buffer []byte
	left        uint64
	// passed is how many octets are to come of a frame that nobody has defined. Nobody reads
	// them.
	passed uint64

	// writing guards what is written. header are octets of a frame's header that QUIC has
	// not taken yet, and owed is how many octets the frame lacks: a write that its deadline
	// ended goes on with the next one.
	writing sync.Mutex
	header  []byte
	owed    int
	sentEnd bool

	mu sync.Mutex
	// closed: errors are those of the harness; gone: Close was called.
	closed, gone                bool
	readDeadline, writeDeadline time.Time
}

// Request opens the stream with a request that has these fields, in this order and as they
// are. QPACK compresses them without its dynamic table (RFC 9204).
func (s *Stream) Request(fields wire.Fields) error { return s.open(fields, s.conn.how.EndStream) }

func (s *Stream) open(fields wire.Fields, end bool) error {
	var block bytes.Buffer
	encoder := qpack.NewEncoder(&block)
	for _, f := range fields {
		if err := encoder.WriteField(qpack.HeaderField{Name: f.Name, Value: f.Value}); err != nil {
			return err
		}
	}
	s.mu.Lock()
	read, write := s.readDeadline, s.writeDeadline
	s.mu.Unlock()
	ctx := context.Background()
	if !write.IsZero() {
		var cancel context.CancelFunc
		ctx, cancel = context.WithDeadline(ctx, write)
		defer cancel()
	}
	opened, err := s.conn.quic.OpenStreamSync(ctx)
	if err != nil {
		return s.conn.endOf(err)
	}
	_, _ = opened.SetReadDeadline(read), opened.SetWriteDeadline(write)
	s.mu.Lock()
	s.quic, s.fields = opened, fields
	s.mu.Unlock()
	if _, err := opened.Write(appendFrame(nil, script.HTTP3Headers, block.Bytes(), 0)); err != nil {
		return s.conn.endOf(err)
	}
	if end {
		return s.CloseWrite()
	}
	return nil
}

// fill reads more octets of the stream.
func (s *Stream) fill() error {
	if s.buffer == nil {
		s.buffer = make([]byte, 32<<10)
	}
	n, err := s.quic.Read(s.buffer)
	s.raw = append(s.raw, s.buffer[:n]...)
	if n > 0 && errors.Is(err, io.EOF) {
		return nil // it comes again
	}
	return s.endOf(err)
}

// endOf is the error of a read or a write.
func (s *Stream) endOf(err error) error {
	s.mu.Lock()
	closed := s.closed
	s.mu.Unlock()
	switch {
	case err == nil, err == io.EOF:
		return err
	case closed:
		return net.ErrClosed
	}
	return s.conn.endOf(err)
}

// frame reads the type and the length of the next frame. The error is [io.EOF] if the stream
// ends before it.
func (s *Stream) frame() (kind, length uint64, err error) {
	for {
		kind, length, rest, ok := takeNumbers(s.raw)
		if ok {
			s.raw = rest
			return kind, length, nil
		}
		if err := s.fill(); err != nil {
			if err == io.EOF && len(s.raw) > 0 {
				return 0, 0, s.conn.fail(ruleFrame.Violation("the end of the stream inside the header of a frame"))
			}
			return 0, 0, err
		}
	}
}

// payload reads so many octets.
func (s *Stream) payload(length uint64) ([]byte, error) {
	for uint64(len(s.raw)) < length {
		if err := s.fill(); err != nil {
			if err == io.EOF {
				return nil, s.conn.fail(ruleFrame.Violation("the end of the stream inside a frame, after %d of %d octets", len(s.raw), length))
			}
			return nil, err
		}
	}
	p := s.raw[:length:length]
	s.raw = s.raw[length:]
	return p, nil
}

// Response waits for the final response to the request.
func (s *Stream) Response() (wire.Response, error) {
	const mostInterim = 16
	if s.quic == nil {
		return wire.Response{}, s.idle()
	}
	for interim := 0; ; interim++ {
		kind, length, err := s.frame()
		switch {
		case err != nil:
			return wire.Response{}, err
		case kind == script.HTTP3Data:
			return wire.Response{}, s.conn.fail(ruleFields.Violation("a DATA frame before the response"))
		case length > mostHeaders:
			return wire.Response{}, s.conn.fail(ruleFields.Violation("a frame of the type %#x and %d octets before the response", kind, length))
		case kind != script.HTTP3Headers && defined(kind):
			return wire.Response{}, s.conn.fail(ruleTunnel.Violation("a frame of the type %#x before the response", kind))
		}
		block, err := s.payload(length)
		if err != nil {
			return wire.Response{}, err
		}
		if kind != script.HTTP3Headers {
			interim--
			continue
		}
		fields, err := decode(block)
		if err != nil {
			return wire.Response{}, s.conn.fail(ruleFields.Violation("a list of fields that does not decode: %v", err))
		}
		status, v := h2.StatusOf(fields, ruleFields)
		switch {
		case v != nil:
			return wire.Response{}, v
		case status/100 != 1 || status == 101:
			return wire.Response{Version: opening.HTTP3, Status: status, Fields: fields[1:]}, nil
		case interim >= mostInterim:
			return wire.Response{}, s.conn.fail(ruleFields.Violation("more than %d interim responses (1xx) and no final one", mostInterim))
		}
	}
}

// defined reports whether HTTP/3 defines frames of a type, or forbids them.
func defined(kind uint64) bool {
	return kind <= frameSettings+1 || kind == script.HTTP3GoAway || kind == frameMaxPushID || ofHTTP2(kind)
}

// decode decompresses a list of fields.
func decode(block []byte) (fields wire.Fields, err error) {
	next := qpack.NewDecoder().Decode(block)
	for size := 0; size <= mostHeaders; {
		f, err := next()
		if errors.Is(err, io.EOF) {
			return fields, nil
		}
		if err != nil {
			return nil, err
		}
		size += len(f.Name) + len(f.Value)
		fields = append(fields, wire.Field{Name: f.Name, Value: f.Value})
	}
	return nil, errors.New("it is too long")
}

// Read reads octets of DATA frames: of as many frames as have come. The error is [io.EOF] behind
// a FIN.
func (s *Stream) Read(p []byte) (n int, err error) {
	if s.quic == nil {
		return 0, s.idle()
	}
	for n < len(p) {
		switch {
		case s.left == 0:
			if kind, _, _, ok := takeNumbers(s.raw); n > 0 && (!ok || kind != script.HTTP3Data || s.passed > 0) {
				return n, nil
			}
			if err := s.nextData(); err != nil {
				return 0, err
			}
		case len(s.raw) > 0:
			taken := copy(p[n:][:min(uint64(len(p)-n), s.left)], s.raw)
			s.raw, s.left, n = s.raw[taken:], s.left-uint64(taken), n+taken
		case n > 0:
			return n, nil
		default:
			if err := s.fill(); err == io.EOF {
				return 0, s.conn.fail(ruleFrame.Violation("the end of the stream inside a DATA frame, of which %d octets are missing", s.left))
			} else if err != nil {
				return 0, err
			}
		}
	}
	return n, nil
}

// nextData reads up to the payload of the next DATA frame. Frames that nobody has defined are
// passed over (RFC 9114 9). A deadline may end it anywhere.
func (s *Stream) nextData() error {
	for s.passed > 0 {
		if len(s.raw) == 0 {
			if err := s.fill(); err == io.EOF {
				return s.conn.fail(ruleFrame.Violation("the end of the stream inside a frame, of which %d octets are missing", s.passed))
			} else if err != nil {
				return err
			}
		}
		n := min(s.passed, uint64(len(s.raw)))
		s.raw, s.passed = s.raw[n:], s.passed-n
	}
	kind, length, err := s.frame()
	switch {
	case err != nil:
		return err
	case kind == script.HTTP3Data:
		s.left = length
	case defined(kind):
		return s.conn.fail(ruleTunnel.Violation("a frame of the type %#x behind the response", kind))
	default:
		s.passed = length
	}
	return nil
}

// idle waits, until the deadline for reading, for the end of the connection of a stream that is
// not open.
func (s *Stream) idle() error {
	s.mu.Lock()
	until := s.readDeadline
	s.mu.Unlock()
	var late <-chan time.Time
	if !until.IsZero() {
		timer := time.NewTimer(time.Until(until))
		defer timer.Stop()
		late = timer.C
	}
	select {
	case <-s.conn.quic.Context().Done():
		return s.endOf(context.Cause(s.conn.quic.Context()))
	case <-late:
		return os.ErrDeadlineExceeded
	}
}
