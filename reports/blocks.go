package reports

import (
	"bytes"
	"compress/flate"
	"encoding/base64"
	"html/template"
	"math"
	"sync"
	"sync/atomic"
)

const (
	// blockOctets is how much drawn HTML goes into one compressed block. Cases
	// of one peer and section say much the same, so that a block compresses far
	// better than its cases would one by one; opening one costs a millisecond.
	blockOctets = 192 << 10
)

// blocksBudget is how many octets of base64 all blocks together may take: more
// for more peers, and less where the results alone, some 430 octets each outside
// of the blocks and 100 in them, come near to 5 MB. What failed is worth more.
func blocksBudget(peers, results int) int {
	return max(7<<18, min(5<<19, 1<<20+peers*300<<10, 4_800_000-430*results))
}

// rooms are the degrees of detail, the fullest first: how much of a transcript
// is drawn for cases that passed and for those that did not. What went well is
// left out before what did not.
var rooms = []struct{ good, bad room }{
	{room{96, 1024}, room{400, 2048}},
	{room{48, 256}, room{160, 1024}},
	{room{24, 128}, room{64, 512}},
	{room{16, 96}, room{40, 256}},
	{room{12, 64}, room{24, 128}},
	{room{6, 16}, room{16, 96}},
	{room{}, room{24, 128}},
	{room{}, room{16, 64}},
	{room{}, room{12, 48}},
	{room{}, room{8, 24}},
}

// packCases draws every case, compresses the drawings in blocks and notes in
// each case which block it is in. A block is raw DEFLATE (RFC 1951) in base64,
// which the page's script opens with DecompressionStream. What would come out too
// large, by some of the cases or then by all, is drawn with less room.
func packCases(r *Report, cases []*caseView) ([]template.HTML, error) {
	budget := blocksBudget(len(r.Targets), len(r.Results))
	cases = bySection(r, cases)
	for _, detail := range rooms {
		roomFor := func(c *caseView) room {
			if c.Verdict == Pass || c.Verdict == Skip {
				return detail.good
			}
			return detail.bad
		}
		if leastSize(cases, roomFor) > budget {
			continue // drawing it would be for nothing
		}
		if some := sampleOf(cases); len(some) < len(cases) {
			blocks, err := pack(some, roomFor, math.MaxInt)
			if err != nil {
				return nil, err
			}
			// The fewer there are, the less they compress each other.
			if size(blocks)*len(cases)/len(some) > budget*5/4 {
				continue
			}
		}
		blocks, err := pack(cases, roomFor, budget)
		if err != nil || blocks != nil {
			return blocks, err
		}
	}
	// A report of very many cases: a large page is better than none.
	return pack(cases, func(*caseView) room { return room{} }, math.MaxInt)
}

// bySection puts the cases of a peer and a section beside each other.
func bySection(r *Report, cases []*caseView) (sorted []*caseView) {
	viewOf := make(map[*Result]*caseView, len(cases))
	for _, c := range cases {
		viewOf[c.Result] = c
	}
	for _, group := range groupBySection(r.Results) {
		for _, res := range group.results {
			sorted = append(sorted, viewOf[res])
		}
	}
	return sorted
}

// sampleOf returns some cases from all over, by which the size of all can be told;
// all if they are few.
func sampleOf(cases []*caseView) (some []*caseView) {
	const run, every = 8, 96 // neighbours, for they compress each other
	if len(cases) < 2*every {
		return cases
	}
	for at := 0; at+run <= len(cases); at += every {
		some = append(some, cases[at:at+run]...)
	}
	return some
}

func size(blocks []template.HTML) (n int) {
	for _, block := range blocks {
		n += len(block)
	}
	return n
}

// leastSize is less than the blocks will take: an entry's times alone, which
// hardly compress, come to this.
func leastSize(cases []*caseView, roomFor func(*caseView) room) int {
	size := 0
	for _, c := range cases {
		size += 30 * min(len(c.Transcript), roomFor(c).Entries)
	}
	return size
}

// pack packs the cases with the given room for each, several packers at once. It
// returns nil when that takes more octets than the budget.
func pack(cases []*caseView, roomFor func(*caseView) room, budget int) ([]template.HTML, error) {
	// How many there are does not depend on the machine, and so the page does not.
	const most = 8
	share := max(64, (len(cases)+most-1)/most)
	var packers []*packer
	var working sync.WaitGroup
	var taken atomic.Int64
	for rest := cases; len(rest) > 0; rest = rest[min(share, len(rest)):] {
		p := &packer{cases: rest[:min(share, len(rest))], taken: &taken}
		packers = append(packers, p)
		working.Go(func() { p.pack(roomFor, int64(budget)) })
	}
	working.Wait()
	if taken.Load() > int64(budget) {
		return nil, nil
	}
	blocks := []template.HTML{}
	for _, p := range packers {
		if p.err != nil {
			return nil, p.err
		}
		for _, c := range p.cases {
			c.Block += len(blocks)
		}
		blocks = append(blocks, p.blocks...)
	}
	return blocks, nil
}

// packer fills blocks with some of the cases.
type packer struct {
	cases  []*caseView
	blocks []template.HTML
	open   bytes.Buffer
	taken  *atomic.Int64 // octets, by the blocks of all packers
	err    error
}

// drawnCase is what the template of one case sees.
type drawnCase struct {
	*caseView
	Timeline template.HTML
}

// pack stops when all packers together are over the budget.
func (p *packer) pack(roomFor func(*caseView) room, budget int64) {
	var drawn bytes.Buffer
	for _, c := range p.cases {
		if p.taken.Load() > budget {
			return
		}
		c.Block = len(p.blocks)
		drawn.Reset()
		newTimeline(c.Result, roomFor(c)).draw(&drawn)
		// It is HTML: what is not its own goes through text.
		if p.err = pageTemplates.ExecuteTemplate(&p.open, "case.html", drawnCase{c, template.HTML(drawn.String())}); p.err != nil {
			return
		}
		if p.open.Len() >= blockOctets {
			if p.err = p.flush(); p.err != nil {
				return
			}
		}
	}
	p.err = p.flush()
}

func (p *packer) flush() error {
	if p.open.Len() == 0 {
		return nil
	}
	block, err := newBlock(p.open.Bytes())
	if err != nil {
		return err
	}
	p.open.Reset()
	p.blocks = append(p.blocks, block)
	p.taken.Add(int64(len(block)))
	return nil
}

// newBlock compresses and encodes what the page's script opens.
func newBlock(content []byte) (template.HTML, error) {
	var packed bytes.Buffer
	w, err := flate.NewWriter(&packed, flate.BestCompression)
	if err != nil {
		return "", err
	}
	if _, err := w.Write(content); err != nil {
		return "", err
	}
	if err := w.Close(); err != nil {
		return "", err
	}
	// Base64 has no character that means anything to HTML.
	return template.HTML(base64.StdEncoding.EncodeToString(packed.Bytes())), nil
}
