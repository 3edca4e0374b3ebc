package check

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/wsspec/wsspec/conformance/capture"
	"github.com/wsspec/wsspec/ref/wire"
)

// exchange is a capture by dumpcap on a loopback interface: the reference endpoint with
// itself, with compression and without, with a server that sets RSV2 on Close frames, a
// request of plain HTTP, and the beginning of TLS. The headers of its blocks have no options.
func exchange(t *testing.T) []byte {
	t.Helper()
	file, err := os.Open("testdata/exchange.pcapng.gz")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	plain, err := capture.Plain(file)
	if err != nil {
		t.Fatal(err)
	}
	octets, err := io.ReadAll(plain)
	if err != nil {
		t.Fatal(err)
	}
	return octets
}

// said is a file in few words.
func said(f *File) []string {
	var out []string
	for _, c := range f.Connections {
		out = append(out, fmt.Sprintf("%d: %s opened=%t %q %d/%d frames, %d/%d octets, %q", c.Number, c.Target, c.Opened, c.Extensions,
			c.FromClient.Frames, c.FromServer.Frames, c.FromClient.Octets, c.FromServer.Octets, c.Ended))
		for _, v := range c.Violations {
			out = append(out, fmt.Sprintf("%d: %s %s octet %d", c.Number, v.Sender, v.Requirement, v.Octet))
		}
		for _, n := range c.NotJudged {
			out = append(out, fmt.Sprintf("%d: not judged: %s %d rest=%t: %s", c.Number, n.Sender, n.Octet, n.Rest, n.Why))
		}
	}
	for _, o := range f.Others {
		out = append(out, fmt.Sprintf("%d of %s", o.Count, o.Kind))
	}
	return append(out, f.Notes...)
}

func TestRealCapture(t *testing.T) {
	f, err := Packets("exchange", bytes.NewReader(exchange(t)), Options{Events: true})
	if err != nil {
		t.Fatal(err)
	}
	const closed = `"TCP closed by the server" "TCP closed by the client"]`
	want := []string{
		`1: / opened=true "permessage-deflate" 6/6 frames, 326/249 octets, ["close 1000 \"done\" from the client" "close 1000 from the server" ` + closed,
		`2: / opened=true "" 7/7 frames, 21875/21818 octets, ["close 1000 \"done\" from the client" "close 1000 from the server" ` + closed,
		`3: /chat opened=true "" 6/6 frames, 1071/1014 octets, ["close 1000 \"done\" from the client" "close 1000, RSV2 from the server" ` + closed,
		"3: server RFC6455-5.2-3 octet 1010",
		"1 of TLS", "1 of HTTP without WebSocket",
	}
	if diff := cmp.Diff(want, said(f)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	c := f.Connections[0]
	if len(c.Events) != 16 || c.Events[2].Text != `text "hello"` || c.Events[2].Octet != 224 || c.Events[2].Sender != "client" {
		t.Errorf("%d events, the third %+v", len(c.Events), c.Events[2])
	}
	if c.Client != "127.0.0.1:46276" || c.Server != "127.0.0.1:19400" || c.Began.Year() != 2026 {
		t.Errorf("%s, %s, %v", c.Client, c.Server, c.Began)
	}
	v := f.Connections[2].Violations[0]
	if v.Microseconds != 871 || v.Clause != "RFC 6455 5.2" || !strings.Contains(v.What, "a close frame with RSV bits 010") {
		t.Errorf("%+v", v)
	}
}

// blocks cuts a pcapng file of little endian into what is before its packets, and these.
func blocks(file []byte) (head []byte, packets [][]byte) {
	for len(file) > 0 {
		n := binary.LittleEndian.Uint32(file[4:])
		if binary.LittleEndian.Uint32(file) == 6 {
			packets = append(packets, file[:n])
		} else {
			head = append(head, file[:n]...)
		}
		file = file[n:]
	}
	return head, packets
}

// snapped cuts a packet off behind so many octets.
func snapped(packet []byte, most int) []byte {
	captured := int(binary.LittleEndian.Uint32(packet[20:]))
	if captured <= most {
		return packet
	}
	out := append([]byte{}, packet[:28+most]...)
	binary.LittleEndian.PutUint32(out[20:], uint32(most))
	out = append(out, make([]byte, -most&3)...)
	out = binary.LittleEndian.AppendUint32(out, uint32(len(out)+4))
	binary.LittleEndian.PutUint32(out[4:], uint32(len(out)))
	return out
}

// Whatever a capture lacks, repeats, cuts off or has in another order: no peer is blamed
// for it.
func TestNobodyIsBlamedForTheCapture(t *testing.T) {
	head, packets := blocks(exchange(t))
	if len(packets) != 92 {
		t.Fatalf("%d packets", len(packets))
	}
	found, notJudged := 0, 0
	judge := func(what string, packets [][]byte) {
		t.Helper()
		file := append([]byte{}, head...)
		for _, p := range packets {
			file = append(file, p...)
		}
		f, err := Packets("", bytes.NewReader(file), Options{})
		if err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		for _, c := range f.Connections {
			notJudged += len(c.NotJudged)
			for _, v := range c.Violations {
				found++
				if v.Sender != "server" || v.Requirement != "RFC6455-5.2-3" || !strings.HasSuffix(c.Server, ":19401") {
					t.Errorf("%s: %s: %+v", what, c.Client, v)
				}
			}
		}
	}
	at := func(i int, with ...[]byte) [][]byte {
		out := append([][]byte{}, packets[:i]...)
		return append(append(out, with...), packets[i+1:]...)
	}
	for i, p := range packets {
		judge(fmt.Sprintf("without packet %d", i), at(i))
		judge(fmt.Sprintf("packet %d twice", i), at(i, p, p))
		judge(fmt.Sprintf("from packet %d on", i), packets[i:])
		judge(fmt.Sprintf("up to packet %d", i), packets[:i])
		judge(fmt.Sprintf("packet %d cut off", i), at(i, snapped(p, 90)))
		judge(fmt.Sprintf("packet %d cut off within its data", i), at(i, snapped(p, 66+(i*7)%200)))
		for _, by := range []int{1, 2, 3, 5} {
			if j := i - by; j >= 0 {
				judge(fmt.Sprintf("packet %d before packet %d", i, j), slices.Insert(at(i), j, p))
			}
		}
	}
	for most := 54; most < 300; most += 7 {
		var cut [][]byte
		for _, p := range packets {
			cut = append(cut, snapped(p, most))
		}
		judge(fmt.Sprintf("a snapshot length of %d", most), cut)
	}
	var odd [][]byte
	for i, p := range packets {
		if i%3 > 0 {
			odd = append(odd, p)
		}
	}
	judge("each third packet lost", odd)
	if found < 400 || notJudged < 100 {
		t.Errorf("the violation was found %d times, and %d times something was not judged: too few to show anything", found, notJudged)
	}
}

// A file that is cut anywhere is judged up to there.
func TestCutAnywhere(t *testing.T) {
	whole := exchange(t)
	for n := 0; n < len(whole); n += 499 {
		f, err := Packets("", bytes.NewReader(whole[:n]), Options{})
		if n < 32 && err == nil {
			t.Errorf("cut at %d: no error", n)
		}
		if n > 40_000 && len(f.Connections) < 2 {
			t.Errorf("cut at %d: %q", n, said(f))
		}
		if err != nil && len(f.Notes) == 0 {
			t.Errorf("cut at %d: the file does not say that it is cut: %v", n, err)
		}
	}
}

const (
	key     = "dGhlIHNhbXBsZSBub25jZQ=="
	request = "GET /chat?token=abcdefgh HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: " + key + "\r\nSec-WebSocket-Version: 13\r\n\r\n"
	accept  = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n"
)

// A spoken is octets of one end, or a gap: "?".
type spoken struct {
	from   capture.End
	octets string
}

const opener, acceptor = capture.Opener, capture.Acceptor

func TestWhatAConnectionIs(t *testing.T) {
	both, none := [2]bool{true, true}, [2]bool{}
	plain := strings.ReplaceAll(strings.ReplaceAll(request, "websocket", "h2c"), "Sec-WebSocket", "X")
	for _, tt := range []struct {
		name   string
		begins [2]bool
		said   []spoken
		want   []string
	}{
		{"WebSocket", both, []spoken{{opener, request}, {acceptor, accept + "\x81\x01a"}}, []string{"opened"}},
		{"in small pieces", both, []spoken{{opener, "G"}, {opener, "ET"}, {opener, request[3:]}, {acceptor, accept}}, []string{"opened"}},
		{"without the SYNs", none, []spoken{{opener, request}, {acceptor, accept}}, []string{"opened"}},
		{"without the SYNs, the packets the other way round", none, []spoken{{acceptor, request}, {opener, accept}}, []string{"opened"}},
		{"refused", both, []spoken{{opener, request}, {acceptor, "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n"}}, []string{"not opened"}},
		{"not answered", both, []spoken{{opener, request}}, []string{"not opened"}},
		{"wrong, and for WebSocket", both, []spoken{{opener, strings.Replace(request, "\r\n", "\n", 1)}}, []string{"not opened", "client RFC6455-4.1-20"}},
		{"another method, and for WebSocket", both, []spoken{{opener, strings.Replace(request, "GET", "POST", 1)}}, []string{"not opened", "client RFC6455-4.1-21"}},
		{"plain HTTP", both, []spoken{{opener, plain}, {acceptor, "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx"}}, []string{"1 of " + string(PlainHTTP)}},
		{"like HTTP, and for something else", both, []spoken{{opener, "EHLO localhost\r\n"}, {acceptor, "250 hello\r\n"}}, []string{"1 of " + string(PlainHTTP)}},
		{"lines with that word", both, []spoken{{opener, "CONNECT {}\r\nPUB websocket 3\r\nyes\r\n"}, {acceptor, "+OK\r\n"}}, []string{"1 of " + string(PlainHTTP)}},
		{"behind a line of the PROXY protocol", both, []spoken{{opener, "PROXY TCP4 10.0.0.1 10.0.0.2 4000 80\r\n" + request}, {acceptor, accept}}, []string{"1 of " + string(Other)}},
		{"TLS", both, []spoken{{opener, "\x16\x03\x01\x00\xc0\x01\x00\x00"}}, []string{"1 of " + string(TLS)}},
		{"TLS, one octet at first", both, []spoken{{opener, "\x16"}, {opener, "\x03\x01\x00\xc0\x01\x00\x00"}}, []string{"1 of " + string(TLS)}},
		{"TLS, from the middle on", none, []spoken{{acceptor, "\x17\x03\x03\x00\x10abcdefghijklmnop"}}, []string{"1 of " + string(TLS)}},
		{"HTTP/2", both, []spoken{{opener, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"}}, []string{"1 of " + string(HTTP2)}},
		{"the server speaks first", both, []spoken{{acceptor, "SSH-2.0-OpenSSH_9.9\r\n"}, {opener, request}}, []string{"1 of " + string(Other)}},
		{"few octets", both, []spoken{{opener, "\x00\x01"}}, []string{"1 of " + string(Other)}},
		{"letters alone", both, []spoken{{opener, "GET"}}, []string{"1 of " + string(PlainHTTP)}},
		{"letters, and an answer", both, []spoken{{opener, "PING"}, {acceptor, "+PONG\r\n"}}, []string{"1 of " + string(PlainHTTP)}},
		{"frames from the middle on", none, []spoken{{opener, "\x81\x81abcd\x00"}, {acceptor, "\x81\x01a"}}, []string{"1 of " + string(Middle)}},
		{"no frames from the middle on", none, []spoken{{opener, "\x81\x01abcd\x00"}, {acceptor, "\x81\x01a"}}, []string{"1 of " + string(Other)}},
		{"the response alone", none, []spoken{{acceptor, accept}, {opener, "\x81\x81abcd\x00"}}, []string{"1 of " + string(Middle)}},
		{"the beginning is lost", both, []spoken{{opener, "?"}, {opener, request}, {acceptor, accept}}, []string{"1 of " + string(Middle)}},
		{"the request is lost in part", both, []spoken{{opener, request[:100]}, {opener, "?"}, {opener, request[110:]}, {acceptor, accept}}, []string{"1 of " + string(PlainHTTP)}},
		{
			"the response is lost in part", both, []spoken{{opener, request}, {acceptor, accept[:20]}, {acceptor, "?"}, {acceptor, accept[30:] + "\xff\xff"}},
			[]string{"not opened", "server lost", "client lost"},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := NewCollector("", "", Options{})
			now := time.Unix(1_700_000_000, 0)
			r := &captured{of: c, info: &capture.Connection{Began: now, FromBeginning: tt.begins}}
			for _, s := range tt.said {
				if now = now.Add(time.Millisecond); s.octets == "?" {
					r.Missing(s.from, now, 10, "lost")
				} else {
					r.Octets(s.from, now, []byte(s.octets))
				}
			}
			r.Finished(opener, now)
			r.Done(true)
			var got []string
			f := c.File()
			for _, c := range f.Connections {
				got = append(got, map[bool]string{true: "opened", false: "not opened"}[c.Opened])
				for _, v := range c.Violations {
					got = append(got, v.Sender+" "+v.Requirement)
				}
				for _, n := range c.NotJudged {
					if len(c.Violations) == 0 {
						got = append(got, n.Sender+" "+n.Why)
					}
				}
			}
			for _, o := range f.Others {
				got = append(got, fmt.Sprintf("%d of %s", o.Count, o.Kind))
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// The violations of one side are left out if the other one is to be judged, and those of the
// harness if nobody asks for them.
func TestOnly(t *testing.T) {
	masked, unmasked := "\x81\x81abcd\x00", "\x81\x01a"
	for _, tt := range []struct {
		only    wire.Role
		harness string
		want    string
	}{
		{0, "", "server client"}, {wire.RoleServer, "", "server"}, {wire.RoleClient, "", "client"},
		{0, "client", "server"}, {0, "server", "client"}, {wire.RoleClient, "client", "client"},
	} {
		c := NewCollector("", "", Options{Only: tt.only})
		j := c.Judge(Connection{Harness: tt.harness}, nil)
		j.Octets(wire.RoleClient, time.Time{}, []byte(request))
		j.Octets(wire.RoleServer, time.Time{}, []byte(accept+masked))
		j.Octets(wire.RoleClient, time.Time{}, []byte(unmasked))
		j.Done(PlainHTTP, "")
		var got []string
		for _, v := range c.File().Connections[0].Violations {
			got = append(got, v.Sender)
		}
		if strings.Join(got, " ") != tt.want {
			t.Errorf("only %v, the harness is %q: %q, want %q", tt.only, tt.harness, got, tt.want)
		}
	}
}

// What is kept of one connection has bounds.
func TestBounds(t *testing.T) {
	c := NewCollector("", "", Options{Events: true})
	j := c.Judge(Connection{}, nil)
	j.Octets(wire.RoleClient, time.Time{}, []byte(strings.Replace(request, "chat", strings.Repeat("x", 5000), 1)))
	j.Octets(wire.RoleServer, time.Time{}, []byte(accept))
	for range mostEvents + 100 { // each with a violation up to where the judging stops
		j.Octets(wire.RoleServer, time.Time{}, []byte("\x88\x03\x03\xe8\xff"))
	}
	j.Done(PlainHTTP, "")
	f := c.File()
	conn := f.Connections[0]
	if len(conn.Violations) != mostViolations || conn.MoreViolations != mostEvents || f.Violations() != mostEvents+mostViolations {
		t.Errorf("%d violations and %d more, %d in all", len(conn.Violations), conn.MoreViolations, f.Violations())
	}
	if len(conn.Target) > mostText+len("…") || conn.Heads != nil {
		t.Errorf("a target of %d octets, %d heads", len(conn.Target), len(conn.Heads))
	}
	if len(conn.Events) != mostEvents || len(conn.Ended) != mostEnds || len(f.Notes) != 1 || !strings.HasPrefix(f.Notes[0], "102 more heads") {
		t.Errorf("%d events, %d ends, notes %q", len(conn.Events), len(conn.Ended), f.Notes)
	}
}

// A file may have more connections than anybody reads. Those with violations are listed first.
func TestManyConnections(t *testing.T) {
	c := NewCollector("", "", Options{})
	for i := range 2*mostConnections + 20 {
		bad := i >= mostConnections+10
		conn := &Connection{}
		if bad {
			conn.Violations = make([]Violation, 2)
		}
		c.add(conn)
	}
	f := c.File()
	if len(f.Connections) != 2*mostConnections || f.MoreViolations != 20 || f.Violations() != 2*(mostConnections+10) || len(f.Notes) != 1 {
		t.Errorf("%d connections, %d violations of %d are in no connection, notes %q", len(f.Connections), f.MoreViolations, f.Violations(), f.Notes)
	}
}
