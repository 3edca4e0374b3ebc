package wire

import "io"

// lastBlock follows every payload and its flushTail: an empty stored block with
// BFINAL, by which the decompressor tells that it is through.
var lastBlock = [...]byte{0x01, 0x00, 0x00, 0xFF, 0xFF}

// A messageSource is what a decompressor reads of one message: the payload, the
// four octets that the sender took away (RFC7692-7.2.2-1), and lastBlock.
//
// A payload cut short may go on in those octets, and its own last block, if it
// has BFINAL, may even end with the last of them. What the decompressor makes of
// them does not tell, but how it reads them does: the header of a block and all
// that is coded octet by octet, and the two lengths of a stored block at once.
// Only for lastBlock itself these are its first octet and the other four.
type messageSource struct {
	rest   io.Reader      // nil once it ended
	next   error          // what it fails with behind left
	err    error          // what it failed with
	buffer [4096 + 4]byte // the last four for flushTail
	left   []byte         // of buffer
	closed int            // how many octets of lastBlock were read
	header bool           // the first of them was read by itself
	whole  bool           // and then the others at once: so was the payload
}

// start begins with another payload.
func (s *messageSource) start(payload io.Reader) {
	s.rest, s.next, s.err, s.left = payload, nil, nil, nil
	s.closed, s.header, s.whole = 0, false, false
}

// ReadByte is what the decompressor reads headers and codes with.
func (s *messageSource) ReadByte() (byte, error) {
	if len(s.left) == 0 {
		if s.rest == nil {
			return s.close()
		}
		if err := s.fill(); err != nil {
			return 0, err
		}
	}
	octet := s.left[0]
	s.left = s.left[1:]
	return octet, nil
}

// close reads an octet of lastBlock.
func (s *messageSource) close() (byte, error) {
	if s.closed == len(lastBlock) {
		return 0, io.EOF
	}
	octet := lastBlock[s.closed]
	s.header = s.closed == 0
	s.closed++
	return octet, nil
}

// Read is what the decompressor reads stored blocks with.
func (s *messageSource) Read(p []byte) (n int, err error) {
	if len(s.left) == 0 && s.rest != nil {
		if err := s.fill(); err != nil {
			return 0, err
		}
	}
	if len(s.left) > 0 {
		n = copy(p, s.left)
		s.left = s.left[n:]
		return n, nil
	}
	if s.closed == len(lastBlock) {
		return 0, io.EOF
	}
	n = copy(p, lastBlock[s.closed:])
	s.whole = s.header && n == len(lastBlock)-1 && n == len(p)
	s.header = false
	s.closed += n
	return n, nil
}

// fill reads more of the payload, or the octets behind it when it has ended.
func (s *messageSource) fill() error {
	for tries := 0; s.next == nil && tries < 100; tries++ { // as often as bufio.Reader puts up with nothing
		var n int
		n, s.next = s.rest.Read(s.buffer[:len(s.buffer)-len(flushTail)])
		s.left = s.buffer[:n]
		if s.next == io.EOF {
			s.rest, s.next = nil, nil
			s.left = append(s.left, flushTail...)
		}
		if len(s.left) > 0 {
			return nil
		}
	}
	s.err = s.next
	if s.err == nil {
		return io.ErrNoProgress
	}
	return s.err
}
