package handshakes

import (
	"strings"

	"github.com/wsspec/wsspec/fuzz/input"
	"github.com/wsspec/wsspec/ref/wire"
)

// A found says what the naive reading made of some octets.
type found int

const (
	short found = iota // the beginning of a head
	whole              // a head
	never              // no head begins like this
)

// naiveHead finds the end of a head first, then cuts all that is there into
// lines. The lines are those that are complete, without the empty one.
func naiveHead(b []byte) (lines []string, n int, f found) {
	head, complete := string(b), false
	if end := strings.Index(head, "\r\n\r\n"); end >= 0 {
		head, complete = head[:end+4], true
	} else if strings.HasPrefix(head, "\r\n") {
		return nil, 0, never
	}
	if len(head) > wire.MaxHandshakeLen || !complete && len(head) == wire.MaxHandshakeLen {
		return nil, 0, never
	}
	lines = strings.Split(head, "\r\n")
	for i, line := range lines {
		if last := i == len(lines)-1; last {
			line = strings.TrimSuffix(line, "\r") // its LF may still come
		}
		for _, c := range []byte(line) {
			if c < 0x20 && c != '\t' || c == 0x7F || c >= 0x80 && i == 0 {
				return nil, 0, never
			}
		}
	}
	if complete {
		return lines[:len(lines)-2], len(head), whole
	}
	return lines[:len(lines)-1], 0, short
}

// naiveFields reads the field lines; a line that begins with white space belongs
// to the one before, if that is permitted.
func naiveFields(lines []string, folding bool) (fields wire.Fields, ok bool) {
	fields = wire.Fields{}
	for _, line := range lines {
		if strings.Trim(line[:1], " \t") == "" {
			if !folding || len(fields) == 0 {
				return nil, false
			}
			last := &fields[len(fields)-1]
			last.Value = strings.Trim(last.Value+" "+strings.Trim(line, " \t"), " ")
			continue
		}
		name, value, colon := strings.Cut(line, ":")
		if !colon || !tokenPattern.MatchString(name) {
			return nil, false
		}
		fields = append(fields, wire.Field{Name: name, Value: strings.Trim(value, " \t")})
	}
	return fields, true
}

// headInput reads an octet that says how the rest is padded, so that small
// inputs reach the limit on the size of a head: with 0xFF one more field makes
// it so long as the next octet says, counted from just below the limit.
func headInput(data []byte) []byte {
	r := input.From(data)
	if r.Octet() != 0xFF {
		return r.Rest()
	}
	size := wire.MaxHandshakeLen - 128 + int(r.Octet())
	head := string(r.Rest())
	first, rest, found := strings.Cut(head, "\r\n")
	const name = "X-Padding: "
	if room := size - len(head) - len(name) - len("\r\n"); found && room > 0 {
		return []byte(first + "\r\n" + name + strings.Repeat("p", room) + "\r\n" + rest)
	}
	return []byte(head)
}

// cuts are some lengths at which to look at the beginning of n octets.
func cuts(n int) []int {
	return []int{n / 7, n / 3, n / 2, n * 3 / 4, max(n-3, 0), max(n-2, 0), max(n-1, 0)}
}

// bodily reports whether fields are there that net/http reads as telling of a
// body, which has no part in a handshake.
func bodily(f wire.Fields) bool {
	for _, name := range []string{"Content-Length", "Transfer-Encoding", "Trailer"} {
		if _, ok := f.Get(name); ok {
			return true
		}
	}
	return false
}
