package capture

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// log writes down what is passed on of all connections.
type log struct {
	bytes.Buffer
	n int
}

func (l *log) open(c *Connection) Reader {
	l.n++
	fmt.Fprintf(l, "%d open %v %v\n", l.n, c.Ends[Opener], c.FromBeginning)
	return &logOf{l, l.n}
}

type logOf struct {
	*log
	id int
}

func (l *logOf) line(from End, format string, args ...any) {
	fmt.Fprintf(l, "%d %s %s\n", l.id, [2]string{">", "<"}[from], fmt.Sprintf(format, args...))
}
func (l *logOf) Octets(from End, _ time.Time, octets []byte) { l.line(from, "%s", octets) }
func (l *logOf) Missing(from End, _ time.Time, n int64, why string) {
	l.line(from, "missing %d: %s", n, why)
}
func (l *logOf) Finished(from End, _ time.Time) { l.line(from, "fin") }
func (l *logOf) Reset(from End, _ time.Time)    { l.line(from, "reset") }
func (l *logOf) Done(open bool)                 { fmt.Fprintf(l, "%d done open=%v\n", l.id, open) }

// A step is a packet of a test: the client sends to the server, or the other way.
type step struct {
	server bool
	flags  byte
	seq    uint32
	ack    uint32
	data   string
	// cut is how many octets of the data were not captured.
	cut int
	// port is the client's.
	port uint16
}

const at = 1_700_000_000_000_000

// ipv4 is the packet with IP and TCP headers.
func (s step) ipv4() (octets []byte, length int) {
	src, dst := netip.MustParseAddr("10.0.0.1"), netip.MustParseAddr("10.0.0.2")
	sport, dport := max(s.port, 4000), uint16(80)
	if s.server {
		src, dst, sport, dport = dst, src, dport, sport
	}
	p := make([]byte, 40)
	p[0] = 0x45
	binary.BigEndian.PutUint16(p[2:], uint16(40+len(s.data)))
	p[9] = 6
	copy(p[12:], src.AsSlice())
	copy(p[16:], dst.AsSlice())
	s.tcp(p[20:], sport, dport)
	p = append(p, s.data...)
	return p[:len(p)-s.cut], len(p)
}

func (s step) tcp(p []byte, sport, dport uint16) {
	binary.BigEndian.PutUint16(p, sport)
	binary.BigEndian.PutUint16(p[2:], dport)
	binary.BigEndian.PutUint32(p[4:], s.seq)
	binary.BigEndian.PutUint32(p[8:], s.ack)
	p[12], p[13] = 5<<4, s.flags
}

// pcapFile writes packets in the form of pcap.
func pcapFile(order binary.AppendByteOrder, magic uint32, link uint32, packets ...step) []byte {
	b := order.AppendUint32(nil, magic)
	b = order.AppendUint16(b, 2)
	b = order.AppendUint16(b, 4)
	b = append(b, make([]byte, 8)...)
	b = order.AppendUint32(b, 1<<16)
	b = order.AppendUint32(b, link)
	for _, s := range packets {
		octets, length := s.ipv4()
		octets, length = framed(link, octets, length)
		b = order.AppendUint32(b, at/1e6)
		b = order.AppendUint32(b, 5)
		b = order.AppendUint32(b, uint32(len(octets)))
		b = order.AppendUint32(b, uint32(length))
		b = append(b, octets...)
	}
	return b
}

// framed puts the header of a link layer before an IP packet.
func framed(link uint32, octets []byte, length int) ([]byte, int) {
	var head []byte
	switch link {
	case linkEthernet: // with the tag of a VLAN
		head = append(make([]byte, 12), 0x81, 0, 0, 7, 8, 0)
	case linkNull:
		head = []byte{2, 0, 0, 0}
	case linkSLL:
		head = append(make([]byte, 14), 8, 0)
	case linkSLL2:
		head = append([]byte{8, 0}, make([]byte, 18)...)
	}
	return append(head, octets...), length + len(head)
}

func pcapngBlock(order binary.AppendByteOrder, kind uint32, body []byte) []byte {
	body = append(body, make([]byte, -len(body)&3)...)
	b := order.AppendUint32(nil, kind)
	b = order.AppendUint32(b, uint32(len(body)+12))
	b = append(b, body...)
	return order.AppendUint32(b, uint32(len(body)+12))
}

// pcapngFile writes packets in the form of pcapng, with an interface whose times are in
// nanoseconds, a block that nobody knows, and options.
func pcapngFile(order binary.AppendByteOrder, link uint32, packets ...step) []byte {
	head := order.AppendUint32(nil, byteOrderMagic)
	head = order.AppendUint16(head, 1)
	b := pcapngBlock(order, magicSection, append(head, make([]byte, 10)...))
	iface := order.AppendUint16(nil, uint16(link))
	iface = append(iface, make([]byte, 6)...)
	iface = order.AppendUint16(iface, optionResolution)
	iface = order.AppendUint16(iface, 1)
	iface = append(iface, 9, 0, 0, 0, 0, 0, 0, 0)
	b = append(b, pcapngBlock(order, blockInterface, iface)...)
	b = append(b, pcapngBlock(order, 0xbad, []byte("unknown"))...)
	for _, s := range packets {
		octets, length := s.ipv4()
		octets, length = framed(link, octets, length)
		ns := uint64(at*1000 + 5000)
		p := order.AppendUint32(nil, 0)
		p = order.AppendUint32(p, uint32(ns>>32))
		p = order.AppendUint32(p, uint32(ns))
		p = order.AppendUint32(p, uint32(len(octets)))
		p = order.AppendUint32(p, uint32(length))
		p = append(p, octets...)
		p = append(p, make([]byte, -len(p)&3)...)
		p = order.AppendUint16(p, 1) // a comment
		p = order.AppendUint16(p, 2)
		p = append(p, "hi\x00\x00\x00\x00\x00\x00"...)
		b = append(b, pcapngBlock(order, blockPacket, p)...)
	}
	return b
}

// wholeConnection is a connection from its beginning to its end.
var wholeConnection = []step{
	{flags: flagSyn, seq: 100},
	{server: true, flags: flagSyn | flagAck, seq: 900, ack: 101},
	{flags: flagAck, seq: 101, ack: 901},
	{flags: flagAck, seq: 101, ack: 901, data: "hello"},
	{server: true, flags: flagAck, seq: 901, ack: 106, data: "world"},
	{flags: flagFin | flagAck, seq: 106, ack: 906},
	{server: true, flags: flagFin | flagAck, seq: 906, ack: 107},
	{flags: flagAck, seq: 107, ack: 907},
}

const wholeLog = "1 open 10.0.0.1:4000 [true true]\n1 > hello\n1 < world\n1 > fin\n1 < fin\n1 done open=false\n"

func TestForms(t *testing.T) {
	gzipped := func(b []byte) []byte {
		var out bytes.Buffer
		w := gzip.NewWriter(&out)
		_, _ = w.Write(b)
		_ = w.Close()
		return out.Bytes()
	}
	for name, file := range map[string][]byte{
		"pcap, raw":                 pcapFile(binary.LittleEndian, magicMicro, linkRaw, wholeConnection...),
		"pcap, nanoseconds":         pcapFile(binary.LittleEndian, magicNano, linkRaw, wholeConnection...),
		"pcap, big endian":          pcapFile(binary.BigEndian, magicMicro, linkRaw, wholeConnection...),
		"pcap, Ethernet and VLAN":   pcapFile(binary.BigEndian, magicNano, linkEthernet, wholeConnection...),
		"pcap, loopback of BSD":     pcapFile(binary.LittleEndian, magicMicro, linkNull, wholeConnection...),
		"pcap, Linux, any":          pcapFile(binary.LittleEndian, magicMicro, linkSLL, wholeConnection...),
		"pcap, Linux, any, version": pcapFile(binary.LittleEndian, magicMicro, linkSLL2, wholeConnection...),
		"pcapng":                    pcapngFile(binary.LittleEndian, linkEthernet, wholeConnection...),
		"pcapng, big endian":        pcapngFile(binary.BigEndian, linkRaw, wholeConnection...),
		"pcapng, two sections":      append(pcapngFile(binary.BigEndian, linkRaw, wholeConnection[:4]...), pcapngFile(binary.LittleEndian, linkEthernet, wholeConnection[4:]...)...),
		"pcapng, gzip":              gzipped(pcapngFile(binary.LittleEndian, linkRaw, wholeConnection...)),
	} {
		t.Run(name, func(t *testing.T) {
			plain, err := Plain(bytes.NewReader(file))
			if err != nil {
				t.Fatal(err)
			}
			var l log
			var began time.Time
			summary, err := Read(plain, func(c *Connection) Reader { began = c.Began; return l.open(c) })
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(wholeLog, l.String()); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if summary.Packets != 8 || summary.Segments != 8 || summary.Unreadable != 0 {
				t.Errorf("summary %+v", summary)
			}
			want := time.UnixMicro(at + 5).UTC()
			if strings.Contains(name, "pcap,") && binary.LittleEndian.Uint32(file) != magicMicro && binary.BigEndian.Uint32(file) != magicMicro {
				want = time.UnixMicro(at).Add(5).UTC()
			}
			if !began.Equal(want) {
				t.Errorf("it began at %v, want %v", began, want)
			}
		})
	}
}

func TestReassembly(t *testing.T) {
	syn := []step{{flags: flagSyn, seq: 100}, {server: true, flags: flagSyn | flagAck, seq: 900, ack: 101}}
	c := func(seq uint32, data string) step { return step{flags: flagAck, seq: seq, ack: 901, data: data} }
	cut := func(s step, n int) step { s.cut = n; return s }
	s := func(ack uint32) step { return step{server: true, flags: flagAck, seq: 901, ack: ack} }
	const opened = "1 open 10.0.0.1:4000 [true true]\n"
	const unfinished = "1 done open=true\n"
	for _, tt := range []struct {
		name  string
		steps []step
		want  string
	}{
		{"in order", []step{c(101, "ab"), c(103, "cd")}, "1 > ab\n1 > cd\n"},
		{"twice", []step{c(101, "ab"), c(101, "ab"), c(103, "cd")}, "1 > ab\n1 > cd\n"},
		{"sent again, with more", []step{c(101, "ab"), c(101, "abcd")}, "1 > ab\n1 > cd\n"},
		{"out of order", []step{c(105, "ef"), c(103, "cd"), c(101, "ab")}, "1 > ab\n1 > cd\n1 > ef\n"},
		{"overlap while it waits", []step{c(103, "cdef"), c(105, "efg"), c(102, "bc"), c(101, "a")}, "1 > a\n1 > bc\n1 > def\n1 > g\n"},
		{"twice while it waits", []step{c(103, "cd"), c(103, "cd"), c(103, "cdef"), c(101, "ab")}, "1 > ab\n1 > cdef\n"},
		{"a longer one covers what waits", []step{c(104, "d"), c(103, "cdef"), c(101, "ab")}, "1 > ab\n1 > cdef\n"},
		{"keep-alive", []step{c(101, "ab"), c(102, "x"), c(103, "cd")}, "1 > ab\n1 > cd\n"},
		{"lost", []step{c(101, "ab"), c(105, "ef")}, "1 > ab\n1 > missing 2: " + whyLost + "\n1 > ef\n"},
		{"cut off", []step{cut(c(101, "abcd"), 2), c(105, "ef")}, "1 > ab\n1 > missing 2: " + whyCut + "\n1 > ef\n"},
		{"cut off whole", []step{cut(c(101, "abcd"), 4), c(105, "ef")}, "1 > missing 4: " + whyCut + "\n1 > ef\n"},
		{"cut off, out of order", []step{cut(c(103, "cdef"), 3), c(101, "ab"), c(107, "g")}, "1 > ab\n1 > c\n1 > missing 3: " + whyCut + "\n1 > g\n"},
		{"the end is lost", []step{c(101, "ab"), s(109)}, "1 > ab\n1 > missing 6: " + whyEnd + "\n"},
		{"only FIN is lost", []step{c(101, "ab"), s(104)}, "1 > ab\n"},
		{"FIN after a loss", []step{c(101, "ab"), {flags: flagFin | flagAck, seq: 106}}, "1 > ab\n1 > missing 3: " + whyLost + "\n1 > fin\n"},
		{"FIN before its data", []step{{flags: flagFin | flagAck, seq: 103}, c(101, "ab")}, "1 > ab\n1 > fin\n"},
		{"reset", []step{c(101, "ab"), {server: true, flags: flagRst, seq: 901}, c(103, "x")}, "1 > ab\n1 < reset\n1 done open=false\n"},
		{"an old reset", []step{c(101, "ab"), {flags: flagRst, seq: 90}, c(103, "x")}, "1 > ab\n1 > x\n"},
		{
			"given up while the file goes on",
			slicesOf([]step{c(101, "ab"), c(105, "ef"), s(107)}, repeat(s(107), patience), []step{{server: true, flags: flagAck, seq: 901, ack: 101, data: "yes"}}),
			"1 > ab\n1 > missing 2: " + whyLost + "\n1 > ef\n1 < yes\n",
		},
		{
			"an answer before its question", []step{{server: true, flags: flagAck, seq: 901, ack: 103, data: "yes"}, c(101, "ab"), c(103, "cd")},
			"1 > ab\n1 < yes\n1 > cd\n",
		},
		{
			"an answer whose question is lost", slicesOf([]step{{server: true, flags: flagAck, seq: 901, ack: 103, data: "yes"}}, repeat(s(103), patience)),
			"1 < yes\n1 > missing 2: " + whyEnd + "\n",
		},
		{
			"numbers that wrap", []step{{flags: flagSyn, seq: 1<<32 - 3, port: 5000}, {flags: flagAck, seq: 1<<32 - 2, data: "abcd", port: 5000}, {flags: flagAck, seq: 2, data: "ef", port: 5000}},
			"1 open 10.0.0.1:5000 [true false]\n1 > abcd\n1 > ef\n",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			steps, want := slicesOf(syn, tt.steps), tt.want
			if !strings.Contains(want, "open ") {
				want = opened + want
			}
			if !strings.Contains(want, "done") {
				want += unfinished
			}
			var l log
			if _, err := Read(bytes.NewReader(pcapFile(binary.LittleEndian, magicMicro, linkRaw, steps...)), l.open); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, l.String()); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func slicesOf(parts ...[]step) (all []step) {
	for _, p := range parts {
		all = append(all, p...)
	}
	return all
}

func repeat(s step, n int) (out []step) {
	for range n {
		out = append(out, s)
	}
	return out
}

func TestBeginnings(t *testing.T) {
	for _, tt := range []struct {
		name  string
		steps []step
		want  string
	}{
		{"nothing but a handshake", wholeConnection[:3], ""},
		{"in the middle", wholeConnection[3:], "1 open 10.0.0.1:4000 [false false]\n1 > hello\n1 < world\n1 > fin\n1 < fin\n1 done open=false\n"},
		{"without the first SYN", wholeConnection[1:], strings.Replace(wholeLog, "true true", "false true", 1)},
		{
			"one direction alone", []step{wholeConnection[0], wholeConnection[2], wholeConnection[3], {flags: flagAck, seq: 106, ack: 906}},
			"1 open 10.0.0.1:4000 [true false]\n1 > hello\n1 < missing 5: " + whyNone + "\n1 done open=true\n",
		},
		{
			"the ports again", slicesOf(wholeConnection, []step{{flags: flagSyn, seq: 5000}, {flags: flagAck, seq: 5001, data: "again"}}),
			wholeLog + "2 open 10.0.0.1:4000 [true false]\n2 > again\n2 done open=true\n",
		},
		{
			"the ports and the first number again", slicesOf(wholeConnection, wholeConnection),
			wholeLog + strings.ReplaceAll(wholeLog, "1 ", "2 "),
		},
		{
			"a SYN twice, and late", slicesOf(wholeConnection[1:4], wholeConnection[:1], wholeConnection[4:]),
			strings.Replace(wholeLog, "true true", "false true", 1),
		},
		{
			"the ports again, without an end", slicesOf(wholeConnection[:5], []step{{flags: flagSyn, seq: 5000}, {flags: flagAck, seq: 5001, data: "again"}}),
			"1 open 10.0.0.1:4000 [true true]\n1 > hello\n1 < world\n1 done open=true\n2 open 10.0.0.1:4000 [true false]\n2 > again\n2 done open=true\n",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var l log
			if _, err := Read(bytes.NewReader(pcapFile(binary.LittleEndian, magicMicro, linkEthernet, tt.steps...)), l.open); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, l.String()); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// ipv6 is the packet of a step in IPv6, with a header between that of IP and TCP.
func (s step) ipv6() []byte {
	p := make([]byte, 40+8+20)
	p[0], p[6], p[39], p[23] = 0x60, nextHopByHop, 2, 1
	binary.BigEndian.PutUint16(p[4:], uint16(8+20+len(s.data)))
	p[40] = protocolTCP
	s.tcp(p[48:], 4000, 80)
	return append(append(p, s.data...), "padding"...)
}

func TestIPv6(t *testing.T) {
	got, not := segmentOf(step{flags: flagAck, seq: 7, data: "hello"}.ipv6(), 0)
	if not != isSegment || string(got.octets) != "hello" || got.cut != 0 || got.seq != 7 || got.from.String() != "[::1]:4000" {
		t.Errorf("%+v, %v", got, not)
	}
}

func TestWhatIsNotRead(t *testing.T) {
	fragment, _ := step{data: "x"}.ipv4()
	fragment[6] = 0x20
	udp, _ := step{data: "x"}.ipv4()
	udp[9] = 17
	short, _ := step{data: "x"}.ipv4()
	lying, _ := step{}.ipv4()
	lying[32] = 15 << 4 // a TCP header of 60 octets
	for name, tt := range map[string]struct {
		ip   []byte
		want notSegment
	}{
		"empty": {nil, isDamaged}, "a fragment": {fragment, isFragment}, "UDP": {udp, isOther},
		"a header of IP alone": {short[:20], isDamaged}, "half a header of TCP": {short[:35], isDamaged},
		"a long header of TCP": {lying, isDamaged}, "no IP": {[]byte{0}, isOther},
	} {
		if _, got := segmentOf(tt.ip, 0); got != tt.want {
			t.Errorf("%s: %v, want %v", name, got, tt.want)
		}
	}
	summary, err := Read(bytes.NewReader(pcapFile(binary.LittleEndian, magicMicro, 105, wholeConnection...)), (&log{}).open)
	if err != nil || summary.Unreadable != 8 || summary.Unread != "IEEE 802.11 (wireless)" {
		t.Errorf("%+v, %v", summary, err)
	}
}

func TestErrors(t *testing.T) {
	pcap := pcapFile(binary.LittleEndian, magicMicro, linkRaw, wholeConnection...)
	huge := bytes.Clone(pcap)
	binary.LittleEndian.PutUint32(huge[24+8:], 1<<31)
	version := bytes.Clone(pcap)
	version[4] = 3
	ng := pcapngFile(binary.LittleEndian, linkRaw, wholeConnection...)
	odd := bytes.Clone(ng)
	odd[4] = 29
	for name, tt := range map[string]struct {
		file []byte
		want string
	}{
		"empty":              {nil, "the file is empty"},
		"garbage":            {[]byte("what is this"), "neither pcap nor pcapng"},
		"one octet":          {[]byte{0x0a}, "neither pcap nor pcapng"},
		"a huge packet":      {huge, "packet 1: it claims to have 2147483648 octets"},
		"another version":    {version, "pcap version 3"},
		"a length of 29":     {odd, "a block of pcapng claims a length of 29 octets"},
		"no interface":       {append(bytes.Clone(ng[:28]), pcapngBlock(binary.LittleEndian, blockPacket, make([]byte, 20))...), "interface 0, of 0"},
		"Network Monitor":    {[]byte("GMBU\x00\x00"), "editcap"},
		"a short interface":  {append(bytes.Clone(ng[:28]), pcapngBlock(binary.LittleEndian, blockInterface, make([]byte, 4))...), "shorter than its fields"},
		"a packet too large": {append(bytes.Clone(ng[:28+32]), pcapngBlock(binary.LittleEndian, blockSimple, []byte{99, 0, 0, 0})...), "it claims 99 octets in a block with 0"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Read(bytes.NewReader(tt.file), (&log{}).open)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %v, want %q", err, tt.want)
			}
		})
	}
}

// A file that is cut anywhere gives what is before the cut, and an error unless the cut is
// between two packets.
func TestCutAnywhere(t *testing.T) {
	for name, file := range map[string][]byte{
		"pcap":   pcapFile(binary.LittleEndian, magicMicro, linkEthernet, wholeConnection...),
		"pcapng": pcapngFile(binary.BigEndian, linkEthernet, wholeConnection...),
	} {
		whole := 0
		for n := range len(file) {
			var l log
			summary, err := Read(bytes.NewReader(file[:n]), l.open)
			switch {
			case err == nil:
				whole++
			case n >= 4 && !errors.Is(err, ErrCut):
				t.Errorf("%s, cut at %d: %v", name, n, err)
			}
			if summary.Packets >= 4 && !strings.Contains(l.String(), "1 > hello\n") {
				t.Errorf("%s, cut at %d: after %d packets there is only %q", name, n, summary.Packets, l.String())
			}
		}
		if whole < 8 || whole > 12 {
			t.Errorf("%s: %d cuts are no error, want those between packets", name, whole)
		}
	}
}

// A damaged file does no harm.
func FuzzRead(f *testing.F) {
	f.Add(pcapFile(binary.LittleEndian, magicMicro, linkEthernet, wholeConnection...))
	f.Add(pcapFile(binary.BigEndian, magicNano, linkRaw, wholeConnection[2:]...))
	f.Add(pcapngFile(binary.LittleEndian, linkSLL2, wholeConnection...))
	f.Fuzz(func(t *testing.T, file []byte) {
		var l log
		_, _ = Read(bytes.NewReader(file), l.open)
		if n := strings.Count(l.String(), "done"); n != l.n {
			t.Errorf("%d connections were opened and %d done", l.n, n)
		}
		if l.Len() > 100*len(file)+1000 {
			t.Errorf("%d octets made a log of %d", len(file), l.Len())
		}
	})
}

// Times never go back, and what waits for the octets before it has held is bounded.
func TestWaiting(t *testing.T) {
	tb := newTable((&log{}).open)
	now := time.Unix(100, 0)
	one := func(at time.Time, s step) {
		octets, _ := s.ipv4()
		tb.packet(packet{at: at, link: linkRaw, octets: octets})
	}
	one(now, step{flags: flagSyn, seq: 100})
	for range 3 {
		one(now, step{flags: flagAck, seq: 150, data: "once"})
	}
	if tb.held != 4+overhead {
		t.Errorf("%d octets are held of a segment that came three times", tb.held)
	}
	for i := range 2 * mostHeld / 1000 {
		one(now, step{flags: flagAck, seq: uint32(200 + 1000*i), data: strings.Repeat("x", 1000)})
		if tb.held > mostHeld+2000 {
			t.Fatalf("%d octets are held, more than %d", tb.held, mostHeld)
		}
	}
	if c := tb.order[0]; c.halves[Opener].next != uint32(200+2*mostHeld/1000*1000) || tb.held != 0 {
		t.Errorf("next is %d, and %d octets are held: waiting did not end", c.halves[Opener].next, tb.held)
	}
	c := tb.order[0]
	if a, b := c.time(now.Add(time.Second)), c.time(now); !a.Equal(b) {
		t.Errorf("the time went from %v to %v", a, b)
	}
}
