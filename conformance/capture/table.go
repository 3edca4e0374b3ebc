package capture

import "net/netip"

// pair names a connection: its two addresses, the lower one first.
type pair [2]netip.AddrPort

func pairOf(s *segment) pair {
	if s.to.Compare(s.from) < 0 {
		return pair{s.to, s.from}
	}
	return pair{s.from, s.to}
}

// A table has the connections of a file.
type table struct {
	open    func(*Connection) Reader
	conns   map[pair]*conn
	order   []*conn // the living ones, in the order of their first packets
	held    int     // octets that all of them hold
	summary Summary
}

func newTable(open func(*Connection) Reader) *table {
	return &table{open: open, conns: map[pair]*conn{}}
}

func (t *table) packet(p packet) {
	t.summary.Packets++
	ip, known := network(p.link, p.octets)
	if !known {
		t.unread(linkName(p.link))
		return
	}
	if ip == nil {
		return // another protocol, such as ARP
	}
	s, not := segmentOf(ip, p.cut)
	switch not {
	case isSegment:
		t.summary.Segments++
		s.frame = p.frame
		t.segment(p, &s)
	case isFragment:
		t.summary.Fragments++
	case isDamaged:
		t.unread("a header that is cut off or damaged")
	case isOther:
	}
}

func (t *table) unread(what string) {
	t.summary.Unreadable++
	if t.summary.Unread == "" {
		t.summary.Unread = what
	}
}

func (t *table) segment(p packet, s *segment) {
	k := pairOf(s)
	c := t.conns[k]
	if c != nil && c.replacedBy(p.at, s) {
		c.finish()
		c = nil
	}
	if c == nil {
		if s.flags&flagSyn == 0 && s.length() == 0 {
			return // nothing begins with that
		}
		if !t.room(k) {
			t.summary.Ignored++
			return
		}
		c = newConn(t, p.at, s)
		t.conns[k] = c
		t.order = append(t.order, c)
	}
	c.take(p.at, s)
}

// room reports whether a connection can be added. It forgets those that have ended.
func (t *table) room(k pair) bool {
	if t.conns[k] == nil && len(t.conns) >= MaxConnections {
		for other, c := range t.conns {
			if c.ended {
				delete(t.conns, other)
			}
		}
	}
	if len(t.order) >= 2*MaxConnections {
		living := t.order[:0]
		for _, c := range t.order {
			if !c.ended {
				living = append(living, c)
			}
		}
		clear(t.order[len(living):])
		t.order = living
	}
	return t.conns[k] != nil || len(t.conns) < MaxConnections
}

// finish ends all connections, because the file ends.
func (t *table) finish() {
	for _, c := range t.order {
		c.finish()
	}
	t.order, t.conns = nil, nil
}
