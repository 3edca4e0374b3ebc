package wsspectest

import (
	"context"
	"fmt"
	"runtime/debug"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/wsspec/wsspec/conformance"
	"github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/ref/wire"
	"github.com/wsspec/wsspec/reports/record"
)

// Client tests a WebSocket client. The function dial is the client: it connects to a ws
// URL, sends each message back until the connection ends, and returns. It is called for
// each case at least once, from several goroutines.
//
// Its error is kept in the transcript and decides nothing: in many cases the client has to
// fail the connection. A panic of dial fails the case. When the context ends, dial has to
// return.
func Client(t *testing.T, dial func(ctx context.Context, url string) error, list ...Option) {
	t.Helper()
	s, err := newSuite(wire.RoleClient, list)
	if err != nil {
		t.Fatal(err)
	}
	if dial == nil {
		t.Fatal("wsspectest.Client: dial is nil")
	}
	s.run(t, func(ctx context.Context, t *testing.T, cases []*script.Case) (*record.Record, error) {
		d := &dialer{dial: dial, secure: s.tls}
		defer d.say(t)
		return s.testClient(ctx, t, d, cases)
	})
}

// withoutTLS is why a case is skipped.
const withoutTLS = "The case is about TLS: wsspectest.TLS starts the client for it."

// testClient plays cases against a client.
func (s *suite) testClient(ctx context.Context, t *testing.T, d *dialer, cases []*script.Case) (*record.Record, error) {
	opts := s.tuned(s.opts())
	rec := s.record(opts, t.Name(), cases)
	opts.Starter = d.start
	opts.Done, opts.DoneKeeps = func(r conformance.Result) { rec.Put(s.agent, r) }, true
	if s.tls == nil {
		for _, c := range cases {
			if c.Script.Transport != script.AnyTransport {
				rec.Put(s.agent, conformance.Result{
					Case: c, Role: wire.RoleClient, Verdict: verdict.Skip, Behavior: verdict.Unimplemented, Close: verdict.CloseOK,
					Started: time.Now(), Explanation: withoutTLS,
				})
			}
		}
		cases = slices.DeleteFunc(slices.Clone(cases), func(c *script.Case) bool { return c.Script.Transport != script.AnyTransport })
	}
	results, err := conformance.RunClients(ctx, nil, cases, opts)
	rec.Varied(s.agent, s.role, results, err == nil)
	return rec, err
}

// A dialer starts the client under test.
type dialer struct {
	dial   func(ctx context.Context, url string) error
	secure func(ctx context.Context, url, caFile string) error
	// left counts the calls that did not return.
	left atomic.Int64
}

// patience is how long a call may take when its context has ended.
const patience = 5 * time.Second

// start calls the client for one case, and says how the call ended.
func (d *dialer) start(ctx context.Context, url, caFile string) conformance.ClientEnd {
	ends := make(chan conformance.ClientEnd, 1)
	go func() { ends <- d.call(ctx, url, caFile) }()
	select {
	case end := <-ends:
		return end
	case <-ctx.Done():
	}
	late := time.NewTimer(patience)
	defer late.Stop()
	select {
	case end := <-ends:
		return end
	case <-late.C:
		d.left.Add(1)
		return conformance.ClientEnd{Remarks: []string{fmt.Sprintf("dial did not return within %s of the end of its context", patience)}}
	}
}

func (d *dialer) call(ctx context.Context, url, caFile string) (end conformance.ClientEnd) {
	defer func() {
		if v := recover(); v != nil {
			end.Crash = fmt.Sprintf("The client panicked: %v.", v)
			end.Remarks = append(end.Remarks, strings.Split(strings.TrimSpace(string(debug.Stack())), "\n")...)
		}
	}()
	var err error
	if caFile != "" {
		err = d.secure(ctx, url, caFile)
	} else {
		err = d.dial(ctx, url)
	}
	if err != nil {
		end.Remarks, end.LastWords = []string{"dial returned the error: " + err.Error()}, err.Error()
	}
	return end
}

// say fails the test if calls did not return.
func (d *dialer) say(t *testing.T) {
	t.Helper()
	if n := d.left.Load(); n > 0 {
		t.Errorf("%d calls of dial did not return within %s of the end of their context, and still run", n, patience)
	}
}
