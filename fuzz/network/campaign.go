package network

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/wsspec/wsspec/conformance/stream"
)

// Options say how a campaign runs. The zero value is ready for use.
type Options struct {
	// Seed decides which scripts are played. Campaigns with different seeds share no script
	// but those of the catalogue.
	Seed uint64
	// For is how long the campaign plays; zero means until its context ends. Findings are
	// confirmed and shrunk behind it.
	For time.Duration
	// MostScripts ends the campaign behind so many scripts; zero for no bound.
	MostScripts uint64
	// Parallel is how many scripts are under way at once; zero means 32.
	Parallel int
	// Deadlines are those of a play that confirms a finding; the zero value means
	// NewDeadlines(0, 0, 0).
	Deadlines stream.Deadlines
	// Seeds are played first, and changed later. Nil means [SeedsFor] the role of the peer.
	Seeds []*Script
	// MostCrashes ends the campaign; zero means 5.
	MostCrashes int
	// Revive, if set, is called when the peer takes no connection. It returns when the peer
	// does again, with the last words of the process before.
	Revive func(context.Context) (lastWords []string, err error)
	// Usage, if set, is what the process of the peer uses.
	Usage func() (Usage, bool)
	// Coverage, if set, ends the process of the peer in order, starts it again, and returns which
	// blocks of its program it had run. Scripts are then kept that make it run others. Nil means
	// that there is no coverage, and that it is not called again. The error ends the campaign.
	Coverage func(context.Context) (*Coverage, error)
	// Found, if set, is told of each finding, Progress of what was played, after each round.
	Found    func(*Finding)
	Progress func(Progress)
	// Shard and Shards: the campaign plays one of so many parts of the scripts, from 1. Zero
	// Shards means all scripts.
	Shard, Shards uint64
	// Corpus, if set, gives more seeds, and gets the scripts that open a new course.
	Corpus *Corpus
	// Also are other servers on which each script is played as well. Name is what the one under
	// test is called beside them.
	Name string
	Also []Another
	// First ends the campaign behind its first finding that is no warning.
	First bool

	// lagging measures how late timers are, until it is stopped.
	lagging func(context.Context) (stop func() time.Duration)
}

// Progress counts what a campaign has done.
type Progress struct {
	// Scripts is how many scripts were played, Courses how many different courses they took,
	// Pool how many scripts are kept to be changed.
	Scripts       uint64
	Courses, Pool int
	PerSecond     float64
	// Covered is how many statements of its program the peer has run, of so many Statements: 0 if
	// there is no coverage. KeptForCoverage counts the scripts of the pool that are there for them.
	Covered, Statements, KeptForCoverage int
	Elapsed                              time.Duration
	// Findings counts those that came in each play, by class, and Flaky the others. Failures
	// counts those that are no warnings. Again is how often a kind was seen that is known
	// already.
	Findings               map[Class]int
	Flaky, Failures, Again int
	// Unconfirmed counts scripts that went wrong once and not again, Unexamined those that were
	// not played again because the time was over.
	Unconfirmed, Unexamined int
	// Crashes is how often the peer took no connection any more.
	Crashes int
}

// roundSize is how many scripts are made from one state of the pool, at most, and
// firstRound how many at first, so that what fails at once is found at once.
const (
	roundSize  = 512
	firstRound = 64
)

// mostOfKind is how many findings of a kind are shrunk. Further ones are only counted.
const mostOfKind = 3

// mostPool bounds the scripts that are kept, and mostPooled their octets.
const (
	mostPool   = 20_000
	mostPooled = 32 << 20
)

// A campaign is what one run of the fuzzer knows.
type campaign struct {
	Options
	peer     Peer
	began    time.Time
	pool     []*Script
	pooled   int // octets
	courses  map[string]bool
	kinds    map[string]int
	known    map[string]bool
	progress Progress
	slowest  time.Duration
	samples  []sample
	leaks    map[string]bool
	canary   *canary
	guide    *guide // nil if there is no coverage
	// searched is the time spent in vain on scripts that may have made others wait.
	searched time.Duration
	// begun counts the scripts of all rounds that have begun.
	begun uint64
	// examiner plays the scripts that are examined. The confirmers play one again, all at once.
	examiner   *player
	confirmers [confirming]*player
}

// ErrGone says that the peer takes no connection any more.
var ErrGone = errors.New("the peer takes no connection any more")

// Run plays scripts on a peer until the time is over, and returns what it did. The error is
// [ErrGone], that of Revive, or an error of this machine; findings are told to Found before.
func Run(ctx context.Context, peer Peer, o Options) (Progress, error) {
	if o.Parallel <= 0 {
		o.Parallel = 32
	}
	if o.MostCrashes <= 0 {
		o.MostCrashes = 5
	}
	if o.Deadlines == (stream.Deadlines{}) {
		o.Deadlines = stream.NewDeadlines(0, 0, 0)
	}
	if o.lagging == nil {
		o.lagging = lagging
	}
	if o.Seeds == nil {
		o.Seeds = SeedsFor(peer.Role())
	}
	o.Seeds = o.Corpus.behind(o.Seeds)
	c := &campaign{Options: o, peer: peer, began: time.Now(), courses: map[string]bool{}, kinds: map[string]int{}, known: map[string]bool{}, leaks: map[string]bool{}}
	c.progress.Findings = map[Class]int{}
	c.pool = append([]*Script{{}}, o.Seeds...)
	err := c.run(ctx)
	c.report()
	return c.progress, err
}

// over reports whether no further round begins.
func (c *campaign) over(ctx context.Context) bool {
	p := &c.progress
	return ctx.Err() != nil || c.For > 0 && time.Since(c.began) > c.For || c.MostScripts > 0 && c.begun >= c.MostScripts ||
		p.Crashes >= c.MostCrashes || c.First && p.Failures > 0
}

// lingering is how long behind its end a campaign still looks into what went wrong.
const lingering = 30 * time.Second

// late reports whether the campaign has stopped looking into what went wrong.
func (c *campaign) late() bool { return c.For > 0 && time.Since(c.began) > c.For+lingering }

func (c *campaign) run(ctx context.Context) error {
	players := make([]*player, c.Parallel)
	for i := range players {
		players[i] = newPlayer(c.peer)
		for _, a := range c.Also {
			players[i].others = append(players[i].others, newPlayer(a.Peer))
		}
	}
	for i := range c.confirmers {
		c.confirmers[i] = newPlayer(c.peer)
	}
	c.examiner = newPlayer(c.peer)
	if err := c.reach(ctx, c.examiner); err != nil {
		return err
	}
	if err := c.reachOthers(ctx); err != nil {
		return err
	}
	if err := c.beginGuide(ctx); err != nil {
		return err
	}
	c.canary = c.newCanary(ctx)
	defer func() { c.canary.end() }()
	return c.rounds(ctx, players)
}

// reach plays an empty script, so that a peer that cannot be tested is told from one with
// faults.
func (c *campaign) reach(ctx context.Context, p *player) error {
	p.patience = full(c.Deadlines)
	out := p.play(ctx, &Script{})
	if err := c.lookAtRequests(ctx, p, &out); err != nil {
		return err
	}
	switch {
	case out.lost != nil:
		return out.lost
	case out.wrong != nil && !out.opened:
		return fmt.Errorf("a plain opening handshake fails: %s", out.wrong.why)
	case out.stopped != "":
		return fmt.Errorf("the dialogue %s stopped: %s", c.peer.application().Dialogue.Name, out.stopped)
	}
	c.slowest = out.elapsed
	return ctx.Err()
}

// next makes the scripts of the round behind so many scripts: first the seeds as they are.
func (c *campaign) next(begun uint64) []*Script {
	size := min(roundSize, firstRound+begun)
	out := make([]*Script, 0, size)
	for played := begun; played < begun+size; played++ {
		i := c.number(played)
		if i < uint64(len(c.Seeds)) {
			out = append(out, c.Seeds[i])
			continue
		}
		g := generatorFor(c.Seed, i, c.pool)
		g.peer = c.peer.Role()
		out = append(out, g.script())
	}
	return out
}

// number is that of a script behind so many others of this campaign. The numbers of shards
// differ, and a script follows from its number.
func (c *campaign) number(played uint64) uint64 {
	if c.Shards == 0 {
		return played
	}
	return played*c.Shards + c.Shard - 1
}

// leastPause is the time between two writes in a play that only looks, and the least otherwise.
const leastPause = 2 * time.Millisecond

// full is the patience of a play that decides.
func full(d stream.Deadlines) patience {
	return patience{answer: d.Answer, pause: max(leastPause, d.Cut)}
}

// brief is the patience of a play that only looks: twenty times that of the slowest correct
// course, so that the rounds do not wait long for each fault. What fails is played again.
func (c *campaign) brief() patience {
	return patience{answer: min(c.Deadlines.Answer, max(250*time.Millisecond, 20*c.slowest)), pause: leastPause}
}

// playOne plays the script of that number, once more if its number says so, and on the other
// servers.
func (c *campaign) playOne(ctx context.Context, p *player, number uint64, s *Script) outcome {
	out := p.play(ctx, s)
	if out.lost == nil && number%playedTwice == 0 && out.fate != noFate {
		out.wavered = differ(out, p.play(ctx, s)) != nil
	}
	out.disagreed = out.wrong == nil && p.disagree(ctx, s, &out)
	return out
}

// learn keeps what was new, and looks into what was wrong.
func (c *campaign) learn(ctx context.Context, p *player, scripts []*Script, outcomes []outcome) error {
	first := c.progress.Scripts
	c.progress.Scripts += uint64(len(scripts))
	for i := range outcomes {
		o := &outcomes[i]
		if o.lost != nil && o.lost != errOver && ctx.Err() == nil {
			if !isUnreachable(o.lost) {
				return o.lost
			}
			return c.crashed(ctx, p, first, scripts, outcomes)
		}
	}
	for i := range outcomes {
		o := &outcomes[i]
		if err := c.keep(scripts[i], o); err != nil {
			return err
		}
		if !o.suspect() {
			if o.opened && o.elapsed < c.Deadlines.Answer/4 {
				c.slowest = max(c.slowest, o.elapsed)
			}
			continue
		}
		if ctx.Err() != nil {
			return nil
		}
		if err := c.lookInto(ctx, p, c.number(first+uint64(i)), scripts[i], o); err != nil {
			return err
		}
		if c.First && c.progress.Failures > 0 {
			return nil
		}
	}
	return nil
}

// keep keeps a script that opened a new course.
func (c *campaign) keep(s *Script, o *outcome) error {
	if o.course == "" {
		return nil
	}
	key := collapsed(o.course)
	isNew := !c.courses[key] && c.intoPool(s, s.size()+len(key))
	if isNew {
		c.courses[key] = true
	}
	if o.wrong != nil { // a finding has a file of its own
		return nil
	}
	c.guide.played(s, isNew)
	return c.Corpus.learn(s, isNew, key)
}

// intoPool adds a script of so many octets to the pool, if it has room.
func (c *campaign) intoPool(s *Script, size int) bool {
	if len(c.pool) >= mostPool || c.pooled+size > mostPooled {
		return false
	}
	c.pooled += size
	c.pool = append(c.pool, s)
	return true
}

// report tells how far the campaign is.
func (c *campaign) report() {
	p := &c.progress
	p.Courses, p.Pool, p.Elapsed = len(c.courses), len(c.pool), time.Since(c.began)
	if c.guide != nil {
		p.KeptForCoverage = c.guide.kept
		p.Covered, p.Statements = c.guide.covered()
	}
	p.PerSecond = float64(p.Scripts) / p.Elapsed.Seconds()
	if c.Progress != nil {
		c.Progress(*p)
	}
}
