package judge

import "strings"

// overHTTP2 turns what a sentence says of TCP into what it says of a stream of HTTP/2, which
// takes its place (RFC 8441 5).
var overHTTP2 = ofStream("END_STREAM", "RFC 8441 5")

// overHTTP3 is overHTTP2 for a stream of HTTP/3 (RFC 9220 3).
var overHTTP3 = ofStream("a FIN", "RFC 9220 3")

// ofStream takes the word for the end of a half in order, and the clause about it.
func ofStream(end, clause string) *strings.Replacer {
	return strings.NewReplacer(
		"end TCP with a FIN", "end the stream with "+end,
		"client to close TCP", "client to end the stream ("+end+", "+clause+")", "close TCP", "end the stream", "closed TCP,", "closed TCP,", "closed TCP behind", "closed TCP behind", "closed TCP", "ended the stream",
		"TCP ended", "the stream ended",
		"answer with 101", "answer with 200", "expected 101", "expected 200", "Expected 101", "Expected 200",
	)
}
