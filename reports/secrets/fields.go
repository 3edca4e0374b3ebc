package secrets

import (
	"bytes"
	"iter"
)

// A fieldLine is a field of an HTTP message: its name, and where its value is.
type fieldLine struct {
	name     []byte
	from, to int
	// secret: the name says that the value is one.
	secret bool
}

// mostOfName is how long the name of a field may be.
const mostOfName = 100

// fieldLines are the lines of a head that are fields. A peer can send thousands, and a
// regular expression would be slow.
func fieldLines(head []byte) iter.Seq[fieldLine] {
	return func(yield func(fieldLine) bool) {
		var last fieldLine // a peer that sends thousands repeats itself
		for at := 0; at < len(head); {
			line, end := head[at:], len(head)
			if n := bytes.IndexByte(line, '\n'); n >= 0 {
				line, end = line[:n], at+n
			}
			colon := bytes.IndexByte(line, ':')
			if colon > 0 && colon <= mostOfName && isName(line[:colon]) {
				value := bytes.TrimLeft(line[colon+1:], " \t")
				f := fieldLine{name: line[:colon], from: end - len(value), secret: last.secret}
				if n := bytes.IndexByte(value, '\r'); n >= 0 {
					value = value[:n]
				}
				f.to = f.from + len(value)
				if !bytes.Equal(f.name, last.name) {
					f.secret = secretField.Match(f.name)
				}
				last = f
				if !yield(f) {
					return
				}
			}
			at = end + 1
		}
	}
}

// isName reports whether octets are the name of a field: a token (RFC 9110 5.1, 5.6.2).
func isName(octets []byte) bool {
	for _, c := range octets {
		letter := c|0x20 >= 'a' && c|0x20 <= 'z'
		if !letter && (c < '0' || c > '9') && bytes.IndexByte([]byte("!#$%&'*+-.^_|~"), c) < 0 {
			return false
		}
	}
	return true
}
