package autobahn

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/reports"
)

// A caseFile is what of a case's file goes into a report.
type caseFile struct {
	ID            string            `json:"id"`
	Description   string            `json:"description"`
	Behavior      verdict.Behavior  `json:"behavior"`
	BehaviorClose string            `json:"behaviorClose"`
	IsServer      bool              `json:"isServer"`
	Result        string            `json:"result"`
	ResultClose   string            `json:"resultClose"`
	Expected      expected          `json:"expected"`
	Received      []json.RawMessage `json:"received"`
	HTTPRequest   string            `json:"httpRequest"`
	HTTPResponse  string            `json:"httpResponse"`
	Wirelog       []json.RawMessage `json:"wirelog"`
}

// expected are the permitted courses of events by behavior: Autobahn's tuples, and
// sentences in what wsspec writes in its form.
type expected map[verdict.Behavior][]json.RawMessage

// complete adds to a result what the file says; the verdicts have to be those of
// the index.
func (c *caseFile) complete(res *reports.Result, x indexed) error {
	switch {
	case c.ID != res.ID:
		return fmt.Errorf("%s is about case %q", x.ReportFile, c.ID)
	case c.Behavior != x.Behavior || c.BehaviorClose != x.BehaviorClose:
		return fmt.Errorf("%s says %s/%s, index.json %s/%s", x.ReportFile, c.Behavior, c.BehaviorClose, x.Behavior, x.BehaviorClose)
	case c.IsServer != (res.Role == verdict.Client):
		return fmt.Errorf("%s is about a %s, not a %s", x.ReportFile, map[bool]string{true: "client", false: "server"}[c.IsServer], res.Role)
	}
	if res.Title == "case "+res.ID && c.Description != "" {
		res.Title = cut(c.Description)
	}
	res.Explanation = cut(strings.TrimSpace(c.Result + " " + c.ResultClose))
	for _, b := range verdict.Behaviors() {
		if events, ok := c.Expected[b]; ok {
			res.Expected = append(res.Expected, reports.Outcome{Behavior: b, Events: sentences(events)})
		}
	}
	for _, b := range slices.Sorted(maps.Keys(c.Expected)) {
		if !slices.Contains(verdict.Behaviors(), b) {
			return fmt.Errorf("%s: expected has %q, which is none of Autobahn's words", x.ReportFile, b)
		}
	}
	res.Observed = sentences(c.Received)
	var err error
	if res.Transcript, err = c.transcript(); err != nil {
		return fmt.Errorf("%s: %w", x.ReportFile, err)
	}
	return nil
}

// mostSentence is how long a text of theirs may be in a report, in octets.
const mostSentence = 2 << 10

// cut shortens a text that has no bound of its own.
func cut(s string) string {
	if len(s) > mostSentence {
		s = s[:mostSentence] + " …"
	}
	return strings.ToValidUTF8(s, "�")
}

// sentences are Autobahn's events in words: a tuple of a kind, its payload, and for
// messages whether it is binary.
func sentences(events []json.RawMessage) []string {
	words := make([]string, len(events))
	for i, e := range events {
		words[i] = cut(sentence(e))
	}
	return words
}

func sentence(event json.RawMessage) string {
	var text string
	if json.Unmarshal(event, &text) == nil {
		return text
	}
	var tuple []json.RawMessage
	var kind string
	if json.Unmarshal(event, &tuple) != nil || len(tuple) < 2 || json.Unmarshal(tuple[0], &kind) != nil || json.Unmarshal(tuple[1], &text) != nil {
		return string(event) // as it stands: it is only shown
	}
	if kind == "message" {
		kind = "text message"
		if len(tuple) > 2 && string(tuple[2]) == "true" {
			kind = "binary message"
		}
	}
	return strings.TrimSpace(kind + " " + text)
}

// transcript makes entries of the wire log. It has no times, and of octets only the
// beginnings; the entries say so.
func (c *caseFile) transcript() ([]reports.Entry, error) {
	asked, answered := reports.Sent, reports.Received
	if c.IsServer {
		asked, answered = answered, asked
	}
	var entries []reports.Entry
	for _, h := range []struct {
		text string
		dir  reports.Direction
		kind reports.Kind
		what string
	}{
		{c.HTTPRequest, asked, reports.KindRequest, "opening request"},
		{c.HTTPResponse, answered, reports.KindResponse, "opening response"},
	} {
		if h.text != "" {
			octets := []byte(h.text)
			entries = append(entries, reports.Entry{Dir: h.dir, Kind: h.kind, Text: h.what, Octets: octets, Length: int64(len(octets))})
		}
	}
	for i, raw := range c.Wirelog {
		e, err := c.entry(raw)
		if err != nil {
			return nil, fmt.Errorf("wirelog[%d]: %w", i, err)
		}
		if e != nil {
			entries = append(entries, *e)
		}
	}
	return entries, nil
}

// entry makes one of a line of the wire log, nil of those about Autobahn's own
// logging, and of the handshake, which is there already.
func (c *caseFile) entry(raw json.RawMessage) (*reports.Entry, error) {
	var line []any
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber() // lengths go up to what a float64 does not hold
	if err := d.Decode(&line); err != nil || len(line) == 0 {
		return nil, fmt.Errorf("%.40s is no list", raw)
	}
	kind, _ := line[0].(string)
	switch kind {
	case "TO", "RO":
		return c.octets(kind, line)
	case "TF", "RF":
		return frame(kind, line)
	case "CT", "KL", "TI", "CTE", "KLE", "TIE":
		var argument any
		if len(line) > 1 {
			argument = line[1]
		}
		text := map[string]string{
			"CT": "goes on after %v s", "KL": "gives the connection up after %v s", "TI": "closes after %v s",
			"CTE": "goes on", "KLE": "gives the connection up: the time is over", "TIE": "closes: the time is over",
		}[kind]
		if strings.Contains(text, "%v") {
			text = fmt.Sprintf(text, argument)
		}
		return &reports.Entry{Dir: reports.Note, Kind: reports.KindNote, Text: "Autobahn " + cut(text)}, nil
	}
	return nil, nil
}

func direction(kind string) reports.Direction {
	if kind[0] == 'T' {
		return reports.Sent
	}
	return reports.Received
}

// sized reads a pair of a length and the beginning; older versions have the
// beginning alone.
func sized(v any) (length uint64, text string, ok bool) {
	switch v := v.(type) {
	case string:
		return uint64(len(v)), v, true
	case []any:
		if len(v) != 2 {
			return 0, "", false
		}
		n, ok := number(v[0], math.MaxUint64)
		text, isText := v[1].(string)
		return n, text, ok && isText
	}
	return 0, "", false
}

// number reads one from 0 up to the most that it can be.
func number(v any, most uint64) (uint64, bool) {
	digits, _ := v.(json.Number)
	n, err := strconv.ParseUint(digits.String(), 10, 64)
	return n, err == nil && n <= most
}

func (c *caseFile) octets(kind string, line []any) (*reports.Entry, error) {
	if len(line) < 2 {
		return nil, fmt.Errorf("%s without octets", kind)
	}
	length, text, ok := sized(line[1])
	digits, isCut := strings.CutSuffix(text, " ...")
	octets, err := hex.DecodeString(digits)
	if !ok || err != nil {
		return nil, fmt.Errorf("%s without octets in hex", kind)
	}
	for _, handshake := range []string{c.HTTPRequest, c.HTTPResponse} {
		if len(octets) > 16 && strings.HasPrefix(handshake, string(octets)) {
			return nil, nil
		}
	}
	e := &reports.Entry{Dir: direction(kind), Kind: reports.KindOctets, Octets: octets, Length: int64(len(octets))}
	switch _, pair := line[1].([]any); {
	case isCut && pair:
		e.Text = fmt.Sprintf("%d octets, of which Autobahn keeps the first %d", length, len(octets))
	case isCut:
		e.Text = fmt.Sprintf("octets, of which Autobahn keeps the first %d", len(octets))
	default:
		e.Text = fmt.Sprintf("%d octets", len(octets))
	}
	return e, nil
}

// frame makes an entry of a frame's header. The octets stand in entries of their
// own, so this one has none; how the length was written it does not tell, and the
// shortest form is taken.
func frame(kind string, line []any) (*reports.Entry, error) {
	const payload, opcode, fin, rsv = 1, 2, 3, 4
	key := map[string]int{"TF": 5, "RF": 6}[kind]
	if len(line) <= key {
		return nil, fmt.Errorf("%s has %d members, too few", kind, len(line))
	}
	length, text, ok := sized(line[payload])
	code, okCode := number(line[opcode], 15)
	final, okFin := line[fin].(bool)
	bits, okBits := number(line[rsv], 7)
	if !ok || !okCode || !okFin || !okBits {
		return nil, fmt.Errorf("%s is no frame: %.80v", kind, line)
	}
	f := &reports.Frame{Fin: final, RSV: int(bits), Opcode: int(code), Form: 7, Length: length}
	if maskKey, _ := line[key].(string); maskKey != "" { // null, if there is none
		f.Masked, f.MaskKey = true, cut(maskKey)
	}
	switch {
	case length > 0xffff:
		f.Form = 64
	case length > 125:
		f.Form = 16
	}
	name, known := map[int]string{0: "continuation", 1: "text", 2: "binary", 8: "Close", 9: "ping", 10: "pong"}[f.Opcode]
	if !known {
		name = fmt.Sprintf("opcode %d", f.Opcode)
	}
	t := fmt.Sprintf("%s frame of %d octets", name, length)
	if text != "" {
		t += ": " + text
	}
	return &reports.Entry{Dir: direction(kind), Kind: reports.KindFrame, Text: cut(t), Frame: f}, nil
}
