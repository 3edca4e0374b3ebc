package main

import (
	"encoding/hex"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/wsspec/wsspec/conformance"
	"github.com/wsspec/wsspec/conformance/rfc"
	"github.com/wsspec/wsspec/ref/wire"
	"github.com/wsspec/wsspec/reports"
)

// record turns results into a report.
type record struct {
	report *reports.Report
	// evidence is what guesses at the mistakes behind failures rest on.
	evidence map[reports.Target]*evidence
	// transcripts is the folder that full transcripts go to, "" for none; lost
	// says why they did not.
	transcripts string
	lost        error
}

func newRecord(profile string) *record {
	return &record{evidence: map[reports.Target]*evidence{}, report: &reports.Report{
		Tool:    reports.Tool{Name: "wsspec", Version: version()},
		Started: time.Now().UTC(),
		Profile: profile,
		Command: append([]string{"wsspec"}, arguments(os.Args)...),
		Clauses: map[string]reports.Clause{},
	}}
}

func (r *record) target(agent string, role wire.Role, url string) {
	r.report.Targets = append(r.report.Targets, reports.Target{Agent: agent, Role: reports.Role(role.String()), URL: url})
}

// result adds one result; the target has to be there already.
func (r *record) result(agent string, res conformance.Result) {
	c := res.Case
	out := reports.Result{
		Agent: agent, Role: reports.Role(res.Role.String()),
		ID: c.ID, Title: c.Title, Level: reports.Level(c.Level), Requirements: c.Requires,
		Verdict: reports.Verdict(res.Verdict), Behavior: reports.Behavior(res.Behavior), BehaviorClose: reports.BehaviorClose(res.Close),
		DurationMs: milliseconds(res.Duration), Attempts: res.Attempts, Flaky: res.Flaky,
		Observed: cutSentences(res.Observed), Explanation: cutSentence(res.Explanation),
	}
	if s := res.Stats; s != nil {
		out.Stats = &reports.Stats{
			MessageOctets: int64(s.MessageOctets), Messages: int64(s.Messages), ElapsedMs: milliseconds(s.Elapsed),
			SentPayloadOctets: s.SentPayload, SentWireOctets: s.SentWire,
			ReceivedPayloadOctets: s.ReceivedPayload, ReceivedWireOctets: s.ReceivedWire,
		}
	}
	if res.RemoteCode != 0 && res.RemoteCode != wire.StatusNoStatusRcvd {
		code := int(res.RemoteCode)
		out.RemoteCloseCode = &code
	}
	for _, o := range c.Script.Outcomes {
		out.Expected = append(out.Expected, reports.Outcome{Behavior: reports.Behavior(o.Behavior), Events: o.Sentences()})
	}
	out.Transcript, out.Departs = cutTranscript(res.Transcript, res.Departs)
	r.keep(agent, &res)
	maps.Copy(r.report.Clauses, clausesOf(c))
	r.weigh(agent, &res)
	if res.Verdict == conformance.Fail || res.Verdict == conformance.Warn {
		r.goTest(c, res.Role)
	}
	r.report.Results = append(r.report.Results, out)
}

// clausesOf are the requirements that the case names, as reports have them.
func clausesOf(c *conformance.Case) map[string]reports.Clause {
	clauses := make(map[string]reports.Clause)
	for _, id := range c.Requires {
		if q := rfc.ByID(id); q != nil {
			clauses[id] = reports.Clause{RFC: q.RFC, Section: q.Section, Level: q.Level, Summary: q.Sentence()}
		}
	}
	return clauses
}

// goTest keeps the case as a Go test, if it has one.
func (r *record) goTest(c *conformance.Case, role wire.Role) {
	if r.report.HasGoTest(reports.Role(role.String()), c.ID) {
		return
	}
	if source, ok := c.GoTest(role); ok {
		own, code, _ := strings.Cut(source, conformance.GoTestRest)
		r.report.AddGoTest(reports.Role(role.String()), c.ID, own, conformance.GoTestRest+code)
	}
}

// finish completes the report.
func (r *record) finish() *reports.Report {
	r.report.DurationMs = milliseconds(time.Since(r.report.Started))
	r.guess()
	r.report.Summary = reports.Summarize(r.report.Targets, r.report.Results)
	return r.report
}

func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

var (
	directions = map[conformance.Direction]reports.Direction{
		conformance.Noted: reports.Note, conformance.Sent: reports.Sent, conformance.Received: reports.Received,
	}
	kinds = map[conformance.EntryKind]reports.Kind{
		conformance.EntryNote: reports.KindNote, conformance.EntryConnect: reports.KindConnect,
		conformance.EntryRequest: reports.KindRequest, conformance.EntryResponse: reports.KindResponse,
		conformance.EntryFrame: reports.KindFrame, conformance.EntryOctets: reports.KindOctets,
		conformance.EntryEOF: reports.KindEOF, conformance.EntryReset: reports.KindReset, conformance.EntryDrop: reports.KindDrop,
	}
	forms = map[wire.LengthForm]int{wire.Length7: 7, wire.Length16: 16, wire.Length64: 64}
)

// entryOf puts one line of a transcript into the report's form, with at most
// room of its octets.
func entryOf(e *conformance.Entry, room int) reports.Entry {
	out := reports.Entry{T: e.At.Microseconds(), Dir: directions[e.Dir], Kind: kinds[e.Kind], Text: cutSentence(e.String())}
	out.Octets, out.Length, out.SHA256 = cutOctets(e, room)
	if h := e.Header; h != nil {
		out.Frame = &reports.Frame{
			Fin: h.Fin, RSV: int(h.RSV), Opcode: int(h.Opcode), Masked: h.Masked, Form: formOf(h), Length: h.Length,
		}
		if h.Masked {
			out.Frame.MaskKey = hex.EncodeToString(h.MaskKey[:])
		}
	}
	return out
}

// formOf is the number of bits that carry the length, also where a header left
// it to the codec to choose.
func formOf(h *wire.Header) int {
	if bits, ok := forms[h.Form]; ok {
		return bits
	}
	switch {
	case h.Length <= 125:
		return 7
	case h.Length <= 0xffff:
		return 16
	}
	return 64
}

// writeAll writes every form of the report into a folder.
func writeAll(r *reports.Report, dir string) error {
	for name, draw := range map[string]func(io.Writer, *reports.Report) error{
		"report.json": reports.Write, "index.html": reports.WriteHTML, "junit.xml": reports.WriteJUnit,
	} {
		err := reports.ReplaceFile(filepath.Join(dir, name), func(w io.Writer) error { return draw(w, r) })
		if err != nil {
			return fmt.Errorf("cannot write the report: %w", err)
		}
	}
	return nil
}
