package network

import (
	"bytes"
	"cmp"
	"math/rand/v2"
	"slices"
	"strings"
)

// transportOperators change how octets are sent.
var transportOperators = []operator{
	{"cut", func(g *generator, s *Script) bool {
		i := g.oneOf(s, func(p *Part) bool { return p.Do == "" })
		if i < 0 {
			return false
		}
		p := &s.Parts[i]
		length := len(p.Octets)
		if p.Frame != nil {
			length = p.Frame.length(g.harness())
		}
		if length < 2 || len(p.Cuts) >= mostCuts {
			return false
		}
		at := 1 + g.IntN(min(length-1, 16)) // near the header, mostly
		if g.IntN(4) == 0 {
			at = 1 + g.IntN(length-1)
		}
		p.Cuts = append(slices.Clone(p.Cuts), at)
		slices.Sort(p.Cuts)
		p.Cuts = slices.Compact(p.Cuts)
		return true
	}},
	{"cut long header", func(g *generator, s *Script) bool { // a length in 16 or 64 bits
		i := g.oneOf(s, func(p *Part) bool { return p.Frame != nil && !p.Frame.Opcode.IsControl() })
		if i < 0 || s.size() > mostOctets/2 {
			return false
		}
		p := &s.Parts[i]
		if len(p.Frame.Payload) <= 125 {
			n := []int{126, 126, 126, 1 << 16}[g.IntN(4)]
			*p.Frame = Frame{Opcode: p.Frame.Opcode, More: p.Frame.More, Payload: bytes.Repeat([]byte("*"), n)}
		}
		p.Cuts = []int{1 + g.IntN(13)}
		return true
	}},
	{"uncut", func(_ *generator, s *Script) bool {
		s.Parts = slices.DeleteFunc(s.Parts, func(p Part) bool { return p.Do == Pause || p.Do == Await })
		for i := range s.Parts {
			s.Parts[i].Cuts = nil
		}
		return true
	}},
	{"wait", func(g *generator, s *Script) bool {
		if len(s.Parts) == 0 {
			return false
		}
		s.Parts = slices.Insert(s.Parts, 1+g.IntN(len(s.Parts)), Part{Do: []Action{Pause, Await, Await}[g.IntN(3)]})
		return true
	}},
	{"end", func(g *generator, s *Script) bool {
		if g.IntN(4) > 0 {
			return false
		}
		s.Parts = append(s.Parts, Part{Do: []Action{HalfClose, Reset}[g.IntN(2)]})
		return true
	}},
	{"break off", func(g *generator, s *Script) bool { // the last frame is not whole
		i := len(s.Parts) - 1
		if i < 0 || s.Parts[i].Frame == nil || g.IntN(4) > 0 {
			return false
		}
		f := s.Parts[i].Frame
		octets, _ := f.scripted().Append(nil, g.harness(), g.key)
		s.Parts[i] = Part{Octets: octets[:1+g.IntN(len(octets)-1)]}
		return true
	}},
	{"octets", func(g *generator, s *Script) bool {
		if g.IntN(4) > 0 {
			return false
		}
		s.Parts = append(s.Parts, Part{Octets: g.octets(1 + g.IntN(16))})
		return true
	}},
	{connectAgain, func(g *generator, s *Script) bool {
		if len(s.Parts) == 0 || g.IntN(4) > 0 {
			return false
		}
		s.Parts = slices.Insert(s.Parts, g.IntN(len(s.Parts)), Part{Do: Connect})
		return true
	}},
}

func (g *generator) key() (key [4]byte) { return [4]byte(g.octets(4)) }

// headOperators change the opening handshake.
var headOperators = []operator{
	{"head", func(g *generator, s *Script) bool {
		if g.IntN(3) > 0 {
			return false
		}
		if s.Head == "" {
			s.Head = plainHead(s.Offer)
		}
		s.Head = changedHead(g.Rand, s.Head)
		return true
	}},
	{"cut head", func(g *generator, s *Script) bool {
		if len(s.HeadCuts) > 2 || g.IntN(3) > 0 {
			return false
		}
		s.HeadCuts = g.cutHead(s.HeadCuts, cmp.Or(s.Head, plainHead(s.Offer)))
		return true
	}},
}

// cutHead adds a cut, in one of two cases at the end of a line: behind CR, or behind LF.
func (g *generator) cutHead(cuts []int, head string) []int {
	at := 1 + g.IntN(160)
	if ends := lineEnds(head); len(ends) > 0 && g.IntN(2) == 0 {
		at = ends[g.IntN(len(ends))] + 1 + g.IntN(2)
	}
	cuts = append(slices.Clone(cuts), at)
	slices.Sort(cuts)
	return slices.Compact(cuts)
}

// lineEnds are the places of CR LF in a head. The names in braces are as long as their values
// usually are.
func lineEnds(head string) (at []int) {
	head = strings.NewReplacer("{accept}", strings.Repeat("=", 28), "{key}", strings.Repeat("=", 24), "{target}", "/", "{host}", "127.0.0.1:9001", "{fields}", "").Replace(head)
	for from := 0; ; {
		i := strings.Index(head[from:], "\r\n")
		if i < 0 {
			return at
		}
		at = append(at, from+i)
		from += i + 2
	}
}

// plainHead is an ordinary request, with names in braces.
func plainHead(offer string) string {
	extensions := ""
	if offer != "" {
		extensions = "Sec-WebSocket-Extensions: " + offer + "\r\n"
	}
	return "GET {target} HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
		"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n" + extensions + "{fields}\r\n"
}

// changedHead changes one line of a head.
func changedHead(r *rand.Rand, head string) string {
	lines := strings.Split(head, "\r\n")
	at := r.IntN(max(1, len(lines)-2))
	name, value, isField := strings.Cut(lines[at], ":")
	switch r.IntN(9) {
	case 0:
		if at > 0 {
			lines = slices.Delete(lines, at, at+1)
		}
	case 1:
		lines = slices.Insert(lines, at, lines[at])
	case 2:
		if isField {
			lines[at] = strings.ToUpper(name) + ":" + value
		}
	case 3:
		if isField {
			lines[at] = name + ": \t" + value + "  "
		}
	case 4:
		if isField {
			lines[at] = name + ": " + []string{"", ",", "x", "websocket", "Upgrade, keep-alive", "13", "8", "AAAA", "\x00", strings.Repeat("a", 5000)}[r.IntN(10)]
		}
	case 5:
		lines = slices.Insert(lines, 1, []string{"X-Test: 1", "Content-Length: 0", "Connection: close", "Expect: 100-continue", "Cookie: a=b", "X-" + strings.Repeat("a", 300) + ": b", "X-Test: " + strings.Repeat("a", 1500)}[r.IntN(7)])
	case 6:
		lines[0] = strings.Replace(lines[0], []string{"GET", "HTTP/1.1", "{target}", "101"}[r.IntN(4)], []string{"POST", "get", "HTTP/1.0", "HTTP/2.0", "*", "200"}[r.IntN(6)], 1)
	case 7:
		if at > 1 {
			lines[at], lines[at-1] = lines[at-1], lines[at]
		}
	case 8:
		if i := strings.Index(lines[at], " "); i > 0 && !isField {
			lines[at] = strings.Replace(lines[at], " ", "  ", 1)
		}
	}
	return strings.Join(lines, "\r\n")
}
