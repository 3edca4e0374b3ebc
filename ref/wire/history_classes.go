package wire

// Whether a text is valid UTF-8 depends on the class of each octet alone: octets of
// one class may stand in the same places (RFC 3629 4). There are fewer than 16 classes, so
// that a class takes half an octet. first is the first octet of each class, which
// stands for all of them.
var utf8Classes = [16]struct{ first, last byte }{
	{0x00, 0x7F}, {0x80, 0x8F}, {0x90, 0x9F}, {0xA0, 0xBF},
	{0xC0, 0xC1}, // and F5 to FF: no text has them
	{0xC2, 0xDF}, {0xE0, 0xE0}, {0xE1, 0xEC}, {0xED, 0xED}, {0xEE, 0xEF},
	{0xF0, 0xF0}, {0xF1, 0xF3}, {0xF4, 0xF4},
}

// utf8Class is the class of each octet.
var utf8Class = func() (class [256]byte) {
	for octet := range class {
		class[octet] = 4
		for i, c := range utf8Classes {
			if byte(octet) >= c.first && byte(octet) <= c.last && c.last > 0 {
				class[octet] = byte(i)
			}
		}
	}
	return class
}()

// putClasses writes the classes of octets from an index on. Two are in an octet, the
// first one in its upper half.
func putClasses(to []byte, at int, p []byte) {
	if at%2 == 1 && len(p) > 0 {
		to[at/2] = to[at/2]&0xF0 | utf8Class[p[0]]
		at, p = at+1, p[1:]
	}
	to = to[at/2:]
	for len(p) >= 2 {
		to[0] = utf8Class[p[0]]<<4 | utf8Class[p[1]]
		to, p = to[1:], p[2:]
	}
	if len(p) > 0 {
		to[0] = utf8Class[p[0]]<<4 | to[0]&0x0F
	}
}

// getClasses reads an octet of each class from an index on.
func getClasses(p, from []byte, at int) {
	for i := range p {
		c := from[at/2]
		if at%2 == 0 {
			c >>= 4
		}
		p[i] = utf8Classes[c&0x0F].first
		at++
	}
}
