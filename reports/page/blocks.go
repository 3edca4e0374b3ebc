package page

import (
	"bytes"
	"compress/flate"
	"encoding/base64"
	"html/template"
	"math"
	"sync"
	"sync/atomic"

	"github.com/wsspec/wsspec/reports"
	"github.com/wsspec/wsspec/reports/internal/outline"
)

const (
	// blockOctets is how many octets of HTML go into one compressed block. The cases
	// of one peer and section have much text in common, so that a block compresses
	// far better than single cases. Opening one takes a millisecond.
	blockOctets = 192 << 10
)

// blocksBudget is how many octets of base64 all blocks together may have. It grows
// with the number of peers, and shrinks if the results alone come near to 5 MB: each
// takes some 430 octets outside of the blocks and 100 in them.
func blocksBudget(peers, results int) int {
	return max(7<<18, min(5<<19, 1<<20+peers*300<<10, 4_800_000-430*results))
}

// largeBudget is blocksBudget for a large report, whose page has to stay below 3 MB to
// open fast. Outside of the blocks a result takes some 60 octets, and 320 more if it is
// a finding; other is what else the page has.
func largeBudget(results, findings, other int) int {
	return max(1<<20, 2_600_000-60*results-320*findings-other)
}

// rooms are the levels of detail, the highest first: how much of a transcript is
// drawn for cases that passed or were skipped, and for all others. Details of cases
// that passed are left out first.
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

// fewRooms is the first level of detail for a large report.
const fewRooms = 5

// packCases draws every case, compresses them in blocks, and sets the block of each
// case. A block is raw DEFLATE (RFC 1951) in base64, which the page's script opens
// with DecompressionStream. If the blocks would be too large, estimated from some
// cases and then measured with all, the cases are drawn with less detail.
// Other is how many octets of other things a large report has.
func packCases(r *reports.Report, cases []*outline.Case, other int) ([]template.HTML, error) {
	budget, levels := blocksBudget(len(r.Targets), len(r.Results)), rooms
	// Few cases compress worse than many.
	tolerated := budget * 5 / 4
	cases = bySection(r, cases)
	if len(cases) > mostCells {
		findings := 0
		for _, c := range cases {
			if c.Verdict.Finding() {
				findings++
			}
		}
		budget = largeBudget(len(cases), findings, other)
		tolerated = budget * 3 / 2
		levels = rooms[fewRooms:] // the others are certainly too large, and drawing them takes seconds
	}
	for _, detail := range levels {
		roomFor := func(c *outline.Case) room {
			if !c.Verdict.Finding() {
				return detail.good
			}
			return detail.bad
		}
		if leastSize(cases, roomFor) > budget {
			continue // certainly too large
		}
		if some := sampleOf(cases); len(some) < len(cases) {
			blocks, err := pack(some, roomFor, math.MaxInt)
			if err != nil {
				return nil, err
			}
			if size(blocks)*len(cases)/len(some) > tolerated {
				continue
			}
		}
		blocks, err := pack(cases, roomFor, budget)
		if err != nil || blocks != nil {
			return blocks, err
		}
	}
	// A report with very many cases: a large page is better than none.
	return pack(cases, func(*outline.Case) room { return room{} }, math.MaxInt)
}

// bySection sorts the cases by peer and section.
func bySection(r *reports.Report, cases []*outline.Case) (sorted []*outline.Case) {
	viewOf := make(map[*reports.Result]*outline.Case, len(cases))
	for _, c := range cases {
		viewOf[c.Result] = c
	}
	for _, group := range outline.GroupBySection(r.Results) {
		for _, res := range group.Results {
			sorted = append(sorted, viewOf[res])
		}
	}
	return sorted
}

// sampleOf returns some of the cases, spread evenly, to estimate the size of all. If
// there are few cases it returns all.
func sampleOf(cases []*outline.Case) (some []*outline.Case) {
	const run, every = 8, 96 // neighbours, because they have text in common
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

// leastSize is a lower bound of the blocks' size: the times of the entries, which
// hardly compress.
func leastSize(cases []*outline.Case, roomFor func(*outline.Case) room) int {
	size := 0
	for _, c := range cases {
		size += 30 * min(len(c.Transcript), roomFor(c).Entries)
	}
	return size
}

// pack packs the cases with the given room for each, with several packers at once.
// It returns nil if the blocks take more octets than the budget.
func pack(cases []*outline.Case, roomFor func(*outline.Case) room, budget int) ([]template.HTML, error) {
	// The number of packers is the same on every machine, so that the page is too.
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
	cases  []*outline.Case
	blocks []template.HTML
	open   bytes.Buffer
	taken  *atomic.Int64 // octets of the blocks of all packers
	err    error
}

// drawnCase is the data of the template of one case.
type drawnCase struct {
	*outline.Case
	Timeline template.HTML
}

// pack stops when all packers together exceed the budget.
func (p *packer) pack(roomFor func(*outline.Case) room, budget int64) {
	var drawn bytes.Buffer
	for _, c := range p.cases {
		if p.taken.Load() > budget {
			return
		}
		c.Block = len(p.blocks)
		drawn.Reset()
		newTimeline(c.Result, roomFor(c)).draw(&drawn)
		// The drawing is HTML: draw escapes all text in it.
		if p.err = pageTemplates().ExecuteTemplate(&p.open, "case.html", drawnCase{c, template.HTML(drawn.String())}); p.err != nil {
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

// packTemplate draws a template into a compressed block.
func packTemplate(name string, data any) (template.HTML, error) {
	var drawn bytes.Buffer
	if err := pageTemplates().ExecuteTemplate(&drawn, name, data); err != nil {
		return "", err
	}
	return newBlock(drawn.Bytes())
}

// newBlock compresses and encodes HTML for the page's script.
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
	// Base64 needs no escapes in HTML.
	return template.HTML(base64.StdEncoding.EncodeToString(packed.Bytes())), nil
}
