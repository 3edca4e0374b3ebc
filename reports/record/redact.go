package record

import (
	"slices"
	"strings"

	"github.com/wsspec/wsspec/conformance"
	"github.com/wsspec/wsspec/conformance/observed"
	"github.com/wsspec/wsspec/reports"
	"github.com/wsspec/wsspec/reports/secrets"
)

// redactedTarget removes the secrets from the address of a peer, and remembers them.
func redactedTarget(r *secrets.Redactor, t reports.Target) reports.Target {
	if r == nil {
		return t
	}
	r.Learn(t.URL)
	if strings.Contains(t.URL, " ") { // a command
		t.URL = strings.Join(r.Arguments(strings.Split(t.URL, " ")), " ")
	} else {
		t.URL = r.Text(t.URL)
	}
	return t
}

// redacted returns a result without the secrets that the run knows, and without those
// in the HTTP messages of its own transcript. Octets keep their number.
func redacted(known *secrets.Redactor, res *conformance.Result) *conformance.Result {
	if known == nil {
		return res
	}
	r := known.Clone()
	out := *res
	out.Transcript = redactedTranscript(r, res.Transcript)
	out.Observed, out.Explanation = r.Texts(res.Observed), r.Text(res.Explanation)
	return &out
}

// redactedTranscript returns a transcript without the secrets that r knows, and without
// those in its HTTP messages, which r learns.
func redactedTranscript(r *secrets.Redactor, t observed.Transcript) observed.Transcript {
	for i := range t {
		if e := &t[i]; message(e) {
			r.Secrets(e.Octets)
		}
	}
	out := slices.Clone(t)
	for i := range out {
		e := &out[i]
		if message(e) {
			e.Octets = r.Message(e.Octets)
		} else {
			e.Octets = r.Octets(e.Octets)
		}
		// A masked frame has its text from its payload.
		if text := e.String(); text != "" && r.Text(text) != text {
			e.Text = r.Text(text)
		}
	}
	return out
}

// message reports whether an entry may be an HTTP message.
func message(e *observed.Entry) bool {
	return e.Kind == observed.EntryRequest || e.Kind == observed.EntryResponse || e.Kind == observed.EntryOctets
}
