package run

import (
	"context"
	"fmt"
	"net"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/wsspec/wsspec/conformance/observed"
	"github.com/wsspec/wsspec/conformance/opening"
	"github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/conformance/stream"
	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/ref/wire"
)

// A front answers the requests of one client with a redirect to where its case is played.
// A nil front answers nothing.
type front struct {
	listener net.Listener
	served   sync.WaitGroup

	mu sync.Mutex
	// asked: a request has come; fields are those of the first one.
	asked      bool
	fields     wire.Fields
	transcript observed.Transcript
}

// credentials are the fields that must not go to another origin unasked.
var credentials = []string{"Authorization", "Cookie"}

// redirecting opens the front of a case, nil if the case has none.
func redirecting(ctx context.Context, c *script.Case, to net.Addr, d stream.Deadlines) (*front, error) {
	if !c.Script.Redirected {
		return nil, nil
	}
	l, err := listenAt(ctx, "127.0.0.1")
	if err != nil {
		return nil, err
	}
	f := &front{listener: l}
	f.served.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			f.served.Go(func() { f.answer(conn, "ws://"+to.String()+c.Resource(), d) })
		}
	})
	return f, nil
}

// answer sends one client elsewhere.
func (f *front) answer(conn net.Conn, location string, d stream.Deadlines) {
	defer conn.Close()
	in := opening.Accept(conn, d, time.Now())
	if !in.Read() {
		return
	}
	f.mu.Lock()
	if !f.asked {
		f.asked, f.fields = true, in.Request.Fields
	}
	f.mu.Unlock()
	response, body := opening.PlainResponse(302, "text/plain; charset=utf-8", "The case is played elsewhere.\n")
	response.Fields = append(response.Fields, wire.Field{Name: "Location", Value: location})
	in.Respond(response, body)
	in.Refused = true
	in.Linger()
	f.mu.Lock()
	f.transcript = append(f.transcript, in.Transcript...)
	f.mu.Unlock()
}

// address is where the client is sent first.
func (f *front) address(otherwise string) string {
	if f == nil {
		return otherwise
	}
	return f.listener.Addr().String()
}

// close ends the front.
func (f *front) close() {
	if f != nil {
		f.listener.Close()
		f.served.Wait()
	}
}

// judge is the result of the case where the first request was redirected.
func (f *front) judge(r Result, a *startedClient) Result {
	if f == nil {
		return r
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	r.Transcript = append(slices.Clone(f.transcript), r.Transcript...)
	switch {
	case !f.asked:
		return r // it did not take the URL, or did not start
	case !r.Connected():
		r.Verdict, r.Behavior, r.Close, r.Explanation = verdict.Pass, verdict.OK, verdict.CloseOK, ""
		r.Observed = []string{"the client did not follow the redirect"}
		return r
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, name := range credentials {
		first, sent := f.fields.Get(name)
		again, _ := a.fields.Get(name)
		if sent && first == again && r.Verdict == verdict.Pass {
			r.Verdict, r.Behavior = verdict.Warn, verdict.NonStrict
			r.Explanation = fmt.Sprintf("The client followed a redirect to another origin, and sent the %s of its first request there as well (RFC 9110 15.4).", name)
		}
	}
	return r
}

// userPart is a user and password as a URL has it.
func userPart(user string) string {
	if user == "" {
		return ""
	}
	return strings.TrimSuffix(user, "@") + "@"
}
