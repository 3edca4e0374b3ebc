package record

import (
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/wsspec/wsspec/conformance"
	"github.com/wsspec/wsspec/conformance/gotest"
	"github.com/wsspec/wsspec/conformance/project"
	"github.com/wsspec/wsspec/conformance/rfc"
	"github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/ref/wire"
	"github.com/wsspec/wsspec/reports"
	"github.com/wsspec/wsspec/reports/forms"
	"github.com/wsspec/wsspec/reports/secrets"
)

// Options are what a report says about its run. The zero value is ready for
// use.
type Options struct {
	// Tool is the program that runs the cases; by default wsspec, in the version
	// that go.mod names.
	Tool reports.Tool
	// Profile is what the run covers; by default "quick".
	Profile string
	// Command repeats the run, one argument a string. By default there is none,
	// and the report does not say how to run a case again.
	Command []string
	// Transcripts is a folder that gets each result's full transcript; by
	// default transcripts are in the report only, where long ones are cut.
	Transcripts string
	// Journal is a file that gets each result as it is added, so that nothing is lost
	// if this process is killed: [reports.ReadJournal] makes a report of it. The
	// transcripts are then in it and not in memory. By default there is none. An
	// older journal is replaced; another file at this path is an error of
	// [Record.JournalErr].
	Journal string
	// Resume goes on with the run that the journal has, if that was interrupted and was
	// begun by the same command of the same program: its results are in the record. It is
	// an error of [Record.JournalErr] if the journal is of an interrupted run of another
	// command.
	Resume bool
	// KeepSecrets keeps what is otherwise removed: passwords and user names in URLs,
	// the values of queries, and the values of fields such as Authorization and Cookie,
	// in texts, commands and octets. Package secrets says what is found.
	KeepSecrets bool
	// Secrets knows further secrets, such as the values of fields that are in no
	// argument. By default only those are found that stand in what is recorded.
	Secrets *secrets.Redactor
}

// A Record collects results and makes a report of them.
type Record struct {
	mu     sync.Mutex
	report reports.Report
	// transcriptDir is the folder that full transcripts go to, "" for none;
	// transcriptErr is the first error of writing one.
	transcriptDir string
	transcriptErr error
	// journal is where the results go as they come, nil if there is none or it has
	// ended. journalErr is its first error.
	journal     *reports.Journal
	journalPath string
	journalErr  error
	// stored has, for each result, where it is in the journal.
	stored []stored
	// index is where the latest result of a case is.
	index map[caseOfPeer]int
	// keptGood and keptBad are the weights of the transcripts in memory.
	keptGood, keptBad int
	// secrets removes secrets, nil if they are wanted.
	secrets *secrets.Redactor
	// plans are the planned cases of each peer, in their order; varying are the peers
	// whose variants are not all played.
	plans   map[reports.Peer][]string
	varying map[reports.Peer]bool
}

// caseOfPeer names a result.
type caseOfPeer struct {
	reports.Peer
	id string
}

// New begins the record of a run that starts now.
func New(o Options) *Record {
	if o.Tool == (reports.Tool{}) {
		o.Tool = reports.Tool{Name: "wsspec", Version: moduleVersion()}
	}
	if o.Profile == "" {
		o.Profile = string(conformance.Quick)
	}
	var redactor *secrets.Redactor
	if !o.KeepSecrets {
		redactor = &secrets.Redactor{}
		if o.Secrets != nil {
			redactor = o.Secrets.Clone()
		}
		o.Command = redactor.Arguments(o.Command)
	}
	r := &Record{index: map[caseOfPeer]int{}, secrets: redactor, transcriptDir: o.Transcripts, report: reports.Report{
		Schema: reports.Schema, Tool: o.Tool, Started: time.Now().UTC(), Profile: o.Profile, Command: o.Command,
		Clauses: map[string]reports.Clause{},
	}}
	r.openJournal(o.Journal, o.Resume)
	return r
}

// AddTarget names a peer under test: its name in the report, its own role, and
// the URL of a server or the command of a client. A target that is there already
// keeps its URL, if it has one.
func (r *Record) AddTarget(agent string, role wire.Role, url string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.addTarget(reports.Target{Agent: agent, Role: roleOf(role), URL: url})
}

// AddTargetOver is [Record.AddTarget] for a server that is not tested over HTTP/1.1: it names
// what carries the connections, such as "HTTP/2".
func (r *Record) AddTargetOver(transport, agent string, role wire.Role, url string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.addTarget(reports.Target{Agent: agent, Role: roleOf(role), URL: url, Transport: transport})
}

func (r *Record) addTarget(t reports.Target) {
	t = redactedTarget(r.secrets, t)
	at := slices.IndexFunc(r.report.Targets, func(other reports.Target) bool { return other.Peer() == t.Peer() })
	switch {
	case at < 0:
		r.report.Targets = append(r.report.Targets, t)
	case r.report.Targets[at].URL == "" && t.URL != "":
		r.report.Targets[at].URL, r.report.Targets[at].Transport = t.URL, t.Transport
	default:
		return
	}
	r.journaled(func(j *reports.Journal) error { return j.Target(t) })
}

// Shard says that the run is one shard of a divided run, and which cases of an agent all
// shards together have, in the order of the run.
func (r *Record) Shard(agent string, role wire.Role, s reports.Shard, cases []string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	peer := reports.Peer{Agent: agent, Role: roleOf(role)}
	r.addTarget(reports.Target{Agent: peer.Agent, Role: peer.Role})
	at := slices.IndexFunc(r.report.Targets, func(t reports.Target) bool { return t.Peer() == peer })
	r.report.Targets[at].Shards = reports.NewShards(s, cases)
	r.journaled(func(j *reports.Journal) error { return j.Target(r.report.Targets[at]) })
}

// Add adds results of one agent, which needs a target only for its URL. An agent
// has at most one result for each role and case: [Record.WriteFolder] refuses a
// second one.
func (r *Record) Add(agent string, results ...conformance.Result) {
	for i := range results {
		r.add(agent, &results[i], false)
	}
}

// Put adds a result of an agent. It replaces the agent's result of the same case, which
// a client may run again. It returns the result without the secrets that it removed, to
// be shown.
func (r *Record) Put(agent string, result conformance.Result) conformance.Result {
	return *r.add(agent, &result, true)
}

func (r *Record) add(agent string, result *conformance.Result, replace bool) (recorded *conformance.Result) {
	r.mu.Lock()
	known := r.secrets.Clone()
	r.mu.Unlock()
	// The conversion may hash megabytes: it holds up nobody else.
	result = redacted(known, result)
	res := resultOf(agent, result)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.addTarget(reports.Target{Agent: agent, Role: res.Role})
	maps.Copy(r.report.Clauses, clausesByID(res.Named()))
	key := caseOfPeer{res.Peer(), res.ID}
	at, again := r.index[key]
	if !replace || !again {
		at = -1
		r.index[key] = len(r.report.Results)
	}
	r.store(res, at)
	if (res.Verdict == verdict.Fail || res.Verdict == verdict.Warn) && result.Judged == nil { // a Go test expects echoes
		r.addGoTest(result)
	}
	r.writeTranscript(agent, result)
	return result
}

// Plan says which cases the run is to play for an agent. Those that have no result
// when a report is made are in it with the verdict "not run". A second plan for the
// agent adds to the first.
func (r *Record) Plan(agent string, role wire.Role, ids []string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	peer := reports.Peer{Agent: agent, Role: roleOf(role)}
	r.addTarget(reports.Target{Agent: peer.Agent, Role: peer.Role})
	if r.plans == nil {
		r.plans = map[reports.Peer][]string{}
	}
	known := map[string]bool{}
	for _, id := range r.plans[peer] {
		known[id] = true
	}
	var cases []reports.Result
	for _, id := range ids {
		if !known[id] {
			known[id] = true
			r.plans[peer] = append(r.plans[peer], id)
			cases = append(cases, plannedCase(id))
		}
	}
	r.journaled(func(j *reports.Journal) error {
		for i := range cases {
			if err := j.Clauses(clausesOf(&cases[i])); err != nil {
				return err
			}
		}
		return j.Plan(peer, cases)
	})
}

// Interrupted says why the run ends early, such as "signal interrupt". The first
// reason stays. A run that has played every planned case by then is complete, and its
// report does not say that it was interrupted.
func (r *Record) Interrupted(reason string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.report.Interrupted == "" {
		r.report.Interrupted = cutSentence(r.secrets.Text(reason))
		r.journaled(func(j *reports.Journal) error { return j.Interrupted(r.report.Interrupted) })
	}
}

// Has reports whether a case of an agent has a result.
func (r *Record) Has(agent string, role wire.Role, id string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	_, ok := r.index[caseOfPeer{reports.Peer{Agent: agent, Role: roleOf(role)}, id}]
	return ok
}

// Len is the number of results so far.
func (r *Record) Len() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.report.Results)
}

// Report returns the report of what was added so far, with the time it took up
// to now. Results that are added later are not in it. Where transcripts are too
// large for one report, some are cut or left out: those of cases that passed first.
// [reports.Report.Whole] has them, for as long as the journal is there.
func (r *Record) Report() *reports.Report {
	r.mu.Lock()
	defer r.mu.Unlock()
	out := r.report
	out.Targets = slices.Clone(out.Targets)
	out.Results = slices.Clone(out.Results)
	out.Clauses = maps.Clone(out.Clauses)
	out.GoTests, out.GoTestCode = slices.Clone(out.GoTests), slices.Clone(out.GoTestCode)
	out.DurationMs = milliseconds(time.Since(out.Started))
	if slices.ContainsFunc(r.stored, func(s stored) bool { return s.place.Octets > 0 }) {
		if err := r.fill(out.Results); err != nil && r.journalErr == nil {
			r.journalErr = err
		}
		out.Transcripts = r.transcripts()
	}
	if r.keptGood > roomForGood { // not those of the first peer only
		for i := range out.Results {
			if good(out.Results[i].Verdict) {
				leaveOut(&out.Results[i])
			}
		}
	}
	out.LeftOut = leftOut(out.Results)
	r.addNotRun(&out)
	AddLikelyCauses(&out)
	out.Summary = reports.Summarize(out.Targets, out.Results)
	return &out
}

// TranscriptErr is the error that ended the writing of transcripts, nil if there
// was none.
func (r *Record) TranscriptErr() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.transcriptErr
}

// WriteFolder writes report.json, the page index.html and junit.xml into a
// folder, which is made if it is missing. Each file changes all at once or not at all.
func (r *Record) WriteFolder(dir string) error {
	return forms.WriteFolder(dir, r.Report())
}

// resultOf puts a result into the report's form.
func resultOf(agent string, res *conformance.Result) reports.Result {
	c := res.Case
	out := reports.Result{
		Agent: agent, Role: roleOf(res.Role),
		ID: c.ID, Title: c.Title, Level: c.Level, Requirements: c.Requires,
		Verdict: res.Verdict, Behavior: res.Behavior, BehaviorClose: res.Close,
		DurationMs: milliseconds(res.Duration), Attempts: res.Attempts, Flaky: res.Flaky,
		Observed: cutSentences(res.Observed), Explanation: cutSentence(res.Explanation),
	}
	if res.Verdict == verdict.NotRun { // nothing is known of the peer
		out.Behavior, out.BehaviorClose = "", ""
	}
	if s := res.Stats; s != nil {
		out.Stats = &reports.Stats{
			MessageOctets: int64(s.MessageOctets), Messages: int64(s.Messages), ElapsedMs: milliseconds(s.Elapsed),
			SentPayloadOctets: s.SentPayload, SentWireOctets: s.SentWire,
			ReceivedPayloadOctets: s.ReceivedPayload, ReceivedWireOctets: s.ReceivedWire,
		}
	}
	outcomes := c.Script.Outcomes
	out.Variants = variantsOf(res)
	if v := res.Variants; v != nil && v.Shown != nil {
		outcomes = v.Shown.Case.Script.Outcomes
	}
	if res.Judged != nil {
		outcomes, out.Judged = res.Judged.Script.Outcomes, judged(res)
	}
	if v := res.Violation; v != nil && strings.Contains(res.Explanation, v.Rule.Clause()) && rfc.ByID(v.Rule.ID) != nil {
		out.Broken = v.Rule.ID
	} else {
		out.Broken = brokenByEnd(res)
	}
	if res.RemoteCode != 0 && res.RemoteCode != wire.StatusNoStatusRcvd {
		code := int(res.RemoteCode)
		out.RemoteCloseCode = &code
	}
	for _, o := range outcomes {
		out.Expected = append(out.Expected, reports.Outcome{Behavior: o.Behavior, Events: o.Sentences()})
	}
	out.Transcript, out.FirstWrong = cutTranscript(res.Transcript, res.FirstWrong)
	return out
}

// judged says how much of a case was judged of a peer that sends no message back.
func judged(res *conformance.Result) reports.Judged {
	switch {
	case !res.Verdict.Ran():
		return reports.JudgedNone
	case res.Judged.Script.Application.Question == nil && project.WithoutEcho(res.Case) == project.InPart:
		return reports.JudgedPart
	}
	return reports.JudgedFull
}

// Clauses are the requirements that a case names, as reports have them.
func Clauses(c *script.Case) map[string]reports.Clause { return clausesByID(c.Requires) }

func clausesByID(ids []string) map[string]reports.Clause {
	clauses := make(map[string]reports.Clause)
	for _, id := range ids {
		if q := rfc.ByID(id); q != nil {
			clauses[id] = reports.Clause{RFC: q.RFC, Section: q.Section, Level: q.Level, Summary: q.Sentence()}
		}
	}
	return clauses
}

// addGoTest adds the case, or the variant of it that the result shows, as a Go test, if it
// has one.
func (r *Record) addGoTest(result *conformance.Result) {
	role, shown := result.Role, result.Case
	if v := result.Variants; v != nil && v.Shown != nil {
		shown = v.Shown.Case
	}
	if r.report.HasGoTest(roleOf(role), shown.ID) {
		return
	}
	if source, ok := gotest.Source(shown, role); ok {
		own, code, _ := strings.Cut(source, gotest.CommonPart)
		n := len(r.report.GoTests)
		r.report.AddGoTest(roleOf(role), shown.ID, own, gotest.CommonPart+code)
		r.journaled(func(j *reports.Journal) error { return j.GoTests(&r.report, n) })
	}
}

func roleOf(role wire.Role) verdict.Role { return verdict.Role(role.String()) }

func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
