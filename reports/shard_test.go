package reports_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/reports"
	"github.com/wsspec/wsspec/reports/internal/fixture"
)

// The shard of a case never changes: a fleet whose machines have several versions would
// otherwise play cases twice or never.
func TestTheShardOfACaseIsFixed(t *testing.T) {
	for _, tt := range []struct {
		agent, id string
		index, of int
	}{
		{"alpha", "1.1.1", 1, 4},
		{"alpha", "3.2", 3, 4},
		{"alpha", "rfc6455/4.2.1/3", 4, 4},
		{"beta", "1.1.1", 1, 4},
		{"beta", "1.1.1", 1, 10},
		{"", "", 1, 1},
	} {
		var in []int
		for i := range tt.of {
			if (reports.Shard{Index: i + 1, Of: tt.of}).Has(tt.agent, tt.id) {
				in = append(in, i+1)
			}
		}
		if !slices.Equal(in, []int{tt.index}) {
			t.Errorf("%s of %q is in the shards %d of %d, want %d", tt.id, tt.agent, in, tt.of, tt.index)
		}
	}
}

func TestAVariantIsInTheShardOfItsCase(t *testing.T) {
	s := reports.Shard{Index: 3, Of: 4}
	if !s.Has("alpha", "3.2") || !s.Has("alpha", "3.2+cut@3") || !s.Has("alpha", "3.2+after@x+octets") {
		t.Error("variants of 3.2 are in other shards")
	}
}

func TestParseShard(t *testing.T) {
	for text, want := range map[string]reports.Shard{"1/1": {Index: 1, Of: 1}, "2/4": {Index: 2, Of: 4}, "10000/10000": {Index: 10000, Of: 10000}} {
		if got, err := reports.ParseShard(text); got != want || err != nil || got.String() != text {
			t.Errorf("%s is %v, %v", text, got, err)
		}
	}
	for _, text := range []string{"", "2", "0/4", "5/4", "-1/4", "1/0", "a/b", "1/2/3", "1/10001", "1 /2", "1/99999999999999999999"} {
		if got, err := reports.ParseShard(text); err == nil || !strings.Contains(err.Error(), "it has to be I/N, as in 2/4") {
			t.Errorf("%q is %v, %v", text, got, err)
		}
	}
}

// wholeRun is the report of a run of two agents, with every verdict.
func wholeRun(random *rand.Rand) *reports.Report {
	r := fixture.Sample()
	r.Command = []string{"wsspec", "server", "alpha=ws://alpha/", "beta=ws://beta/", "--out", "report", "--no-echo"}
	r.GoTests, r.GoTestCode, r.Faults = nil, nil, nil
	r.Targets, r.Results = nil, nil
	for _, agent := range []string{"alpha", "beta"} {
		r.Targets = append(r.Targets, reports.Target{Agent: agent, Role: verdict.Server, URL: "ws://" + agent + "/"})
		for i := range 1 + random.IntN(60) {
			id := fmt.Sprintf("%d.%d", 1+i%7, 60-i) // the order of the run is none of the ids
			make := []func() reports.Result{
				func() reports.Result { return fixture.Passing(agent, verdict.Server, id, "a case") },
				func() reports.Result { return fixture.Failing(agent, verdict.Server, id) },
				func() reports.Result { return fixture.Warning(agent, verdict.Server, id) },
				func() reports.Result { return fixture.Skipped(agent, verdict.Server, id) },
				func() reports.Result { return fixture.Broken(agent, verdict.Server, id) },
			}
			r.Results = append(r.Results, make[random.IntN(len(make))]())
		}
	}
	return r
}

// divided are the reports of the shards of a run.
func divided(whole *reports.Report, of int) (parts []*reports.Report) {
	for i := range of {
		s := reports.Shard{Index: i + 1, Of: of}
		part := *whole
		part.Schema = reports.Schema
		part.Command = append(slices.Clone(whole.Command), "--shard", s.String())
		part.Started = whole.Started.Add(time.Duration(i) * time.Minute)
		part.Targets, part.Results = nil, nil
		for _, target := range whole.Targets {
			var cases []string
			for _, res := range whole.Results {
				if res.Agent != target.Agent {
					continue
				}
				cases = append(cases, res.ID)
				if s.Has(res.Agent, res.ID) {
					part.Results = append(part.Results, res)
				}
			}
			target.Shards = reports.NewShards(s, cases)
			part.Targets = append(part.Targets, target)
		}
		part.Summary = reports.Summarize(part.Targets, part.Results)
		parts = append(parts, &part)
	}
	return parts
}

// Whatever the number of shards is, and in whatever order and steps they are merged, they
// give the report of the run that was not divided.
func TestShardsMergeToTheWholeRun(t *testing.T) {
	random := rand.New(rand.NewPCG(64, 55))
	for range 60 {
		whole := wholeRun(random)
		of := 1 + random.IntN(12)
		if random.IntN(4) == 0 {
			of = 1 + random.IntN(300) // most of them are empty
		}
		parts := divided(whole, of)
		for _, p := range parts {
			if err := p.Validate(); err != nil {
				t.Fatal(err)
			}
			if _, err := reports.Read(bytes.NewReader(fixture.Written(t, p))); err != nil {
				t.Fatalf("a shard cannot be read back: %v", err)
			}
		}
		random.Shuffle(len(parts), func(i, j int) { parts[i], parts[j] = parts[j], parts[i] })
		if cut := random.IntN(len(parts)); cut > 0 { // some of them first
			some, err := reports.MergePartial(parts[:cut]...)
			if err != nil {
				t.Fatal(err)
			}
			parts = append([]*reports.Report{some}, parts[cut:]...)
		}
		got, err := reports.Merge(parts...)
		if err != nil {
			t.Fatalf("%d shards: %v", of, err)
		}
		want := *whole
		want.Schema, want.DurationMs = reports.Schema, got.DurationMs // the time of all machines
		want.Summary = reports.Summarize(want.Targets, want.Results)
		got.Command, want.Command = nil, nil // see TestTheCommandOfMergedShards
		if d := cmp.Diff(&want, got); d != "" {
			t.Fatalf("%d shards (-run +merged):\n%.3000s", of, d)
		}
	}
}

// A merged run is run again by its own command, and so is a case of it.
func TestTheCommandOfMergedShards(t *testing.T) {
	whole := wholeRun(rand.New(rand.NewPCG(1, 2)))
	parts := divided(whole, 3)
	parts[1].Command = append(slices.Clone(whole.Command), "--shard=2/3")
	got, err := reports.Merge(parts...)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(whole.Command, got.Command); d != "" {
		t.Errorf("command (-want +got):\n%s", d)
	}
	if again := parts[0].Rerun(&parts[0].Results[0]); strings.Contains(again, "shard") {
		t.Errorf("a case is run again by %s", again)
	}
	parts[2].Command = append(slices.Clone(parts[2].Command), "--slow", "2")
	if got, err = reports.Merge(parts...); err != nil || !slices.Equal(got.Command, []string{"wsspec", "report", "merge"}) {
		t.Errorf("the command of shards that were run otherwise is %q, %v", got.Command, err)
	}
}

// What is no whole run is refused, unless it is asked for.
func TestMergeRefusesShards(t *testing.T) {
	whole := fixture.Part("alpha", verdict.Server, "1.1.1", "1.1.2", "1.1.3", "1.1.4", "3.1", "3.2", "3.3", "rfc6455/4.2.1/3")
	shards := func() []*reports.Report { return divided(whole, 4) } // shard 3 begins with 3.2
	cut := func(p *reports.Report) *reports.Report {
		p.Interrupted = "signal interrupt"
		p.Results[0] = fixture.NotRun("alpha", verdict.Server, p.Results[0].ID, "The run was interrupted before this case.")
		return p
	}
	unfinished := func(p *reports.Report) *reports.Report {
		p.Targets[0].Unfinished = "The variants of its cases were not all played."
		return p
	}
	both := reports.MergeOptions{Partial: true, Latest: true}
	partial, latest := reports.MergeOptions{Partial: true}, reports.MergeOptions{Latest: true}
	for _, tt := range []struct {
		name  string
		parts func() []*reports.Report
		says  string
		// allowed has the options with which it is no error.
		allowed []reports.MergeOptions
	}{
		{"all", shards, "", []reports.MergeOptions{{}, partial, latest, both}},
		{"one is missing", func() []*reports.Report { return slices.Delete(shards(), 2, 3) }, "missing: shard 3 of 4 of alpha as a server", []reports.MergeOptions{partial, both}},
		{"two are missing", func() []*reports.Report { return shards()[2:] }, "missing: shards 1 and 2 of 4 of alpha as a server", []reports.MergeOptions{partial, both}},
		{"one is doubled", func() []*reports.Report { return append(shards(), shards()[2]) }, "more than once: shard 3 of 4 of alpha as a server", []reports.MergeOptions{latest, both}},
		{"one is missing, another doubled", func() []*reports.Report { return append(shards()[1:], shards()[2]) }, "more than once: shard 3 of 4", []reports.MergeOptions{both}},
		{"one was cut off", func() []*reports.Report { p := shards(); cut(p[2]); return p }, "shard 3 of 4 of alpha as a server: 1 case was not run", []reports.MergeOptions{partial, both}},
		{"one has no variants", func() []*reports.Report { p := shards(); unfinished(p[2]); return p }, "a shard of alpha as a server: The variants of its cases were not all played.", []reports.MergeOptions{partial, both}},
		{"one was cut off and run again", func() []*reports.Report {
			again := shards()[2]
			again.Started = again.Started.Add(time.Hour)
			return append([]*reports.Report{again, cut(shards()[2])}, slices.Delete(shards(), 2, 3)...)
		}, "more than once: shard 3 of 4", []reports.MergeOptions{latest, both}},
		{"another number", func() []*reports.Report { return append(shards()[:3], divided(whole, 3)[2]) }, "one report is of 4 shards, and another of 3", nil},
		{"other cases", func() []*reports.Report {
			p := shards()
			p[1].Targets[0].Shards.Cases = p[1].Targets[0].Shards.Cases[1:]
			return p
		}, "shard 2 of 4 was run with other cases than the shards before it (it lacks 1.1.1)", nil},
		{"a whole run", func() []*reports.Report {
			return append(shards()[:3], fixture.Part("alpha", verdict.Server, "9.1"))
		}, "one report is of a shard, and another is not", nil},
		{"a case was taken out", func() []*reports.Report { p := shards(); p[2].Results = p[2].Results[1:]; return p }, "missing: 3.2 of alpha as a server", []reports.MergeOptions{partial, both}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for _, o := range []reports.MergeOptions{{}, partial, latest, both} {
				got, err := reports.MergeWith(o, tt.parts()...)
				if slices.Contains(tt.allowed, o) {
					if err != nil {
						t.Errorf("%+v: %v", o, err)
					} else if o.Latest && !o.Partial && (got.Summary.Ran != 8 || got.Interrupted != "" || !got.Targets[0].Shards.Complete()) {
						t.Errorf("%+v: %d cases ran, interrupted: %q", o, got.Summary.Ran, got.Interrupted)
					}
					continue
				}
				if err == nil || o == (reports.MergeOptions{}) && !strings.Contains(err.Error(), tt.says) {
					t.Errorf("%+v: error is %v, want %q", o, err, tt.says)
				}
			}
		})
	}
}

// Of a shard that is there twice, the run that began last counts, whatever the order is.
func TestTheLatestShardCounts(t *testing.T) {
	whole := fixture.Part("alpha", verdict.Server, "1.1.1", "1.1.2", "3.2")
	parts, again := divided(whole, 2), divided(whole, 2)
	for _, p := range again {
		p.Started = p.Started.Add(time.Hour)
		for i := range p.Results {
			p.Results[i] = fixture.Failing("alpha", verdict.Server, p.Results[i].ID)
		}
	}
	for _, order := range [][]*reports.Report{slices.Concat(parts, again), slices.Concat(again, parts)} {
		got, err := reports.MergeWith(reports.MergeOptions{Latest: true}, order...)
		if err != nil || got.Summary.Verdicts[verdict.Fail] != 3 || got.Summary.Cases != 3 {
			t.Errorf("%v, %v", got, err)
		}
	}
}

// A shard is compared with its part of a baseline, and of another report.
func TestAShardLacksNothingOfItsBaseline(t *testing.T) {
	whole := wholeRun(rand.New(rand.NewPCG(3, 4)))
	whole.Schema = reports.Schema
	known := reports.BaselineOf(whole)
	for _, p := range divided(whole, 3) {
		if c := known.Compare(p); len(c.NotRun)+len(c.Worse)+len(c.Better)+len(c.Unknown) > 0 {
			t.Errorf("differences: %+v", c)
		}
		if d := reports.Diff(whole, p); len(d.Gone) > 0 {
			t.Errorf("gone: %d", len(d.Gone))
		}
	}
	lacks := divided(whole, 3)[0]
	gone := lacks.Results[0]
	lacks.Results = lacks.Results[1:]
	if c := known.Compare(lacks); gone.Verdict.Settled() && len(c.NotRun) != 1 {
		t.Errorf("not run: %+v, want %s", c.NotRun, gone.ID)
	}
}

// A report that says it is one shard, and has a case of another, is damaged.
func TestAShardWithACaseOfAnother(t *testing.T) {
	parts := divided(fixture.Part("alpha", verdict.Server, "1.1.1", "1.1.2", "1.1.3", "3.2"), 4)
	parts[2].Results = append(parts[2].Results, fixture.Passing("alpha", verdict.Server, "rfc6455/4.2.1/3", "of shard 4"))
	parts[2].Summary = reports.Summarize(parts[2].Targets, parts[2].Results)
	if err := parts[2].Validate(); err == nil || !strings.Contains(err.Error(), "is of shard 4 of 4, and the report has shard 3 of 4") {
		t.Errorf("error is %v", err)
	}
	parts[0].Targets[0].Shards.Have = []int{2, 1, 7}
	if err := parts[0].Validate(); err == nil || !strings.Contains(err.Error(), "shards.have[1] is 1") || !strings.Contains(err.Error(), "shards.have[2] is 7") {
		t.Errorf("error is %v", err)
	}
}
