package reports

import (
	"bytes"
	"compress/flate"
	"encoding/base64"
	"io"
	"regexp"
	"strings"
	"testing"
)

func htmlOf(t testing.TB, r *Report) string {
	t.Helper()
	var b bytes.Buffer
	if err := WriteHTML(&b, r); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

var blockElement = regexp.MustCompile(`<script type="text/plain" id="block-(?:\d+|gotests)">([^<]*)</script>`)

// blocksOf returns the compressed cases of a page, opened.
func blocksOf(t testing.TB, page string) []string {
	t.Helper()
	var blocks []string
	for _, m := range blockElement.FindAllStringSubmatch(page, -1) {
		packed, err := base64.StdEncoding.DecodeString(m[1])
		if err != nil {
			t.Fatal(err)
		}
		html, err := io.ReadAll(flate.NewReader(bytes.NewReader(packed)))
		if err != nil {
			t.Fatal(err)
		}
		blocks = append(blocks, string(html))
	}
	return blocks
}

// TestPageSaysWithoutItsScriptWhatFailed reads the page as it stands, before
// any script: the verdict, and why each case did not pass.
func TestPageSaysWithoutItsScriptWhatFailed(t *testing.T) {
	r := sample()
	page := htmlOf(t, r)
	for _, want := range []string{
		"0 of 3 peers conform",
		"The peer answered a ping of 126 octets with a pong.", "Likely cause: the peer takes control frames of any length.",
		"A control frame carries at most 125 octets and is not fragmented.",
		"the peer fails the connection with 1002",
		"pong of 126 octets",
		"The harness ran out of file descriptors.",
		"RFC 6455 section 5.5",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the page does not say %q", want)
		}
	}
	for i := range r.Results {
		key := newCaseViews(r)[i].Key
		if !strings.Contains(page, `href="#case=`+strings.ReplaceAll(key, "/", "%2f")+`"`) {
			t.Errorf("the page has no link to %s", key)
		}
	}
}

func TestHeadlineSaysTheVerdict(t *testing.T) {
	only := func(results ...Result) *Report {
		r := sample()
		r.Targets, r.Results = r.Targets[:1], results
		return r
	}
	pass, fail := passing("alpha", Server, "1.1.1", ""), failing("alpha", Server, "2.7")
	warn, skip, broke := warning("alpha", Server, "3.2"), skipped("alpha", Server, "12.1.1"), broken("alpha", Server, "robust/x")
	for _, c := range []struct {
		report           *Report
		sentence, detail string
	}{
		{only(pass), "alpha conforms", "The only case passes."},
		{only(pass, skip), "alpha conforms", "Of 2 cases, 1 skipped."},
		{only(pass, warn), "alpha conforms, with remarks", "Of 2 cases, 1 with a remark."},
		{only(pass, warn, fail, broke), "alpha does not conform", "Of 4 cases, 1 fail, 1 with a remark, 1 the harness could not finish. What fails breaks 1 requirement."},
		{only(pass, broke), "alpha could not be tested in full", "Of 2 cases, 1 the harness could not finish."},
		{only(skip), "alpha was not tested", "Of 1 case, 1 skipped."},
		{only(), "Nothing was tested", "The report has no results."},
	} {
		s := Summarize(c.report.Targets, c.report.Results)
		h := newHeadline(newPeerCards(c.report, s), s)
		if h.Sentence != c.sentence || h.Detail != c.detail {
			t.Errorf("headline is %q, %q\nwant        %q, %q", h.Sentence, h.Detail, c.sentence, c.detail)
		}
	}
}

func TestPageEscapesHostileText(t *testing.T) {
	page := htmlOf(t, sample())
	all := page + strings.Join(blocksOf(t, page), "")
	if strings.Contains(all, "<script>alert") || strings.Contains(all, "<b>&amp;</b>") {
		t.Error("text of the report became markup")
	}
	if n := strings.Count(all, "&lt;script&gt;alert(1)"); n < 4 {
		t.Errorf("hostile text is on the page %d times, escaped: it was lost", n)
	}
	// Two for the page itself, one a block: none came from the report.
	scripts, blocks := strings.Count(page, "<script"), len(blocksOf(t, page))
	if scripts != 2+blocks || strings.Count(page, "</script>") != scripts {
		t.Errorf("%d script elements with %d blocks", scripts, blocks)
	}
}

// TestPageAsksForNothing holds the page to what its policy says: no address
// outside it but the links to the RFCs, which a reader follows or not.
func TestPageAsksForNothing(t *testing.T) {
	page := htmlOf(t, sample())
	if !strings.Contains(page, `http-equiv="Content-Security-Policy" content="default-src &#39;none&#39;;`) {
		t.Error("the policy is missing or allows something by default")
	}
	if strings.Contains(page, "unsafe-inline") {
		t.Error("the policy allows what it does not know")
	}
	for _, m := range regexp.MustCompile(`(?:src|href|action|url)\s*[=(]\s*["']?([a-z]+:[^"' )>]*)`).FindAllStringSubmatch(page, -1) {
		if !strings.HasPrefix(m[1], "https://www.rfc-editor.org/rfc/") && !strings.HasPrefix(m[1], "data:image/svg+xml,") {
			t.Errorf("the page points at %s", m[1])
		}
	}
}

func TestTranscriptIsDrawnWithItsTrueLength(t *testing.T) {
	r := sample()
	html := strings.Join(blocksOf(t, htmlOf(t, r)), "")
	for _, want := range []string{
		"the first 256 of 104857600 octets, SHA-256 <code>" + cut(7, 100<<20).SHA256,
		"<span>RSV1</span><span>RSV2</span><span>RSV3</span><span>reserved 0xF</span><span>length 18446744073709551615 in 64 bits</span>",
		"<span>FIN</span><span>text 0x1</span><span>MASK 37fa213d</span><span>length 5 in 7 bits</span>",
		"0000  81 <mark>05</mark> 48 65 6c 6c 6f     ..Hello",
		"Sec-WebSocket-Version: 13",
		"<time>350 µs</time> +40 µs",
	} {
		if !strings.Contains(html, want) {
			t.Errorf("no case shows %s", want)
		}
	}
}

// TestPageOfAllCasesIsSmall is the promise of 5 MB for 517 cases and 6 agents,
// with a last agent that fails every case, which is the most there is to say.
func TestPageOfAllCasesIsSmall(t *testing.T) {
	page, err := largePage()
	if err != nil {
		t.Fatal(err)
	}
	const results = 517 * 6
	packed := 0
	for _, m := range blockElement.FindAllString(page, -1) {
		packed += len(m)
	}
	t.Logf("%d results: %.2f MB, %.2f MB of it compressed", results, float64(len(page))/1e6, float64(packed)/1e6)
	if len(page) >= 5e6 {
		t.Errorf("the page has %d octets", len(page))
	}
	all := strings.Join(blocksOf(t, page), "")
	if got := strings.Count(all, "<article "); got != results {
		t.Errorf("%d of %d cases are in the blocks", got, results)
	}
	if !strings.Contains(all, "more, not drawn on this page") {
		t.Error("nothing says that entries were left out")
	}
}

func TestLongTranscriptKeepsWhatDeparts(t *testing.T) {
	r := sample()
	res := &r.Results[2]
	for len(res.Transcript) < 5000 {
		res.Transcript = append(res.Transcript, conversation()[3])
	}
	res.Departs = &Departure{Entry: 2500}
	line := newTimeline(res, room{Entries: 40, Octets: 100})
	var departs, omitted int
	for _, e := range line.Events {
		omitted += e.Omitted
		if e.Departs != "" {
			departs++
		}
	}
	if departs != 1 || omitted != 5000-41 || len(line.Events) != 43 {
		t.Errorf("%d events, %d of them the departing one, stand for %d more", len(line.Events), departs, omitted)
	}
}

// TestAPeerThatNeverStopsDoesNotMakeTheFormsLarge has a peer that sent a
// hundred thousand frames, 100 MB of them, and each as an event of its own.
func TestAPeerThatNeverStopsDoesNotMakeTheFormsLarge(t *testing.T) {
	r := sample()
	res := &r.Results[2]
	frame := conversation()[4]
	frame.Octets = make([]byte, 1024)
	frame.Length = 1024
	for range 100_000 {
		res.Transcript = append(res.Transcript, frame)
		res.Observed = append(res.Observed, "text message of 1016 octets")
	}
	res.Observed[0] = strings.Repeat("long ", 100_000)
	res.Explanation = strings.Repeat("<long> ", 100_000)
	for _, f := range Formats() {
		if f.Name == "json" {
			continue
		}
		text := drawn(t, f.Write, r)
		if f.Name == "html" {
			text += strings.Join(blocksOf(t, text), "")
			if !strings.Contains(text, "99,977 more") && !strings.Contains(text, "99,979 more") {
				t.Error("the page does not say how many events it left out")
			}
		}
		if len(text) > 4<<20 {
			t.Errorf("%s has %d octets", f.Name, len(text))
		}
	}
}

// TestWhatDepartsIsMarked: of an entry of which the page draws eight octets, the
// one that departs is always drawn.
func TestWhatDepartsIsMarked(t *testing.T) {
	head := "HTTP/1.1 101 Switching Protocols\r\nUpgrade: webchat\r\n\r\n"
	frame := "\x81\x1e" + "abcdefghijklmnopqrstuvwxyz0123"
	for _, tt := range []struct {
		name   string
		kind   Kind
		octets string
		octet  int64
		where  string
		lines  marked
		dump   string
	}{
		{name: "the end of TCP", kind: KindEOF, where: "departs here"},
		{name: "a frame's first octet", kind: KindFrame, octets: frame, octet: 0, where: "departs at octet 0", dump: "0000  [81] 1e 61 62 63 64 65 66  ..abcdef\n"},
		{name: "one behind what is drawn", kind: KindFrame, octets: frame, octet: 26, where: "departs at octet 26", dump: "0018  77 78 [79] 7a 30 31 32 33  wxyz0123\n"},
		{name: "one behind what was kept", kind: KindFrame, octets: frame, octet: 2600, where: "departs at octet 2,600, which was not kept",
			dump: "0000  81 1e 61 62 63 64 65 66  ..abcdef\n"},
		{name: "a field's value", kind: KindResponse, octets: head, octet: int64(strings.Index(head, "webchat")), where: "departs at octet 43",
			lines: marked{"101 Switching Protocols\nUpgrade: ", "webchat", "\n\n"}},
		{name: "a field that is missing", kind: KindResponse, octets: head, octet: int64(len(head)) - 2, where: "departs at octet 52",
			lines: marked{"webchat\n", "(the head ends here)", "\n"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			e := Entry{Dir: Received, Kind: tt.kind, Octets: []byte(tt.octets), Length: int64(len(tt.octets))}
			res := Result{Transcript: []Entry{e}, Departs: &Departure{Octet: tt.octet}}
			size := 8
			if tt.kind == KindResponse {
				size = 16
			}
			got := newTimeline(&res, room{Entries: 10, Octets: size}).Events[0]
			text := got.Dump.Before
			if got.Dump.Mark != "" {
				text += "[" + got.Dump.Mark + "]" + got.Dump.After
			}
			if got.Departs != tt.where || got.Lines.Mark != tt.lines.Mark || !strings.HasSuffix(got.Lines.Before, tt.lines.Before) || got.Lines.After != tt.lines.After || text != tt.dump {
				t.Errorf("%q\n%+v\n%s", got.Departs, got.Lines, text)
			}
		})
	}
}

func TestHexDump(t *testing.T) {
	octets := []byte("\x81\x05Hello, <wor")
	d := dump(octets, 0, 9)
	want := marked{
		Before: "0000  81 05 48 65 6c 6c 6f 2c  ..Hello,\n0008  20 ",
		Mark:   "3c",
		After:  " 77 6f 72            <wor\n",
	}
	if d != want {
		t.Errorf("dump is\n%q\nwant\n%q", d, want)
	}
	if d := dump(octets, 0, 99); d.Mark != "" {
		t.Errorf("an offset outside marks %q", d.Mark)
	}
}
