package wire

// A history keeps the last octets of a stream, the window that references may
// reach into. It grows to its size as octets come and then goes round.
type history struct {
	octets []byte
	size   int // the most octets kept
	oldest int // where the oldest octet is, once there are size octets
}

// write takes in the next octets.
func (h *history) write(p []byte) {
	if len(p) >= h.size {
		h.octets = append(h.octets[:0], p[len(p)-h.size:]...)
		h.oldest = 0
		return
	}
	n := min(len(p), h.size-len(h.octets))
	h.octets = append(h.octets, p[:n]...)
	for p = p[n:]; len(p) > 0; p = p[n:] {
		n = copy(h.octets[h.oldest:], p)
		h.oldest = (h.oldest + n) % h.size
	}
}

// append appends the window to dst, oldest octet first.
func (h *history) append(dst []byte) []byte {
	dst = append(dst, h.octets[h.oldest:]...)
	return append(dst, h.octets[:h.oldest]...)
}

// forget empties the window, keeps its memory, and sets its size.
func (h *history) forget(size int) { *h = history{octets: h.octets[:0], size: size} }
