package catalog

import (
	"fmt"

	c "github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/internal/payloads"
	"github.com/wsspec/wsspec/ref/wire"
)

// section9: size and speed. Large messages in one frame (9.1, 9.2), in fragments
// (9.3, 9.4) and in small writes (9.5, 9.6), and many small messages (9.7, 9.8). Odd
// subsections are text, even ones are binary.
func section9() []*c.Case {
	const (
		kib = 1 << 10
		mib = 1 << 20
	)
	// A content is the kind of payload of the messages of a subsection.
	type content struct {
		section string
		kind    string
		stream  *payloads.Stream
	}
	text := func(section string) content { return content{section, "text", payloads.Prose} }
	binary := func(section string) content { return content{section, "binary", payloads.Bitmap} }
	// A row is a size and the last number of the ids of that size.
	type row struct {
		number string
		size   int
	}
	var cases []*c.Case
	add := func(of content, number string, requires []string, title string, e c.Exchange) {
		outcomes, note := exchanges(e.Size)
		e.Stream = of.stream
		cases = append(cases, &c.Case{
			ID: of.section + "." + number, Title: fmt.Sprintf(title, of.kind), Requires: requires, Level: verdict.Must, Note: note,
			Script: c.Script{Steps: []c.Step{e}, Outcomes: outcomes},
		})
	}
	one := func(size int) c.Exchange { return c.Exchange{Size: size, Quick: 1, Full: 1} }
	for _, of := range []content{text("9.1"), binary("9.2")} {
		for _, t := range []row{{"1", 64 * kib}, {"2", 256 * kib}, {"3", mib}, {"4", 4 * mib}, {"5", 8 * mib}, {"6", 16 * mib}} {
			add(of, t.number, []string{"RFC6455-5.2-7", "RFC6455-6.1-9"}, "a %s message of "+sizeName(t.size), one(t.size))
		}
	}
	for _, of := range []content{text("9.3"), binary("9.4")} {
		for _, t := range []row{{"1", 64}, {"2", 256}, {"3", kib}, {"4", 4 * kib}, {"5", 16 * kib}, {"6", 64 * kib}, {"7", 256 * kib}, {"8", mib}, {"9", 4 * mib}} {
			e := one(4 * mib)
			e.Fragment = t.size
			add(of, t.number, []string{"RFC6455-5.4-4", "RFC6455-5.4-8", "RFC6455-5.4-11"}, "a %s message of 4 MiB in fragments of "+sizeName(t.size), e)
		}
	}
	for _, of := range []content{text("9.5"), binary("9.6")} {
		for _, t := range []row{{"1", 64}, {"2", 128}, {"3", 256}, {"4", 512}, {"5", kib}, {"6", 2 * kib}} {
			e := one(mib)
			e.Chop = c.Chop(t.size)
			add(of, t.number, []string{"RFC6455-6.2-1"}, "a %s message of 1 MiB in writes of "+sizeName(t.size), e)
		}
	}
	for _, of := range []content{text("9.7"), binary("9.8")} {
		for _, t := range []row{{"1", 0}, {"2", 16}, {"3", 64}, {"4", 256}, {"5", kib}, {"6", 4 * kib}} {
			add(of, t.number, []string{"RFC6455-6.2-5", "RFC6455-5.2-14"}, "1000 %s messages of "+sizeName(t.size)+", one after the other",
				c.Exchange{Size: t.size, Quick: 50, Full: 1000})
		}
	}
	return cases
}

// exchanges permits that the peer echoes all messages of that size. For large
// messages it also permits that the peer closes with 1009, because an endpoint should
// have a limit (RFC6455-10.4-2). A limit below 64 KiB is not permitted.
func exchanges(size int) (outcomes []c.Outcome, note string) {
	const large = 64 << 10
	outcomes = echoes(c.Exchanged())
	if size < large {
		return outcomes, ""
	}
	return append(outcomes, c.Outcome{Behavior: verdict.NonStrict, Ending: c.FailedByPeer(wire.StatusMessageTooBig).Exactly()}),
		"An endpoint SHOULD limit the size of messages (RFC 6455 10.4) and reports the limit with 1009 (7.4.1). That is NON-STRICT here."
}

// sizeName returns a size in octets, KiB or MiB.
func sizeName(n int) string {
	switch {
	case n >= 1<<20 && n%(1<<20) == 0:
		return fmt.Sprintf("%d MiB", n>>20)
	case n >= 1<<10 && n%(1<<10) == 0:
		return fmt.Sprintf("%d KiB", n>>10)
	}
	return fmt.Sprintf("%d octets", n)
}
