package project_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/wsspec/wsspec/conformance/catalog"
	"github.com/wsspec/wsspec/conformance/project"
	"github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/conformance/vary"
	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/ref/wire"
)

var (
	hello  = script.Text(script.Octets("hello"))
	octets = script.Binary(script.Octets("octets"))
	ping   = script.Ping(script.Octets("ping"))
	normal = script.Close(wire.StatusNormalClosure, "")
	closes = script.ClosedByHarness()
	fails  = script.FailedByPeer(wire.StatusProtocolError)
)

func send(frames ...script.Frame) script.Step { return script.Send{Frames: frames} }

func outcome(e script.Ending, events ...script.Expect) script.Outcome {
	return script.Outcome{Behavior: verdict.OK, Events: events, Ending: e}
}

// What a case without an echo does, and what it permits.
func TestNoEcho(t *testing.T) {
	for _, tt := range []struct {
		name     string
		script   script.Script
		steps    string
		outcomes string
	}{
		{"an echo: a ping behind it, and its pong",
			script.Script{Steps: []script.Step{send(hello)}, Outcomes: []script.Outcome{outcome(closes, script.Echo(hello))}},
			`send text "hello"; send ping "wsspec: still there? 0"`,
			`pong "wsspec: still there? 0"; then a clean close with 1000 that the harness starts`},
		{"pongs stay, and come before the last ping is sent, so that its pong stands for none of them",
			script.Script{Steps: []script.Step{send(hello, ping)}, Outcomes: []script.Outcome{outcome(closes, script.Echo(hello), script.PongFor(ping))}},
			`send text "hello"; ping "ping" (in one write); wait for pong "ping"; send ping "wsspec: still there? 0"`,
			`pong "ping", then pong "wsspec: still there? 0"; then a clean close with 1000 that the harness starts`},
		{"a case without messages is as it was",
			script.Script{Steps: []script.Step{send(ping)}, Outcomes: []script.Outcome{outcome(closes, script.PongFor(ping))}},
			`send ping "ping"`,
			`pong "ping"; then a clean close with 1000 that the harness starts`},
		{"what must be failed must be failed",
			script.Script{Steps: []script.Step{send(hello, hello.WithRSV(1))}, Outcomes: []script.Outcome{outcome(fails, script.Echo(hello)), outcome(fails)}},
			`send text "hello"; text "hello", RSV3 (in one write)`,
			`no message and no pong; then the peer fails the connection with 1002, or closes TCP | no message and no pong; then the peer fails the connection with 1002, or closes TCP`},
		{"an answer to Close stays, without a ping",
			script.Script{Steps: []script.Step{send(hello, normal)}, Outcomes: []script.Outcome{outcome(script.AnsweredByPeer(1000), script.MaybeEcho(hello))}},
			`send text "hello"; close 1000 (in one write)`,
			`no message and no pong; then the peer answers the Close with 1000`},
		{"a wait for an echo is a wait for a pong",
			script.Script{
				Steps:    []script.Step{send(hello), script.Await{Events: []script.Expect{script.Echo(hello)}}, send(octets)},
				Outcomes: []script.Outcome{outcome(closes, script.Echo(hello), script.Echo(octets))},
			},
			`send text "hello"; send ping "wsspec: still there? 1"; wait for pong "wsspec: still there? 1"; send binary "octets"; wait for pong "wsspec: still there? 1"; send ping "wsspec: still there? 0"`,
			`pong "wsspec: still there? 1", then pong "wsspec: still there? 0"; then a clean close with 1000 that the harness starts`},
		{"marks stay where they were",
			script.Script{Steps: []script.Step{send(hello), script.Settle{Name: "A"}}, Outcomes: []script.Outcome{outcome(closes, script.Echo(hello), script.Quiet("A"))}},
			`send text "hello"; give the peer a moment (mark A if it keeps the connection); send ping "wsspec: still there? 0"`,
			`the connection still open (mark A), then pong "wsspec: still there? 0"; then a clean close with 1000 that the harness starts`},
		{"an opened connection shows by a ping alone",
			script.Script{Opening: &script.Opening{}, Steps: []script.Step{send(hello)}, Outcomes: []script.Outcome{outcome(script.NotOpened(), script.Refused()), outcome(closes, script.Accepted(), script.Echo(hello))}},
			`send ping "wsspec: still there? 0"`,
			`an HTTP error; then no WebSocket connection | 101, then pong "wsspec: still there? 0"; then a clean close with 1000 that the harness starts`},
		{"also on another connection, which shows no greeting",
			script.Script{Opening: &script.Opening{Silent: true}, Steps: []script.Step{script.Connect{Keep: true}, send(hello)}, Outcomes: []script.Outcome{outcome(closes, script.Echo(hello))}},
			script.Connect{Keep: true}.String() + `; send ping "wsspec: still there? 0"`,
			`pong "wsspec: still there? 0"; then a clean close with 1000 that the harness starts`},
		{"a client that took a response which it has to reject shows by its pong",
			script.Script{Opening: &script.Opening{With: []script.Frame{hello, hello.WithRSV(1)}}, Steps: []script.Step{script.Watch{Name: "A"}}, Outcomes: []script.Outcome{outcome(fails)}},
			`in the same write ping "hello"; text "hello", RSV3; ` + script.Watch{Name: "A"}.String(),
			`no message and no pong; then the peer fails the connection with 1002, or closes TCP`},
		{"a message behind a response which it may take stays",
			script.Script{Opening: &script.Opening{With: []script.Frame{hello}}, Outcomes: []script.Outcome{outcome(fails), outcome(closes, script.Echo(hello))}},
			`in the same write text "hello"; send ping "wsspec: still there? 0"`,
			`no message and no pong; then the peer fails the connection with 1002, or closes TCP | pong "wsspec: still there? 0"; then a clean close with 1000 that the harness starts`},
	} {
		c := &script.Case{ID: "x", Script: tt.script}
		got := project.NoEcho(c)
		var steps, outcomes []string
		if o := got.Script.Opening; o != nil && len(o.With) > 0 {
			var with []string
			for _, f := range o.With {
				with = append(with, f.String())
			}
			steps = append(steps, "in the same write "+strings.Join(with, "; "))
		}
		for _, s := range got.Script.Steps {
			steps = append(steps, s.String())
		}
		for _, o := range got.Script.Outcomes {
			outcomes = append(outcomes, o.String())
		}
		if diff := cmp.Diff(tt.steps, strings.Join(steps, "; ")); diff != "" {
			t.Errorf("%s: steps (-want +got):\n%s", tt.name, diff)
		}
		if diff := cmp.Diff(tt.outcomes, strings.Join(outcomes, " | ")); diff != "" {
			t.Errorf("%s: outcomes (-want +got):\n%s", tt.name, diff)
		}
	}
}

// No case of the catalogue, and no variant of one, expects a message without an echo. All
// else that it expects stays, and the case itself does not change.
func TestNoEchoOfTheCatalogue(t *testing.T) {
	cases := slices.Clone(catalog.Cases())
	for _, c := range vary.Select(catalog.Cases(), wire.RoleServer, vary.Covering) {
		if v, err := vary.Make(c.Of, wire.RoleServer, c.Shape); err == nil {
			cases = append(cases, v.Case)
		}
	}
	for _, c := range cases {
		before := fmt.Sprint(c.Script.Sentences(), c.Script.Outcomes)
		got := project.NoEcho(c)
		if after := fmt.Sprint(c.Script.Sentences(), c.Script.Outcomes); after != before {
			t.Fatalf("%s has changed: %s", c.ID, after)
		}
		if got.ID != c.ID || len(got.Script.Outcomes) != len(c.Script.Outcomes) || project.NoEcho(got) != got {
			t.Errorf("%s: the id, the number of outcomes, or a second projection differs", c.ID)
		}
		for i, o := range got.Script.Outcomes {
			was := c.Script.Outcomes[i]
			if o.Ending.String() != was.Ending.String() || o.Behavior != was.Behavior {
				t.Errorf("%s: outcome %d is %s, and was %s", c.ID, i, o, was)
			}
			for _, e := range o.Events {
				if strings.Contains(e.String(), " message ") {
					t.Errorf("%s: outcome %d expects %s", c.ID, i, e)
				}
			}
		}
		if got.Script.NeedsEcho() && !slices.ContainsFunc(got.Script.Steps, func(s script.Step) bool { _, ok := s.(script.Exchange); return ok }) {
			t.Errorf("%s still needs an echo", c.ID)
		}
	}
}

// The plainest form of a case has its messages as single frames; where the case has them
// so itself, there is none.
func TestPlain(t *testing.T) {
	for id, want := range map[string]string{
		"1.1.2": "", "2.1": "", "3.2": "", "6.4.1": "", "rfc6455/4.2.1/1": "",
		"5.3": `send text "fragment1fragment2"; send ping "wsspec: still there? 0"; wait for pong "wsspec: still there? 0"; ` +
			`wait for the peer to fail the connection (mark kept once if it does not); wait for the peer to fail the connection (mark kept twice if it does not); ` +
			`send ping "wsspec: still there? 1"`,
		"12.1.1": "", "12.1.1+after@empty": "", // the messages of an exchange are not known here
	} {
		got := ""
		c := catalog.ByID(id)
		if base, shape, varied := vary.CutID(id); varied {
			v, err := vary.Make(catalog.ByID(base), wire.RoleServer, shape)
			if err != nil {
				t.Fatal(err)
			}
			c = v.Case
		}
		if p := project.Plain(project.NoEcho(c)); p != nil {
			var steps []string
			for _, s := range p.Script.Steps {
				steps = append(steps, s.String())
			}
			got = strings.Join(steps, "; ")
		}
		if got != want {
			t.Errorf("%s: %q, want %q", id, got, want)
		}
	}
}

// With which codes an application may end the connection by itself.
func TestApplicationDeclines(t *testing.T) {
	for _, tt := range []struct {
		sent      script.Application
		may, must []wire.StatusCode
	}{
		{script.Application{}, []wire.StatusCode{1000, 1001, 1005, 1008, 1011, 1012, 1013, 3000, 4408, 4999}, []wire.StatusCode{1002, 1003, 1007, 1009, 1010, 1014, 2000, 5000}},
		{script.Application{Text: true, Longest: 4096}, []wire.StatusCode{1000, 1003, 1007, 4000}, []wire.StatusCode{1002, 1009}},
		{script.Application{Text: true, ProtocolError: true}, []wire.StatusCode{1002}, []wire.StatusCode{1009}},
		{script.Application{ProtocolError: true}, nil, []wire.StatusCode{1002}},
		{script.Application{Binary: true, Longest: 4097}, []wire.StatusCode{1003, 1009}, []wire.StatusCode{1002, 1007}},
	} {
		for _, code := range tt.may {
			if !tt.sent.Declines(code) {
				t.Errorf("%+v: %d is no code of an application's", tt.sent, code)
			}
		}
		for _, code := range tt.must {
			if tt.sent.Declines(code) {
				t.Errorf("%+v: %d is a code of an application's", tt.sent, code)
			}
		}
	}
}

// A dialogue comes before the steps of a case, and leaves a case about the opening handshake
// as it is.
func TestGreeted(t *testing.T) {
	d := &script.Dialogue{Name: "chat", Greeting: []script.Turn{{Send: &hello}}}
	c := &script.Case{ID: "x", Script: script.Script{Steps: []script.Step{send(hello)}, Outcomes: []script.Outcome{outcome(closes, script.Echo(hello))}}}
	plain := project.NoEcho(c)
	greeted := project.Greeted(plain, d)
	want := append([]string{"greet the application as chat has it: send text \"hello\""}, plain.Script.Sentences()...)
	if diff := cmp.Diff(want, greeted.Script.Sentences()); diff != "" {
		t.Error(diff)
	}
	if plain.Script.Application.Dialogue != nil || project.Plain(greeted) != nil {
		t.Error("the case that was given has changed, or a plain case is made plainer")
	}
	if project.Greeted(c, d) != c {
		t.Error("a case that expects echoes is greeted")
	}
	c.Script.Opening = &script.Opening{}
	if opens := project.NoEcho(c); project.Greeted(opens, d) != opens {
		t.Error("a case about the opening handshake is greeted")
	}
}
