package deflate

import "sort"

// naive decodes DEFLATE data (RFC 1951) bit by bit, and records how far references go
// back. It is slow, and has no tables.
type naive struct {
	bits                []byte // one octet for each bit
	at                  int
	before              int // the number of octets of earlier messages
	most                int // the limit for out, in octets
	out                 []byte
	distance, reach     int // the furthest references
	paddingSet, tooLong bool
	final               bool // a block had BFINAL
}

// fault is the panic value for invalid data. decode recovers it and returns false.
type fault struct{}

// decode decodes a message, with the four appended octets, up to most octets. before has
// the octets of earlier messages to which references may go.
func decode(payload, before []byte, most int) (n *naive, ok bool) {
	n = &naive{before: len(before), most: most, out: append([]byte(nil), before...)}
	for _, octet := range append(append([]byte(nil), payload...), 0, 0, 0xFF, 0xFF) {
		for i := range 8 {
			n.bits = append(n.bits, octet>>i&1)
		}
	}
	defer func() {
		n.out = n.out[n.before:]
		if r := recover(); r != nil {
			if _, expected := r.(fault); !expected {
				panic(r)
			}
		}
	}()
	for n.at < len(n.bits) {
		n.block()
	}
	return n, true
}

func (n *naive) take(count int) (value int) {
	if n.at+count > len(n.bits) {
		panic(fault{})
	}
	for i := range count {
		value |= int(n.bits[n.at+i]) << i
	}
	n.at += count
	return value
}

func (n *naive) block() {
	final, kind := n.take(1), n.take(2)
	switch kind {
	case 0:
		n.at = (n.at + 7) / 8 * 8
		length := n.take(16)
		if n.take(16)+length != 0xFFFF {
			panic(fault{})
		}
		for range length {
			n.put(byte(n.take(8)))
		}
	case 1:
		n.symbols(fixed())
	case 2:
		n.symbols(n.own())
	default:
		panic(fault{})
	}
	if final == 1 {
		n.final = true
		if n.take((8-n.at%8)%8) != 0 {
			n.paddingSet = true
		}
	}
}

func (n *naive) put(octet byte) {
	if len(n.out)-n.before == n.most {
		n.tooLong = true
		panic(fault{})
	}
	n.out = append(n.out, octet)
}

// A code maps the bits of a symbol to the symbol. The most significant bit is first, and
// a 1 is put before the bits.
type code map[int]int

// codeOf makes the code of RFC 1951 3.2.2: shorter codes come first, and codes of the same
// length are in the order of the symbols.
func codeOf(lengths []int) code {
	var symbols []int
	for s, length := range lengths {
		if length > 0 {
			symbols = append(symbols, s)
		}
	}
	sort.SliceStable(symbols, func(i, j int) bool { return lengths[symbols[i]] < lengths[symbols[j]] })
	c, next, last, space := code{}, 0, 0, 0
	for _, s := range symbols {
		next <<= lengths[s] - last
		last = lengths[s]
		if next >= 1<<last {
			panic(fault{}) // the code is oversubscribed
		}
		c[1<<last|next] = s
		next++
		space += 1 << (15 - last)
	}
	// A code must be complete. Decoders accept two exceptions: a code without symbols,
	// and a code with a single symbol of one bit.
	single := len(symbols) == 1 && last == 1
	if len(symbols) > 0 && !single && space != 1<<15 {
		panic(fault{})
	}
	return c
}

func (n *naive) symbol(c code) int {
	for key, length := 1, 1; length <= 15; length++ {
		key = key<<1 | n.take(1)
		if s, ok := c[key]; ok {
			return s
		}
	}
	panic(fault{})
}

func fixed() (literals, distances code) {
	lengths := make([]int, 288)
	for i := range lengths {
		lengths[i] = map[bool]int{true: 8, false: 9}[i < 144 || i >= 280]
		if i >= 256 && i < 280 {
			lengths[i] = 7
		}
	}
	fives := make([]int, 32)
	for i := range fives {
		fives[i] = 5
	}
	return codeOf(lengths), codeOf(fives)
}

// own reads the codes of a block with dynamic codes (RFC 1951 3.2.7).
func (n *naive) own() (literals, distances code) {
	many, few, count := n.take(5)+257, n.take(5)+1, n.take(4)+4
	if many > 286 || few > 30 {
		panic(fault{})
	}
	var small [19]int
	for _, at := range []int{16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15}[:count] {
		small[at] = n.take(3)
	}
	c := codeOf(small[:])
	var lengths []int
	for len(lengths) < many+few {
		repeat, value := 1, n.symbol(c)
		switch value {
		case 16:
			if len(lengths) == 0 {
				panic(fault{})
			}
			repeat, value = 3+n.take(2), lengths[len(lengths)-1]
		case 17:
			repeat, value = 3+n.take(3), 0
		case 18:
			repeat, value = 11+n.take(7), 0
		}
		for range repeat {
			lengths = append(lengths, value)
		}
	}
	if len(lengths) > many+few {
		panic(fault{})
	}
	return codeOf(lengths[:many]), codeOf(lengths[many:])
}

func (n *naive) symbols(literals, distances code) {
	for {
		s := n.symbol(literals)
		switch {
		case s < 256:
			n.put(byte(s))
			continue
		case s == 256:
			return
		case s > 285:
			panic(fault{})
		}
		length := n.length(s)
		d := n.symbol(distances)
		if d > 29 {
			panic(fault{})
		}
		distance := 1 + d
		if extra := d/2 - 1; extra > 0 {
			distance = 1 + (2+d%2)<<extra + n.take(extra)
		}
		if distance > len(n.out) {
			panic(fault{})
		}
		n.distance = max(n.distance, distance)
		n.reach = max(n.reach, distance-(len(n.out)-n.before))
		for range length {
			n.put(n.out[len(n.out)-distance])
		}
	}
}

// length reads the rest of a length (RFC 1951 3.2.5).
func (n *naive) length(symbol int) int {
	s := symbol - 257
	switch {
	case s < 8:
		return 3 + s
	case s == 28:
		return 258
	}
	extra := s/4 - 1
	return 3 + (4+s%4)<<extra + n.take(extra)
}
