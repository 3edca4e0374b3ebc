package conformance

import "time"

// DefaultTimeout is the answer deadline of a run on an idle machine.
const DefaultTimeout = 2 * time.Second

// Deadlines bounds every wait of a run. All come from one number, so that one
// option stretches them together.
type Deadlines struct {
	// Connect bounds the TCP connect and the TLS handshake, Handshake the
	// opening handshake.
	Connect, Handshake time.Duration
	// Answer is how long the peer may stay silent when something is owed.
	Answer time.Duration
	// FailFast is how long the peer may take to fail a connection on data that
	// can never become valid; it passes in full only for peers that do not.
	FailFast time.Duration
	// Settle is how long the harness keeps two writes apart where the peer is
	// to act on the first by itself.
	Settle time.Duration
	// Drop is how long a server may take to close TCP after the closing
	// handshake (RFC6455-5.5.1-13).
	Drop time.Duration
	// Case bounds a whole case, whatever the peer does.
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
		Connect:   scale(timeout * 5 / 2),
		Handshake: scale(timeout * 5 / 2),
		Answer:    scale(timeout),
		FailFast:  scale(timeout / 2),
		Settle:    scale(timeout / 50),
		Drop:      scale(timeout / 2),
		Case:      scale(timeout * 15),
	}
}
