package catalog

import (
	"fmt"

	c "github.com/wsspec/wsspec/conformance"
	"github.com/wsspec/wsspec/conformance/streams"
	"github.com/wsspec/wsspec/ref/wire"
)

// plainOffer is how a client offers permessage-deflate without demands: it will
// not take over context, and follows whatever window it is given.
var plainOffer = wire.DeflateOffer{ClientNoContextTakeover: true, ClientMaxWindowBits: wire.AnyWindowBits}

// section12: compressed messages of five kinds of content (RFC 7692 7.2).
func section12() []*c.Case {
	var cases []*c.Case
	for i, stream := range []*streams.Stream{streams.JSON, streams.Bitmap, streams.Prose, streams.HTML, streams.Document} {
		cases = append(cases, compressed(fmt.Sprintf("12.%d", i+1), "compressed "+stream.Name, stream,
			[]string{"RFC7692-7.2.1-1", "RFC7692-7.2.2-1", "RFC7692-6.1-1"}, plainOffer)...)
	}
	return cases
}

// section13: what permessage-deflate negotiates (RFC 7692 7.1), each with JSON.
// The harness checks that the peer keeps to what it agreed to.
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
	for i, g := range []struct {
		title    string
		requires []string
		offers   []wire.DeflateOffer
	}{
		{"no demands", []string{inflate, either}, []wire.DeflateOffer{with(false, 0)}},
		{"no context takeover by the server", []string{context}, []wire.DeflateOffer{with(true, 0)}},
		{"a server window of 9 bits", []string{window, agree}, []wire.DeflateOffer{with(false, 9)}},
		{"a server window of 15 bits", []string{window, agree}, []wire.DeflateOffer{with(false, 15)}},
		{"no context takeover by the server and a window of 9 bits", []string{context, window, agree}, []wire.DeflateOffer{with(true, 9)}},
		{"no context takeover by the server and a window of 15 bits", []string{context, window, agree}, []wire.DeflateOffer{with(true, 15)}},
		{"three offers, the strictest first", []string{context, window, prefer}, []wire.DeflateOffer{with(true, 9), with(true, 0), with(false, 0)}},
	} {
		cases = append(cases, compressed(fmt.Sprintf("13.%d", i+1), "offered: "+g.title, streams.JSON, g.requires, g.offers...)...)
	}
	return cases
}

// compressed makes the eighteen sizes and fragmentations of one group.
func compressed(group, title string, stream *streams.Stream, requires []string, offers ...wire.DeflateOffer) []*c.Case {
	const kib = 1 << 10
	var cases []*c.Case
	for i, shape := range []struct{ size, fragment int }{
		{16, 0}, {64, 0}, {256, 0}, {kib, 0}, {4 * kib, 0}, {8 * kib, 0}, {16 * kib, 0}, {32 * kib, 0}, {64 * kib, 0}, {128 * kib, 0},
		{8 * kib, 256}, {16 * kib, 256}, {32 * kib, 256}, {64 * kib, 256}, {128 * kib, 256}, {128 * kib, kib}, {128 * kib, 4 * kib}, {128 * kib, 32 * kib},
	} {
		name := fmt.Sprintf("%s: messages of %s", title, sizeName(shape.size))
		if shape.fragment > 0 {
			name += ", in fragments of " + sizeName(shape.fragment)
		}
		outcomes, note := exchanges(shape.size)
		cases = append(cases, &c.Case{
			ID: fmt.Sprintf("%s.%d", group, i+1), Title: name, Requires: requires, Level: c.Must, Note: note,
			Script: c.Script{
				Offers: offers,
				Steps: []c.Step{c.Exchange{
					Stream: stream, Size: shape.size, Fragment: shape.fragment, Full: 1000,
					// Few, but enough for the context of one message to show in
					// the next.
					Quick: max(4, min(20, 128*kib/shape.size)),
				}},
				Outcomes: outcomes,
			},
		})
	}
	return cases
}
