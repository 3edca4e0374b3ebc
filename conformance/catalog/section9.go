package catalog

import (
	"fmt"

	c "github.com/wsspec/wsspec/conformance"
	"github.com/wsspec/wsspec/conformance/streams"
	"github.com/wsspec/wsspec/ref/wire"
)

// section9: size and speed. Large messages whole (9.1, 9.2), in fragments (9.3,
// 9.4) and in small writes (9.5, 9.6), and many small ones (9.7, 9.8); odd
// groups are text, even ones binary.
func section9() []*c.Case {
	const (
		kib = 1 << 10
		mib = 1 << 20
	)
	var cases []*c.Case
	add := func(group, number int, requires []string, title string, e c.Exchange) {
		outcomes, note := exchanges(e.Size)
		kind := "text"
		e.Stream = streams.Prose
		if group%2 == 0 {
			kind, e.Stream = "binary", streams.Bitmap
		}
		cases = append(cases, &c.Case{
			ID: fmt.Sprintf("9.%d.%d", group, number), Title: fmt.Sprintf(title, kind), Requires: requires, Level: c.Must, Note: note,
			Script: c.Script{Steps: []c.Step{e}, Outcomes: outcomes},
		})
	}
	one := func(size int) c.Exchange { return c.Exchange{Size: size, Quick: 1, Full: 1} }
	for _, group := range []int{1, 2} {
		for i, size := range []int{64 * kib, 256 * kib, mib, 4 * mib, 8 * mib, 16 * mib} {
			add(group, i+1, []string{"RFC6455-5.2-7", "RFC6455-6.1-9"}, "a %s message of "+sizeName(size), one(size))
		}
	}
	for _, group := range []int{3, 4} {
		for i, fragment := range []int{64, 256, kib, 4 * kib, 16 * kib, 64 * kib, 256 * kib, mib, 4 * mib} {
			e := one(4 * mib)
			e.Fragment = fragment
			add(group, i+1, []string{"RFC6455-5.4-4", "RFC6455-5.4-8", "RFC6455-5.4-11"}, "a %s message of 4 MiB in fragments of "+sizeName(fragment), e)
		}
	}
	for _, group := range []int{5, 6} {
		for i, chop := range []int{64, 128, 256, 512, kib, 2 * kib} {
			e := one(mib)
			e.Chop = c.Chop(chop)
			add(group, i+1, []string{"RFC6455-6.2-1"}, "a %s message of 1 MiB in writes of "+sizeName(chop), e)
		}
	}
	for _, group := range []int{7, 8} {
		for i, size := range []int{0, 16, 64, 256, kib, 4 * kib} {
			add(group, i+1, []string{"RFC6455-6.2-5", "RFC6455-5.2-14"}, "1000 %s messages of "+sizeName(size)+", one after the other",
				c.Exchange{Size: size, Quick: 50, Full: 1000})
		}
	}
	return cases
}

// exchanges permits that all messages of that size come back, and, where they
// are large, that the peer does not want them: it may have a limit, and should
// (RFC6455-10.4-2), but not so that it mistakes a small message for a large one.
func exchanges(size int) (outcomes []c.Outcome, note string) {
	const large = 64 << 10
	outcomes = echoes(c.Exchanged())
	if size < large {
		return outcomes, ""
	}
	return append(outcomes, c.Outcome{Behavior: c.NonStrict, Ending: c.FailedByPeer(wire.StatusMessageTooBig).Exactly()}),
		"An endpoint SHOULD limit the size of messages (RFC 6455 10.4), and says so with 1009 (7.4.1), which is NON-STRICT here."
}

// sizeName writes a size as people do.
func sizeName(n int) string {
	switch {
	case n >= 1<<20 && n%(1<<20) == 0:
		return fmt.Sprintf("%d MiB", n>>20)
	case n >= 1<<10 && n%(1<<10) == 0:
		return fmt.Sprintf("%d KiB", n>>10)
	}
	return fmt.Sprintf("%d octets", n)
}
