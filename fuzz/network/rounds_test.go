package network

import (
	"context"
	"fmt"
	"hash/fnv"
	"io"
	"math/rand/v2"
	"net"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/wsspec/wsspec/conformance/stream"
	"github.com/wsspec/wsspec/ref/wire"
)

// A hasty peer refuses each connection. What it does follows from the script alone, and when it
// does so from chance.
type hasty struct {
	mu   sync.Mutex
	seen []string
}

func (h *hasty) Role() wire.Role           { return wire.RoleServer }
func (h *hasty) gone() string              { return "gone" }
func (h *hasty) application() *Application { return nil }

func (h *hasty) open(_ context.Context, s *Script, _ patience) (*opened, error) {
	for range rand.IntN(300) {
		runtime.Gosched()
	}
	text := fmt.Sprintf("%s %q %v", s.Head, s.Offer, s)
	h.mu.Lock()
	h.seen = append(h.seen, text)
	h.mu.Unlock()
	hash := fnv.New32a()
	_, _ = io.WriteString(hash, text)
	conn, other := net.Pipe()
	other.Close()
	return &opened{conn: conn, unclear: true, response: wire.Response{Status: 400}, course: fmt.Sprint(hash.Sum32()%200) + " "}, nil
}

// Which scripts a campaign makes follows from its seed, whichever of them is played first.
func TestScriptsDoNotDependOnTime(t *testing.T) {
	play := func(seed uint64) []string {
		h := &hasty{}
		p, err := Run(t.Context(), h, Options{Seed: seed, Seeds: differingSeeds, MostScripts: 6 * roundSize, Parallel: 8})
		if err != nil || p.Scripts != uint64(len(h.seen))-1 { // the first one looks whether somebody is there
			t.Fatalf("%d scripts of %d were played, %v", len(h.seen), p.Scripts, err)
		}
		slices.Sort(h.seen)
		return h.seen
	}
	first := play(1)
	for range 3 {
		if !slices.Equal(play(1), first) {
			t.Fatal("the same seed makes other scripts")
		}
	}
	if slices.Equal(play(2), first) {
		t.Error("another seed makes the same scripts")
	}
}

// A script that waits is chosen for a change more rarely, and not never.
func TestSlowScriptsWeighLess(t *testing.T) {
	fast, slow := &Script{Parts: []Part{{Frame: &Frame{Opcode: wire.OpText}}}}, &Script{Parts: []Part{{Do: HalfClose}}}
	g := generatorFor(1, 1, []*Script{fast, slow})
	n := 0
	for range 1000 {
		if g.pick() == slow {
			n++
		}
	}
	if n < 100 || n > 400 {
		t.Errorf("one of two scripts is chosen %d times of 1000, and it waits", n)
	}
	for _, test := range []struct {
		name string
		of   *Script
		want bool
	}{
		{"a frame", fast, false},
		{"a half-close", slow, true},
		{"a pause", &Script{Parts: []Part{{Do: Pause}}}, true},
		{"an await", &Script{Parts: []Part{{Do: Await}}}, false},
		{"a cut frame", &Script{Parts: []Part{{Frame: &Frame{Opcode: wire.OpText}, Cuts: []int{1}}}}, true},
		{"a cut handshake", &Script{HeadCuts: []int{1}}, true},
		{"half a frame", &Script{Parts: []Part{{Frame: &Frame{Opcode: wire.OpText, Declare: 5}}}}, true},
	} {
		if got := test.of.waits(); got != test.want {
			t.Errorf("%s: it waits: %v, want %v", test.name, got, test.want)
		}
	}
}

// What went wrong is looked into at once, and not behind all rounds that are under way.
func TestWhatWentWrongIsLookedIntoAtOnce(t *testing.T) {
	peer := faultyServer(t, fault(t, "pong-never"))
	var opened atomic.Int64
	peer.Target.Dial = func(ctx context.Context, network, address string) (net.Conn, error) {
		opened.Add(1)
		return (&net.Dialer{}).DialContext(ctx, network, address)
	}
	before := int64(0)
	if _, err := Run(t.Context(), peer, Options{Seed: 1, MostScripts: firstRound + 3*roundSize, First: true, Deadlines: stream.NewDeadlines(300*time.Millisecond, 0, 1), Found: func(*Finding) {
		if before == 0 {
			before = opened.Load()
		}
	}}); err != nil || before == 0 || before > 500 {
		t.Errorf("%d connections before the first finding, %v; the rounds under way have 960 scripts", before, err)
	}
}
