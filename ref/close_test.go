package ref

import (
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/wsspec/wsspec/ref/wire"
)

// inBackground runs f and hands its error over.
func inBackground(f func() error) <-chan error {
	end := make(chan error, 1)
	go func() { end <- f() }()
	return end
}

func awaitErr(t testing.TB, end <-chan error) error {
	t.Helper()
	select {
	case err := <-end:
		return err
	case <-time.After(testTimeout):
		t.Fatal("no end in sight")
		return nil
	}
}

func TestPeerCloses(t *testing.T) {
	noLeaks(t)
	for _, tt := range []struct {
		name   string
		sent   frame
		code   wire.StatusCode
		reason string
		answer frame
		normal bool
	}{
		{"with a code", closing(1000, ""), 1000, "", closing(1000, ""), true},
		{"with a code and a reason", closing(1001, "bye €"), 1001, "bye €", closing(1001, ""), true},
		{"with a private code", closing(4711, "mine"), 4711, "mine", closing(4711, ""), false},
		{"with nothing", whole(wire.OpClose, ""), 1005, "", whole(wire.OpClose, ""), true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			bothRoles(t, config{}, func(t *testing.T, conn *Conn, p *peer) {
				p.send(tt.sent, whole(wire.OpPing, "no pong behind a Close"))
				end := inBackground(func() error { _, _, err := conn.Read(testContext(t)); return err })
				p.expect(tt.answer)
				if p.role == wire.RoleClient {
					p.expectEnd() // the server closes TCP first, at once
				}
				must(t, p.Close())
				err := awaitErr(t, end)
				checkClosed(t, err, tt.code, true, nil)
				var closed *CloseError
				if errors.As(err, &closed); closed.Reason != tt.reason {
					t.Errorf("reason %q, want %q", closed.Reason, tt.reason)
				}
				if IsNormalClose(err) != tt.normal {
					t.Errorf("%v: normal %v", err, !tt.normal)
				}
				if conn.State() != wire.StateClosed {
					t.Errorf("state %v", conn.State())
				}
				must(t, conn.Close(1000, "")) // too late, and no error
			})
		})
	}
}

func TestClose(t *testing.T) {
	noLeaks(t)
	bothRoles(t, config{}, func(t *testing.T, conn *Conn, p *peer) {
		end := inBackground(func() error { return conn.Close(1000, "done") })
		p.expect(closing(1000, "done"))
		if err := conn.Write(testContext(t), Text, []byte("x")); !errors.Is(err, wire.ErrCloseSent) {
			t.Errorf("Write behind the own Close: %v", err)
		}
		p.send(whole(wire.OpText, "on its way"), whole(wire.OpPing, "?"), closing(1000, ""))
		if p.role == wire.RoleClient {
			p.expectEnd() // and no Pong
		} else {
			select {
			case <-conn.Done():
				t.Error("the client closed TCP before the server did")
			default:
			}
		}
		must(t, p.Close())
		must(t, awaitErr(t, end))
		if conn.State() != wire.StateClosed {
			t.Errorf("state %v", conn.State())
		}
		_, _, err := conn.Read(testContext(t))
		checkClosed(t, err, 1000, false, nil)
	})
}

// A client waits for the server to close TCP, but not for ever.
func TestClientClosesTCPWhenTheServerDoesNot(t *testing.T) {
	noLeaks(t)
	conn, p := endpoint(t, wire.RoleClient, config{closeTimeout: 50 * time.Millisecond})
	end := inBackground(func() error { return conn.Close(1000, "") })
	p.expect(closing(1000, ""))
	p.send(closing(1000, ""))
	must(t, awaitErr(t, end)) // the handshake itself was complete
	p.expectEnd()
}

func TestCloseWithMutePeer(t *testing.T) {
	noLeaks(t)
	bothRoles(t, config{closeTimeout: 50 * time.Millisecond}, func(t *testing.T, conn *Conn, p *peer) {
		err := awaitErr(t, inBackground(func() error { return conn.Close(1001, "") }))
		if err == nil || !strings.Contains(err.Error(), "no Close frame from the peer within 50ms (RFC 6455 5.5.1)") {
			t.Errorf("error %v", err)
		}
		p.expect(closing(1001, ""))
		p.expectEnd()
		if conn.State() != wire.StateAborted {
			t.Errorf("state %v", conn.State())
		}
	})
}

// The peer does not read either, and a writer fills the connection.
func TestCloseWithDeafPeer(t *testing.T) {
	noLeaks(t)
	bothRoles(t, config{closeTimeout: 50 * time.Millisecond}, func(t *testing.T, conn *Conn, _ *peer) {
		writing := inBackground(func() error { return conn.Write(testContext(t), Binary, make([]byte, 64<<20)) })
		untilHeld(t, &conn.framing) // until the writer is inside its frame, which never ends
		if err := awaitErr(t, inBackground(func() error { return conn.Close(1000, "") })); err == nil {
			t.Error("Close found an answer")
		}
		checkClosed(t, awaitErr(t, writing), 1006, false, nil)
	})
}

func TestCloseWhileSomebodyReads(t *testing.T) {
	noLeaks(t)
	bothRoles(t, config{}, func(t *testing.T, conn *Conn, p *peer) {
		messages := make(chan string, 10)
		reading := inBackground(func() error {
			for {
				_, data, err := conn.Read(testContext(t))
				if err != nil {
					return err
				}
				messages <- string(data)
			}
		})
		p.send(whole(wire.OpText, "before"))
		if got := <-messages; got != "before" {
			t.Fatalf("read %q", got)
		}
		untilHeld(t, &conn.reading) // else Close reads by itself, and drops what comes
		closing1 := inBackground(func() error { return conn.Close(3000, "why") })
		p.expect(closing(3000, "why"))
		p.send(whole(wire.OpText, "meanwhile"), closing(3000, "because"))
		if p.role == wire.RoleClient {
			p.expectEnd()
		}
		must(t, p.Close())
		must(t, awaitErr(t, closing1))
		checkClosed(t, awaitErr(t, reading), 3000, false, nil)
		close(messages)
		if got := <-messages; got != "meanwhile" {
			t.Errorf("read %q, want what came before the peer's Close", got)
		}
	})
}

func TestCloseManyTimes(t *testing.T) {
	noLeaks(t)
	bothRoles(t, config{}, func(t *testing.T, conn *Conn, p *peer) {
		var all sync.WaitGroup
		errs := make(chan error, 10)
		for range 10 {
			all.Go(func() { errs <- conn.Close(1000, "") })
		}
		p.expect(closing(1000, ""))
		p.send(closing(1000, ""))
		if p.role == wire.RoleClient {
			p.expectEnd() // one Close only
		}
		must(t, p.Close())
		all.Wait()
		for range 10 {
			must(t, <-errs)
		}
	})
}

func TestCrossingCloses(t *testing.T) {
	noLeaks(t)
	bothRoles(t, config{}, func(t *testing.T, conn *Conn, p *peer) {
		p.send(closing(1001, "theirs"))
		end := inBackground(func() error { return conn.Close(1000, "ours") })
		p.expect(closing(1000, "ours"))
		if p.role == wire.RoleClient {
			p.expectEnd() // no second Close as an answer
		}
		must(t, p.Close())
		must(t, awaitErr(t, end))
		_, _, err := conn.Read(testContext(t))
		checkClosed(t, err, 1001, false, nil) // RFC 6455 7.1.5: the code received
	})
}

// What may not be sent is refused, and the connection goes on.
func TestCloseRefuses(t *testing.T) {
	noLeaks(t)
	bothRoles(t, config{}, func(t *testing.T, conn *Conn, p *peer) {
		for _, tt := range []struct {
			code   wire.StatusCode
			reason string
			rule   *wire.Rule
		}{
			{1006, "", wire.RuleCloseCode1006},
			{1015, "", wire.RuleCloseCode1015},
			{0, "", wire.RuleCloseCodeUnused},
			{1005, "a reason", wire.RuleCloseCode1005},
			{1000, strings.Repeat("x", 124), wire.RuleControlLength},
			{1000, "\xff", wire.RuleCloseReason},
		} {
			var v *wire.Violation
			if err := conn.Close(tt.code, tt.reason); !errors.As(err, &v) || v.Rule != tt.rule {
				t.Errorf("Close(%d, %q): %v, want %s", tt.code, tt.reason, err, tt.rule.ID)
			}
		}
		must(t, conn.Write(testContext(t), Text, []byte("still here")))
		p.expect(whole(wire.OpText, "still here"))
	})
}

// A Close goes out between the fragments of a message that is being sent.
func TestCloseInsideAMessage(t *testing.T) {
	noLeaks(t)
	bothRoles(t, config{}, func(t *testing.T, conn *Conn, p *peer) {
		w, err := conn.NextWriter(testContext(t), Binary)
		must(t, err)
		_, err = w.Write(make([]byte, fragment))
		must(t, err)
		p.expect(part(wire.OpBinary, string(make([]byte, fragment))))
		end := inBackground(func() error { return conn.Close(1000, "") })
		p.expect(closing(1000, ""))
		if _, err := w.Write(make([]byte, fragment)); !errors.Is(err, wire.ErrCloseSent) {
			t.Errorf("Write behind the Close: %v", err)
		}
		p.send(closing(1000, ""))
		must(t, p.Close())
		must(t, awaitErr(t, end))
	})
}

func TestCloseNow(t *testing.T) {
	noLeaks(t)
	bothRoles(t, config{}, func(t *testing.T, conn *Conn, p *peer) {
		reading := inBackground(func() error { _, _, err := conn.Read(testContext(t)); return err })
		conn.CloseNow()
		conn.CloseNow()
		checkClosed(t, awaitErr(t, reading), 1006, false, nil)
		p.expectEnd() // no Close frame
		for what, err := range map[string]error{
			"Write": conn.Write(testContext(t), Text, nil),
			"Ping":  func() error { _, err := conn.Ping(testContext(t)); return err }(),
		} {
			checkClosed(t, err, 1006, false, nil)
			if !strings.Contains(err.Error(), "closed from this side") {
				t.Errorf("%s: %v", what, err)
			}
		}
		select {
		case <-conn.Done():
		default:
			t.Error("not done")
		}
	})
}

func TestCloseError(t *testing.T) {
	noLeaks(t)
	for _, tt := range []struct {
		err  *CloseError
		want string
	}{
		{&CloseError{Code: 1001, Reason: "bye", Remote: true}, `closed by the peer: 1001 (going away) "bye"`},
		{&CloseError{Code: 1000}, `closed from this side: 1000 (normal closure)`},
		{&CloseError{Code: 1002, Err: wire.RuleOpcode.Violation("opcode 3")}, `connection failed with 1002 (protocol error): opcode 3 (RFC 6455 5.2)`},
		{&CloseError{Code: 1006, Err: errors.New("reset")}, `connection lost: reset`},
	} {
		if got := tt.err.Error(); got != tt.want {
			t.Errorf("%q, want %q", got, tt.want)
		}
	}
	if CloseStatus(errors.New("other")) != 0 || IsNormalClose(nil) {
		t.Error("an error that is no CloseError has a status")
	}
}

// What came before the peer's Close is a Messages loop's, also when Close read it
// while the loop's body was at work.
func TestCloseBesideALoop(t *testing.T) {
	noLeaks(t)
	for _, tt := range []struct {
		name  string
		close func(conn *Conn) <-chan error // in the body, at the first message
	}{
		{"from another goroutine", func(conn *Conn) <-chan error {
			return inBackground(func() error { return conn.Close(1000, "") })
		}},
		{"from the body", func(conn *Conn) <-chan error {
			ended := make(chan error, 1)
			ended <- conn.Close(1000, "")
			return ended
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			bothRoles(t, config{}, func(t *testing.T, conn *Conn, p *peer) {
				var got []string
				looping := inBackground(func() error {
					for message, err := range conn.Messages(testContext(t)) {
						if err != nil {
							return err
						}
						got = append(got, string(message.Data))
						if len(got) == 1 {
							closed := tt.close(conn)
							<-conn.Done() // the body takes longer than the closing
							if err := <-closed; err != nil {
								return err
							}
						}
					}
					return nil
				})
				p.send(whole(wire.OpText, "first"))
				p.expect(closing(1000, ""))
				p.send(whole(wire.OpText, "pong"), part(wire.OpBinary, "in "), whole(wire.OpContinuation, "pieces"),
					whole(wire.OpText, ""), closing(1000, ""))
				if p.role == wire.RoleClient {
					p.expectEnd()
				}
				must(t, p.Close())
				must(t, awaitErr(t, looping))
				if diff := cmp.Diff([]string{"first", "pong", "in pieces", ""}, got); diff != "" {
					t.Errorf("the loop gave (-want +got)\n%s", diff)
				}
				_, _, err := conn.Read(testContext(t))
				checkClosed(t, err, 1000, false, nil)
			})
		})
	}
}

// What is kept has a bound, and no gap.
func TestClosingMessages(t *testing.T) {
	noLeaks(t)
	var kept closingMessages
	if kept.wanted() {
		t.Error("wanted without a loop")
	}
	kept.loops.Add(1)
	kept.put(nil, Message{Data: []byte("one")})
	kept.put(nil, Message{Data: make([]byte, maxClosingOctets)})
	if kept.wanted() {
		t.Error("wanted behind a message that was dropped")
	}
	if m, ok := kept.take(nil); !ok || string(m.Data) != "one" {
		t.Errorf("kept %q %v", m.Data, ok)
	}
	if m, ok := kept.take(nil); ok {
		t.Errorf("kept %d octets beyond the bound", len(m.Data))
	}
}
