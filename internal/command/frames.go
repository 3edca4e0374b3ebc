package command

import (
	"fmt"
	"regexp"
	"strings"
	"sync"
	"time"

	"github.com/wsspec/wsspec/conformance/observed"
	"github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/reports/terminal"
)

// A frameLog prints a line for each frame as it goes, and for whatever else a transcript
// has. It prints in a goroutine of its own: a terminal that is stopped must not make a
// peer look slow.
type frameLog struct {
	console *console
	lines   chan string
	done    sync.WaitGroup

	mu sync.Mutex
	// left counts the lines that had no room.
	left  int
	ended bool
}

// mostWaiting is how many lines wait to be printed. More are left out, and counted.
const mostWaiting = 4096

// frames begins to print frames if -v wants it, and returns nil otherwise. Call end at the
// end, once or more often.
func (r *runFlags) frames(c *console) *frameLog {
	if !r.verbose {
		return nil
	}
	return newFrameLog(c)
}

func newFrameLog(c *console) *frameLog {
	f := &frameLog{console: c, lines: make(chan string, mostWaiting)}
	f.done.Go(func() {
		for line := range f.lines {
			c.line(line)
		}
	})
	return f
}

// entry takes an entry of the transcript of a case.
func (f *frameLog) entry(c *script.Case, e observed.Entry) {
	f.put(frameLine(c.ID, e, f.console.screen.style()))
}

// put takes a line.
func (f *frameLog) put(line string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.ended {
		return
	}
	if f.left > 0 {
		select {
		case f.lines <- fmt.Sprintf("%d lines are left out, for they came faster than they could be printed", f.left):
			f.left = 0
		default:
		}
	}
	select {
	case f.lines <- line:
	default:
		f.left++
	}
}

// watch is the function that takes entries; nil for no log.
func (f *frameLog) watch() func(*script.Case, observed.Entry) {
	if f == nil {
		return nil
	}
	return f.entry
}

// end waits until all lines are printed. Entries that come later are not.
func (f *frameLog) end() {
	if f == nil {
		return
	}
	f.mu.Lock()
	ended := f.ended
	f.ended = true
	f.mu.Unlock()
	if ended {
		return
	}
	close(f.lines)
	f.done.Wait()
	if f.left > 0 {
		f.console.line(fmt.Sprintf("%d lines are left out, for they came faster than they could be printed", f.left))
	}
}

// frameLine is an entry in one line: "3.2 0.012s → text 13 octets …". An arrow to the right is
// what the harness sends.
func frameLine(id string, e observed.Entry, style terminal.Style) string {
	arrow := map[observed.Direction]string{observed.Sent: "→", observed.Received: "←", observed.Noted: "·"}[e.Dir]
	text := e.String()
	if e.Kind == observed.EntryRequest {
		text = query.ReplaceAllString(text, "?…") // it may be a secret
	}
	if e.Kind == observed.EntryOctets {
		text = strings.TrimSpace(text + " " + script.Quote(e.Octets[:min(len(e.Octets), mostOctets)]))
		if more := max(len(e.Octets), e.Length) - mostOctets; more > 0 {
			text += fmt.Sprintf(" and %d octets more", more)
		}
	}
	most := 300
	if style.Width > 0 {
		most = style.Width
	}
	return terminal.Cut(fmt.Sprintf("%s %.3fs %s %s", id, e.At.Round(time.Millisecond).Seconds(), arrow, terminal.CleanLine(text)), most)
}

// query is that of a request target.
var query = regexp.MustCompile(`\?\S+`)

// mostOctets is how many octets of what is no frame are printed.
const mostOctets = 32
