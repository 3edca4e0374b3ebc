package network

import (
	"context"
	"fmt"
	"strings"

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
// connection although the finding is no crash, and what came before it is in the result.
func Replay(ctx context.Context, peer Peer, f *Finding, times int, d stream.Deadlines) (r Replayed, err error) {
	r.Verdict = Unchecked
	if f.Class == Leak {
		r.Why = fmt.Sprintf("a %s does not show in one play; wsspec fuzz looks for it", f.Class)
		return r, nil
	}
	p := newPlayer(peer, f.Seed)
	p.patience = full(d)
	if out := p.play(ctx, &Script{}); out.lost != nil {
		r.Why = strings.TrimSuffix(peer.gone(), " any more")
		return r, out.lost
	}
	same, other := 0, ""
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
	switch {
	case same > 0:
		r.Verdict, r.Why = Reproduced, fmt.Sprintf("%s in %d of %d plays", f.Class, min(same, len(r.Plays)), len(r.Plays))
	case other != "":
		r.Verdict, r.Why = Changed, "it was "+string(f.Class)+", and is now "+other
	default:
		r.Verdict, r.Why = Gone, fmt.Sprintf("nothing wrong in %d plays", len(r.Plays))
	}
	return r, nil
}
