package wire

// A history keeps the last octets of a stream: the window that references of
// DEFLATE data may point into. It starts without memory, grows as octets are
// written, and overwrites the oldest octets once it holds size octets.
type history struct {
	octets []byte
	size   int // the most octets kept
	oldest int // index of the oldest octet; zero until size octets are held
}

// len returns how many octets are held.
func (h *history) len() int { return len(h.octets) }

// write appends p to the stream.
func (h *history) write(p []byte) {
	if len(p) >= h.size {
		h.grow(h.size)
		h.octets = append(h.octets[:0], p[len(p)-h.size:]...)
		h.oldest = 0
		return
	}
	n := min(len(p), h.size-len(h.octets))
	h.grow(len(h.octets) + n)
	h.octets = append(h.octets, p[:n]...)
	for p = p[n:]; len(p) > 0; p = p[n:] {
		n = copy(h.octets[h.oldest:], p)
		if h.oldest += n; h.oldest == h.size {
			h.oldest = 0
		}
	}
}

// writeAll appends what another history holds.
func (h *history) writeAll(from *history) {
	h.write(from.octets[from.oldest:])
	h.write(from.octets[:from.oldest])
}

// grow makes room for n octets, by doubling but never beyond size.
func (h *history) grow(n int) {
	if n <= cap(h.octets) {
		return
	}
	grown := make([]byte, len(h.octets), min(h.size, max(n, 2*cap(h.octets))))
	copy(grown, h.octets)
	h.octets = grown
}

// copyBack copies the octets that start back octets before the end of the
// stream to p, as many as p and the stream have, and returns their number. back
// is at most len.
func (h *history) copyBack(p []byte, back int) int {
	n := min(len(p), back)
	start := h.oldest + len(h.octets) - back
	if start >= len(h.octets) {
		start -= len(h.octets)
	}
	copied := copy(p[:n], h.octets[start:])
	copy(p[copied:n], h.octets)
	return n
}

// append appends the whole window to dst, oldest octet first.
func (h *history) append(dst []byte) []byte {
	dst = append(dst, h.octets[h.oldest:]...)
	return append(dst, h.octets[:h.oldest]...)
}

// reset empties the window, keeps its memory, and sets its size.
func (h *history) reset(size int) { *h = history{octets: h.octets[:0], size: size} }

// A pastOctets is what references may point to before the current octets: the
// octets of near, and before them those of far.
type pastOctets struct{ near, far *history }

// len returns how far back a reference may go.
func (o pastOctets) len() int { return o.near.len() + o.far.len() }

// copyBack is [history.copyBack] over both, but may stop where near begins.
func (o pastOctets) copyBack(p []byte, back int) int {
	if beyond := back - o.near.len(); beyond > 0 {
		return o.far.copyBack(p, beyond)
	}
	return o.near.copyBack(p, back)
}

// noOctets is the past of a first message. It is only read.
var noOctets history
