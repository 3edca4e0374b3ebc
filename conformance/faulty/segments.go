package faulty

import "github.com/wsspec/wsspec/ref/wire"

// segmentationFaults depend on where the reads of the peer end, and on how long a frame
// is. They show only at a few octets.
var segmentationFaults = []Fault{
	{
		Name: "loses-first-octet-of-header", Sentence: "Loses its place if a read ends behind the first octet of a header.", Requires: []string{"RFC6455-6.2-1", "RFC6455-5.2-7"},
		alter: losingPartial(func(b []byte) bool { return len(b) == 1 }),
	},
	{
		Name: "loses-first-octets-of-long-header", Sentence: "Loses its place if a read ends behind the second octet of a longer header.", Requires: []string{"RFC6455-6.2-1", "RFC6455-5.2-7"},
		alter: losingPartial(func(b []byte) bool { return len(b) == 2 }),
	},
	{
		Name: "loses-half-16-bit-length", Sentence: "Loses its place if a read ends inside a 16-bit length.", Requires: []string{"RFC6455-6.2-1", "RFC6455-5.2-7"},
		alter: losingPartial(func(b []byte) bool { return len(b) == 3 && b[1]&0x7F == 126 }),
	},
	{
		Name: "loses-part-of-64-bit-length", Sentence: "Loses its place if a read ends inside a 64-bit length.", Requires: []string{"RFC6455-6.2-1", "RFC6455-5.2-7"},
		alter: losingPartial(func(b []byte) bool { return len(b) > 2 && len(b) < 10 && b[1]&0x7F == 127 }),
	},
	{
		Name: "loses-part-of-key", Sentence: "Loses its place if a read ends inside a masking key.", Requires: []string{"RFC6455-6.2-1", "RFC6455-5.3-5"},
		roles: onlyServer,
		alter: losingPartial(func(b []byte) bool { return len(b) > keyAt(b) }),
	},
	{
		Name: "payload-must-follow", Sentence: "Takes a frame for an empty one if a read ends behind its header.", Requires: []string{"RFC6455-6.2-1", "RFC6455-5.2-7"},
		alter: func(p *peer) {
			p.bare = func(h *wire.Header) { h.Length, p.left = 0, 0 }
		},
	},
	{
		Name: "cut-close-ignored", Sentence: "Ignores a Close frame if a read ends behind its header.", Requires: []string{"RFC6455-6.2-1", "RFC6455-5.5.1-7"},
		alter: func(p *peer) {
			p.bare = func(h *wire.Header) {
				if h.Opcode == wire.OpClose {
					h.Opcode = wire.OpPong
				}
			}
		},
	},
	{
		Name: "one-frame-a-read", Sentence: "Handles the first frame of a read and drops the others.", Requires: []string{"RFC6455-6.2-1", "RFC6455-6.2-5"},
		alter: func(p *peer) { p.behind = func([]byte) []byte { return nil } },
	},
	{
		Name: "frame-fills-4096", Sentence: "Loses a frame that is exactly 4096 octets long.", Requires: []string{"RFC6455-5.2-7", "RFC6455-6.2-5"},
		alter: losingFrames(func(_, length uint64) bool { return length == 4096 }),
	},
	{
		Name: "frame-fills-1024-or-more", Sentence: "Loses a frame that is exactly 1024, 8192 or 65536 octets long.", Requires: []string{"RFC6455-5.2-7", "RFC6455-6.2-5"},
		alter: losingFrames(func(_, length uint64) bool { return length == 1024 || length == 8192 || length == 65536 }),
	},
	{
		Name: "payload-fills-512", Sentence: "Drops the last octet of a message of exactly 512 octets.", Requires: []string{"RFC6455-5.2-7", "RFC6455-6.1-9"},
		alter: payloads(func(b []byte) []byte {
			if len(b) == 512 {
				return b[:511]
			}
			return b
		}),
	},
	{
		Name: "payload-of-16385", Sentence: "Changes the last octet of a message of exactly 16385 octets.", Requires: []string{"RFC6455-5.2-7", "RFC6455-6.1-9"},
		alter: payloads(func(b []byte) []byte {
			if len(b) == 1<<14+1 {
				b[1<<14] ^= 1
			}
			return b
		}),
	},
	{
		Name: "header-across-4096", Sentence: "Loses a frame whose header lies across the 4096th octet of the connection.", Requires: []string{"RFC6455-5.2-7", "RFC6455-6.2-1"},
		alter: func(p *peer) {
			var start uint64
			p.seen = func(h *wire.Header) bool {
				begins := start
				start += uint64(h.Len()) + h.Length
				return begins < 4096 && begins+uint64(h.Len()) > 4096
			}
		},
	},
}

// keyAt is where the masking key begins in a header that has at least two octets.
func keyAt(b []byte) int {
	if len(b) < 2 {
		return len(b)
	}
	switch b[1] & 0x7F {
	case 126:
		return 4
	case 127:
		return 10
	}
	return 2
}

// losingPartial makes a peer that forgets the octets of an incomplete header where a read
// ends, if they are ones that lost selects. It takes what follows for nonsense and fails
// the connection. (A parser that went on would find a header in the masking key, another
// one each time: what it does would not be the same twice.)
func losingPartial(lost func([]byte) bool) func(*peer) {
	return func(p *peer) {
		p.partial = func(b []byte) []byte {
			if lost(b) {
				p.onMistake(wire.RuleOpcode.Violation("octets that are no header"))
				return nil
			}
			return b
		}
	}
}

// losingFrames makes a peer that does not handle the frames that lost selects by the
// length of their payload and of the whole frame.
func losingFrames(lost func(payload, whole uint64) bool) func(*peer) {
	return func(p *peer) {
		p.seen = func(h *wire.Header) bool { return lost(h.Length, uint64(h.Len())+h.Length) }
	}
}
