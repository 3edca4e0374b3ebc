package junit

import (
	"strings"
	"time"

	"github.com/wsspec/wsspec/reports"
	"github.com/wsspec/wsspec/reports/internal/outline"
)

// incompleteSuites has a suite with one error for each peer whose planned cases did
// not all run, so that a run that was interrupted fails in every CI system. A run that
// was interrupted and names no case that is missing has one suite for all peers.
func incompleteSuites(r *reports.Report) []testSuite {
	var suites []testSuite
	gaps := outline.Gaps(r)
	summary := reports.Summarize(r.Targets, r.Results)
	for i, a := range summary.Agents {
		unfinished := r.Targets[i].Unfinished
		if a.Ran == a.Cases && unfinished == "" {
			continue
		}
		var text []string
		for _, g := range gaps {
			if g.Peer == (reports.Peer{Agent: a.Agent, Role: a.Role}) {
				text = append(text, g.Sentence())
			}
		}
		if unfinished != "" {
			text = append(text, unfinished)
		}
		says := outline.Incomplete(r, reports.Summary{Cases: a.Cases, Ran: a.Ran})
		name := strings.Join([]string{"wsspec", a.Agent, string(a.Role)}, ".")
		suites = append(suites, incompleteSuite(r, name, says, strings.Join(text, "\n"), []property{{"agent", a.Agent}, {"role", string(a.Role)}}))
	}
	if len(suites) == 0 && r.Interrupted != "" {
		suites = append(suites, incompleteSuite(r, "wsspec", outline.Incomplete(r, summary), "", nil))
	}
	if says := outline.OnlyShards(r); len(suites) == 0 && says != "" {
		suites = append(suites, shardSuite(r, says))
	}
	return suites
}

// shardSuite has one test that is skipped: a shard that came to its end is no failure, and
// does not say by itself whether a peer conforms.
func shardSuite(r *reports.Report, says string) testSuite {
	s := incompleteSuite(r, "wsspec", says, "", nil)
	s.Errors, s.Skipped = 0, 1
	s.Cases[0].Name, s.Cases[0].Error, s.Cases[0].Skipped = "all shards are here", nil, &message{Message: says}
	return s
}

func incompleteSuite(r *reports.Report, name, says, text string, properties []property) testSuite {
	if why := outline.Interrupted(r); why != "" {
		says += ". " + why
	}
	return testSuite{
		Name: name, Tests: 1, Errors: 1, Time: seconds(0), Timestamp: r.Started.UTC().Format(time.RFC3339),
		Properties: append(properties, property{"profile", r.Profile}, property{"version", r.Tool.Version}),
		Cases: []testCase{{
			Name: "all planned cases ran", ClassName: name, Time: seconds(0),
			Error: &message{Message: says, Type: "incomplete", Text: text},
		}},
	}
}
