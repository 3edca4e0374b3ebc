package watch

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"

	"github.com/wsspec/wsspec/conformance/stream"
	"github.com/wsspec/wsspec/ref/wire"
)

// A dropper leaves frames of one sender out. It has to find the frames before the octets are
// passed on, and looks for them behind the first head that is part of an opening handshake.
type dropper struct {
	sender  wire.Role
	numbers map[int64]bool
	chances []int64
	rand    *rand.Rand

	// head is the head of HTTP under way, and opened says that frames follow.
	head   []byte
	opened bool
	// frame is the beginning of a header. left is what is left of the frame, and dropping
	// says that it is left out. number counts the frames.
	frame    []byte
	left     uint64
	dropping bool
	number   int64
}

// mostHead is the longest head that is looked at.
const mostHead = wire.MaxHandshakeLen

func (d *dropper) add(f Fault) {
	if f.OneIn > 0 {
		d.chances = append(d.chances, f.OneIn)
		return
	}
	d.numbers[f.draw(d.rand)] = true
}

// pass returns the octets to pass on, and what was left out in words.
func (d *dropper) pass(octets []byte) (out []byte, dropped []string) {
	for len(octets) > 0 && !d.opened {
		end := bytes.IndexByte(octets, '\n') + 1
		if end == 0 {
			end = len(octets)
		}
		if len(d.head) < mostHead {
			d.head = append(d.head, octets[:end]...)
		}
		out, octets = append(out, octets[:end]...), octets[end:]
		if bytes.HasSuffix(d.head, []byte("\r\n\r\n")) {
			d.opened = d.opens()
			d.head = nil
		}
	}
	for len(octets) > 0 {
		if d.left > 0 {
			n := min(uint64(len(octets)), d.left)
			if !d.dropping {
				out = append(out, octets[:n]...)
			}
			octets, d.left = octets[n:], d.left-n
			continue
		}
		d.frame, octets = append(d.frame, octets[0]), octets[1:]
		h, _, err := wire.ParseHeader(d.frame)
		if errors.Is(err, wire.ErrShort) {
			continue
		}
		d.number++
		d.left, d.dropping = h.Length, d.chosen()
		if d.dropping {
			dropped = append(dropped, fmt.Sprintf("frame %d, %s of %d octets", d.number, stream.FrameOf(h.Opcode), h.Length))
		} else {
			out = append(out, d.frame...)
		}
		d.frame = d.frame[:0]
	}
	return out, dropped
}

// opens reports whether frames follow the head.
func (d *dropper) opens() bool {
	if d.sender == wire.RoleClient {
		return bytes.Contains(bytes.ToLower(d.head), []byte("\nsec-websocket-key:"))
	}
	return bytes.HasPrefix(d.head, []byte("HTTP/1.1 101"))
}

// chosen reports whether the frame at hand is left out.
func (d *dropper) chosen() bool {
	chosen := d.numbers[d.number]
	for _, n := range d.chances {
		chosen = d.rand.Int64N(n) == 0 || chosen
	}
	return chosen
}
