package network

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/wsspec/wsspec/conformance/stream"
)

// A ReplayVerdict says what came of a finding that was played again.
type ReplayVerdict string

// The verdicts of a replay.
const (
	Reproduced ReplayVerdict = "reproduced"
	Changed    ReplayVerdict = "changed"
	Gone       ReplayVerdict = "gone"
	Unchecked  ReplayVerdict = "unchecked"
)

// A Replayed is what came of a finding that was played again.
type Replayed struct {
	Verdict ReplayVerdict
	// Why says it in a sentence, Plays what each play did.
	Why   string
	Plays []string
}

// Replay plays the script of a finding so many times. The error says that there was no
// connection although the finding is no crash, and what came before it is in the result. A
// disagreement is played on the other servers too, in the order that they had.
func Replay(ctx context.Context, peer Peer, f *Finding, times int, d stream.Deadlines, also ...Another) (r Replayed, err error) {
	r.Verdict = Unchecked
	if f.Class == Leak {
		r.Why = fmt.Sprintf("a %s does not show in one play; wsspec fuzz looks for it", f.Class)
		return r, nil
	}
	if f.Class == Inconsistency && times < 2 {
		r.Why = fmt.Sprintf("an %s does not show in one play; --times 5 plays five", f.Class)
		return r, nil
	}
	p := newPlayer(peer)
	p.patience = full(d)
	if out := p.play(ctx, &Script{}); out.lost != nil {
		r.Why = strings.TrimSuffix(peer.gone(), " any more")
		return r, out.lost
	}
	if server, is := peer.(*Server); is && f.Class == Disagreement {
		name := "the server"
		if len(f.Peers) > 0 {
			name = f.Peers[0].Name
		}
		r.disagreement(ctx, append([]Another{{name, server}}, also...), f, times, p.patience)
		return r, nil
	}
	if f.Class == Liveness {
		r.stalls(ctx, peer, p, f, times)
		return r, nil
	}
	same, other := 0, ""
	var outcomes []outcome
	for i := range times {
		out := p.play(ctx, f.Script)
		lost := out.lost
		if lost == nil && f.Class == Crash {
			lost = p.play(ctx, &Script{}).lost
		}
		if ctx.Err() != nil {
			return r, nil
		}
		said := "nothing wrong"
		switch {
		case lost != nil && !isUnreachable(lost):
			return r, lost
		case lost != nil:
			said = peer.gone()
			if f.Class == Crash {
				same = times
			} else {
				other = said
			}
		case f.Class == Inconsistency:
			outcomes, said = append(outcomes, out), out.says()
		case out.wrong != nil:
			said = string(out.wrong.class) + ": " + out.wrong.why
			if out.wrong.class == f.Class && out.wrong.requirement == f.Requirement {
				same++
			} else {
				other = said
			}
		}
		r.Plays = append(r.Plays, fmt.Sprintf("play %d: %s", i+1, said))
		if lost != nil {
			break
		}
	}
	switch d := differ(outcomes...); {
	case d != nil:
		r.Verdict, r.Why = Reproduced, d.why
	case len(outcomes) > 0 && outcomes[0].wrong != nil:
		r.Verdict, r.Why = Changed, "the plays do not differ any more: "+outcomes[0].says()
	case len(outcomes) > 0:
		r.Verdict, r.Why = Gone, fmt.Sprintf("%d plays do not differ", len(outcomes))
	case same > 0:
		r.Verdict, r.Why = Reproduced, fmt.Sprintf("%s in %d of %d plays", f.Class, min(same, len(r.Plays)), len(r.Plays))
	case other != "":
		r.Verdict, r.Why = Changed, "it was "+string(f.Class)+", and is now "+other
	default:
		r.Verdict, r.Why = Gone, fmt.Sprintf("nothing wrong in %d plays", len(r.Plays))
	}
	return r, nil
}

// stalls plays a script that made others wait.
func (r *Replayed) stalls(ctx context.Context, peer Peer, p *player, f *Finding, times int) {
	other := newPlayer(peer)
	other.patience = p.patience
	b, ok := blocks(ctx, p, other, f.Script, times)
	switch {
	case ctx.Err() != nil:
	case !ok:
		r.Why = "the peer does not answer pings on another connection, so that nobody knows how long they take"
	case b.certain():
		r.Verdict, r.Why = Reproduced, b.why()
	default:
		r.Verdict, r.Why = Gone, fmt.Sprintf("a ping on another connection took %s at least once in %d plays, and that is not long", b.with.Round(time.Millisecond), times)
	}
}
