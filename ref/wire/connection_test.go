package wire

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// pair is a client and a server that are joined without a network. Each side's
// octets arrive in pieces of random size.
type pair struct {
	t      *testing.T
	random *rand.Rand
	ends   map[Role]*Connection
	seen   map[Role][]string
	closed map[Role]bool
}

func newPair(t *testing.T, seed uint64) *pair {
	p := &pair{t: t, random: rand.New(rand.NewPCG(seed, 1)), ends: map[Role]*Connection{}, seen: map[Role][]string{}, closed: map[Role]bool{}}
	for _, role := range []Role{RoleClient, RoleServer} {
		p.ends[role] = NewConnection(Config{Role: role, MaskKey: counter(), Limits: Limits{Message: 1000}})
	}
	return p
}

// deliver carries what from has to say to the other end.
func (p *pair) deliver(from Role) (moved bool) {
	octets := append([]byte(nil), p.ends[from].Take()...)
	to := p.ends[from.Peer()]
	for rest := octets; len(rest) > 0; moved = true {
		piece := rest[:1+p.random.IntN(len(rest))]
		rest = rest[len(piece):]
		for {
			n, ev := to.Receive(piece)
			piece = piece[n:]
			if ev.Kind == EventNone {
				break
			}
			p.note(from.Peer(), ev)
		}
	}
	return moved
}

func (p *pair) note(role Role, ev Event) {
	if ev.Kind == EventData {
		if last := len(p.seen[role]) - 1; strings.HasPrefix(p.seen[role][last], "data ") {
			p.seen[role][last] += string(ev.Data)
			return
		}
		p.seen[role] = append(p.seen[role], "data "+string(ev.Data))
		return
	}
	p.seen[role] = append(p.seen[role], line(ev))
}

// settle delivers until neither end has anything to say and closes TCP when an
// end has to.
func (p *pair) settle() {
	for range 100 {
		moved := p.deliver(RoleClient)
		moved = p.deliver(RoleServer) || moved
		if moved {
			continue
		}
		for role, end := range p.ends {
			if end.ClosesTCP() {
				p.endTCP()
				p.closed[role] = true
				return
			}
		}
		return
	}
	p.t.Fatal("the two ends never come to rest")
}

func (p *pair) endTCP() {
	for role, end := range p.ends {
		if ev := end.EOF(); ev.Kind != EventNone {
			p.note(role, ev)
		}
	}
}

func TestConnection(t *testing.T) {
	type side = Role
	for _, tt := range []struct {
		name           string
		act            func(t *testing.T, p *pair)
		client, server []string
		closure        map[side]Closure
		state          map[side]State
		closesTCP      side
	}{
		{
			name: "a ping is answered before anything later",
			act: func(t *testing.T, p *pair) {
				must(t, p.ends[RoleClient].Ping([]byte("1")))
				must(t, p.ends[RoleClient].SendMessage(OpText, []byte("Hello")))
			},
			client: []string{`pong "1"`},
			server: []string{`ping "1"`, "message text", "data Hello", "end text"},
			state:  map[side]State{RoleClient: StateOpen, RoleServer: StateOpen},
		}, {
			name: "the client closes, the server answers and closes TCP",
			act: func(t *testing.T, p *pair) {
				must(t, p.ends[RoleClient].Close(1001, "bye"))
			},
			client:    []string{`close 1001 ""`},
			server:    []string{`close 1001 "bye"`},
			closure:   map[side]Closure{RoleClient: {Code: 1001}, RoleServer: {Code: 1001, Reason: "bye"}},
			state:     map[side]State{RoleClient: StateClosed, RoleServer: StateClosed},
			closesTCP: RoleServer,
		}, {
			name: "the server closes without a code, and closes TCP as well",
			act: func(t *testing.T, p *pair) {
				must(t, p.ends[RoleServer].Close(StatusNoStatusRcvd, ""))
			},
			client:    []string{`close 1005 ""`},
			server:    []string{`close 1005 ""`},
			closure:   map[side]Closure{RoleClient: {Code: 1005}, RoleServer: {Code: 1005}},
			state:     map[side]State{RoleClient: StateClosed, RoleServer: StateClosed},
			closesTCP: RoleServer,
		}, {
			name: "both close at once, nobody answers",
			act: func(t *testing.T, p *pair) {
				must(t, p.ends[RoleServer].Close(1000, "server"))
				must(t, p.ends[RoleClient].Close(1000, "client"))
			},
			client:    []string{`close 1000 "server"`},
			server:    []string{`close 1000 "client"`},
			closure:   map[side]Closure{RoleClient: {Code: 1000, Reason: "server"}, RoleServer: {Code: 1000, Reason: "client"}},
			state:     map[side]State{RoleClient: StateClosed, RoleServer: StateClosed},
			closesTCP: RoleServer,
		}, {
			name: "no pong behind the own Close",
			act: func(t *testing.T, p *pair) {
				must(t, p.ends[RoleServer].Close(1000, ""))
				must(t, p.ends[RoleClient].Ping(nil))
			},
			client:    []string{`close 1000 ""`},
			server:    []string{`ping ""`, `close 1000 ""`},
			closure:   map[side]Closure{RoleClient: {Code: 1000}, RoleServer: {Code: 1000}},
			state:     map[side]State{RoleClient: StateClosed, RoleServer: StateClosed},
			closesTCP: RoleServer,
		}, {
			name: "the client sends broken text, the server fails and says why",
			act: func(t *testing.T, p *pair) {
				must(t, p.ends[RoleClient].SendMessage(OpText, []byte("a\xff")))
			},
			client: []string{`close 1007 "octet 0xff is not UTF-8, 1 octets into the text message (RFC 6455 8.1)"`},
			server: []string{"message text", "data a", "fail 1007 RFC6455-8.1-1: octet 0xff is not UTF-8, 1 octets into the text message"},
			closure: map[side]Closure{
				RoleClient: {Code: 1007, Reason: "octet 0xff is not UTF-8, 1 octets into the text message (RFC 6455 8.1)"},
				RoleServer: {Code: 1006, Violation: RuleText.Violation("octet 0xff is not UTF-8, 1 octets into the text message")},
			},
			state:     map[side]State{RoleClient: StateClosed, RoleServer: StateAborted},
			closesTCP: RoleServer,
		}, {
			name: "the server sends too much, the client fails and closes TCP",
			act: func(t *testing.T, p *pair) {
				must(t, p.ends[RoleServer].SendMessage(OpBinary, make([]byte, 1001)))
			},
			client: []string{"fail 1009 RFC6455-10.4-1: binary message of at least 1001 octets, the limit is 1000"},
			server: []string{`close 1009 "binary message of at least 1001 octets, the limit is 1000 (RFC 6455 10.4)"`},
			closure: map[side]Closure{
				RoleClient: {Code: 1006, Violation: RuleMessageLimit.Violation("binary message of at least 1001 octets, the limit is 1000")},
				RoleServer: {Code: 1009, Reason: "binary message of at least 1001 octets, the limit is 1000 (RFC 6455 10.4)"},
			},
			// Both have to close TCP now; which is first does not matter.
			state: map[side]State{RoleClient: StateAborted, RoleServer: StateClosed},
		}, {
			name: "the client's caller fails for what only it can judge",
			act: func(t *testing.T, p *pair) {
				p.note(RoleClient, p.ends[RoleClient].Fail(RuleMessageLimit.Violation("too much when inflated")))
				must(t, p.ends[RoleServer].SendMessage(OpText, []byte("unread")))
			},
			client:  []string{"fail 1009 RFC6455-10.4-1: too much when inflated"},
			server:  []string{`close 1009 "too much when inflated (RFC 6455 10.4)"`},
			closure: map[side]Closure{RoleServer: {Code: 1009, Reason: "too much when inflated (RFC 6455 10.4)"}},
			state:   map[side]State{RoleClient: StateAborted, RoleServer: StateClosed},
		}, {
			name: "TCP is lost",
			act: func(t *testing.T, p *pair) {
				p.endTCP()
			},
			client: []string{"lost 1006 RFC6455-7.1.5-3: connection ended between frames, without a Close frame"},
			server: []string{"lost 1006 RFC6455-7.1.5-3: connection ended between frames, without a Close frame"},
			closure: map[side]Closure{
				RoleClient: {Code: 1006, Violation: RuleConnectionLost.Violation("connection ended between frames, without a Close frame")},
				RoleServer: {Code: 1006, Violation: RuleConnectionLost.Violation("connection ended between frames, without a Close frame")},
			},
			state: map[side]State{RoleClient: StateAborted, RoleServer: StateAborted},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for seed := range uint64(10) {
				p := newPair(t, seed)
				tt.act(t, p)
				p.settle()
				if diff := cmp.Diff(tt.client, p.seen[RoleClient]); diff != "" {
					t.Errorf("client saw (-want +got):\n%s", diff)
				}
				if diff := cmp.Diff(tt.server, p.seen[RoleServer]); diff != "" {
					t.Errorf("server saw (-want +got):\n%s", diff)
				}
				for role, want := range tt.closure {
					if diff := cmp.Diff(want, p.ends[role].Closure()); diff != "" {
						t.Errorf("%v closed (-want +got):\n%s", role, diff)
					}
				}
				for role, want := range tt.state {
					if got := p.ends[role].State(); got != want {
						t.Errorf("%v is %v, want %v", role, got, want)
					}
				}
				if tt.closesTCP != 0 && !p.closed[tt.closesTCP] {
					t.Errorf("TCP was closed by %v, want by %v", p.closed, tt.closesTCP)
				}
			}
		})
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// Any conversation arrives whole and in order, whatever goes on beside it.
func TestConnectionConversation(t *testing.T) {
	for seed := range uint64(200) {
		p := newPair(t, seed)
		sent := map[Role][]string{}
		open := map[Role]bool{}
		for range 30 {
			from := Role(1 + p.random.IntN(2))
			end := p.ends[from]
			switch p.random.IntN(5) {
			case 0, 1, 2:
				h := Header{Fin: p.random.IntN(2) == 0, Opcode: OpBinary}
				if open[from] {
					h.Opcode = OpContinuation
				}
				open[from] = !h.Fin
				text := fmt.Sprintf("<%d>", p.random.IntN(1000))
				must(t, end.Send(h, []byte(text)))
				sent[from] = append(sent[from], text)
			case 3:
				must(t, end.Ping([]byte("?")))
			case 4:
				p.deliver(from)
			}
		}
		p.settle()
		for _, from := range []Role{RoleClient, RoleServer} {
			var got strings.Builder
			for _, s := range p.seen[from.Peer()] {
				if data, ok := strings.CutPrefix(s, "data "); ok {
					got.WriteString(data)
				}
			}
			if want := strings.Join(sent[from], ""); got.String() != want {
				t.Fatalf("seed %d: %v sent %q, %v got %q", seed, from, want, from.Peer(), got.String())
			}
		}
	}
}
