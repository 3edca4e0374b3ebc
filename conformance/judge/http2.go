package judge

import "strings"

// overHTTP2 turns what a sentence says of TCP into what it says of a stream of HTTP/2, which
// takes its place (RFC 8441 5).
var overHTTP2 = strings.NewReplacer(
	"end TCP with a FIN", "end the stream with END_STREAM",
	"client to close TCP", "client to end the stream (END_STREAM, RFC 8441 5)", "close TCP", "end the stream", "closed TCP,", "closed TCP,", "closed TCP behind", "closed TCP behind", "closed TCP", "ended the stream",
	"TCP ended", "the stream ended",
	"answer with 101", "answer with 200", "expected 101", "expected 200", "Expected 101", "Expected 200",
)
