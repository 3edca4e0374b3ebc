package network

import (
	"context"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/wsspec/wsspec/conformance/opening"
	"github.com/wsspec/wsspec/conformance/stream"
	"github.com/wsspec/wsspec/ref"
)

// What grows with each connection is a leak. What grows once, or goes up and down, is none.
func TestLeaks(t *testing.T) {
	const mib = 1 << 20
	for _, test := range []struct {
		name string
		// memory and descriptors are what the process uses when it has had so many connections.
		memory, descriptors func(connections int) int
		want                string
	}{
		{"a megabyte for each connection", func(n int) int { return 20*mib + n*mib }, func(int) int { return 10 }, "octets of memory"},
		{"a descriptor for each connection", func(int) int { return 20 * mib }, func(n int) int { return 10 + n }, "descriptors"},
		{"nothing", func(int) int { return 20 * mib }, func(int) int { return 10 }, ""},
		{"a cache that is full in the end", func(n int) int { return 20*mib + min(n, 300)*mib }, func(int) int { return 10 }, ""},
		{"a collector that runs now and then", func(n int) int { return 20*mib + n%700*mib }, func(int) int { return 10 }, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			var samples []sample
			var got []string
			for connections := 0; connections < 20*roundSize; connections += roundSize {
				samples = append(samples, sample{uint64(connections), Usage{Memory: uint64(test.memory(connections)), Descriptors: test.descriptors(connections)}})
				if len(samples) < leakSamples {
					continue
				}
				for _, l := range leaking(samples[len(samples)-leakSamples:]) {
					if !slices.Contains(got, l.name) {
						got = append(got, l.name)
					}
				}
			}
			if strings.Join(got, " and ") != test.want {
				t.Errorf("leaking %q, want %q", got, test.want)
			}
		})
	}
}

// A server that begins to send without end is a finding, and costs bounded memory.
func TestAServerThatFloods(t *testing.T) {
	server := httptest.NewServer(echoing(func(c *ref.Conn) {
		go func() {
			for c.Write(context.Background(), ref.Text, make([]byte, 64)) == nil {
			}
		}()
	}))
	t.Cleanup(server.Close)
	peer := &Server{Target: &opening.Target{URL: &url.URL{Scheme: "ws", Host: server.Listener.Addr().String(), Path: "/"}}, Deadlines: stream.NewDeadlines(time.Second, 0, 1)}
	var found []*Finding
	_, err := Run(t.Context(), peer, Options{
		Seed: 1, MostScripts: firstRound, First: true, Deadlines: stream.NewDeadlines(time.Second, 0, 1),
		Found: func(f *Finding) { found = append(found, f) },
	})
	if err != nil || len(found) == 0 || found[0].Class != WrongVerdict {
		t.Fatalf("found %v, %v", found, err)
	}
}
