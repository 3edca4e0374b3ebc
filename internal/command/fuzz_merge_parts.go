package command

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/reports"
)

// A campaignPart is the report of one campaign, or of one shard of it.
type campaignPart struct {
	dir    string
	report *reports.Report
	// played is the result that says what the campaign played.
	played *reports.Result
	// shard is zero if the campaign was not divided.
	shard         reports.Shard
	scripts, seed uint64
}

// readCampaign reads the report in a folder.
func readCampaign(dir string) (*campaignPart, error) {
	report, err := readReportFile(dir)
	if err != nil {
		return nil, err
	}
	p := &campaignPart{dir: dir, report: report}
	for i := range report.Results {
		if report.Results[i].ID == reports.CampaignID {
			p.played = &report.Results[i]
		}
	}
	if p.played == nil || len(report.Targets) != 1 {
		return nil, usage("%s: it has no report of one campaign of wsspec fuzz", dir)
	}
	if _, err := fmt.Sscanf(p.played.Title, "%d scripts of seed %d", &p.scripts, &p.seed); err != nil {
		return nil, usage("%s: its report does not say which seed the campaign had: is it a merged one?", dir)
	}
	if s := report.Targets[0].Shards; s != nil {
		if len(s.Have) != 1 {
			return nil, usage("%s: it has more than one shard", dir)
		}
		p.shard = reports.Shard{Index: s.Have[0], Of: s.Of}
	}
	return p, nil
}

// String names the part.
func (p *campaignPart) String() string {
	if p.shard.Of > 0 {
		return fmt.Sprintf("shard %d of %d", p.shard.Index, p.shard.Of)
	}
	return fmt.Sprintf("the campaign of seed %d", p.seed)
}

func (p *campaignPart) has(id string) bool {
	return slices.ContainsFunc(p.report.Results, func(r reports.Result) bool { return r.ID == id })
}

// finished reports whether the campaign came to its end.
func (p *campaignPart) finished() bool {
	return p.report.Interrupted == "" && p.report.Targets[0].Unfinished == ""
}

// chosen are the parts that count. The error says what is no whole campaign, and which flag
// allows it.
func (m *fuzzMerge) chosen(parts []*campaignPart) ([]*campaignPart, error) {
	var kept []*campaignPart
	var errs []error
	for _, p := range parts {
		first := parts[0]
		switch {
		case p.report.Targets[0].Peer() != first.report.Targets[0].Peer():
			return nil, fmt.Errorf("%s is about %s, and %s about %s: a merge is about one peer", first.dir, first.report.Targets[0].Agent, p.dir, p.report.Targets[0].Agent)
		case (p.shard.Of > 0) != (first.shard.Of > 0):
			return nil, fmt.Errorf("one of %s and %s is a shard, and the other a campaign that was not divided", first.dir, p.dir)
		case p.shard.Of != first.shard.Of:
			return nil, fmt.Errorf("%s has %s, and %s %s", first.dir, first, p.dir, p)
		case p.shard.Of > 0 && p.seed != first.seed:
			return nil, fmt.Errorf("%s is of seed %d, and %s of seed %d: the shards of a campaign have one seed", first.dir, first.seed, p.dir, p.seed)
		}
		at := slices.IndexFunc(kept, func(k *campaignPart) bool { return k.String() == p.String() })
		switch {
		case at < 0:
			kept = append(kept, p)
		case !m.latest:
			errs = append(errs, fmt.Errorf("more than once: %s (--latest takes the later one)", p))
		case p.finished() && (!kept[at].finished() || p.report.Started.After(kept[at].report.Started)):
			kept[at] = p
		}
	}
	if !m.partial {
		errs = append(errs, missingParts(kept)...)
	}
	slices.SortStableFunc(kept, func(a, b *campaignPart) int { return a.shard.Index - b.shard.Index })
	return kept, errors.Join(errs...)
}

// missingParts say which shards are missing, or did not come to their end.
func missingParts(parts []*campaignPart) (errs []error) {
	if len(parts) == 0 || parts[0].shard.Of == 0 {
		return nil
	}
	for i := 1; i <= parts[0].shard.Of; i++ {
		at := slices.IndexFunc(parts, func(p *campaignPart) bool { return p.shard.Index == i })
		switch {
		case at < 0:
			errs = append(errs, fmt.Errorf("missing: shard %d of %d (--partial lets shards be missing)", i, parts[0].shard.Of))
		case !parts[at].finished():
			errs = append(errs, fmt.Errorf("%s did not come to its end (--partial lets shards be incomplete)", parts[at]))
		}
	}
	return errs
}

// mergedCampaigns is one report of campaigns. A finding that several have is there once, as
// the campaign has it that grades it worst.
func mergedCampaigns(parts []*campaignPart) (*reports.Report, error) {
	worst := make(map[string]int) // the index of the part whose result counts
	for i, p := range parts {
		for _, r := range p.report.Results {
			at, has := worst[r.ID]
			if !has || r.Verdict == verdict.Fail && parts[at].verdictOf(r.ID) != verdict.Fail {
				worst[r.ID] = i
			}
		}
	}
	var scripts uint64
	var played, seeds []string
	all := make([]*reports.Report, len(parts))
	for i, p := range parts {
		one := *p.report
		one.Results = slices.DeleteFunc(slices.Clone(one.Results), func(r reports.Result) bool {
			return worst[r.ID] != i && r.ID != reports.CampaignID || r.ID == reports.CampaignID && i > 0
		})
		all[i] = &one
		scripts += p.scripts
		for _, o := range p.played.Observed {
			played = append(played, p.String()+": "+o)
		}
		if seed := fmt.Sprint(p.seed); !slices.Contains(seeds, seed) {
			seeds = append(seeds, seed)
		}
	}
	merged, err := reports.MergeWith(reports.MergeOptions{Partial: true}, all...)
	if err != nil {
		return nil, err
	}
	for i := range merged.Results {
		if r := &merged.Results[i]; r.ID == reports.CampaignID {
			r.Observed = played
			r.Title = fmt.Sprintf("%d scripts of the seeds %s", scripts, strings.Join(seeds, ", "))
			if len(seeds) == 1 {
				r.Title = fmt.Sprintf("%d scripts of seed %s", scripts, seeds[0])
			}
		}
	}
	return merged, nil
}

func (p *campaignPart) verdictOf(id string) verdict.Verdict {
	at := slices.IndexFunc(p.report.Results, func(r reports.Result) bool { return r.ID == id })
	return p.report.Results[at].Verdict
}
