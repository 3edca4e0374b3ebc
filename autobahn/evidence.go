package autobahn

import (
	"bytes"
	"encoding/hex"
	"slices"
	"strings"

	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/reports"
)

// Evidence is a fact that the transcript of wsspec's result has to show before a
// documented difference explains it.
type Evidence string

// The facts. In each of them the opening handshake was completed.
const (
	// Silence: the peer sent nothing after the handshake and did not close TCP, in
	// this case and in all others of the report, though at least one case sent it a
	// message or a ping that asks for an answer.
	Silence Evidence = "silence"
	// WrongEcho: the first wrong octet is in the payload of a message that the peer
	// sent before any Close. A wrong header is another mistake.
	WrongEcho Evidence = "wrong echo"
	// WrongEchoOfSameLength: the first wrong octet is in a message, and the peer's
	// messages are as many, as long together and of the same type as those sent to it,
	// in frames with right headers. Where exactly it is may be unknown.
	WrongEchoOfSameLength Evidence = "wrong echo of the same length"
	// Unasked: the peer sent a ping, or a pong whose payload is not that of a ping
	// sent to it.
	Unasked Evidence = "ping or pong without a request"
	// FewerPongs: the peer sent fewer pongs than it got pings, and at least one.
	FewerPongs Evidence = "fewer pongs than pings"
	// PongAfterMessage: the peer sent a pong after a whole message.
	PongAfterMessage Evidence = "pong after a message"
	// PongAfterClose: the peer sent a pong, after a Close was sent to it.
	PongAfterClose Evidence = "pong after a Close"
	// DataAfterClose: the peer sent a data frame after its own Close.
	DataAfterClose Evidence = "data after its own Close"
	// CloseOfOneOctet: the peer sent a Close with a body of one octet.
	CloseOfOneOctet Evidence = "Close with a body of one octet"
	// UnmaskedClose: the peer is a client and sent a Close without a mask.
	UnmaskedClose Evidence = "Close without a mask"
	// TooBig: the peer closed with 1009.
	TooBig Evidence = "Close 1009"
	// OfferNotGranted: the peer is a server that accepted permessage-deflate with
	// parameters that no offer of the request allows.
	OfferNotGranted Evidence = "offer not granted"
	// LeftTCPOpen: the peer is a server whose Close came, and wsspec had to close TCP.
	LeftTCPOpen Evidence = "TCP left open"
	// LateEnd: the peer is a server that closed TCP a second or more after the second of
	// the two Close frames.
	LateEnd Evidence = "late end of TCP"
	// OwnClose: the peer's Close came after wsspec's, and has another code.
	OwnClose Evidence = "a Close of its own"
	// FailedConnection: the peer sent a Close or closed TCP before wsspec did either.
	FailedConnection Evidence = "failed connection"
	// LateEcho: the right echo came, after its time.
	LateEcho Evidence = "late echo"
	// Flaky: the case failed, and did not fail when it was played again.
	Flaky Evidence = "flaky"
)

// facts are the functions that find each fact in a result.
var facts = map[Evidence]func(*reports.Result) bool{
	WrongEcho: func(r *reports.Result) bool {
		f := wrongFrame(r)
		return f != nil && r.FirstWrong.Octet >= headerOctets(f)
	},
	WrongEchoOfSameLength: func(r *reports.Result) bool {
		sent, received := data(r, reports.Sent), data(r, reports.Received)
		return wrongFrame(r) != nil && len(sent) > 0 && sent[0].Opcode == received[0].Opcode &&
			octets(sent) == octets(received) && messages(sent) == messages(received) &&
			!slices.ContainsFunc(received, func(f *reports.Frame) bool { return !rightHeader(f, r.Role) })
	},
	Unasked: unasked,
	FewerPongs: func(r *reports.Result) bool {
		n := count(r, reports.Received, 10)
		return n > 0 && n < count(r, reports.Sent, 9)
	},
	PongAfterMessage: func(r *reports.Result) bool {
		return follows(r, func(e *reports.Entry) bool { return is(e, reports.Received, 0, 1, 2) && e.Frame.Fin }, func(e *reports.Entry) bool { return is(e, reports.Received, 10) })
	},
	PongAfterClose: func(r *reports.Result) bool {
		return follows(r, func(e *reports.Entry) bool { return is(e, reports.Sent, 8) }, func(e *reports.Entry) bool { return is(e, reports.Received, 10) })
	},
	DataAfterClose: func(r *reports.Result) bool {
		return follows(r, func(e *reports.Entry) bool { return is(e, reports.Received, 8) }, func(e *reports.Entry) bool { return is(e, reports.Received, 0, 1, 2) })
	},
	CloseOfOneOctet: func(r *reports.Result) bool {
		return some(r, func(e *reports.Entry) bool { return is(e, reports.Received, 8) && e.Frame.Length == 1 })
	},
	UnmaskedClose: func(r *reports.Result) bool {
		return r.Role == verdict.Client && some(r, func(e *reports.Entry) bool { return is(e, reports.Received, 8) && !e.Frame.Masked })
	},
	TooBig:          func(r *reports.Result) bool { return r.RemoteCloseCode != nil && *r.RemoteCloseCode == 1009 },
	OfferNotGranted: offerNotGranted,
	LeftTCPOpen: func(r *reports.Result) bool {
		return r.Role == verdict.Server && count(r, reports.Received, 8) > 0 && some(r, func(e *reports.Entry) bool { return e.Kind == reports.KindDrop })
	},
	LateEnd: lateEnd,
	OwnClose: func(r *reports.Result) bool {
		return follows(r, func(e *reports.Entry) bool { return is(e, reports.Sent, 8) }, func(e *reports.Entry) bool { return is(e, reports.Received, 8) }) &&
			closeCode(r, reports.Sent) != closeCode(r, reports.Received)
	},
	FailedConnection: func(r *reports.Result) bool {
		for i := range r.Transcript {
			switch e := &r.Transcript[i]; {
			case is(e, reports.Sent, 8), e.Kind == reports.KindDrop:
				return false
			case is(e, reports.Received, 8), e.Kind == reports.KindEOF, e.Kind == reports.KindReset:
				return true
			}
		}
		return false
	},
	LateEcho: func(r *reports.Result) bool {
		return slices.ContainsFunc(r.Observed, func(event string) bool { return strings.Contains(event, "the right echo but later than") })
	},
	Flaky: func(r *reports.Result) bool { return r.Flaky },
}

// in reports whether a result shows the fact. silent says that the peer was silent in
// the whole report, as [Silence] means it.
func (e Evidence) in(r *reports.Result, silent bool) bool {
	if !opened(r) {
		return false
	}
	if e == Silence {
		return silent && !spoke(r)
	}
	return facts[e](r)
}

// silentPeer reports whether a peer was silent in every case of Autobahn's in which
// the handshake was completed.
func silentPeer(results map[string]*reports.Result) bool {
	asked := false
	for id, r := range results {
		if strings.Contains(id, "/") || !opened(r) {
			continue
		}
		if spoke(r) {
			return false
		}
		asked = asked || some(r, func(e *reports.Entry) bool { return is(e, reports.Sent, 1, 2, 9) && e.Frame.Fin && e.Frame.RSV == 0 })
	}
	return asked
}

// opened reports whether the opening handshake was completed.
func opened(r *reports.Result) bool {
	return some(r, func(e *reports.Entry) bool {
		return e.Kind == reports.KindResponse && bytes.HasPrefix(e.Octets, []byte("HTTP/1.1 101"))
	})
}

// spoke reports whether the peer did anything after the handshake: it sent frames or
// other octets, or it closed TCP.
func spoke(r *reports.Result) bool {
	return some(r, func(e *reports.Entry) bool {
		return e.Dir == reports.Received && slices.Contains([]reports.Kind{reports.KindFrame, reports.KindOctets, reports.KindEOF, reports.KindReset}, e.Kind)
	})
}

func some(r *reports.Result, fact func(*reports.Entry) bool) bool {
	for i := range r.Transcript {
		if fact(&r.Transcript[i]) {
			return true
		}
	}
	return false
}

// follows reports whether an entry of the second kind comes after one of the first.
func follows(r *reports.Result, first, second func(*reports.Entry) bool) bool {
	seen := false
	return some(r, func(e *reports.Entry) bool {
		if seen && second(e) {
			return true
		}
		seen = seen || first(e)
		return false
	})
}

// is reports whether an entry is a frame with one of these opcodes.
func is(e *reports.Entry, dir reports.Direction, opcodes ...int) bool {
	return e.Dir == dir && e.Frame != nil && slices.Contains(opcodes, e.Frame.Opcode)
}

// lateEnd is [LateEnd]. The times of a transcript are in microseconds.
func lateEnd(r *reports.Result) bool {
	const second = 1_000_000
	closed := int64(-1)
	sent, received := false, false
	for i := range r.Transcript {
		switch e := &r.Transcript[i]; {
		case is(e, reports.Sent, 8) && !sent, is(e, reports.Received, 8) && !received:
			sent, received = sent || e.Dir == reports.Sent, received || e.Dir == reports.Received
			closed = e.T
		case e.Kind == reports.KindEOF, e.Kind == reports.KindReset:
			return r.Role == verdict.Server && sent && received && e.T-closed >= second
		}
	}
	return false
}

// closeCode is the status code of the first Close in a direction; 0 if it has none.
func closeCode(r *reports.Result, dir reports.Direction) (code int) {
	some(r, func(e *reports.Entry) bool {
		if !is(e, dir, 8) {
			return false
		}
		if body := payload(e); len(body) >= 2 {
			code = int(body[0])<<8 | int(body[1])
		}
		return true
	})
	return code
}

func count(r *reports.Result, dir reports.Direction, opcode int) (n int) {
	for i := range r.Transcript {
		if is(&r.Transcript[i], dir, opcode) {
			n++
		}
	}
	return n
}

// data returns the data frames of one direction.
func data(r *reports.Result, dir reports.Direction) (frames []*reports.Frame) {
	for i := range r.Transcript {
		if e := &r.Transcript[i]; is(e, dir, 0, 1, 2) {
			frames = append(frames, e.Frame)
		}
	}
	return frames
}

func octets(frames []*reports.Frame) (n uint64) {
	for _, f := range frames {
		n += f.Length
	}
	return n
}

// messages counts the messages that end in these frames.
func messages(frames []*reports.Frame) (n int) {
	for _, f := range frames {
		if f.Fin {
			n++
		}
	}
	return n
}

// rightHeader reports whether a data frame of a peer in that role is masked as it has
// to be (RFC 6455 5.1), has no RSV bit, and has the shortest length (RFC 6455 5.2).
func rightHeader(f *reports.Frame, role verdict.Role) bool {
	form := 7
	switch {
	case f.Length > 0xffff:
		form = 64
	case f.Length > 125:
		form = 16
	}
	return f.Masked == (role == verdict.Client) && f.RSV == 0 && f.Form == form
}

// wrongFrame returns the header of the peer's data frame that departs from every
// permitted outcome, nil if something else departs or a Close came before it.
func wrongFrame(r *reports.Result) *reports.Frame {
	if r.FirstWrong == nil || r.FirstWrong.Entry < 0 || r.FirstWrong.Entry >= len(r.Transcript) {
		return nil
	}
	for i := range r.FirstWrong.Entry {
		if is(&r.Transcript[i], reports.Received, 8) {
			return nil
		}
	}
	if e := &r.Transcript[r.FirstWrong.Entry]; is(e, reports.Received, 0, 1, 2) {
		return e.Frame
	}
	return nil
}

// headerOctets returns the length of a frame's header (RFC 6455 5.2).
func headerOctets(f *reports.Frame) int64 {
	n := int64(2 + map[int]int{16: 2, 64: 8}[f.Form])
	if f.Masked {
		n += 4
	}
	return n
}

func unasked(r *reports.Result) bool {
	pings := map[string]bool{}
	return some(r, func(e *reports.Entry) bool {
		switch {
		case is(e, reports.Sent, 9):
			pings[payload(e)] = true
		case is(e, reports.Received, 10):
			return !pings[payload(e)]
		case is(e, reports.Received, 9):
			return true
		}
		return false
	})
}

// payload returns the payload of a control frame, unmasked (RFC6455-5.3-5).
func payload(e *reports.Entry) string {
	n := int(min(e.Frame.Length, uint64(len(e.Octets))))
	octets := slices.Clone(e.Octets[len(e.Octets)-n:])
	if key, err := hex.DecodeString(e.Frame.MaskKey); err == nil && len(key) == 4 {
		for i := range octets {
			octets[i] ^= key[i%4]
		}
	}
	return string(octets)
}
