package http3

import (
	"syscall"

	"github.com/quic-go/quic-go/quicvarint"

	"github.com/wsspec/wsspec/conformance/script"
)

// Write writes octets in a DATA frame, or in frames of the shape that the case wants.
func (s *Stream) Write(p []byte) (written int, err error) {
	s.writing.Lock()
	defer s.writing.Unlock()
	if s.sentEnd || s.quic == nil {
		return 0, syscall.EPIPE
	}
	for len(p) > 0 {
		if s.owed == 0 {
			s.begin(len(p))
		}
		n, err := s.quic.Write(append(s.header, p[:min(s.owed, len(p))]...))
		taken := min(n, len(s.header))
		s.header = s.header[taken:]
		n -= taken
		s.owed -= n
		written, p = written+n, p[n:]
		if err != nil {
			return written, s.endOf(err)
		}
	}
	return written, nil
}

// begin begins a DATA frame with so many octets at most.
func (s *Stream) begin(most int) {
	switch s.conn.how.Data {
	case script.DataOctets:
		most = 1
	case script.DataWithEmpty:
		s.header = appendFrame(s.header, script.HTTP3Data, nil, 0)
	case script.DataWithUnknown:
		s.header = appendFrame(s.header, script.HTTP3Unknown, []byte("wsspec"), 0)
	case script.DataUsual, script.DataPadded:
	}
	s.header, s.owed = appendFrame(s.header, script.HTTP3Data, nil, most), most
}

// WriteHTTP3 writes frames of HTTP/3 as they are.
func (s *Stream) WriteHTTP3(frames []script.HTTP3Frame) error {
	s.writing.Lock()
	defer s.writing.Unlock()
	for _, f := range frames {
		octets := appendFrame(nil, f.Type, f.Payload, f.Lacks)
		var err error
		switch f.On {
		case script.OnRequest:
			_, err = s.quic.Write(octets)
		case script.OnControl:
			_, err = s.conn.control.Write(octets)
		case script.OnNewUnidirectional:
			err = s.conn.writeNew(f)
		}
		if err != nil {
			return s.endOf(err)
		}
	}
	return nil
}

// writeNew opens a unidirectional stream, and writes all that is sent on it.
func (c *Conn) writeNew(f script.HTTP3Frame) error {
	s, err := c.quic.OpenUniStream()
	if err != nil {
		return err
	}
	_, err = s.Write(append(quicvarint.Append(nil, f.Type), f.Payload...))
	return err
}
