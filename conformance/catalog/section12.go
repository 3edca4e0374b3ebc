package catalog

import (
	"fmt"

	c "github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/internal/payloads"
	"github.com/wsspec/wsspec/ref/wire"
)

// plainOffer is a client's offer of permessage-deflate that does not limit the
// server. The client does not use context takeover and accepts any window size.
var plainOffer = wire.DeflateOffer{ClientNoContextTakeover: true, ClientMaxWindowBits: wire.AnyWindowBits}

// section12: compressed messages of five kinds of content (RFC 7692 7.2).
func section12() []*c.Case {
	var cases []*c.Case
	for _, t := range []struct {
		section string
		title   string
		stream  *payloads.Stream
	}{
		{"12.1", "compressed JSON", payloads.JSON}, {"12.2", "a compressed bitmap", payloads.Bitmap}, {"12.3", "compressed prose", payloads.Prose},
		{"12.4", "compressed HTML", payloads.HTML}, {"12.5", "a compressed document", payloads.Document},
	} {
		cases = append(cases, compressed(t.section, t.title, t.stream,
			[]string{"RFC7692-7.2.1-1", "RFC7692-7.2.2-1", "RFC7692-6.1-1"}, plainOffer)...)
	}
	return cases
}

// section13: the negotiation of permessage-deflate (RFC 7692 7.1), with JSON messages.
// The harness checks that the peer keeps the negotiated parameters.
func section13() []*c.Case {
	with := func(noTakeover bool, bits int) wire.DeflateOffer {
		o := plainOffer
		o.ServerNoContextTakeover, o.ServerMaxWindowBits = noTakeover, bits
		return o
	}
	const (
		inflate = "RFC7692-7.2.2-1"
		context = "RFC7692-7.2.1-11"
		window  = "RFC7692-7.2.1-15"
		agree   = "RFC7692-7.1.2.1-3"
		prefer  = "RFC7692-5-3"
		either  = "RFC7692-7.1.1.1-1"
	)
	var cases []*c.Case
	for _, g := range []struct {
		section  string
		title    string
		requires []string
		offers   []wire.DeflateOffer
	}{
		{"13.1", "without limits", []string{inflate, either}, []wire.DeflateOffer{with(false, 0)}},
		{"13.2", "with server_no_context_takeover", []string{context}, []wire.DeflateOffer{with(true, 0)}},
		{"13.3", "with server_max_window_bits=9", []string{window, agree}, []wire.DeflateOffer{with(false, 9)}},
		{"13.4", "with server_max_window_bits=15", []string{window, agree}, []wire.DeflateOffer{with(false, 15)}},
		{"13.5", "with server_no_context_takeover and server_max_window_bits=9", []string{context, window, agree}, []wire.DeflateOffer{with(true, 9)}},
		{"13.6", "with server_no_context_takeover and server_max_window_bits=15", []string{context, window, agree}, []wire.DeflateOffer{with(true, 15)}},
		{"13.7", "of three choices, the strictest first", []string{context, window, prefer}, []wire.DeflateOffer{with(true, 9), with(true, 0), with(false, 0)}},
	} {
		cases = append(cases, compressed(g.section, "an offer "+g.title, payloads.JSON, g.requires, g.offers...)...)
	}
	return cases
}

// compressed makes the eighteen sizes and fragmentations of one group.
func compressed(section, title string, stream *payloads.Stream, requires []string, offers ...wire.DeflateOffer) []*c.Case {
	const kib = 1 << 10
	var cases []*c.Case
	for _, shape := range []struct {
		number         string
		size, fragment int
	}{
		{"1", 16, 0}, {"2", 64, 0}, {"3", 256, 0}, {"4", kib, 0}, {"5", 4 * kib, 0},
		{"6", 8 * kib, 0}, {"7", 16 * kib, 0}, {"8", 32 * kib, 0}, {"9", 64 * kib, 0}, {"10", 128 * kib, 0},
		{"11", 8 * kib, 256}, {"12", 16 * kib, 256}, {"13", 32 * kib, 256}, {"14", 64 * kib, 256},
		{"15", 128 * kib, 256}, {"16", 128 * kib, kib}, {"17", 128 * kib, 4 * kib}, {"18", 128 * kib, 32 * kib},
	} {
		name := fmt.Sprintf("%s: messages of %s", title, sizeName(shape.size))
		if shape.fragment > 0 {
			name += ", in fragments of " + sizeName(shape.fragment)
		}
		outcomes, note := exchanges(shape.size)
		cases = append(cases, &c.Case{
			ID: section + "." + shape.number, Title: name, Requires: requires, Level: verdict.Must, Note: note,
			Script: c.Script{
				Offers: offers,
				Steps: []c.Step{c.Exchange{
					Stream: stream, Size: shape.size, Fragment: shape.fragment, Full: 1000,
					// Few messages, but enough that the context of one message
					// affects the next.
					Quick: max(4, min(20, 128*kib/shape.size)),
				}},
				Outcomes: outcomes,
			},
		})
	}
	return cases
}
