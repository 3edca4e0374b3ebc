package handshakes

import (
	"strings"

	"github.com/wsspec/wsspec/internal/fuzzinput"
	"github.com/wsspec/wsspec/ref/wire"
)

// A found is the result of the naive parser.
type found int

const (
	short found = iota // an incomplete head
	whole              // a complete head
	never              // an invalid head
)

// naiveHead finds the end of a head first, and then splits the head into lines. It returns
// the complete lines without the final empty line. A status line may have octets above
// 0x7F after its second space.
func naiveHead(b []byte, statusLine bool) (lines []string, n int, f found) {
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
			line = strings.TrimSuffix(line, "\r") // the LF may still come
		}
		for at, c := range []byte(line) {
			reason := statusLine && strings.Count(line[:at], " ") >= 2
			if c < 0x20 && c != '\t' || c == 0x7F || c >= 0x80 && i == 0 && !reason {
				return nil, 0, never
			}
		}
	}
	if complete {
		return lines[:len(lines)-2], len(head), whole
	}
	return lines[:len(lines)-1], 0, short
}

// naiveFields reads the field lines. A line that begins with white space continues the
// previous one, if folding is allowed.
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

// headInput pads a head so that small inputs reach the size limit. If the first octet is
// 0xFF, an additional field gives the head a size near the limit, which the next octet
// chooses.
func headInput(data []byte) []byte {
	r := fuzzinput.From(data)
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

// cuts returns some lengths for prefixes of n octets.
func cuts(n int) []int {
	return []int{n / 7, n / 3, n / 2, n * 3 / 4, max(n-3, 0), max(n-2, 0), max(n-1, 0)}
}

// bodily reports whether net/http would read a body because of the fields. A handshake has
// no body.
func bodily(f wire.Fields) bool {
	for _, name := range []string{"Content-Length", "Transfer-Encoding", "Trailer"} {
		if _, ok := f.Get(name); ok {
			return true
		}
	}
	return false
}
