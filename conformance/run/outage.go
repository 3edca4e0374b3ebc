package run

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/wsspec/wsspec/conformance/judge"
	"github.com/wsspec/wsspec/conformance/observed"
	"github.com/wsspec/wsspec/conformance/opening"
	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/ref/wire"
)

// DefaultWait is how long a run waits for a server that has stopped serving.
const DefaultWait = 5 * time.Second

// An OutageError says that the server stopped serving, and that no case could be named
// for it.
type OutageError struct {
	// Suspects are the ids of the cases that were under way.
	Suspects []string
	// Back says whether the server served again.
	Back bool
	// Waited is how long the run waited for that.
	Waited time.Duration
}

// Error says what happened, and what to do.
func (e *OutageError) Error() string {
	cases := strings.Join(e.Suspects, ", ")
	if e.Back {
		return fmt.Sprintf("the server stopped serving while these cases were under way: %s. None of them stops it when it is played alone", cases)
	}
	return fmt.Sprintf("the server stopped serving while these cases were under way: %s. It did not serve again within %s, so that the case that stops it could not be found; use --start COMMAND, a longer --wait, or --parallel 1", cases, judge.Seconds(e.Waited))
}

// guarded plays a case, and looks into it if the server has stopped serving. settled is
// false where the result is, or will be, entered by that.
func (r *serverRun) guarded(ctx context.Context, i, attempt int) (res Result, settled bool) {
	return r.watched(ctx, i, attempt, false)
}

// watched is [serverRun.guarded], beside an idle connection if that is asked for: if that
// one ends together with the case's, the server has stopped, even if another process
// serves at once in its place.
func (r *serverRun) watched(ctx context.Context, i, attempt int, beside bool) (res Result, settled bool) {
	for {
		v, why := r.health.enter(ctx, i, r.heavy(i))
		if v == nil {
			return notRun(r.cases[i], wire.RoleServer, why), true
		}
		stopped, unsure := false, false
		if beside {
			res, stopped, unsure = r.beside(ctx, i, attempt)
		} else {
			res = r.once(ctx, r.cases[i], attempt)
		}
		settled = r.health.leave(v, res)
		res.crowded = v.crowded
		if ctx.Err() != nil || !settled {
			return res, settled
		}
		stopped = stopped || res.refused || res.abrupt && !r.serves(ctx)
		if !stopped && !unsure && !(res.abrupt && r.health.endedTogether()) && !r.health.isMute() {
			return res, true
		}
		if r.lookInto(ctx, v, stopped) {
			return res, false
		}
	}
}

// dying is how long a connection to a server has to last to be a sign of life. A process
// that ends closes its sockets one after the other, and the machine takes connections for
// it until it has closed the last.
const dying = 20 * time.Millisecond

// serves reports whether the server takes a connection, and does not end it at once.
func (r *serverRun) serves(ctx context.Context) bool {
	d := r.opts.Deadlines
	d.Connect = max(d.Connect, r.opts.Wait) // a server that has stopped refuses at once
	conn, err := r.connect(ctx, r.target.ConnectTCP, d)
	if err != nil {
		return !opening.IsUnreachable(err)
	}
	_ = conn.SetReadDeadline(time.Now().Add(dying))
	_, err = conn.Read(make([]byte, 1))
	conn.Close()
	if err == nil || isTimeout(err) {
		return true
	}
	if conn, err = r.connect(ctx, r.target.ConnectTCP, d); err == nil {
		conn.Close()
	}
	return err == nil || !opening.IsUnreachable(err)
}

// lookInto finds the case that has stopped the server: it waits until the server serves
// again, and plays the suspects one at a time. stopped: it is known that the server did
// not serve for a moment. lookInto returns false if a search that this case is not part of
// was under way: the case is to be played again.
func (r *serverRun) lookInto(ctx context.Context, v *visit, stopped bool) bool {
	suspects, as := r.health.suspect(v)
	if as == searcher {
		r.health.resume(r.findCulprit(ctx, suspects, stopped))
	}
	return as != bystander
}

// findCulprit enters the results of the suspects, and returns why no further case can
// be played, or nothing.
func (r *serverRun) findCulprit(ctx context.Context, suspects []*visit, stopped bool) (gone string) {
	stopped = stopped || !r.serves(ctx)
	if stopped || r.health.isMute() {
		if back := r.revive(ctx); !back.ok {
			return r.neverBack(suspects, back)
		}
	} else {
		// These cases waited on a connection that still stood, and the server never stopped
		// serving: they did not stop it. The second round plays them again.
		suspects = slices.DeleteFunc(suspects, func(s *visit) bool {
			return s.result.Verdict == verdict.Fail && !s.result.abrupt && r.postpone(s.i, s.result)
		})
	}
	found := false
	var before *played // the suspect played last, which may have stopped the server late
	for n, s := range suspects {
		res, died := r.alone(ctx, s.i, 1)
		if res.refused && ctx.Err() == nil {
			// Nobody took the connection: this case did nothing.
			back := r.revive(ctx)
			if before != nil {
				found = true
				r.enterKiller(before.i, before.result, back)
			}
			if !back.ok {
				return r.neverBack(suspects[n:], back)
			}
			stopped = true
			res, died = r.alone(ctx, s.i, 1)
		}
		if !died {
			res, died = r.settled(ctx, s, res)
		}
		if ctx.Err() != nil {
			return ""
		}
		before = &played{s.i, res}
		if !died {
			r.list.enter(s.i, res)
			continue
		}
		found, before = true, nil
		back := r.revive(ctx)
		r.enterKiller(s.i, res, back)
		if !back.ok {
			return r.abandon(suspects[n+1:], r.cases[s.i].ID)
		}
	}
	if !found && stopped {
		r.outage = &OutageError{Suspects: r.ids(suspects), Back: true}
	}
	r.health.mu.Lock()
	r.health.calm = r.health.calm || !found && !stopped
	r.health.mu.Unlock()
	return ""
}

// A played is a case and the result of one play.
type played struct {
	i      int
	result Result
}

// settled plays a suspect that failed, and did not stop the server, once more.
func (r *serverRun) settled(ctx context.Context, s *visit, res Result) (Result, bool) {
	if res.Verdict != verdict.Fail {
		return res, false
	}
	second, died := r.alone(ctx, s.i, 2)
	switch {
	case died && (second.refused || second.mute):
		return res, true // the first play stopped it: the second got no connection
	case died:
		return second, true
	}
	return res.or(second), false
}

// neverBack enters the results where the server does not serve again. A single suspect
// is the case that stopped it.
func (r *serverRun) neverBack(suspects []*visit, back revival) (gone string) {
	acted := slices.DeleteFunc(slices.Clone(suspects), func(s *visit) bool { return s.result.refused })
	if len(acted) == 1 {
		s := acted[0]
		r.enterKiller(s.i, s.result, back)
		return r.abandon(slices.DeleteFunc(suspects, func(other *visit) bool { return other.i == s.i }), r.cases[s.i].ID)
	}
	r.outage = &OutageError{Suspects: r.ids(acted), Waited: back.after}
	for _, s := range suspects {
		res := notRun(r.cases[s.i], wire.RoleServer, fmt.Sprintf(
			"The server stopped serving while this case and %d others were under way, and did not serve again within %s.", max(len(acted)-1, 0), judge.Seconds(r.outage.Waited)))
		res.Started, res.Transcript = s.result.Started, s.result.Transcript // one of them shows what stopped it
		r.list.enter(s.i, res)
	}
	return "Not run: the server no longer served."
}

// abandon enters that cases cannot be played behind the one that stopped the server for
// good.
func (r *serverRun) abandon(rest []*visit, culprit string) (gone string) {
	gone = fmt.Sprintf("Not run: the server no longer served after case %s.", culprit)
	for _, s := range rest {
		r.list.enter(s.i, notRun(r.cases[s.i], wire.RoleServer, gone))
	}
	return gone
}

func (r *serverRun) ids(suspects []*visit) []string {
	var out []string
	for _, s := range suspects {
		out = append(out, r.cases[s.i].ID)
	}
	return out
}

// enterKiller enters the result of the case that stopped the server.
func (r *serverRun) enterKiller(i int, res Result, back revival) {
	r.mu.Lock()
	r.killers = append(r.killers, r.cases[i])
	r.mu.Unlock()
	r.list.enter(i, killer(res, back))
}

// killer is the result of the case that stopped the server. Its transcript is that of
// the play that did.
func killer(res Result, back revival) Result {
	res.Verdict, res.Behavior, res.Close, res.Flaky = verdict.Fail, verdict.Failed, verdict.CloseFailed, false
	after := judge.Seconds(back.after)
	if back.ok {
		res.Explanation = fmt.Sprintf("The server stopped serving after this case. It served again after %s.", after)
	} else {
		res.Explanation = fmt.Sprintf("The server stopped serving after this case, and did not serve again within %s.", after)
	}
	if len(back.lastWords) > 0 {
		res.Explanation += " " + back.lastWords[0]
	}
	for _, line := range back.lastWords {
		res.Transcript = append(res.Transcript, observed.Entry{At: time.Since(res.Started), Kind: observed.EntryNote, Text: line})
	}
	return res
}

// alone plays a case while no other is under way, and reports whether the server stopped
// serving: it takes no connection, or an idle one has ended together with the case's.
func (r *serverRun) alone(ctx context.Context, i, attempt int) (res Result, died bool) {
	res, died, unsure := r.beside(ctx, i, attempt)
	if unsure && r.revive(ctx).ok {
		res, died, _ = r.beside(ctx, i, attempt)
	}
	return res, ctx.Err() == nil && (died || !r.serves(ctx))
}

// beside plays a case beside an idle connection that has answered a ping, and reports
// whether that one has ended together with the case's. unsure: the idle connection did not
// come about, as while a server stops, and the case was not played.
func (r *serverRun) beside(ctx context.Context, i, attempt int) (res Result, together, unsure bool) {
	idle, err := opening.Idle(ctx, r.target, r.opts.Deadlines)
	watched := false
	if err == nil {
		defer idle.Close()
		watched = idle.Alive(r.deadlinesNow().Answer)
	} else if res = notPlayed(r.cases[i], wire.RoleServer, time.Now(), nil, err); res.abrupt {
		return res, false, true
	}
	res = r.once(ctx, r.cases[i], attempt)
	if res.mute && err == nil {
		// A server that serves one connection at a time has not even begun.
		idle.Close()
		return r.once(ctx, r.cases[i], attempt), false, false
	}
	return res, ctx.Err() == nil && res.abrupt && watched && !idle.Alive(r.deadlinesNow().Answer), false
}

// A revival says whether a server serves again, and after how long.
type revival struct {
	ok        bool
	after     time.Duration
	lastWords []string
}

// revive waits until the server answers a plain opening request again.
func (r *serverRun) revive(ctx context.Context) revival {
	began := time.Now()
	var out revival
	if r.opts.Revive != nil {
		words, err := r.opts.Revive(ctx)
		return revival{ok: err == nil, after: time.Since(began), lastWords: words}
	}
	answered := 0
	d := r.opts.Deadlines
	d.Handshake = min(d.Handshake, r.opts.Wait/4) // one connection that hangs is not all the wait
	for {
		_, err := opening.Probe(ctx, r.target, d)
		out.after = time.Since(began)
		if answered++; err != nil {
			answered = 0
		}
		switch {
		case answered == 2: // a process that is about to end may answer once more
			out.ok = true
			return out
		case ctx.Err() != nil, err != nil && out.after >= r.opts.Wait:
			return out
		}
		select {
		case <-ctx.Done():
		case <-time.After(50 * time.Millisecond):
		}
	}
}
