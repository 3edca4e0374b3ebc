package check

import (
	"fmt"
	"slices"
)

// A Collector collects the connections of one file.
type Collector struct {
	options Options
	file    *File
	// number counts the connections, left those that are not listed.
	number, left int
	// events is how many events are kept, lost how many are not.
	events, lost int
}

// NewCollector begins a file with that name and form.
func NewCollector(name, form string, o Options) *Collector {
	return &Collector{options: o, file: &File{Name: name, Form: form, Connections: []*Connection{}}}
}

// Note adds a sentence about the file.
func (c *Collector) Note(format string, args ...any) {
	c.file.Notes = append(c.file.Notes, fmt.Sprintf(format, args...))
}

// File is what was collected.
func (c *Collector) File() *File {
	if c.left > 0 {
		c.Note("%d connections are not listed: the list has %d, and those with violations first", c.left, len(c.file.Connections))
		c.left = 0
	}
	if c.lost > 0 {
		c.Note("%d more heads, frames and ends are not listed: the list has %d", c.lost, mostEvents)
		c.lost = 0
	}
	slices.SortStableFunc(c.file.Connections, func(a, b *Connection) int { return a.Number - b.Number })
	return c.file
}

// add adds a connection that was judged.
func (c *Collector) add(conn *Connection) {
	if c.options.Hide != nil {
		c.options.Hide(conn)
	}
	conn.Heads = nil
	n := len(c.file.Connections)
	if n >= mostConnections && len(conn.Violations) == 0 || n >= 2*mostConnections {
		c.left++
		c.file.MoreViolations += int64(len(conn.Violations)) + conn.MoreViolations
		return
	}
	c.file.Connections = append(c.file.Connections, conn)
}

// other counts a connection that was not judged.
func (c *Collector) other(kind Kind, name string) {
	i := slices.IndexFunc(c.file.Others, func(o Others) bool { return o.Kind == kind })
	if i < 0 {
		i = len(c.file.Others)
		c.file.Others = append(c.file.Others, Others{Kind: kind})
	}
	o := &c.file.Others[i]
	o.Count++
	if name != "" && len(o.Examples) < mostExamples {
		o.Examples = append(o.Examples, name)
	}
}
