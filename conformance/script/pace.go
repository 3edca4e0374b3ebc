package script

import "fmt"

// Pause waits for a moment, as long as [Settle] does, and records nothing. It separates
// two writes, so that the peer is likely to read them one by one.
type Pause struct{}

// StopReading makes the harness stop reading, until a later [ReadSlowly] or the end of
// the steps. What the peer sends fills the buffers of the network, and then its writes
// block.
type StopReading struct{}

// ReadSlowly makes the harness read slowly until the end of the steps: a few octets at a
// time, with a moment as long as [Pause] between two reads.
type ReadSlowly struct {
	// Octets is the most octets that one read takes; values below 1 mean 1.
	Octets int
}

// HalfClose sends a FIN. The harness then writes nothing more and goes on reading. Over
// TLS, it sends a close_notify alert in place of the FIN (RFC 8446 6.1).
type HalfClose struct {
	// Truncate: over TLS, TCP ends by a FIN without a close_notify alert, so that the peer
	// cannot know that this was all (RFC 8446 6.1).
	Truncate bool
}

// Reset ends TCP with a reset, so that the peer loses octets that it has not read. Over
// TLS, it resets the TCP connection below.
type Reset struct{}

// Connect opens another WebSocket connection to the server under test, with an unchanged
// opening handshake. The steps that follow use it, and the judge looks at it alone. A
// case with this step fits only servers under test.
type Connect struct {
	// Keep leaves the earlier connection open until the end of the case. Without
	// it, the harness closes that connection first, without a closing handshake.
	Keep bool
	// Beside: over HTTP/2, the connection is another stream of the same HTTP/2 connection.
	Beside bool
}

// String describes the step for people.
func (Pause) String() string { return "pause for a moment" }

// String describes the step for people.
func (StopReading) String() string { return "stop reading" }

// String describes the step for people.
func (s ReadSlowly) String() string {
	return fmt.Sprintf("read at most %d octets at a time, with a moment between two reads", max(s.Octets, 1))
}

// String describes the step for people.
func (s HalfClose) String() string {
	if s.Truncate {
		return "send a FIN of TCP without a close_notify alert of TLS, and go on reading"
	}
	return "send a FIN (over TLS a close_notify alert) and go on reading"
}

// String describes the step for people.
func (Reset) String() string { return "reset TCP" }

// String describes the step for people.
func (s Connect) String() string {
	if s.Keep {
		return "open another connection and keep the first one open"
	}
	return "close TCP without a closing handshake and open another connection"
}
