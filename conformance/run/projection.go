package run

import (
	"fmt"
	"strings"
	"time"

	"github.com/wsspec/wsspec/conformance/judge"
	"github.com/wsspec/wsspec/conformance/project"
	"github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/ref/wire"
)

// A projection says as what cases are played with peers that do not send messages back.
type projection struct {
	noEcho bool
	ask    *script.Question
	// dialogue, if set, is what is said first.
	dialogue *script.Dialogue
	// closesWith is [Options.ClosesWith].
	closesWith wire.StatusCode
}

// judgesTheCode is the case that fails a server which ends the connection with 1002 on any
// message: one short text, as plain as can be. The others would say no more.
const judgesTheCode = "1.1.2"

// of returns the case as it is played. One that is projected already is played as it is.
func (p projection) of(c *script.Case) *script.Case {
	if c.Script.Application != nil {
		return c
	}
	out := p.projected(c)
	if p.closesWith != wire.StatusProtocolError || out.Script.Application == nil || c.ID == judgesTheCode {
		return out
	}
	known, application := *out, *out.Script.Application
	application.ProtocolError = true
	known.Script.Application = &application
	return &known
}

func (p projection) projected(c *script.Case) *script.Case {
	switch {
	case p.ask != nil:
		return project.Greeted(project.Ask(c, p.ask), p.dialogue)
	case p.noEcho, p.dialogue != nil:
		return project.Greeted(project.NoEcho(c), p.dialogue)
	}
	return c
}

// apply plays a case as it is projected. The result names the case of the catalogue.
func (p projection) apply(c *script.Case, play func(*script.Case) Result) Result {
	played := p.of(c)
	res := play(played)
	if played != c {
		res.Case, res.Judged = c, played
	}
	return res
}

func (o *Options) projection() projection {
	return projection{o.NoEcho, o.Ask, o.Dialogue, o.ClosesWith}
}

// promptly is the most time after which an end of the connection is compared with another
// connection. An end that comes later may come because of the time.
const promptly = time.Second

// asProjected plays a case with a server as it is projected, and compares.
func (o *Options) asProjected(c *script.Case, play func(*script.Case) Result) Result {
	return compared(o.projection().apply(c, play), play)
}

// compared compares a result with another connection, if the peer ended the first one by
// itself: play sends the same messages in the plainest form. A peer that keeps that one has
// not ended the first because of what the messages say, but because of how they came: it
// fails.
func compared(res Result, play func(*script.Case) Result) Result {
	if res.declined == 0 || res.declined > promptly {
		return res
	}
	plain := project.Plain(res.Judged)
	if plain == nil {
		return res
	}
	if other := play(plain); other.Verdict != verdict.Pass {
		return res
	}
	how := strings.TrimPrefix(res.Explanation, "Not judged: ")
	how, _, _ = strings.Cut(how, " when ")
	res.FirstWrong, res.proven = res.endsAt, false
	res.Verdict, res.Behavior, res.Close = verdict.Fail, verdict.Failed, verdict.CloseFailed
	res.Explanation = judge.SentenceCase(fmt.Sprintf("%s, and keeps it when the same messages come in the plainest form: each as one frame, not compressed, in one write.", how))
	return res
}
