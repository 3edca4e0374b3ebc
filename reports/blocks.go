package reports

import (
	"bytes"
	"compress/flate"
	"encoding/base64"
	"html/template"
	"math"
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
// which the page's script opens with DecompressionStream. When the blocks come
// out too large, all is drawn again with less room.
func packCases(r *Report, cases []*caseView) ([]template.HTML, error) {
	budget := blocksBudget(len(r.Targets), len(r.Results))
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
		blocks, err := packWith(r, cases, roomFor, budget)
		if err != nil {
			return nil, err
		}
		if blocks != nil {
			return blocks, nil
		}
	}
	// A report of very many cases: a large page is better than none.
	return packWith(r, cases, func(*caseView) room { return room{} }, math.MaxInt)
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

// packWith packs with the given room for each case; it returns nil when that
// takes more octets than the budget.
func packWith(r *Report, cases []*caseView, roomFor func(*caseView) room, budget int) ([]template.HTML, error) {
	viewOf := make(map[*Result]*caseView, len(cases))
	for _, c := range cases {
		viewOf[c.Result] = c
	}
	p := packer{blocks: []template.HTML{}}
	for _, group := range groupBySection(r.Results) {
		for _, res := range group.results {
			c := viewOf[res]
			if err := p.add(c, roomFor(c)); err != nil {
				return nil, err
			}
			if p.size > budget {
				return nil, nil
			}
		}
	}
	if err := p.flush(); err != nil {
		return nil, err
	}
	if p.size > budget {
		return nil, nil
	}
	return p.blocks, nil
}

// packer fills blocks.
type packer struct {
	blocks []template.HTML
	open   bytes.Buffer
	size   int
}

// drawnCase is what the template of one case sees.
type drawnCase struct {
	*caseView
	Lanes timeline
}

func (p *packer) add(c *caseView, room room) error {
	c.Block = len(p.blocks)
	if err := pageTemplates.ExecuteTemplate(&p.open, "case.html", drawnCase{c, c.Timeline(room)}); err != nil {
		return err
	}
	if p.open.Len() < blockOctets {
		return nil
	}
	return p.flush()
}

func (p *packer) flush() error {
	if p.open.Len() == 0 {
		return nil
	}
	var packed bytes.Buffer
	w, err := flate.NewWriter(&packed, flate.BestCompression)
	if err != nil {
		return err
	}
	if _, err := w.Write(p.open.Bytes()); err != nil {
		return err
	}
	if err := w.Close(); err != nil {
		return err
	}
	p.open.Reset()
	// Base64 has no character that means anything to HTML.
	block := template.HTML(base64.StdEncoding.EncodeToString(packed.Bytes()))
	p.blocks = append(p.blocks, block)
	p.size += len(block)
	return nil
}
