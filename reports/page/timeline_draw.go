package page

import (
	"bytes"
	"html/template"
	"strconv"
	"strings"
)

// draw writes the timeline as HTML. It does not use html/template, which takes ten
// times as long, because most of a page is timelines. testdata/timeline.html is the
// same as a template, and a test compares the two. Every text that is not constant
// is escaped by text.
func (t timeline) draw(b *bytes.Buffer) {
	b.WriteString(`<div class="lanes" aria-hidden="true"><span>wsspec</span><span>`)
	text(b, t.Peer)
	b.WriteString("</span></div>\n<ol class=\"timeline\">\n")
	for i := range t.Events {
		if e := &t.Events[i]; e.Omitted > 0 {
			b.WriteString(`<li class="omitted">` + strconv.Itoa(e.Omitted) + " more, not drawn on this page</li>\n")
		} else {
			e.draw(b)
		}
	}
	b.WriteString("</ol>\n")
}

func (v *timelineEvent) draw(b *bytes.Buffer) {
	b.WriteString(`<li class="`)
	text(b, string(v.Dir))
	b.WriteByte(' ')
	text(b, string(v.Kind))
	if v.FirstWrong != "" {
		b.WriteString(" wrong")
	}
	b.WriteString(`"><p class="when"><time>`)
	text(b, v.When)
	b.WriteString("</time> ")
	text(b, v.Gap)
	b.WriteString(`</p><div><p class="what"><span class="unseen">`)
	text(b, string(v.Dir))
	b.WriteString(" </span>")
	text(b, v.Text)
	if v.FirstWrong != "" {
		b.WriteString(` <span class="tag">`)
		text(b, v.FirstWrong)
		b.WriteString("</span>")
	}
	b.WriteString("</p>")
	if len(v.Fields) > 0 {
		b.WriteString(`<p class="fields">`)
		for _, field := range v.Fields {
			b.WriteString("<span>")
			text(b, field)
			b.WriteString("</span>")
		}
		b.WriteString("</p>")
	}
	v.drawOctets(b)
	b.WriteString("</div></li>\n")
}

// drawOctets draws the entry's octets. They are shown at once if they are few or
// have the first wrong octet; otherwise the reader opens them.
func (v *timelineEvent) drawOctets(b *bytes.Buffer) {
	summary := "<summary>" + strconv.FormatInt(v.Length, 10) + " octets</summary>"
	switch {
	case v.Lines.Before != "" || v.Lines.Mark != "":
		b.WriteString("<details")
		if v.FirstWrong != "" {
			b.WriteString(" open")
		}
		b.WriteString(">" + summary + "<pre>")
		v.Lines.draw(b)
		b.WriteString("</pre>")
		v.drawCut(b)
		b.WriteString("</details>")
	case v.Shown > 0:
		opens := !v.Short && v.FirstWrong == ""
		if opens {
			b.WriteString("<details>" + summary)
		}
		b.WriteString(`<pre class="hex">`)
		v.Dump.draw(b)
		b.WriteString("</pre>")
		v.drawCut(b)
		if opens {
			b.WriteString("</details>")
		}
	default:
		v.drawCut(b)
	}
}

// drawCut says which octets are drawn, if not all of them are.
func (v *timelineEvent) drawCut(b *bytes.Buffer) {
	if v.Shown >= len(v.Octets) && !v.Cut() {
		return
	}
	shown, all := strconv.Itoa(v.Shown), strconv.FormatInt(v.Length, 10)
	if v.From > 0 {
		b.WriteString(`<p class="cut">` + shown + " octets from octet " + strconv.Itoa(v.From) + " on, of " + all)
	} else {
		b.WriteString(`<p class="cut">the first ` + shown + " of " + all + " octets")
	}
	if v.SHA256 != "" {
		b.WriteString(", SHA-256 <code>")
		text(b, v.SHA256)
		b.WriteString("</code>")
	}
	b.WriteString("</p>")
}

func (m marked) draw(b *bytes.Buffer) {
	text(b, m.Before)
	if m.Mark != "" {
		b.WriteString("<mark>")
		text(b, m.Mark)
		b.WriteString("</mark>")
	}
	text(b, m.After)
}

// text writes s as the text of an element or as an attribute in quotes.
func text(b *bytes.Buffer, s string) {
	if strings.ContainsAny(s, "\x00'\"&<>") {
		template.HTMLEscape(b, []byte(s))
		return
	}
	b.WriteString(s)
}
