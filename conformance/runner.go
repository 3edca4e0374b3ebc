package conformance

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"time"

	"github.com/wsspec/wsspec/ref/wire"
)

// DefaultParallel is how many cases run at once unless told otherwise.
const DefaultParallel = 16

// Options say how to run cases. The zero value is ready for use.
type Options struct {
	// Parallel is how many cases run at once; zero means [DefaultParallel].
	Parallel int
	// Deadlines bound each wait; the zero value means
	// NewDeadlines(0, 0, 0).
	Deadlines Deadlines
	// Profile is how much the cases about size and compression send; empty
	// means [Quick].
	Profile Profile
	// Subprotocols are those that a service speaks to clients under test, the
	// most wanted first; a [Target] has its own.
	Subprotocols []string
	// SecureLauncher starts a client for the cases about TLS; nil leaves them
	// out as UNIMPLEMENTED.
	SecureLauncher SecureLauncher
	// Done, if set, is told of each result as it comes, from one goroutine at a
	// time.
	Done func(Result)
}

// RunServer plays cases against a server, each on a connection of its own, and
// returns their results in the order of the cases. A failing case is played
// again, at the end if what was owed did not come in time, and is Flaky if it
// does not fail again.
//
// The error is that of the context if the run was cut short; the results then
// hold the cases that had ended.
func RunServer(ctx context.Context, t *Target, cases []*Case, opts Options) ([]Result, error) {
	opts = opts.withDefaults()
	run := &serverRun{target: t, deadlines: opts.Deadlines, profile: opts.Profile}
	return inTwoRounds(ctx, cases, opts, func(i int) (Result, bool) {
		first := run.once(ctx, cases[i], 1)
		switch {
		case first.Verdict != Fail || ctx.Err() != nil:
			return first, true
		case first.late:
			return first, false
		}
		return first.or(run.once(ctx, cases[i], 2)), true
	}, func(i int, first Result) Result { return first.or(run.once(ctx, cases[i], 2)) })
}

// withDefaults fills in what was left zero.
func (o Options) withDefaults() Options {
	if o.Parallel <= 0 {
		o.Parallel = DefaultParallel
	}
	if o.Deadlines == (Deadlines{}) {
		o.Deadlines = NewDeadlines(0, 0, 0)
	}
	if o.Profile == "" {
		o.Profile = Quick
	}
	return o
}

// serverRun is what the cases of one run share.
type serverRun struct {
	target    *Target
	deadlines Deadlines
	profile   Profile
	patience  patience
}

// once plays a case on a new connection.
func (r *serverRun) once(ctx context.Context, c *Case, attempt int) Result {
	started := time.Now()
	switch {
	case c.Script.Transport == AnyTransport:
	case r.target.URL.Scheme != "wss":
		return notSecure(c, wire.RoleServer, started, notSecureServer(r.target))
	case c.Script.Transport != Secure:
		return r.abusedTLS(ctx, c, started)
	}
	keys := newMaskKeys(c.ID, attempt)
	conn, err := r.target.connect(ctx, r.deadlines)
	if err != nil {
		return couldNot(c, wire.RoleServer, started, nil, err)
	}
	defer conn.Close()
	o, err := open(ctx, conn, r.target, &c.Script, keys, r.deadlines, started)
	if c.Script.Opening != nil {
		behind := o.behindRefusal(conn, err, c.Script.wantsFIN(), r.deadlines, started)
		if res := refusedResult(c, o, err, behind, started); res != nil {
			return *res
		}
	}
	if err != nil {
		return couldNot(c, wire.RoleServer, started, o.transcript, err)
	}
	if o.response.Status != 101 {
		return couldNot(c, wire.RoleServer, started, o.transcript, o.refusal())
	}
	if v := o.check(r.target, c.Script.Inspect); v != nil && c.Script.mayOpen() {
		return couldNot(c, wire.RoleServer, started, o.transcript, v)
	}
	l := newLink(conn, wire.RoleClient, r.patience.of(r.deadlines), keys, started, boundsOf(c, r.profile), o.deflate, o.transcript)
	if c.Script.Opening != nil {
		l.events = []Event{{Kind: EventAccepted, At: time.Since(started), Response: &o.response}}
	}
	l.start(o.early)
	stop := context.AfterFunc(ctx, func() { conn.Close() })
	defer stop()
	if len(c.Script.Offers) > 0 && o.deflate == nil || !c.Script.Needs.met(o.deflate) {
		return unimplemented(ctx, c, wire.RoleServer, l, started)
	}
	seen := play(ctx, l, &c.Script, r.profile)
	r.patience.note(seen)
	return newResult(c, wire.RoleServer, seen, started)
}

// refusedResult judges a case about the opening handshake that came to no
// connection; nil if it did. A server that closes TCP where an HTTP error would
// say why has refused as well; one that says nothing has not. behind are the
// events after the answer.
func refusedResult(c *Case, o *opening, err error, behind []Event, started time.Time) *Result {
	if err == nil && o.response.Status == 101 {
		return nil
	}
	at := time.Since(started)
	seen := observed{scriptClosedAt: -1, harnessClosedAt: -1, transcript: o.transcript}
	var timeout net.Error
	switch {
	case err == nil:
		seen.events = append([]Event{{Kind: EventRefused, At: at, Response: &o.response}}, behind...)
	case errors.As(err, &timeout) && timeout.Timeout():
		seen.gaveUp = true
	case errors.Is(err, io.EOF):
		seen.over(at, EntryEOF, "TCP closed by the peer", EventEOF)
	default:
		var v *wire.Violation
		if errors.As(err, &v) {
			seen.events = []Event{{Kind: EventViolation, At: at, Violation: v.Rule.Violation("an answer that is no HTTP: %s", v.Detail)}}
			break
		}
		seen.over(at, EntryReset, "TCP reset by the peer", EventReset)
	}
	res := newResult(c, wire.RoleServer, seen, started)
	return &res
}

// over notes the end of TCP where there is no link to do so.
func (o *observed) over(at time.Duration, entry EntryKind, text string, event EventKind) {
	o.transcript = append(o.transcript, Entry{At: at, Dir: Received, Kind: entry, Text: text, number: 1})
	o.events = append(o.events, Event{Kind: event, At: at, place: place{last: 1}})
}

// unimplemented is the result where the peer declined what the case needs of
// permessage-deflate, as it may (RFC7692-5-13). The connection is closed in order all the same.
func unimplemented(ctx context.Context, c *Case, role wire.Role, l *link, started time.Time) Result {
	outcome := Outcome{Behavior: Unimplemented, Ending: ClosedByHarness()}
	if c.Script.Opening != nil && role == wire.RoleServer {
		outcome.Events = []Expect{Accepted()}
	}
	closing := Script{Outcomes: []Outcome{outcome}}
	declined := *c
	declined.Script = closing
	res := newResult(&declined, role, play(ctx, l, &closing, Quick), started)
	res.Case = c
	if res.Behavior == Unimplemented {
		res.Explanation = "The peer did not agree to what the case needs of permessage-deflate."
	}
	return res
}

// couldNot is the result of a case that got no connection. A server that took
// connections when the run began and does not now has failed the case; where
// the fault is the harness's machine, the verdict is error.
func couldNot(c *Case, role wire.Role, started time.Time, t Transcript, err error) Result {
	r := Result{
		Case: c, Role: role, Verdict: Fail, Behavior: Failed, Close: CloseFailed,
		Started: started, Duration: time.Since(started), Attempts: 1, Transcript: t,
		Observed: []string{err.Error()},
	}
	var target *TargetError
	var violation *wire.Violation
	switch {
	case errors.As(err, &target):
		r.Explanation = fmt.Sprintf("No connection for this case: %s.", target.Sentence)
		r.Departs = departsInAnswer(t)
		r.late = target.Problem == NoAnswer
	case errors.As(err, &violation):
		r.Violation, r.Explanation = violation, violationSentence(violation)
		r.Departs = departsInOpening(t, violation)
	default:
		r.Verdict = Error
		r.Explanation = capital(err.Error()) + "."
	}
	return r
}

// bounds are what a case can account for of what a peer sends.
type bounds struct {
	// message is the most octets of one message; all that was sent may come
	// back as one, and reasons of the peer's own have room.
	message uint64
	// octets is the most on the wire in all.
	octets uint64
	// entries is the most frames that the transcript keeps.
	entries int
}

// mostEvents is how many messages, pings and pongs of one connection are kept.
// No case asks for more than ten; the rest is room for pings of the peer's own.
const mostEvents = 4 << 10

func boundsOf(c *Case, p Profile) bounds {
	const spare = 64 << 10
	b := bounds{message: spare}
	total := uint64(0)
	for _, s := range c.Script.Steps {
		switch s := s.(type) {
		case Send:
			for _, f := range s.Frames {
				b.message += uint64(f.Payload.Len())
			}
		case SendOctets:
			b.message += uint64(len(s.Octets))
		case SendPart:
			b.message += uint64(s.To - s.From)
		case Exchange:
			b.message += uint64(s.Size)
			total += uint64(s.Size) * uint64(s.count(p))
		}
	}
	// Framing costs at most 14 octets for each octet of payload, if a peer
	// echoes in the smallest fragments; pings of the peer's own come on top.
	b.octets = 16*(b.message+total) + 1<<20
	// A peer may echo octet by octet, each in a fragment of its own; the large
	// messages are those of an Exchange, which keeps samples.
	b.entries = int(min(b.message-spare, 1<<18)) + 2*mostEvents
	return b
}
