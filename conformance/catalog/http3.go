package catalog

import (
	"slices"
	"strings"
	"sync"

	c "github.com/wsspec/wsspec/conformance/script"
)

// OverHTTP3 returns the cases about WebSocket over HTTP/3 (RFC 9220) in order. They are no part
// of [Cases], and are played only over HTTP/3, beside those. The file http3_ids.txt pins their
// ids. The cases are shared: callers must not change them.
func OverHTTP3() []*c.Case { return overHTTP3() }

// IsOverHTTP3 reports whether an id, or a pattern for ids, names cases that need HTTP/3.
func IsOverHTTP3(id string) bool { return strings.HasPrefix(id, "rfc9220") }

var overHTTP3 = sync.OnceValue(func() []*c.Case {
	return ordered(leveled(slices.Concat(rfc9220Shared(), rfc9220Section3())))
})

// overQUIC is the case of RFC 8441 with the id from, over HTTP/3. RFC 9220 3 takes over what
// RFC 8441 says of the setting and of the pseudo-header fields, so that the script is the same.
func overQUIC(id, from string) *c.Case {
	i := slices.IndexFunc(OverHTTP2(), func(x *c.Case) bool { return x.ID == from })
	known := OverHTTP2()[i]
	k := *known
	k.ID, k.Title, k.Note = id, ofQUIC.Replace(known.Title), ofQUIC.Replace(known.Note)
	k.Requires = append(known.Requires[:len(known.Requires):len(known.Requires)], "RFC9220-3-1")
	below := known.Script.HTTP2
	k.Script.HTTP2, k.Script.HTTP3 = nil, &c.HTTP3{Window: below.Window, Unawaited: below.Unawaited, EndStream: below.EndStream, Elsewhere: below.Elsewhere, Data: below.Data}
	for _, s := range below.Settings {
		k.Script.HTTP3.Settings = append(k.Script.HTTP3.Settings, c.HTTP3Setting{ID: uint64(s.ID), Value: uint64(s.Value)})
	}
	return &k
}

// ofQUIC turns what a case says of HTTP/2 into what it says of HTTP/3.
var ofQUIC = strings.NewReplacer(
	"HTTP/2", "HTTP/3", "END_STREAM", "FIN", "RST_STREAM with CANCEL", "a reset with H3_REQUEST_CANCELLED", "RST_STREAM", "a reset",
	"RFC 9113 8.1.1", "RFC 9114 4.1.2", "RFC 9113 8.2.2", "RFC 9114 4.2", "RFC 9113 8.3.1", "RFC 9114 4.3.1", "RFC 9113 8.5", "RFC 9114 4.4", "(8.1.1)", "(4.1.2)",
	"The windows of two streams are apart (RFC 9113 5.2).", "The windows of two streams are apart (RFC 9000 4.1).",
)
