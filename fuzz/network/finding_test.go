package network

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/wsspec/wsspec/conformance"
	"github.com/wsspec/wsspec/conformance/faulty"
	"github.com/wsspec/wsspec/conformance/opening"
	"github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/conformance/stream"
	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/internal/freeport"
	"github.com/wsspec/wsspec/ref"
	"github.com/wsspec/wsspec/ref/wire"
)

// What a finding writes, it reads again.
func TestFindingFile(t *testing.T) {
	f := &Finding{
		Class: Hang, Requirement: "RFC6455-5.4-5", Why: "the connection stayed open", Role: "server", Reproduced: 5, Plays: 5, Seed: 1, Number: 7, Notes: []string{"a note"},
		Script: &Script{Offer: "permessage-deflate", Parts: []Part{
			{Frame: &Frame{Opcode: wire.OpText, Payload: []byte{0xff, 0}, More: true, RSV: wire.RSV2, Form: wire.Length64, Mask: script.MaskNever, Declare: 1 << 63}, Cuts: []int{1, 3}},
			{Frame: &Frame{Opcode: wire.OpPing, Key: []byte{1, 2, 3, 4}}},
			{Octets: []byte{0x81}},
			{Do: HalfClose},
		}},
	}
	var file bytes.Buffer
	if err := f.Write(&file); err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(file.String(), "\n"); n != 1+len(f.Script.Parts) {
		t.Errorf("%d lines, want one for the finding and one for each part", n)
	}
	got, err := Read(&file)
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(got, f) {
		t.Errorf("read %+v %s, want %+v %s", got, got.Script, f, f.Script)
	}
}

// What is no finding gets an error that says where and why.
func TestFilesThatAreNoFinding(t *testing.T) {
	const head = `{"wsspec-finding":1,"class":"hang","why":"x","role":"server","reproduced":1,"plays":1,"seed":1,"number":1}` + "\n"
	for _, test := range []struct{ name, file, want string }{
		{"an empty file", "", "the file is empty"},
		{"no JSON", "\x00\xff\x7fELF", "line 1"},
		{"other JSON", `{"results":[]}`, "line 1"},
		{"a later version", `{"wsspec-finding":2,"role":"server"}`, "this version reads 1"},
		{"a role that does not exist", `{"wsspec-finding":1,"role":"proxy"}`, `role "proxy"`},
		{"a part that is nothing", head + `{}`, "part 1"},
		{"a part that is two things", head + `{"octets":"gQ==","do":"pause"}`, "part 1"},
		{"an action that does not exist", head + `{"do":"dance"}`, `do "dance"`},
		{"an opcode of five bits", head + `{"frame":{"opcode":16}}`, "opcode 16"},
		{"a key of three octets", head + `{"frame":{"opcode":1,"key":"AAAA"}}`, "4 octets"},
		{"cuts that do not ascend", head + `{"octets":"gYE=","cuts":[2,1]}`, "ascend"},
		{"a field that does not exist", head + `{"frame":{"opcode":1,"fin":true}}`, "line 2"},
		{"two values in a line", head + `{"do":"pause"}{"do":"pause"}`, "line 2"},
		{"a line without end", head + strings.Repeat("a", mostLine+1), "line 2 has more than"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if _, err := Read(strings.NewReader(test.file)); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("the error is %v, and should say %q", err, test.want)
			}
		})
	}
}

// A finding is a case: a peer with the fault fails it, and a correct one passes it.
func TestFindingsAreCases(t *testing.T) {
	for _, name := range []string{"accepts-rsv1", "pong-never", "text-unchecked", "ignores-stray-continuation", "close-unanswered"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel() // it mostly waits
			f, err := faulty.ByName(name)
			if err != nil {
				t.Fatal(err)
			}
			var cases []*script.Case
			peer := faultyServer(t, f)
			if _, err := Run(t.Context(), peer, Options{
				Seed: 1, MostScripts: roundSize, First: true, Deadlines: stream.NewDeadlines(time.Second, 0, 1),
				Found: func(f *Finding) { cases = append(cases, f.Case()) },
			}); err != nil || len(cases) == 0 {
				t.Fatal("nothing found", err)
			}
			for _, of := range []struct {
				peer *Server
				want verdict.Verdict
			}{{peer, verdict.Fail}, {echoServer(t), verdict.Pass}} {
				results, err := conformance.RunServer(t.Context(), of.peer.Target, cases, conformance.Options{Deadlines: stream.NewDeadlines(time.Second, 0, 1)})
				if err != nil {
					t.Fatal(err)
				}
				for _, r := range results {
					if r.Verdict != of.want {
						t.Errorf("%s: the verdict is %s, want %s: %s\n%s", r.Case.Title, r.Verdict, of.want, r.Explanation, strings.Join(r.Case.Script.Sentences(), "\n"))
					}
				}
			}
		})
	}
}

// Scripts follow from the seed, and shrinking keeps what fails.
func TestScriptsFollowFromTheSeed(t *testing.T) {
	seeds := Seeds()
	for i := range uint64(500) {
		a, b := generatorFor(7, i, seeds).script(), generatorFor(7, i, seeds).script()
		if !reflect.DeepEqual(a, b) {
			t.Fatalf("script %d is once %s and once %s", i, a, b)
		}
		if err := a.check(); err != nil {
			t.Fatalf("script %d (%s): %v", i, a, err)
		}
	}
}

func TestShrink(t *testing.T) {
	text := func(p string) Part { return Part{Frame: &Frame{Opcode: wire.OpText, Payload: []byte(p)}} }
	ping := Part{Frame: &Frame{Opcode: wire.OpPing, Payload: []byte("hello"), Form: wire.Length64, Key: []byte{1, 2, 3, 4}}, Cuts: []int{1, 2, 5}}
	s := &Script{Offer: "permessage-deflate", Parts: []Part{text("a"), text("b"), {Do: Pause}, ping, text("c"), {Do: HalfClose}}}
	got := shrink(s, func(s *Script) bool { // a peer that fails on a ping of two octets or more, cut after its first
		return slices.ContainsFunc(s.Parts, func(p Part) bool {
			return p.Frame != nil && p.Frame.Opcode == wire.OpPing && len(p.Frame.Payload) > 1 && slices.Contains(p.Cuts, 1)
		})
	})
	if want := `a handshake; ping "he", cut after octets 1`; got.String() != want {
		t.Errorf("shrunk to %s, want %s", got, want)
	}
}

// A head loses the lines that do not matter, and gets back the usual ones.
func TestShrinkHeads(t *testing.T) {
	head := func(lines ...string) string { return strings.Join(lines, "\r\n") + "\r\n\r\n" }
	s := &Script{Head: head("HTTP/1.1 101 x", "X-Test: 1", "X-Test: 1", "UPGRADE: websocket", "Connection: close", "Sec-WebSocket-Accept: {accept}")}
	got := shrink(s, func(s *Script) bool { return strings.Contains(s.Head, "Connection: close") })
	if want := head("HTTP/1.1 101 Switching Protocols", "Upgrade: websocket", "Connection: close", "Sec-WebSocket-Accept: {accept}"); got.Head != want {
		t.Errorf("shrunk to %q, want %q", got.Head, want)
	}
}

// Findings have one id if they are about the same, and different ones if they are not: also if
// only their heads differ.
func TestIDs(t *testing.T) {
	f := func(change func(*Finding)) string {
		f := &Finding{Class: WrongVerdict, Requirement: "RFC6455-4.2.1-8", Why: "x", Role: "server", Script: &Script{Head: plainHead(""), Parts: []Part{{Frame: &Frame{Opcode: wire.OpText, Payload: []byte("Hello")}}}}}
		change(f)
		return f.ID()
	}
	same := f(func(*Finding) {})
	for _, test := range []struct {
		name   string
		change func(*Finding)
		same   bool
	}{
		{"found again by another campaign", func(f *Finding) { f.Seed, f.Number, f.Reproduced, f.Why = 7, 8, 3, "y" }, true},
		{"other octets in the payload", func(f *Finding) { f.Script.Parts[0].Frame.Payload = []byte("World") }, true},
		{"another class", func(f *Finding) { f.Class = Hang }, false},
		{"another requirement", func(f *Finding) { f.Requirement = "RFC6455-4.2.1-10" }, false},
		{"another role", func(f *Finding) { f.Role = "client" }, false},
		{"another line in the head", func(f *Finding) {
			f.Script.Head = strings.Replace(f.Script.Head, "Upgrade: websocket", "Upgrade: x", 1)
		}, false},
		{"a line that the head lacks", func(f *Finding) { f.Script.Head = strings.Replace(f.Script.Head, "Upgrade: websocket\r\n", "", 1) }, false},
		{"no head of its own", func(f *Finding) { f.Script.Head = "" }, false},
		{"another opcode", func(f *Finding) { f.Script.Parts[0].Frame.Opcode = wire.OpBinary }, false},
	} {
		if id := f(test.change); (id == same) != test.same {
			t.Errorf("%s: the ids are %s and %s, the same: want %v", test.name, same, id, test.same)
		}
	}
}

// A server that stops at a script is a crash, with the script that stopped it, whether or not
// it can be started again.
func TestCrash(t *testing.T) {
	for _, revives := range []bool{true, false} {
		t.Run(map[bool]string{true: "started again", false: "gone"}[revives], func(t *testing.T) {
			server := newMortal(t)
			var found []*Finding
			o := Options{
				Seed: 1, MostScripts: 2 * roundSize, Deadlines: stream.NewDeadlines(time.Second, 0, 1), MostCrashes: 2,
				Found: func(f *Finding) { found = append(found, f) },
			}
			if revives {
				o.Revive = func(context.Context) ([]string, error) { server.start(t); return []string{"exit status 2"}, nil }
			}
			_, err := Run(t.Context(), server.Server, o)
			if revives && err != nil || !revives && err != ErrGone {
				t.Fatalf("the error is %v", err)
			}
			if len(found) == 0 || found[0].Class != Crash {
				t.Fatalf("found %v", found)
			}
			if revives && (found[0].Script.String() != "a handshake; pong, empty" || !slices.Equal(found[0].Notes, []string{"exit status 2"})) {
				t.Errorf("the crash is by %s, with %q", found[0].Script, found[0].Notes)
			}
		})
	}
}

// A process that dies with the same stack trace dies for the same reason, and further scripts are
// only counted. One without a trace may die for any reason, whatever it wrote when it started.
func TestCrashesWithTheSameTraceAreOne(t *testing.T) {
	ping, text := &Script{Parts: []Part{{Frame: &Frame{Opcode: wire.OpPing}}}}, &Script{Parts: []Part{{Frame: &Frame{Opcode: wire.OpText}}}}
	for says, want := range map[string]int{
		"": 2, "listening on port 9001": 2, "main.go:12: listening": 2,
		"  File \"a/b.py\", line 107, in send\n  File \"a/c.py\", line 9, in run\nError: octets #": 1,
		"  File \"a/b.py\", line #, in send\n  File \"a/c.py\", line 9, in run\nError":             2,
		"a/c.rb:9:in `send': octets #\n\tfrom a/b.rb:76:in `receive'":                              1,
		"panic\n\t/a/b.go:# +0x1\n\t/a/c.go:9 +0x1":                                                2,
	} {
		found, revived := 0, 0
		c := &campaign{peer: echoServer(t), kinds: map[string]int{}, known: map[string]bool{}, Options: Options{
			Found: func(*Finding) { found++ },
			Revive: func(context.Context) ([]string, error) {
				revived++ // which takes the place of #
				return []string{"exit status 2", strings.ReplaceAll(says, "#", fmt.Sprint(revived))}, nil
			},
		}}
		c.progress.Findings = map[Class]int{}
		p := newPlayer(c.peer)
		p.patience = patience{answer: time.Second, pause: leastPause}
		if err := errors.Join(c.lostOn(t.Context(), p, 0, ping), c.lostOn(t.Context(), p, 1, text)); err != nil {
			t.Error(err)
		}
		if c.progress.Crashes != 2 || found != want {
			t.Errorf("it says %q: %d crashes, %d findings; want 2 and %d", says, c.progress.Crashes, found, want)
		}
	}
}

// A mortal is a server that takes no connection any more when a pong has come.
type mortal struct {
	*Server
	address string
}

func newMortal(t *testing.T) *mortal {
	m := &mortal{address: freeport.Addr(t)}
	m.start(t)
	u := &url.URL{Scheme: "ws", Host: m.address, Path: "/"}
	m.Server = &Server{Target: &opening.Target{URL: u}, Deadlines: stream.NewDeadlines(time.Second, 0, 1)}
	return m
}

// start listens at the address that it had before.
func (m *mortal) start(t *testing.T) {
	l, err := net.Listen("tcp", m.address)
	if err != nil {
		t.Error(err)
		return
	}
	m.address = l.Addr().String()
	s := &http.Server{}
	s.Handler = echoing(func(c *ref.Conn) { c.OnPong(func([]byte) { die(s, c) }) })
	go func() { _ = s.Serve(l) }()
	t.Cleanup(func() { s.Close() })
}

// die ends a server and the connection.
func die(s *http.Server, c *ref.Conn) {
	s.Close()
	go c.CloseNow()
}

// A finding is as severe as the same result in a run of the catalogue.
func TestWarnings(t *testing.T) {
	for _, test := range []struct {
		name string
		of   Finding
		want bool
	}{
		{"an echo that is not permitted", Finding{Class: WrongVerdict, Requirement: "RFC6455-5.2-3", Reproduced: 5, Plays: 5}, false},
		{"the same, in some plays", Finding{Class: WrongVerdict, Requirement: "RFC6455-5.2-3", Reproduced: 4, Plays: 5}, true},
		{"another status code", Finding{Class: WrongCode, Requirement: "RFC6455-5.2-3", Reproduced: 5, Plays: 5}, true},
		{"an echo of what does not inflate", Finding{Class: WrongVerdict, Requirement: "RFC7692-7.2.2-2", Reproduced: 5, Plays: 5}, true},
	} {
		if got := test.of.Warns(); got != test.want {
			t.Errorf("%s: a warning is %v, want %v", test.name, got, test.want)
		}
	}
}

// What the RFC leaves to a peer is no finding.
func TestRoomIsLeft(t *testing.T) {
	part := func(f Frame) Part { return Part{Frame: &f} }
	for _, test := range []struct {
		name   string
		script Script
	}{
		{"a breach in a frame that is not whole may wait for the rest", Script{Parts: []Part{part(Frame{Opcode: wire.OpPing, Declare: 126})}}},
		{"octets behind a head may be its body", Script{Head: plainHead("") + "\x81\x80\x00\x00\x00\x00", Parts: []Part{part(Frame{Opcode: wire.OpContinuation})}}},
	} {
		t.Run(test.name, func(t *testing.T) {
			for name, handler := range map[string]http.Handler{"a correct server": echoing(nil), "one that waits for whole frames": waiting()} {
				server := httptest.NewServer(handler)
				peer := &Server{Target: &opening.Target{URL: &url.URL{Scheme: "ws", Host: server.Listener.Addr().String(), Path: "/"}}, Deadlines: stream.NewDeadlines(0, 0, 1)}
				p := newPlayer(peer)
				p.patience = patience{answer: 300 * time.Millisecond}
				if out := p.play(t.Context(), &test.script); out.wrong != nil {
					t.Errorf("%s: %s: %s", name, out.wrong.class, out.wrong.why)
				}
				server.CloseClientConnections()
				server.Close()
			}
		})
	}
	if s := (&Script{Parts: []Part{part(Frame{Opcode: wire.OpText, RSV: wire.RSV1, Payload: []byte("\xf3\x48\xcd\xc9\xc9\x07\x00\xf2\x48\xcd\xc9\xc9\x07\x00")})}}); !s.behindFinal() {
		t.Error("a block behind a final block is not noticed")
	}
	if s := (&Script{Parts: []Part{part(Frame{Opcode: wire.OpText, RSV: wire.RSV1, Payload: []byte("\xf3\x48\xcd\xc9\xc9\x07\x00\x00")})}}); s.behindFinal() {
		t.Error("the octet of zeros of a final block is taken for another block")
	}
}

// waiting answers an opening handshake and no frame, as a server that has not got all of it.
func waiting() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		conn, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			return
		}
		defer conn.Close()
		response := switched(r.Header.Get("Sec-WebSocket-Key"))
		if _, err := conn.Write([]byte(response)); err == nil {
			_, _ = io.Copy(io.Discard, conn)
		}
	})
}

// switched is the head of a server that switches protocols.
func switched(key string) string {
	return "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: " + script.AcceptOf(key) + "\r\n\r\n"
}
