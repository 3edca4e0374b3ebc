package network

import (
	"slices"
	"strings"
	"time"

	"github.com/wsspec/wsspec/conformance/script"
)

// mostShrinking and shrinkingFor bound the plays and the time for one finding.
const (
	mostShrinking = 400
	shrinkingFor  = 20 * time.Second
)

// shrink makes a script smaller while still reports true. It takes away parts, cuts, fields
// and octets, until nothing more can be taken away or the bounds are reached.
func shrink(s *Script, still func(*Script) bool) *Script {
	k := &shrinking{best: s, still: still, until: time.Now().Add(shrinkingFor)}
	for before := -1; before != k.taken && !k.over(); {
		before = k.taken
		k.parts()
		k.heads()
		for i := 0; i < len(k.best.Parts) && !k.over(); i++ {
			k.part(i)
		}
	}
	return k.best
}

type shrinking struct {
	best  *Script
	still func(*Script) bool
	until time.Time
	plays int
	// taken counts what was taken away.
	taken int
}

func (k *shrinking) over() bool { return k.plays >= mostShrinking || time.Now().After(k.until) }

// try plays a smaller script, and keeps it if it still fails.
func (k *shrinking) try(change func(*Script)) bool {
	if k.over() {
		return false
	}
	smaller := k.best.clone()
	change(smaller)
	k.plays++
	if !k.still(smaller) {
		return false
	}
	k.best = smaller
	k.taken++
	return true
}

// parts takes away as many parts as it can: half of them, a quarter, and so on.
func (k *shrinking) parts() {
	for size := max(1, len(k.best.Parts)/2); ; size /= 2 {
		for at := 0; at < len(k.best.Parts) && !k.over(); {
			end := min(at+size, len(k.best.Parts))
			if !k.try(func(s *Script) { s.Parts = slices.Delete(s.Parts, at, end) }) {
				at += size
			}
		}
		if size <= 1 {
			return
		}
	}
}

// heads takes away the handshake of its own, the offer, and where the handshake is cut.
func (k *shrinking) heads() {
	if k.best.Head != "" {
		if !k.try(func(s *Script) { s.Head = "" }) {
			k.lines()
		}
	}
	if k.best.Joined {
		k.try(func(s *Script) { s.Joined = false })
	}
	if k.best.Offer != "" {
		k.try(func(s *Script) { s.Offer = "" })
	}
	if cuts := k.best.HeadCuts; len(cuts) > 0 && !k.try(func(s *Script) { s.HeadCuts = nil }) && len(cuts) > 1 {
		for _, c := range cuts {
			if k.try(func(s *Script) { s.HeadCuts = []int{c} }) {
				break
			}
		}
	}
}

// lines takes away the lines of a head that an ordinary one does not have, and puts back those
// that the ordinary one has.
func (k *shrinking) lines() {
	usual := usualLines(k.best.Head)
	for i, line := range strings.Split(k.best.Head, "\r\n") {
		if slices.Contains(usual, line) || !slices.Contains(strings.Split(k.best.Head, "\r\n"), line) {
			continue
		}
		name, _, _ := strings.Cut(line, ":")
		var back []string
		if at := slices.IndexFunc(usual, func(u string) bool {
			return u != "" && strings.HasPrefix(strings.ToLower(u), strings.ToLower(name)+":")
		}); i == 0 {
			back = usual[:1]
		} else if at >= 0 {
			back = usual[at : at+1]
		}
		k.try(func(s *Script) {
			lines := strings.Split(s.Head, "\r\n")
			at := slices.Index(lines, line)
			rest := slices.DeleteFunc(slices.Clone(lines[at+1:]), func(l string) bool { return l == line })
			s.Head = strings.Join(slices.Concat(lines[:at], back, rest), "\r\n")
		})
	}
}

// part makes one part simpler.
func (k *shrinking) part(i int) {
	if cuts := k.best.Parts[i].Cuts; len(cuts) > 0 && !k.try(func(s *Script) { s.Parts[i].Cuts = nil }) && len(cuts) > 1 {
		for _, c := range cuts {
			if k.try(func(s *Script) { s.Parts[i].Cuts = []int{c} }) {
				break
			}
		}
	}
	f := k.best.Parts[i].Frame
	if f == nil {
		k.shorten(len(k.best.Parts[i].Octets), func(s *Script, n int) { s.Parts[i].Octets = s.Parts[i].Octets[:n] }, 1)
		return
	}
	for _, simpler := range []struct {
		fits  bool
		apply func(*Frame)
	}{
		{f.Declare != 0, func(f *Frame) { f.Declare = 0 }},
		{f.Form != 0, func(f *Frame) { f.Form = 0 }},
		{f.Mask != script.MaskByRole, func(f *Frame) { f.Mask = script.MaskByRole }},
		{f.Key != nil, func(f *Frame) { f.Key = nil }},
		{f.RSV != 0, func(f *Frame) { f.RSV = 0 }},
		{f.More, func(f *Frame) { f.More = false }},
		{len(f.Payload) > 0, func(f *Frame) { f.Payload = nil }},
	} {
		if simpler.fits {
			k.try(func(s *Script) { simpler.apply(s.Parts[i].Frame) })
		}
	}
	k.shorten(len(k.best.Parts[i].Frame.Payload), func(s *Script, n int) { s.Parts[i].Frame.Payload = s.Parts[i].Frame.Payload[:n] }, 0)
}

// shorten finds a shorter length that still fails, by halves.
func (k *shrinking) shorten(length int, cut func(*Script, int), least int) {
	for low := least; low < length && !k.over(); {
		middle := low + (length-low)/2
		if k.try(func(s *Script) { cut(s, middle) }) {
			length = middle
		} else {
			low = middle + 1
		}
	}
}
