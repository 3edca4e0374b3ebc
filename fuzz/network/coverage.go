package network

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"maps"
	"slices"
	"time"
)

// Coverage is what the process of a peer had run of its program when it ended.
type Coverage struct {
	// Run has the blocks that it had run, by name, and the number of statements of each.
	Run map[string]int
	// Statements counts those of all blocks of the program, run or not.
	Statements int
}

// What bounds the time for coverage. There is a reading behind a round, and then behind twice as
// many rounds as before if the last one brought no script. The search for the scripts that
// brought new blocks has so many readings. In a campaign that has a time, readings have a part of
// it, beside some seconds: a server may need long to start.
const (
	mostBetween     = 16 // rounds
	mostReadings    = 40
	longestCovering = 10 * time.Second
	coveringPart    = 3 // one of so many parts
)

// A guide knows which blocks of its program the peer has run. It keeps scripts that make it run
// others.
type guide struct {
	// run are the blocks that were run, with their statements, of so many statements.
	run        map[string]int
	statements int
	// known are the blocks that keep no script: a script of the pool runs them, or it is not known
	// which script did.
	known map[string]bool
	// pooled are the scripts of the pool, batch those that were played since the last reading.
	pooled map[*Script]bool
	batch  []*Script
	// rounds is how many rounds there were since the last reading, between how many there have to
	// be, readings how many the search may still have.
	rounds, between, readings int
	spent                     time.Duration
	kept                      int
}

// newGuide is the guide of a campaign with coverage.
func newGuide(pool []*Script) *guide {
	g := &guide{run: make(map[string]int), known: make(map[string]bool), pooled: make(map[*Script]bool), between: 1}
	for _, s := range pool {
		g.pooled[s] = true
	}
	return g
}

// played takes a script that was played and did nothing wrong. Kept says that it went into the pool.
func (g *guide) played(s *Script, kept bool) {
	if g == nil {
		return
	}
	if kept {
		g.pooled[s] = true
	}
	g.batch = append(g.batch, s)
}

// beginGuide reads what the peer runs before any script of the campaign.
func (c *campaign) beginGuide(ctx context.Context) error {
	if c.Coverage == nil {
		return nil
	}
	c.guide = newGuide(c.pool)
	run, err := c.readCoverage(ctx)
	c.guide.know(run)
	return err
}

// readCoverage ends the process of the peer, which starts again, and returns the blocks that it
// had run. There is no guide behind it if there is no coverage any more.
func (c *campaign) readCoverage(ctx context.Context) (map[string]int, error) {
	began := time.Now()
	read, err := c.Coverage(ctx)
	c.samples = nil // those of a process that is gone
	if err != nil || read == nil {
		c.guide = nil
		return nil, err
	}
	g := c.guide
	g.spent += time.Since(began)
	maps.Copy(g.run, read.Run)
	g.statements = read.Statements
	return read.Run, nil
}

// know takes blocks for known.
func (g *guide) know(blocks map[string]int) {
	if g != nil {
		for name := range blocks {
			g.known[name] = true
		}
	}
}

// news are the blocks that are not known.
func (g *guide) news(blocks map[string]int) map[string]int {
	out := make(map[string]int)
	for name, statements := range blocks {
		if !g.known[name] {
			out[name] = statements
		}
	}
	return out
}

// due reports whether coverage is read behind a round.
func (c *campaign) due() bool {
	g := c.guide
	if g == nil {
		return false
	}
	g.rounds++
	return g.rounds >= g.between && c.mayCover()
}

// mayCover reports whether there is time for coverage.
func (c *campaign) mayCover() bool {
	return c.For == 0 || c.guide.spent <= longestCovering+time.Since(c.began)/coveringPart && !c.late()
}

// cover reads the coverage of the scripts since the last reading, and keeps those that brought
// new blocks. No script is under way meanwhile.
func (c *campaign) cover(ctx context.Context, f *fleet) error {
	g := c.guide
	if g == nil || g.rounds == 0 || ctx.Err() != nil {
		return nil
	}
	c.canary.end() // its connection would be lost
	defer func() { c.canary = c.newCanary(ctx) }()
	batch, before := g.batch, g.kept
	g.batch, g.rounds, g.readings = nil, 0, mostReadings
	run, err := c.readCoverage(ctx)
	if err != nil || c.guide == nil || c.First && c.progress.Failures > 0 { // nobody waits for a search
		return err
	}
	if err := c.search(ctx, f, batch, g.news(run)); err != nil {
		return err
	}
	if g.between = min(2*g.between, mostBetween); g.kept > before {
		g.between = 1
	}
	return nil
}

// search plays scripts once more, and looks for those that run the blocks: first those of the
// pool, which keep no others. If the search comes to its end, all of these blocks are known.
func (c *campaign) search(ctx context.Context, f *fleet, scripts []*Script, blocks map[string]int) error {
	if len(blocks) == 0 {
		return nil
	}
	var pooled, others []*Script
	for _, s := range scripts {
		if c.guide.pooled[s] {
			pooled = append(pooled, s)
		} else {
			others = append(others, s)
		}
	}
	if len(pooled) > 0 {
		run, err := c.replayed(ctx, f, pooled)
		if err != nil || run == nil {
			return err
		}
		c.guide.know(run)
	}
	whole, err := c.attribute(ctx, f, others, c.guide.news(blocks))
	if err == nil && whole {
		c.guide.know(blocks)
	}
	return err
}

// attribute plays scripts once more. If they run some of the blocks, it does the same with each
// half of them, down to a script that runs one of them when it is played alone. This one is kept.
// It is not whole if the search had to end before.
func (c *campaign) attribute(ctx context.Context, f *fleet, scripts []*Script, blocks map[string]int) (whole bool, err error) {
	switch {
	case len(blocks) == 0 || len(scripts) == 0:
		return true, nil
	case c.guide.readings == 0 || !c.mayCover():
		return false, nil
	}
	c.guide.readings--
	run, err := c.replayed(ctx, f, scripts)
	if err != nil || run == nil {
		return false, err
	}
	blocks = maps.Clone(blocks)
	maps.DeleteFunc(blocks, func(name string, _ int) bool { _, runs := run[name]; return !runs })
	switch {
	case len(blocks) == 0:
		return true, nil
	case len(scripts) == 1:
		return true, c.keepFor(scripts[0], blocks)
	}
	whole = true
	for _, half := range [][]*Script{scripts[:len(scripts)/2], scripts[len(scripts)/2:]} {
		all, err := c.attribute(ctx, f, half, c.guide.news(blocks))
		if whole = whole && all; err != nil || c.guide == nil {
			return false, err
		}
	}
	return whole, nil
}

// replayed plays scripts, and returns the blocks that they and the start of the peer run: none if
// there is no coverage any more, or the peer crashed.
func (c *campaign) replayed(ctx context.Context, f *fleet, scripts []*Script) (map[string]int, error) {
	began := time.Now()
	r := &round{first: c.begun, scripts: scripts, patience: c.brief()}
	f.begin(r)
	<-r.done
	c.guide.spent += time.Since(began)
	if ctx.Err() != nil {
		return nil, nil
	}
	if f.lost.Load() {
		f.lost.Store(false)
		return nil, c.crashed(ctx, c.examiner, r.first, scripts, r.outcomes)
	}
	return c.readCoverage(ctx)
}

// keepFor keeps a script that runs these blocks.
func (c *campaign) keepFor(s *Script, blocks map[string]int) error {
	c.guide.know(blocks)
	c.guide.pooled[s] = true
	if !c.intoPool(s, s.size()) {
		return nil
	}
	c.guide.kept++
	return c.Corpus.learnCoverage(s, blocks)
}

// coverageSignature begins the signature of a script that a corpus has for its coverage.
const coverageSignature = "coverage "

// signatureOf stands for blocks in the file of a script.
func signatureOf(blocks map[string]int) string {
	hash := sha256.New()
	for _, name := range slices.Sorted(maps.Keys(blocks)) {
		_, _ = io.WriteString(hash, name+"\n")
	}
	return coverageSignature + hex.EncodeToString(hash.Sum(nil)[:8])
}

// covered counts the statements that were run, and all.
func (g *guide) covered() (covered, statements int) {
	for _, n := range g.run {
		covered += n
	}
	return covered, g.statements
}
