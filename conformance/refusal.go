package conformance

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"net"
	"net/http"
	"time"
)

// behindRefusal reads on for a moment after an answer that refuses the opening
// handshake, or for as long as a server may take to close TCP if that is asked
// for, and returns what came of it. A frame there would be a violation
// (RFC6455-4.2.1-2); an HTTP server may well answer another request.
func (o *opening) behindRefusal(conn net.Conn, err error, wantsEnd bool, d Deadlines, began time.Time) []Event {
	if err != nil || o.response.Status == 101 {
		return nil
	}
	wait := d.Settle
	if wantsEnd {
		wait = d.Drop
	}
	_ = conn.SetReadDeadline(time.Now().Add(wait))
	more, err := io.ReadAll(io.LimitReader(conn, openingLimit))
	at := time.Since(began)
	var events []Event
	behind := append(o.early, more...)
	o.note(behind, at, "behind the answer")
	if frames := behindBody(o, behind); len(frames) > 0 {
		last := &o.transcript[len(o.transcript)-1]
		last.number = 1
		events = append(events, Event{Kind: EventViolation, At: at, place: place{last: last.number, octet: len(behind) - len(frames)},
			Violation: ruleNothingBehindRefusal.Violation("%d octets behind the HTTP error: %s", len(frames), quote(frames))})
	}
	var timeout net.Error
	switch {
	case err == nil && len(more) < openingLimit:
		o.transcript = append(o.transcript, Entry{At: at, Dir: Received, Kind: EntryEOF, Text: "TCP closed by the peer"})
		events = append(events, Event{Kind: EventEOF, At: at})
	case err != nil && (!errors.As(err, &timeout) || !timeout.Timeout()):
		o.transcript = append(o.transcript, Entry{At: at, Dir: Received, Kind: EntryReset, Text: "TCP reset by the peer"})
		events = append(events, Event{Kind: EventReset, At: at})
	}
	return events
}

// behindBody returns what stands behind the body of the answer, if HTTP says
// where that ends, and is no answer to another request. A body that HEAD should
// not have brought is a body all the same.
func behindBody(o *opening, behind []byte) []byte {
	head := o.response.Append(nil)
	r := bufio.NewReader(io.MultiReader(bytes.NewReader(head), bytes.NewReader(behind)))
	resp, err := http.ReadResponse(r, nil)
	if err != nil {
		return nil
	}
	if _, err := io.Copy(io.Discard, resp.Body); err != nil {
		return nil
	}
	rest, _ := io.ReadAll(r)
	if bytes.HasPrefix(rest, []byte("HTTP/")) {
		return nil
	}
	return rest
}

// note files octets that came in the opening handshake.
func (o *opening) note(octets []byte, at time.Duration, text string) {
	if len(octets) > 0 {
		o.transcript = append(o.transcript, Entry{At: at, Dir: Received, Kind: EntryOctets, Octets: octets, Text: text})
	}
}
