package conformance_test

import (
	"context"
	"errors"
	"net"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/wsspec/wsspec/conformance"
	"github.com/wsspec/wsspec/conformance/observed"
	"github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/ref"
)

// echoes is the reference as a client that is started for a case.
func echoes(ctx context.Context, url string) []string {
	c, _, err := ref.Dial(ctx, url, &ref.DialOptions{Compression: &ref.Compression{}})
	if err != nil {
		return []string{err.Error()}
	}
	defer c.CloseNow()
	_ = ref.Echo(ctx, c)
	return []string{"ended"}
}

// spawn runs cases to their end.
func spawn(t *testing.T, launch conformance.Launcher, cases []*script.Case, opts conformance.Options) []conformance.Result {
	t.Helper()
	results, err := conformance.RunClients(within(t, 30*time.Second), launch, cases, opts)
	if err != nil || len(results) != len(cases) {
		t.Fatalf("%d results for %d cases, %v", len(results), len(cases), err)
	}
	for i, r := range results {
		if r.Case != cases[i] {
			t.Fatalf("result %d is of case %s, want %s", i, r.Case.ID, cases[i].ID)
		}
	}
	return results
}

// remarked reports whether the transcript has a line of the launcher's.
func remarked(r conformance.Result, part string) bool {
	return slices.ContainsFunc(r.Transcript, func(e observed.Entry) bool {
		return e.Kind == observed.EntryNote && strings.Contains(e.Text, part)
	})
}

func TestACorrectClientPassesEveryFramingCase(t *testing.T) {
	for _, r := range spawn(t, echoes, framing(), conformance.Options{}) {
		if r.Verdict != verdict.Pass || r.Attempts != 1 || !remarked(r, "ended") {
			t.Errorf("%s; want a pass at the first attempt, with what the launcher said", describe(r))
		}
	}
}

func TestClientsThatFail(t *testing.T) {
	waits := func(ctx context.Context, _ string) []string { <-ctx.Done(); return []string{"killed"} }
	for _, tt := range []struct {
		name        string
		launch      conformance.Launcher
		explanation string
		remarks     []string
		attempts    int
	}{
		{"never connects", waits, "The client did not connect within ", []string{"was killed", "killed"}, 1},
		{
			"ends at once", func(context.Context, string) []string { return []string{"exit status 3", "no such host"} },
			"The client ended without having run the case.", []string{"exit status 3", "no such host"}, 1,
		},
		{
			"connects and says nothing", func(ctx context.Context, url string) []string {
				conn, err := net.Dial("tcp", strings.TrimPrefix(strings.Split(url, "/runCase")[0], "ws://"))
				if err != nil {
					return []string{err.Error()}
				}
				defer conn.Close()
				return waits(ctx, url)
			},
			"The client did not run the case: it connected, and sent no opening request within ", []string{"killed"}, 1,
		},
		{
			"opens and says nothing", func(ctx context.Context, url string) []string {
				c, _, err := ref.Dial(ctx, url, nil)
				if err != nil {
					return []string{err.Error()}
				}
				defer c.CloseNow()
				return waits(ctx, url)
			},
			"Expected text message", []string{"killed"}, 2,
		},
		{
			"asks for another case", func(ctx context.Context, url string) []string {
				return echoes(ctx, strings.Replace(url, "=1.1.2", "=1.1.9", 1))
			},
			`The opening handshake failed: the request target "/runCase?agent=client&casetuple=1.1.9", where the URL ended in "/runCase?agent=client&casetuple=1.1.2" (RFC 6455 4.1).`, []string{"400"}, 2,
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := spawn(t, tt.launch, named(t, "1.1.2"), conformance.Options{Deadlines: short})[0]
			if r.Verdict != verdict.Fail || !strings.HasPrefix(r.Explanation, tt.explanation) || r.Attempts != tt.attempts {
				t.Errorf("%s; want a failure after %d attempts: %s", describe(r), tt.attempts, tt.explanation)
			}
			for _, want := range tt.remarks {
				if !remarked(r, want) {
					t.Errorf("the transcript %v does not say %q", r.Transcript, want)
				}
			}
		})
	}
}

// A client that has nothing left to do and stays is killed; its verdict stands.
func TestAClientThatStays(t *testing.T) {
	r := spawn(t, func(ctx context.Context, url string) []string {
		echoes(ctx, url)
		<-ctx.Done()
		return []string{"killed at last"}
	}, named(t, "1.1.2"), conformance.Options{Deadlines: short})[0]
	if r.Verdict != verdict.Pass || !remarked(r, "was still running") || !remarked(r, "killed at last") {
		t.Errorf("%s with %v; want a pass, and that the client was killed", describe(r), r.Transcript)
	}
}

func TestAClientThatFailsOnceIsFlaky(t *testing.T) {
	var started atomic.Int32
	r := spawn(t, func(ctx context.Context, url string) []string {
		if started.Add(1) > 1 {
			return echoes(ctx, url)
		}
		c, _, err := ref.Dial(ctx, url, nil)
		if err == nil {
			c.CloseNow()
		}
		return nil
	}, named(t, "1.1.2"), conformance.Options{Deadlines: short})[0]
	if r.Verdict != verdict.Warn || !r.Flaky || r.Attempts != 2 {
		t.Errorf("%s (flaky: %t); want a warning, flaky", describe(r), r.Flaky)
	}
}

// What a client left behind says nothing about the one that is started next.
func TestAClientThatLeavesAConnectionBehind(t *testing.T) {
	var left *ref.Conn
	r := spawn(t, func(ctx context.Context, url string) []string {
		if left != nil {
			left.CloseNow() // a failure, and the first verdict to come
			return echoes(ctx, url)
		}
		var err error
		if left, _, err = ref.Dial(context.WithoutCancel(ctx), url, nil); err != nil {
			return []string{err.Error()}
		}
		if c, _, err := ref.Dial(ctx, url, nil); err == nil {
			c.CloseNow()
		}
		return nil
	}, named(t, "1.1.2"), conformance.Options{Deadlines: conformance.NewDeadlines(time.Second, 0, 1)})[0]
	if r.Verdict != verdict.Warn || !r.Flaky {
		t.Errorf("%s (flaky: %t); want the second client's own verdict", describe(r), r.Flaky)
	}
}

// Only the first connection of a started client counts.
func TestAClientThatConnectsTwice(t *testing.T) {
	r := spawn(t, func(ctx context.Context, url string) []string {
		echoes(ctx, url)
		if c, _, err := ref.Dial(ctx, url, nil); err == nil {
			c.CloseNow()
		}
		return nil
	}, named(t, "1.1.2"), conformance.Options{Deadlines: short})[0]
	if r.Verdict != verdict.Pass {
		t.Errorf("%s; want the verdict on the first connection", describe(r))
	}
}

// Ctrl-C: the clients are ended, and what there is is returned.
func TestACancelledRunEndsItsClients(t *testing.T) {
	ctx, cancel := context.WithCancel(within(t, 20*time.Second))
	var started, ended atomic.Int32
	results, err := conformance.RunClients(ctx, func(ctx context.Context, url string) []string {
		defer ended.Add(1)
		if started.Add(1) <= 8 {
			return echoes(ctx, url)
		}
		<-ctx.Done() // would take minutes
		return nil
	}, framing(), conformance.Options{Parallel: 4, Deadlines: conformance.NewDeadlines(time.Minute, 0, 1), Done: func(conformance.Result) {
		if started.Load() >= 8 {
			cancel()
		}
	}})
	if !errors.Is(err, context.Canceled) || len(results) == 0 || len(results) > 8 {
		t.Errorf("%d results, %v; want those that had come, and the context's error", len(results), err)
	}
	if started.Load() != ended.Load() {
		t.Errorf("%d clients were started, %d have ended", started.Load(), ended.Load())
	}
}
