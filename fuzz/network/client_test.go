package network

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/wsspec/wsspec/conformance/faulty"
	"github.com/wsspec/wsspec/conformance/stream"
	"github.com/wsspec/wsspec/ref"
	"github.com/wsspec/wsspec/ref/wire"
)

// clientOf is a client under test that connects by a function.
func clientOf(t testing.TB, connect func(ctx context.Context, url string) error) *Client {
	t.Helper()
	c := &Client{Deadlines: stream.NewDeadlines(0, 0, 1), Start: func(ctx context.Context, url string) (end ClientEnd) {
		defer func() {
			if p := recover(); p != nil {
				end.Crash = "The client crashed."
			}
		}()
		if err := connect(ctx, url); err != nil {
			end.LastWords = err.Error()
		}
		return end
	}}
	t.Cleanup(c.End)
	return c
}

// echoClient is a correct client.
func echoClient(t testing.TB) *Client {
	return clientOf(t, func(ctx context.Context, url string) error {
		c, _, err := ref.Dial(ctx, url, &ref.DialOptions{Compression: &ref.Compression{}})
		if err != nil {
			return err
		}
		defer c.CloseNow()
		_ = ref.Echo(ctx, c)
		return nil
	})
}

// faultyClient is a client with a fault.
func faultyClient(t testing.TB, f faulty.Fault) *Client {
	return clientOf(t, func(ctx context.Context, url string) error { return faulty.Connect(ctx, url, f) })
}

// A correct client fails no seed.
func TestClientSeedsAgainstRef(t *testing.T) {
	peer := echoClient(t)
	seeds := SeedsFor(wire.RoleClient)
	if len(seeds) < 1400 {
		t.Errorf("there are %d seeds; the catalogue and its variants are more", len(seeds))
	}
	var next atomic.Int64
	var wg sync.WaitGroup
	for w := range 32 {
		wg.Go(func() {
			p := newPlayer(peer, uint64(w))
			p.patience = patience{answer: 2 * time.Second, pause: 2 * time.Millisecond}
			for {
				i := int(next.Add(1)) - 1
				if i >= len(seeds) {
					return
				}
				out := p.play(t.Context(), seeds[i])
				if out.wrong != nil || out.lost != nil {
					t.Errorf("%s\n  %v %v\n  course %s", seeds[i], out.wrong, out.lost, out.course)
				}
			}
		})
	}
	wg.Wait()
}

// A campaign against a correct client finds nothing.
func TestNothingIsFoundInRefAsClient(t *testing.T) {
	p, err := Run(t.Context(), echoClient(t), Options{Seed: 1, For: *lasting, Found: func(f *Finding) {
		t.Errorf("%s %s: %s (%d of %d)\n%s", f.Class, f.Requirement, f.Why, f.Reproduced, f.Plays, f.Script)
	}})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d scripts, %.0f a second, %d courses, %d kept, %d not confirmed", p.Scripts, p.PerSecond, p.Courses, p.Pool, p.Unconfirmed)
}

// outOfReachOfClients are the faults of a client that no campaign finds, by the reason.
var outOfReachOfClients = map[string]string{}

// TestEveryFaultOfClients is TestEveryFault for clients.
func TestEveryFaultOfClients(t *testing.T) {
	var faults []faulty.Fault
	for _, f := range faulty.Faults() {
		if f.HasRole(wire.RoleClient) {
			faults = append(faults, f)
		}
	}
	if !*all {
		var some []faulty.Fault
		for i := 0; i < len(faults); i += len(faults) / 8 {
			some = append(some, faults[i])
		}
		faults = some
	}
	for _, f := range faults {
		t.Run(f.Name, func(t *testing.T) {
			t.Parallel()
			began := time.Now()
			var got *Finding
			o := Options{Seed: 1, MostScripts: 12 * roundSize, First: true, Deadlines: stream.NewDeadlines(300*time.Millisecond, 0, 1), Found: func(f *Finding) { got = f }}
			p, err := Run(t.Context(), faultyClient(t, f), o)
			why := whyOutOfReach(outOfReachOfClients, f.Name)
			switch {
			case got == nil && why == "":
				t.Errorf("nothing in %d scripts, %v", p.Scripts, err)
			case got != nil && why != "":
				t.Errorf("it is said to be out of reach (%s), and was found: %s", why, got.Why)
			case got != nil:
				t.Logf("%.1f s, %d scripts, %d frames: %s %s: %s: %s", time.Since(began).Seconds(), p.Scripts, got.Script.Frames(), got.Class, got.Requirement, got.Why, got.Script)
			}
		})
	}
}
