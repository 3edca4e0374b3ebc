package stream

import "time"

// DefaultTimeout is the answer deadline of a run on an idle machine.
const DefaultTimeout = 2 * time.Second

// Deadlines bound every wait of a run. All come from one number, so that one option
// stretches them together.
type Deadlines struct {
	// Connect bounds the TCP connect and the TLS handshake, Handshake the
	// opening handshake.
	Connect, Handshake time.Duration
	// Answer is how long the peer may make no progress when a control frame or
	// the end of the connection is due, Message when a message is due. Pings and
	// pongs are no progress.
	Answer, Message time.Duration
	// PerMiB and PerThousandFrames are added where the peer has to take in, and
	// send back, large messages or many frames.
	PerMiB, PerThousandFrames time.Duration
	// FailFast is how long the peer may take to fail a connection on data that
	// can never become valid; it passes in full only for peers that do not.
	FailFast time.Duration
	// Settle is how long the harness keeps two writes apart where the peer is
	// to act on the first by itself.
	Settle time.Duration
	// Cut is the time between two of a few writes that cut a frame or a line, so that
	// the peer is likely to read the first one by itself. See [Deadlines.CutSpacing].
	Cut time.Duration
	// Close is how long the peer may take to answer the harness's Close frame.
	Close time.Duration
	// Drop is how long a server may take to close TCP after the closing
	// handshake (RFC6455-5.5.1-13). The RFC names no time; some servers take 5 s.
	Drop time.Duration
	// Case bounds a whole case, whatever the peer does. Transfer is added.
	Case time.Duration
}

// NewDeadlines returns the deadlines for an answer deadline (zero means
// [DefaultTimeout]), a measured round trip, and a factor for slow machines and
// debuggers (zero means 1). A round trip counts tenfold: far peers get the time
// that their distance needs.
func NewDeadlines(timeout, roundTrip time.Duration, slow float64) Deadlines {
	if timeout <= 0 {
		timeout = DefaultTimeout
	}
	if slow <= 0 {
		slow = 1
	}
	scale := func(d time.Duration) time.Duration {
		return time.Duration(float64(d)*slow) + 10*roundTrip
	}
	return Deadlines{
		Connect:           scale(timeout * 5 / 2),
		Handshake:         scale(timeout * 5 / 2),
		Answer:            scale(timeout),
		Message:           scale(timeout),
		PerMiB:            scale(timeout * 2),
		PerThousandFrames: scale(timeout / 4),
		FailFast:          scale(timeout / 2),
		Settle:            scale(timeout / 50),
		Cut:               time.Duration(float64(max(leastCut, timeout/100)) * slow),
		Close:             scale(timeout),
		Drop:              scale(timeout * 5),
		Case:              scale(timeout * 15),
	}
}

// leastCut is the least [Deadlines.Cut]. A short timeout makes no peer read sooner. A long
// round trip adds nothing, because it delays both writes by as much.
const leastCut = 20 * time.Millisecond

// CutSpacing is the time between two writes of so many. Many writes leave the peer many
// chances to read one by itself, so that each pause is shorter.
func (d Deadlines) CutSpacing(pieces int) time.Duration {
	if pieces <= 4 {
		return d.Cut
	}
	return d.Cut / 20
}

// Transfer is how much longer the peer may take because it has so many octets and
// frames to take in and to send back.
func (d Deadlines) Transfer(octets, frames int) time.Duration {
	return time.Duration(float64(octets)/(1<<20)*float64(d.PerMiB)) + time.Duration(float64(frames)/1000*float64(d.PerThousandFrames))
}

// Stretch returns the deadlines for what a peer owes, stretched by a factor above 1.
func (d Deadlines) Stretch(factor float64) Deadlines {
	if factor <= 1 {
		return d
	}
	for _, p := range []*time.Duration{&d.Handshake, &d.Answer, &d.Message, &d.PerMiB, &d.PerThousandFrames, &d.Close, &d.Case} {
		*p = time.Duration(float64(*p) * factor)
	}
	return d
}
