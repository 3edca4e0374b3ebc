package conformance_test

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"regexp"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/wsspec/wsspec/conformance"
	"github.com/wsspec/wsspec/conformance/observed"
	"github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/ref/wire"
)

// expectation is what a case has to say about a hostile peer. A case that asks the
// peer to fail the connection cannot tell one that always does.
type expectation struct {
	verdict verdict.Verdict
	close   verdict.CloseBehavior
	why     string
}

// Peers that misbehave behind a correct opening handshake.
func TestHostilePeers(t *testing.T) {
	const (
		pass, fail              = verdict.Pass, verdict.Fail
		ok, unclean, failed     = verdict.CloseOK, verdict.CloseUnclean, verdict.CloseFailed
		noText                  = `Expected text message "`
		noPong                  = `Expected pong "Hello, world!", and `
		nothing, ended, refused = "nothing came within # s", "the server ended the connection (", "The server sent "
		wentOn                  = "The server had to fail the connection with 1002 and went on: it sent "
		flood                   = "over 1024 messages, pings and pongs, more than the case can account for."
	)
	for _, tt := range []struct {
		name string
		then func(net.Conn, *bufio.Reader)
		want map[string]expectation
	}{
		{"says nothing more", func(conn net.Conn, _ *bufio.Reader) { drain(conn) }, map[string]expectation{
			"1.1.1": {fail, unclean, "Expected an empty text message, and " + nothing},
			"2.2":   {fail, unclean, noPong + nothing},
			"3.1":   {fail, failed, "The server stayed silent for # s where it had to fail the connection with 1002."},
			"3.2":   {fail, failed, noText + `Hello, world!", and ` + nothing},
			"5.19":  {fail, unclean, `Expected pong "pongme 1!", and ` + nothing},
			"6.3.1": {fail, failed, "The server stayed silent for # s where it had to fail the connection with 1007."},
			"6.4.1": {fail, failed, "The server stayed silent for # s where it had to fail the connection with 1007."},
			"7.1.6": {fail, failed, "The server stayed silent for # s where it had to answer the Close."},
			"7.3.3": {fail, unclean, "The server stayed silent for # s where it had to answer the Close."},
			"7.9.1": {fail, failed, "The server stayed silent for # s where it had to fail the connection with 1002."},
			// The code is undefined, but the Close is owed an answer.
			"7.13.1": {fail, failed, "The server stayed silent for # s where it had to answer the Close."},
			"7.13.2": {fail, failed, "The server stayed silent for # s where it had to answer the Close."},
		}},
		{"closes TCP at once", func(net.Conn, *bufio.Reader) {}, map[string]expectation{
			"1.1.1":  {fail, failed, "Expected an empty text message, and " + ended + "TCP "},
			"2.2":    {fail, failed, noPong + ended + "TCP "},
			"3.1":    {pass, ok, ""},
			"6.4.1":  {fail, ok, "Expected the connection still open (mark A), and " + ended + "TCP "},
			"7.13.1": {pass, verdict.CloseInformational, ""},
		}},
		{"closes TCP on the Close", func(_ net.Conn, r *bufio.Reader) {
			_, _ = r.Discard(8) // all that 7.3.3 sends
		}, map[string]expectation{
			"7.3.3": {fail, unclean, "The server closed TCP without answering the Close"},
		}},
		{"resets TCP as soon as something comes", func(conn net.Conn, r *bufio.Reader) {
			_, _ = r.ReadByte()
			_ = conn.(*net.TCPConn).SetLinger(0)
		}, map[string]expectation{
			"1.1.1": {fail, failed, "Expected an empty text message, and " + ended + "TCP reset)"},
			"2.2":   {fail, failed, noPong + ended + "TCP reset)"},
			"3.1":   {pass, ok, ""},
			"7.3.3": {fail, unclean, "The server closed TCP without answering the Close"},
		}},
		{"answers everything with the same Close", func(conn net.Conn, r *bufio.Reader) {
			_, _ = r.ReadByte()
			_, _ = conn.Write([]byte{0x88, 2, 0x03, 0xe8})
			_ = conn.(*net.TCPConn).CloseWrite()
			drain(conn)
		}, map[string]expectation{
			"1.1.1": {fail, failed, "Expected an empty text message, and " + ended + "Close 1000)"},
			"2.2":   {fail, failed, noPong + ended + "Close 1000)"},
			"3.1":   {verdict.Warn, verdict.CloseWrongCode, "The server closed with 1000 where 1002 fits."},
			"7.3.3": {pass, ok, ""},
		}},
		{"sends octets that are no frames, for ever", forever("\xff"), map[string]expectation{
			"1.1.1":  {fail, unclean, refused + "a frame with opcode 0xf with RSV bits 111"},
			"3.1":    {fail, failed, wentOn + "a frame with opcode 0xf"},
			"7.3.3":  {fail, unclean, refused + "a frame with opcode 0xf"},
			"7.13.1": {fail, failed, refused + "a frame with opcode 0xf"},
		}},
		{"sends messages for ever", forever("\x81\x01a"), map[string]expectation{
			"1.1.1": {fail, unclean, refused + flood},
			"3.1":   {fail, failed, wentOn + flood},
			"7.1.6": {fail, failed, refused + flood},
		}},
		{"sends pings for ever", forever("\x89\x00"), map[string]expectation{
			"1.1.1":  {fail, unclean, refused + flood},
			"3.1":    {fail, failed, wentOn + flood},
			"7.13.1": {fail, failed, refused + flood},
		}},
		{"sends one message for ever", func(conn net.Conn, r *bufio.Reader) {
			_, _ = io.WriteString(conn, "\x01\x00")
			forever("\x00\x01a")(conn, r)
		}, map[string]expectation{
			"1.1.1": {fail, unclean, refused + "over 2048 frames, more than the case can account for."},
		}},
		{"sends empty fragments for ever", func(conn net.Conn, r *bufio.Reader) {
			_, _ = io.WriteString(conn, "\x01\x00")
			forever("\x00\x00")(conn, r)
		}, map[string]expectation{
			"1.1.1": {fail, unclean, refused + "over 1024 empty fragments, more than the case can account for."},
			"1.1.7": {fail, unclean, refused + "over 1024 empty fragments, more than the case can account for."},
		}},
		{"announces a message of 2^62 octets", func(conn net.Conn, _ *bufio.Reader) {
			_, _ = io.WriteString(conn, "\x82\x7f\x40\x00\x00\x00\x00\x00\x00\x00")
			drain(conn)
		}, map[string]expectation{
			"1.1.1": {fail, unclean, refused + "a binary frame of 4611686018427387904 octets, more than the case can account for."},
			"3.1":   {fail, failed, wentOn + "a binary frame of 4611686018427387904 octets"},
		}},
		{"answers the Close and keeps TCP open", func(conn net.Conn, r *bufio.Reader) {
			p := &echoPeer{r: r, w: conn}
			for p.frame() {
			}
			drain(conn)
		}, map[string]expectation{
			"1.1.1": {fail, verdict.CloseFailedByClient, "The server left it to the client to close TCP, which was still open after # s (RFC 6455 7.1.1). --slow gives more time."},
			"3.1":   {fail, verdict.CloseFailedByClient, "The server left it to the client to close TCP, which was still open after # s (RFC 6455 7.1.1). --slow gives more time."},
			"7.3.3": {fail, verdict.CloseFailedByClient, "The server left it to the client to close TCP, which was still open after # s (RFC 6455 7.1.1). --slow gives more time."},
		}},
		{"resets TCP after a correct Close", func(conn net.Conn, r *bufio.Reader) {
			p := &echoPeer{r: r, w: conn}
			for p.frame() {
			}
			_ = conn.(*net.TCPConn).CloseWrite()
			drain(conn)
			_ = conn.(*net.TCPConn).SetLinger(0)
		}, map[string]expectation{
			"1.1.1": {pass, ok, ""},
			"3.1":   {pass, ok, ""},
			"7.3.3": {pass, ok, ""},
		}},
		{"masks what it sends", func(conn net.Conn, r *bufio.Reader) {
			_, _ = r.ReadByte()
			_, _ = conn.Write([]byte{0x81, 0x80, 0, 0, 0, 0})
			drain(conn)
		}, map[string]expectation{
			"1.1.1": {fail, unclean, "The server sent a masked text frame from a server (RFC 6455 5.1)."},
		}},
		{"dies in the middle of a frame", func(conn net.Conn, r *bufio.Reader) {
			_, _ = r.ReadByte()
			_, _ = conn.Write([]byte{0x81, 0x05, 'h'})
		}, map[string]expectation{
			"1.1.1": {fail, failed, "Expected an empty text message, and " + "TCP ended inside a text frame, after 1 of 5 octets"},
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var ids []string
			for id := range tt.want {
				ids = append(ids, id)
			}
			// A busy machine may deliver the end of TCP later than the two
			// milliseconds that short leaves for settling.
			patient := short
			patient.Settle = time.Second
			for _, r := range play(t, serve(t, shaken(tt.then)), named(t, ids...), conformance.Options{Deadlines: patient}) {
				want := tt.want[r.Case.ID]
				if r.Verdict != want.verdict || r.Close != want.close || !strings.HasPrefix(timeless(r.Explanation), strings.TrimSuffix(want.why, ".")) {
					t.Errorf("%s\nwant %s, %s, %s", describe(r), want.verdict, want.close, want.why)
				}
			}
		})
	}
}

// waits matches the time that the harness waited. It is shorter where a peer has shown
// that it never answers.
var waits = regexp.MustCompile(`[0-9.]+ s\b`)

// timeless is a sentence with "# s" for each time.
func timeless(sentence string) string { return waits.ReplaceAllString(sentence, "# s") }

// forever writes the same octets until the harness has gone.
func forever(octets string) func(net.Conn, *bufio.Reader) {
	block := bytes.Repeat([]byte(octets), 32<<10)
	return func(conn net.Conn, _ *bufio.Reader) {
		for {
			if _, err := conn.Write(block); err != nil {
				return
			}
		}
	}
}

// A peer that sends without end costs the harness a bounded amount of memory,
// however small its frames are.
func TestAFloodCostsBoundedMemory(t *testing.T) {
	for _, octets := range []string{
		"\x89\x00", "\x8a\x00", "\x81\x00", "\x01\x00" + strings.Repeat("\x00\x00", 1000) + "\x80\x00", "\xff",
	} {
		t.Run(fmt.Sprintf("%.4x", octets), func(t *testing.T) {
			cases := named(t, "1.1.1", "2.2", "3.1", "7.3.3")
			results := play(t, serve(t, shaken(forever(octets))), cases, conformance.Options{Deadlines: short})
			runtime.GC()
			var with runtime.MemStats
			runtime.ReadMemStats(&with)
			entries := 0
			for _, r := range results {
				entries += len(r.Transcript) + len(r.Observed)
			}
			runtime.KeepAlive(results)
			runtime.GC()
			var without runtime.MemStats
			runtime.ReadMemStats(&without)
			kept := (int64(with.HeapAlloc) - int64(without.HeapAlloc)) / int64(len(cases))
			t.Logf("%d KiB and %d entries a case", kept>>10, entries/len(cases))
			if kept > 4<<20 {
				t.Errorf("a flooded case keeps %d MiB, want at most 4", kept>>20)
			}
		})
	}
}

// A peer that pings now and then, and says nothing else, is never silent for
// long; the deadline of the whole case ends it.
func TestAPeerThatOnlyPingsRunsIntoTheDeadlineOfTheCase(t *testing.T) {
	d := conformance.NewDeadlines(50*time.Millisecond, 0, 1)
	target := serve(t, shaken(func(conn net.Conn, _ *bufio.Reader) {
		tick := time.NewTicker(5 * time.Millisecond)
		defer tick.Stop()
		for range tick.C {
			if _, err := conn.Write([]byte{0x89, 0}); err != nil {
				return
			}
		}
	}))
	for _, r := range play(t, target, named(t, "1.1.1", "3.1", "7.3.3"), conformance.Options{Deadlines: d}) {
		if r.Verdict != verdict.Fail {
			t.Errorf("%s; want a failure", describe(r))
		}
		if r.Duration > 4*d.Case {
			t.Errorf("%s took %s, its deadline is %s", r.Case.ID, r.Duration, d.Case)
		}
	}
}

// Pings and unasked pongs of the peer's own are any endpoint's right
// (RFC6455-5.5.2-5, RFC6455-5.5.3-3).
func TestAPeerMaySendPingsAndPongsOfItsOwn(t *testing.T) {
	target := serve(t, shaken(func(conn net.Conn, r *bufio.Reader) {
		(&echoPeer{r: r, w: chatty{conn}}).run(conn.(*net.TCPConn))
	}))
	for _, r := range play(t, target, named(t, "1.1.1", "2.2", "2.10", "3.1", "3.2", "5.6", "6.4.1", "7.1.1", "7.3.3"), conformance.Options{}) {
		if r.Verdict != verdict.Pass {
			t.Errorf("%s; want a pass", describe(r))
		}
	}
}

// chatty sends a ping and a pong before each frame.
type chatty struct{ io.Writer }

func (c chatty) Write(b []byte) (int, error) {
	if _, err := io.WriteString(c.Writer, "\x89\x03up?\x8a\x09heartbeat"); err != nil {
		return 0, err
	}
	return c.Writer.Write(b)
}

// A peer that never reads does not hold a script that has much to send.
func TestAPeerThatNeverReads(t *testing.T) {
	big := script.Binary(script.Repeated("x", 32<<20))
	target := serve(t, shaken(func(conn net.Conn, _ *bufio.Reader) {
		_ = conn.(*net.TCPConn).SetReadBuffer(4 << 10)
		gone := make(chan struct{})
		t.Cleanup(func() { close(gone) })
		<-gone
	}))
	c := &script.Case{ID: "test/big", Script: script.Script{
		Steps:    []script.Step{script.Send{Frames: []script.Frame{big}}},
		Outcomes: []script.Outcome{{Behavior: verdict.OK, Events: []script.Expect{script.Echo(big)}, Ending: script.ClosedByHarness()}},
	}}
	r := play(t, target, []*script.Case{c}, conformance.Options{Deadlines: short})[0]
	if r.Verdict != verdict.Fail || !strings.HasSuffix(r.Explanation, "--slow gives more time.") {
		t.Errorf("%s; want a failure", describe(r))
	}
	var notes []string
	for _, e := range r.Transcript {
		if e.Kind == observed.EntryNote {
			notes = append(notes, e.String())
		}
	}
	if !strings.Contains(strings.Join(notes, "\n"), "the peer took no more octets") {
		t.Errorf("the transcript does not say that the peer stopped reading: %q", notes)
	}
}

// TCP may deliver octet by octet; a correct peer passes all the same.
func TestAPeerWhoseOctetsComeOneByOne(t *testing.T) {
	target := serve(t, func(conn net.Conn) {
		slow := &octetwise{conn.(*net.TCPConn)}
		r := bufio.NewReader(conn)
		req, err := http.ReadRequest(r)
		if err != nil {
			return
		}
		_, _ = fmt.Fprintf(slow, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: %s\r\n\r\n", accept(req))
		(&echoPeer{r: r, w: slow}).run(slow.TCPConn)
	})
	for _, r := range play(t, target, named(t, "1.1.3", "2.10", "3.2", "5.6", "6.4.3", "7.1.1", "7.5.1"), conformance.Options{}) {
		if r.Verdict != verdict.Pass {
			t.Errorf("%s; want a pass", describe(r))
		}
	}
}

type octetwise struct{ *net.TCPConn }

func (o *octetwise) Write(b []byte) (int, error) {
	for i := range b {
		if _, err := o.TCPConn.Write(b[i : i+1]); err != nil {
			return i, err
		}
	}
	return len(b), nil
}

// Octets that come in one segment with the handshake belong to the connection.
func TestOctetsBehindTheHandshakeAreNotLost(t *testing.T) {
	early := serve(t, func(conn net.Conn) {
		if _, ok := shake(conn, "\x81\x05early"); ok {
			drain(conn)
		}
	})
	r := play(t, early, named(t, "1.1.1"), conformance.Options{Deadlines: short})[0]
	if want := `Expected an empty text message, and text message "early" came (RFC 6455 5.2).`; r.Explanation != want {
		t.Errorf("%s; want %s", describe(r), want)
	}
	farewell := serve(t, func(conn net.Conn) {
		if _, ok := shake(conn, "\x88\x02\x03\xf1"); ok {
			_ = conn.(*net.TCPConn).CloseWrite()
			drain(conn)
		}
	})
	r = play(t, farewell, named(t, "1.1.1"), conformance.Options{Deadlines: short})[0]
	if r.Verdict != verdict.Fail || r.RemoteCode != wire.StatusCode(1009) {
		t.Errorf("%s; want a failure with the peer's 1009", describe(r))
	}
}
