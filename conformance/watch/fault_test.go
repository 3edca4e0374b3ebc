package watch_test

import (
	"errors"
	"io"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/wsspec/wsspec/conformance/watch"
	"github.com/wsspec/wsspec/ref/wire"
)

func TestParseFault(t *testing.T) {
	const ms = int64(time.Millisecond)
	for _, tt := range []struct {
		kind watch.FaultKind
		text string
		want watch.Fault
		err  string
	}{
		{kind: watch.Cut, text: "1000", want: watch.Fault{From: 1000, To: 1000}},
		{kind: watch.Cut, text: "server:4KiB..1MiB#3", want: watch.Fault{Sender: wire.RoleServer, Connection: 3, From: 4 << 10, To: 1 << 20}},
		{kind: watch.Reset, text: "client:10ms..2s", want: watch.Fault{Sender: wire.RoleClient, From: 10 * ms, To: 2000 * ms, Timed: true}},
		{kind: watch.Delay, text: "20ms", want: watch.Fault{From: 20 * ms, To: 20 * ms, Timed: true}},
		{kind: watch.Split, text: "1..7", want: watch.Fault{From: 1, To: 7}},
		{kind: watch.Throttle, text: "10KiB", want: watch.Fault{From: 10 << 10, To: 10 << 10}},
		{kind: watch.DropFrame, text: "client:1/20", want: watch.Fault{Sender: wire.RoleClient, OneIn: 20}},
		{kind: watch.DropFrame, text: "3", want: watch.Fault{From: 3, To: 3}},
		{kind: watch.Cut, text: "", err: "no number"},
		{kind: watch.Cut, text: "-1", err: "no number"},
		{kind: watch.Cut, text: "1000..2s", err: "both ends"},
		{kind: watch.Cut, text: "10..5", err: "begins behind"},
		{kind: watch.Cut, text: "10#0", err: "no number of a connection"},
		{kind: watch.Cut, text: "sever:10", err: "no number"},
		{kind: watch.Delay, text: "20", err: "no time"},
		{kind: watch.Delay, text: "-20ms", err: "no time"},
		{kind: watch.Split, text: "0", err: "1 at least"},
		{kind: watch.Split, text: "20ms", err: "no number"},
		{kind: watch.DropFrame, text: "0", err: "1 at least"},
		{kind: watch.DropFrame, text: "1KiB", err: "no number"},
		{kind: watch.DropFrame, text: "1/0", err: "one frame in"},
		{kind: watch.Throttle, text: "99999999999999999999", err: "no number"},
	} {
		got, err := watch.ParseFault(tt.kind, tt.text)
		tt.want.Kind = tt.kind
		switch {
		case tt.err == "" && (err != nil || got != tt.want):
			t.Errorf("--%s %s: %+v, %v; want %+v", tt.kind, tt.text, got, err, tt.want)
		case tt.err != "" && (err == nil || !strings.Contains(err.Error(), tt.err)):
			t.Errorf("--%s %s: %v, want an error with %q", tt.kind, tt.text, err, tt.err)
		}
	}
}

// with makes one fault.
func with(t *testing.T, kind watch.FaultKind, text string) func(*watch.Watcher) {
	t.Helper()
	f, err := watch.ParseFault(kind, text)
	if err != nil {
		t.Fatal(err)
	}
	return func(w *watch.Watcher) { w.Faults = append(w.Faults, f) }
}

// Each fault does what it says to one direction, and leaves the other one alone.
func TestFaults(t *testing.T) {
	for _, tt := range []struct {
		kind watch.FaultKind
		text string
		// sent is what the server sends, got what the client gets of it, and end how.
		sent, got string
		end       error
		faults    []string
	}{
		{watch.Cut, "server:4", "hello!", "hell", nil, []string{"server cut behind 4 octets"}},
		{watch.Reset, "server:4", "hello!", "", syscall.ECONNRESET, []string{"server reset behind 4 octets"}},
		{watch.Cut, "1ms", "", "", nil, []string{"client cut after 1ms"}},
		{watch.Reset, "server:1ms", "", "", syscall.ECONNRESET, []string{"server reset after 1ms"}},
		{watch.Split, "server:2", "hello!", "hello!", nil, []string{"server split begins", "server split ends: 3 writes"}},
		{watch.Delay, "server:5ms", "hello!", "hello!", nil, []string{"server delay begins", "server delay ends: 1 pieces, 5ms in all"}},
		{watch.Throttle, "server:1000", "hello!", "hello!", nil, []string{"server throttle begins", "server throttle ends: 6 octets, 6ms in all"}},
		{watch.DropFrame, "server:2", accept + "\x81\x01a\x81\x01b\x81\x01c", accept + "\x81\x01a\x81\x01c", nil, []string{"server drop-frame: frame 2, a text frame of 1 octets"}},
		{watch.DropFrame, "server:1/1", accept + "\x81\x01a\x88\x00", accept, nil, []string{"server drop-frame: frame 1, a text frame of 1 octets", "server drop-frame: frame 2, a close frame of 0 octets"}},
		{watch.Cut, "server:4#2", "hello!", "hello!", nil, nil},
	} {
		t.Run(tt.kind.String()+" "+tt.text, func(t *testing.T) {
			client, server, s, end := both(t, with(t, tt.kind, tt.text))
			if tt.sent != "" {
				if _, err := io.WriteString(server, tt.sent); err != nil {
					t.Fatal(err)
				}
				_ = server.CloseWrite()
			}
			got, err := io.ReadAll(client)
			if tt.end == nil && string(got) != tt.got || !errors.Is(err, tt.end) {
				t.Errorf("%q, %v; want %q, %v", got, err, tt.got, tt.end)
			}
			_ = client.Close()
			_ = server.Close()
			end()
			if !slices.Equal(s.faults, tt.faults) {
				t.Errorf("told %q, want %q", s.faults, tt.faults)
			}
		})
	}
}

// What comes within the time of --coalesce goes on in one write.
func TestCoalesceGathers(t *testing.T) {
	client, server, s, end := both(t, with(t, watch.Coalesce, "client:10s"))
	for _, part := range []string{"one ", "two ", "three"} {
		if _, err := io.WriteString(client, part); err != nil {
			t.Fatal(err)
		}
	}
	_ = client.CloseWrite()
	got, err := io.ReadAll(server)
	if err != nil || string(got) != "one two three" {
		t.Errorf("%q, %v", got, err)
	}
	_ = server.Close()
	end()
	if len(s.faults) != 2 || !strings.HasPrefix(s.faults[1], "client coalesce ends") {
		t.Errorf("told %q", s.faults)
	}
}

// The same seed has the same faults, another one has others.
func TestSeedChoosesTheFaults(t *testing.T) {
	cut := func(seed uint64) string {
		fault := with(t, watch.Cut, "server:0..1000")
		client, server, s, end := both(t, func(w *watch.Watcher) { fault(w); w.Seed = seed })
		if _, err := server.Write(make([]byte, 1001)); err != nil {
			t.Fatal(err)
		}
		if _, err := io.ReadAll(client); err != nil {
			t.Fatal(err)
		}
		_ = client.Close()
		_ = server.Close()
		end()
		return strings.Join(s.faults, ", ")
	}
	if one, again, other := cut(1), cut(1), cut(2); one != again || one == other {
		t.Errorf("%q, %q again, %q with another seed", one, again, other)
	}
}
