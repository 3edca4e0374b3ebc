package command

import (
	"bufio"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/wsspec/wsspec/conformance/check"
	"github.com/wsspec/wsspec/conformance/rfc"
	"github.com/wsspec/wsspec/reports/secrets"
	"github.com/wsspec/wsspec/reports/terminal"
)

// printCheck prints what was found in a file: a line for it, one for each connection, and
// below that one for each violation and for what was not judged.
func printCheck(w io.Writer, f *check.File, events bool) error {
	p := &checkPrinter{Writer: bufio.NewWriter(w)}
	p.line("%s (%s): %s, %s", f.Name, f.Form, counted(len(f.Connections), "WebSocket connection", "WebSocket connections"), counted(int(f.Violations()), "violation", "violations"))
	for _, c := range f.Connections {
		p.connection(c, events)
	}
	for _, o := range f.Others {
		text := fmt.Sprintf("not judged: %s: %s", counted(o.Count, "connection", "connections"), o.Kind)
		if len(o.Examples) > 0 {
			text += " (" + strings.Join(o.Examples, ", ")
			if o.Count > len(o.Examples) {
				text += ", …"
			}
			text += ")"
		}
		p.line("%s", text)
	}
	for _, note := range f.Notes {
		p.line("note: %s", note)
	}
	return p.Flush()
}

type checkPrinter struct{ *bufio.Writer }

// line prints one line, whatever is in what it quotes.
func (p *checkPrinter) line(format string, args ...any) {
	fmt.Fprintln(p, terminal.CleanLine(fmt.Sprintf(format, args...)))
}

// below prints a line that belongs to a connection.
func (p *checkPrinter) below(format string, args ...any) {
	fmt.Fprintln(p, "    "+terminal.CleanLine(fmt.Sprintf(format, args...)))
}

func (p *checkPrinter) connection(c *check.Connection, events bool) {
	p.line("#%d %s", c.Number, strings.Join(aboutConnection(c), "; "))
	for _, e := range c.Events {
		if events {
			p.below("%s %s: %s%s", since(e.Microseconds), e.Sender, e.Text, octetOf(e.Octet))
		}
	}
	for _, v := range c.Violations {
		p.below("VIOLATION %s %s: %s, %s, %s: %s%s", since(v.Microseconds), v.Sender, v.Clause, levelOf(v.Requirement), v.Requirement, v.What, placeOf(&v))
	}
	if c.MoreViolations > 0 {
		p.below("%d more violations", c.MoreViolations)
	}
	for _, n := range c.NotJudged {
		p.below("%s", notJudged(&n))
	}
}

// aboutConnection says what is known of a connection, in the order in which people ask.
func aboutConnection(c *check.Connection) (parts []string) {
	ends := c.Server
	if c.Client != "" {
		ends = c.Client + " → " + c.Server
	}
	if c.Case != "" {
		ends = fmt.Sprintf("case %s (%s) %s", c.Case, c.Verdict, ends)
	}
	if !c.Began.IsZero() && c.Case == "" {
		ends += " " + c.Began.Format("2006-01-02 15:04:05.000000Z07:00")
	}
	if parts = append(parts, ends); c.Target != "" {
		parts = append(parts, c.Target)
	}
	switch {
	case c.Opened:
	case c.Response != "":
		parts = append(parts, "refused: "+c.Response)
	default:
		parts = append(parts, "not opened")
	}
	if c.Subprotocol != "" {
		parts = append(parts, "subprotocol "+c.Subprotocol)
	}
	if c.Extensions != "" {
		parts = append(parts, "extensions "+c.Extensions)
	}
	if c.Opened {
		parts = append(parts, "client "+sent(c.FromClient), "server "+sent(c.FromServer))
	}
	return append(parts, c.Ended...)
}

// sent says how much a side sent.
func sent(s check.Side) string {
	what := counted(int(s.Frames), "frame", "frames")
	if s.Frames == 0 && s.Messages > 0 {
		what = counted(int(s.Messages), "message", "messages")
	}
	return what + ", " + counted(int(s.Octets), "octet", "octets")
}

// since is a time since a connection began.
func since(microseconds int64) string {
	return fmt.Sprintf("+%.6fs", (time.Duration(microseconds) * time.Microsecond).Seconds())
}

func levelOf(requirement string) string {
	if r := rfc.ByID(requirement); r != nil {
		return r.Level
	}
	return "MUST"
}

// placeOf says where a violation is.
func placeOf(v *check.Violation) string {
	if v.Message > 0 {
		return fmt.Sprintf(" (message %d)", v.Message)
	}
	return octetOf(v.Octet)
}

// octetOf is the number of an octet, if it is known.
func octetOf(n int64) string {
	if n < 0 {
		return ""
	}
	return fmt.Sprintf(" (octet %d)", n)
}

// notJudged says what was not judged, and why.
func notJudged(n *check.NotJudged) string {
	what := "not judged"
	switch {
	case n.Sender != "" && n.Rest:
		what += fmt.Sprintf(", all of the %s from here on%s", n.Sender, octetOf(n.Octet))
	case n.Sender != "" && n.Times > 1:
		what += fmt.Sprintf(", %d times of the %s, first here%s", n.Times, n.Sender, octetOf(n.Octet))
	case n.Sender != "":
		what += fmt.Sprintf(", of the %s here%s", n.Sender, octetOf(n.Octet))
	case n.Times > 1:
		what += fmt.Sprintf(", %d times", n.Times)
	}
	return what + ": " + n.Why
}

// hideIn removes the secrets from what was found of a connection.
func hideIn(c *check.Connection, known *secrets.Redactor) {
	r := known.Clone()
	for _, head := range c.Heads {
		r.Secrets(head)
	}
	const origin = "ws://host" // of a target without one
	raw, target := c.Target, c.Target
	if strings.HasPrefix(target, "/") {
		target = origin + target
	}
	r.Learn(target)
	c.Target = strings.TrimPrefix(r.Text(target), origin)
	hide := func(text *string) {
		if raw != c.Target { // also where a query is one word
			*text = strings.ReplaceAll(*text, raw, c.Target)
		}
		*text = r.Text(*text)
	}
	for _, text := range []*string{&c.Subprotocol, &c.Extensions, &c.Response} {
		hide(text)
	}
	for i := range c.Ended {
		hide(&c.Ended[i])
	}
	for i := range c.Violations {
		hide(&c.Violations[i].What)
	}
	for i := range c.Events {
		hide(&c.Events[i].Text)
	}
}
