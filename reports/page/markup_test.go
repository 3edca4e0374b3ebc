package page

import (
	"bytes"
	"regexp"
	"strings"
	"testing"

	"github.com/wsspec/wsspec/reports"
	"github.com/wsspec/wsspec/reports/internal/fixture"
	"github.com/wsspec/wsspec/reports/internal/outline"
)

func htmlOf(t testing.TB, r *reports.Report) string {
	t.Helper()
	var b bytes.Buffer
	if err := Write(&b, r); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// TestPageSaysWithoutItsScriptWhatFailed reads the HTML of the page, before any
// script: the verdict, and why each case did not pass.
func TestPageSaysWithoutItsScriptWhatFailed(t *testing.T) {
	r := fixture.Sample()
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
		key := outline.Cases(r)[i].Key
		if !strings.Contains(page, `href="#case=`+strings.ReplaceAll(key, "/", "%2f")+`"`) {
			t.Errorf("the page has no link to %s", key)
		}
	}
}

func TestPageEscapesHostileText(t *testing.T) {
	page := htmlOf(t, fixture.Sample())
	all := page + strings.Join(fixture.BlocksOf(t, page), "")
	if strings.Contains(all, "<script>alert") || strings.Contains(all, "<b>&amp;</b>") {
		t.Error("text of the report became markup")
	}
	if n := strings.Count(all, "&lt;script&gt;alert(1)"); n < 4 {
		t.Errorf("hostile text is on the page %d times, escaped: it was lost", n)
	}
	// Two are the page's own, and there is one for each block: none is from the
	// report.
	scripts, blocks := strings.Count(page, "<script"), len(fixture.BlocksOf(t, page))
	if scripts != 2+blocks || strings.Count(page, "</script>") != scripts {
		t.Errorf("%d script elements with %d blocks", scripts, blocks)
	}
}

// TestPageMakesNoRequests: the page has no address of another page but links to the
// RFCs.
func TestPageMakesNoRequests(t *testing.T) {
	page := htmlOf(t, fixture.Sample())
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
	r := fixture.Sample()
	html := strings.Join(fixture.BlocksOf(t, htmlOf(t, r)), "")
	for _, want := range []string{
		"the first 256 of 104857600 octets, SHA-256 <code>" + fixture.Cut(7, 100<<20).SHA256,
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

// TestPageOfAllCasesIsSmall: the page of 517 cases and 6 agents has less than 5 MB,
// even if one agent fails every case.
func TestPageOfAllCasesIsSmall(t *testing.T) {
	page, err := largePage()
	if err != nil {
		t.Fatal(err)
	}
	const results = 517 * 6
	packed := 0
	for _, m := range fixture.BlockElement.FindAllString(page, -1) {
		packed += len(m)
	}
	t.Logf("%d results: %.2f MB, %.2f MB of it compressed", results, float64(len(page))/1e6, float64(packed)/1e6)
	if len(page) >= 5e6 {
		t.Errorf("the page has %d octets", len(page))
	}
	all := strings.Join(fixture.BlocksOf(t, page), "")
	if got := strings.Count(all, "<article "); got != results {
		t.Errorf("%d of %d cases are in the blocks", got, results)
	}
	if !strings.Contains(all, "more, not drawn on this page") {
		t.Error("nothing says that entries were left out")
	}
}

func TestLongTranscriptKeepsTheFirstWrongEntry(t *testing.T) {
	r := fixture.Sample()
	res := &r.Results[2]
	for len(res.Transcript) < 5000 {
		res.Transcript = append(res.Transcript, fixture.Conversation()[3])
	}
	res.FirstWrong = &reports.Position{Entry: 2500}
	line := newTimeline(res, room{Entries: 40, Octets: 100})
	var wrong, omitted int
	for _, e := range line.Events {
		omitted += e.Omitted
		if e.FirstWrong != "" {
			wrong++
		}
	}
	if wrong != 1 || omitted != 5000-41 || len(line.Events) != 43 {
		t.Errorf("%d events, %d of them with the first wrong octet, stand for %d more", len(line.Events), wrong, omitted)
	}
}

// TestFirstWrongOctetIsMarked: the first wrong octet is drawn even if the page has
// room for eight octets only.
func TestFirstWrongOctetIsMarked(t *testing.T) {
	head := "HTTP/1.1 101 Switching Protocols\r\nUpgrade: webchat\r\n\r\n"
	frame := "\x81\x1e" + "abcdefghijklmnopqrstuvwxyz0123"
	for _, tt := range []struct {
		name   string
		kind   reports.Kind
		octets string
		octet  int64
		where  string
		lines  marked
		dump   string
	}{
		{name: "the end of TCP", kind: reports.KindEOF, where: "first wrong event"},
		{name: "a frame's first octet", kind: reports.KindFrame, octets: frame, octet: 0, where: "first wrong octet: 0", dump: "0000  [81] 1e 61 62 63 64 65 66  ..abcdef\n"},
		{name: "an octet after those that are drawn", kind: reports.KindFrame, octets: frame, octet: 26, where: "first wrong octet: 26", dump: "0018  77 78 [79] 7a 30 31 32 33  wxyz0123\n"},
		{name: "an octet that was not kept", kind: reports.KindFrame, octets: frame, octet: 2600, where: "first wrong octet: 2,600 (not in this report)",
			dump: "0000  81 1e 61 62 63 64 65 66  ..abcdef\n"},
		{name: "a field's value", kind: reports.KindResponse, octets: head, octet: int64(strings.Index(head, "webchat")), where: "first wrong octet: 43",
			lines: marked{"101 Switching Protocols\nUpgrade: ", "webchat", "\n\n"}},
		{name: "a field that is missing", kind: reports.KindResponse, octets: head, octet: int64(len(head)) - 2, where: "first wrong octet: 52",
			lines: marked{"webchat\n", "(the header ends here)", "\n"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			e := reports.Entry{Dir: reports.Received, Kind: tt.kind, Octets: []byte(tt.octets), Length: int64(len(tt.octets))}
			res := reports.Result{Transcript: []reports.Entry{e}, FirstWrong: &reports.Position{Octet: tt.octet}}
			size := 8
			if tt.kind == reports.KindResponse {
				size = 16
			}
			got := newTimeline(&res, room{Entries: 10, Octets: size}).Events[0]
			text := got.Dump.Before
			if got.Dump.Mark != "" {
				text += "[" + got.Dump.Mark + "]" + got.Dump.After
			}
			if got.FirstWrong != tt.where || got.Lines.Mark != tt.lines.Mark || !strings.HasSuffix(got.Lines.Before, tt.lines.Before) || got.Lines.After != tt.lines.After || text != tt.dump {
				t.Errorf("%q\n%+v\n%s", got.FirstWrong, got.Lines, text)
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
