package wire

// A history keeps the last octets of a stream: the window that references of
// DEFLATE data may point into. It starts without memory, grows as octets are
// written, and overwrites the oldest octets once it holds size octets.
type history struct {
	octets []byte
	size   int // the most octets kept
	held   int // how many are
	oldest int // index of the oldest octet; zero until size octets are held
	// classes: only the class of each octet is kept, two in an octet. See utf8Class.
	classes bool
}

// len returns how many octets are held.
func (h *history) len() int { return h.held }

// write appends p to the stream.
func (h *history) write(p []byte) {
	if len(p) >= h.size {
		h.grow(h.size)
		h.held, h.oldest = h.size, 0
		h.put(0, p[len(p)-h.size:])
		return
	}
	n := min(len(p), h.size-h.held)
	h.grow(h.held + n)
	h.held += n
	h.put(h.held-n, p[:n])
	for p = p[n:]; len(p) > 0; p = p[n:] {
		n = min(len(p), h.size-h.oldest)
		h.put(h.oldest, p[:n])
		if h.oldest += n; h.oldest == h.size {
			h.oldest = 0
		}
	}
}

// writeAll appends what another history holds, which keeps whole octets.
func (h *history) writeAll(from *history) {
	h.write(from.octets[from.oldest:from.held])
	h.write(from.octets[:from.oldest])
}

// grow makes room for n octets, by doubling but never beyond size.
func (h *history) grow(n int) {
	n, most := h.room(n), h.room(h.size)
	if n > cap(h.octets) {
		grown := make([]byte, len(h.octets), min(most, max(n, 2*cap(h.octets))))
		copy(grown, h.octets)
		h.octets = grown
	}
	h.octets = h.octets[:max(n, len(h.octets))]
}

// room is how much room n octets take.
func (h *history) room(n int) int {
	if h.classes {
		return (n + 1) / 2
	}
	return n
}

// put writes octets at an index where there is room for them.
func (h *history) put(at int, p []byte) {
	if h.classes {
		putClasses(h.octets, at, p)
		return
	}
	copy(h.octets[at:], p)
}

// get reads octets from an index on.
func (h *history) get(p []byte, at int) {
	if h.classes {
		getClasses(p, h.octets, at)
		return
	}
	copy(p, h.octets[at:])
}

// copyBack copies the octets that start back octets before the end of the
// stream to p, as many as p and the stream have, and returns their number. back
// is at most len.
func (h *history) copyBack(p []byte, back int) int {
	n := min(len(p), back)
	start := h.oldest + h.held - back
	if start >= h.held {
		start -= h.held
	}
	first := min(n, h.held-start)
	h.get(p[:first], start)
	h.get(p[first:n], 0)
	return n
}

// append appends the whole window to dst, oldest octet first. It is for a history
// that keeps whole octets.
func (h *history) append(dst []byte) []byte {
	dst = append(dst, h.octets[h.oldest:h.held]...)
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
