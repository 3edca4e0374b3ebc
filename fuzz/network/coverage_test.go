package network

import (
	"context"
	"errors"
	"maps"
	"slices"
	"sync"
	"testing"

	"github.com/wsspec/wsspec/ref/wire"
)

// A traced peer refuses each connection in the same words, and notes which blocks it runs.
type traced struct {
	hasty
	// blocks are those that a script has it run, in a process that has had so many connections.
	blocks func(s *Script) []string
	mu     sync.Mutex
	run    map[string]int
	// starts counts the readings.
	starts int
}

func (p *traced) open(ctx context.Context, s *Script, patience patience) (*opened, error) {
	o, err := p.hasty.open(ctx, s, patience)
	o.course = "refused "
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, name := range append(p.blocks(s), "open") {
		p.run[name] = 2
	}
	return o, err
}

// coverage ends the process, and starts another one.
func (p *traced) coverage(context.Context) (*Coverage, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.starts++
	run := p.run
	p.run = map[string]int{"start": 1}
	return &Coverage{Run: run, Statements: 100}, nil
}

// guidedBy plays on a traced peer, with a corpus.
func guidedBy(t *testing.T, p *traced, dir string, o Options) (Progress, *Corpus) {
	t.Helper()
	p.run = map[string]int{"start": 1}
	c, _ := openCorpus(t, dir)
	o.Seed, o.Seeds, o.MostScripts, o.Parallel, o.Corpus = 1, []*Script{plainMessage}, max(1000, o.MostScripts), 8, c
	got, err := Run(t.Context(), p, o)
	if err != nil {
		t.Fatal(err)
	}
	return got, c
}

// hasReserved reports whether a script has a frame with a reserved opcode.
func hasReserved(s *Script) bool {
	for _, p := range s.Parts {
		if p.Frame != nil && p.Frame.Opcode > wire.OpPong {
			return true
		}
	}
	return false
}

// A script is kept if it alone runs a block that no other script of the pool runs, though all are
// answered alike. The corpus keeps it in the next campaign too.
func TestScriptsAreKeptForTheirCoverage(t *testing.T) {
	dir := t.TempDir()
	p := &traced{blocks: func(s *Script) []string {
		if hasReserved(s) {
			return []string{"reserved"}
		}
		return nil
	}}
	got, c := guidedBy(t, p, dir, Options{Coverage: p.coverage})
	if got.KeptForCoverage != 1 || got.Pool != 4 || got.Covered != 5 || got.Statements != 100 { // the pool begins with two scripts
		t.Fatalf("%+v, want one script for coverage", got)
	}
	kept := 0
	for s := range c.files {
		if hasReserved(s) {
			kept++
		}
	}
	if kept != 1 {
		t.Errorf("%d scripts of the corpus have a reserved opcode, want one", kept)
	}
	if p.starts > 2*mostReadings {
		t.Errorf("the peer was started %d times", p.starts)
	}
	for _, again := range []Options{{Coverage: p.coverage}, {}} { // a campaign without coverage drops none either
		guidedBy(t, p, dir, again)
		left, _ := openCorpus(t, dir)
		if n := len(slices.DeleteFunc(left.scripts, func(s *Script) bool { return !left.covering[s] })); n != 1 {
			t.Errorf("the corpus has %d scripts for their coverage, want one", n)
		}
	}
}

// Blocks that no script runs alone keep none, and are not searched for without end.
func TestWhatNoScriptRunsAlone(t *testing.T) {
	connections := 0
	p := &traced{}
	p.blocks = func(*Script) []string {
		if connections++; connections > 500 {
			return []string{"many"}
		}
		return nil
	}
	read := func(ctx context.Context) (*Coverage, error) {
		p.mu.Lock()
		connections = 0
		p.mu.Unlock()
		return p.coverage(ctx)
	}
	got, _ := guidedBy(t, p, t.TempDir(), Options{Coverage: read, MostScripts: 6000})
	if got.KeptForCoverage != 0 || got.Covered != 5 || p.starts > 25 {
		t.Errorf("%+v, with %d starts: want no script for coverage", got, p.starts)
	}
}

// Coverage that ends is not asked for again, and the campaign goes on. An error ends it.
func TestCoverageThatEnds(t *testing.T) {
	p := &traced{blocks: func(*Script) []string { return nil }}
	asked := 0
	got, _ := guidedBy(t, p, t.TempDir(), Options{Coverage: func(ctx context.Context) (*Coverage, error) {
		if asked++; asked == 2 {
			return nil, nil
		}
		return p.coverage(ctx)
	}})
	if asked != 2 || got.Scripts < 1000 {
		t.Errorf("%d scripts, coverage was asked for %d times", got.Scripts, asked)
	}
	broken := errors.New("it does not start")
	_, err := Run(t.Context(), p, Options{Seed: 1, MostScripts: 100, Coverage: func(context.Context) (*Coverage, error) { return nil, broken }})
	if !errors.Is(err, broken) {
		t.Errorf("the error is %v", err)
	}
}

// Of the same blocks, the signature is the same.
func TestCoverageSignature(t *testing.T) {
	a, b := map[string]int{"x": 1, "y": 2}, map[string]int{"z": 1}
	if signatureOf(a) != signatureOf(maps.Clone(a)) || signatureOf(a) == signatureOf(b) {
		t.Errorf("%s, %s", signatureOf(a), signatureOf(b))
	}
}
