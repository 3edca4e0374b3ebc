package ref

import (
	"bytes"
	"context"
	"flag"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"testing/slogtest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/wsspec/wsspec/ref/wire"
)

var update = flag.Bool("update", false, "write the golden files anew")

// checkGolden compares with testdata, or writes it.
func checkGolden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *update {
		must(t, os.MkdirAll("testdata", 0o755))
		must(t, os.WriteFile(file, []byte(got), 0o644))
	}
	want, err := os.ReadFile(file)
	must(t, err)
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", file, diff)
	}
}

// A clockless handler leaves the times out.
type clockless struct{ slog.Handler }

func (h clockless) Handle(ctx context.Context, r slog.Record) error {
	r.Time = time.Time{}
	return h.Handler.Handle(ctx, r)
}

func (h clockless) WithAttrs(attrs []slog.Attr) slog.Handler {
	return clockless{h.Handler.WithAttrs(attrs)}
}

// What both roles show of every kind of frame, the wrong ones too.
func TestFrameHandler(t *testing.T) {
	noLeaks(t)
	var out bytes.Buffer
	logger := slog.New(clockless{NewFrameHandler(&out, nil)}).With("id", 7)
	c := config{logger: logger, agreed: &wire.DeflateParams{}, compression: &Compression{Threshold: 60}}
	bothRoles(t, c, func(t *testing.T, conn *Conn, p *peer) {
		p.send(
			whole(wire.OpText, "Hello, 世界"),
			whole(wire.OpText, ""),
			part(wire.OpText, "in "), whole(wire.OpPing, "\x00"), part(wire.OpContinuation, ""), whole(wire.OpContinuation, "pieces"),
			part(wire.OpBinary, ""), whole(wire.OpContinuation, "\x01\x02"),
			whole(wire.OpText, deflated("squeezed")).rsv(wire.RSV1),
			whole(wire.OpText, "\x1b[2J and \x07"), // which would clear a terminal
			whole(wire.OpBinary, strings.Repeat("\xff", 100)),
			whole(wire.OpText, strings.Repeat("世", 100)),
			whole(wire.OpPong, "unasked"))
		for range 8 {
			_, _, err := conn.Read(testContext(t))
			must(t, err)
		}
		must(t, conn.Write(testContext(t), Text, []byte("Hello")))
		must(t, conn.Write(testContext(t), Binary, []byte("\x00\xff")))
		must(t, conn.Write(testContext(t), Text, []byte(strings.Repeat("long ", 20))))
		must(t, conn.WritePrepared(testContext(t), prepared(t, Text, "to everybody")))
		must(t, conn.WriteFragments(testContext(t), Binary, func(yield func([]byte) bool) {
			_ = yield([]byte("\x01")) && yield([]byte("\x02"))
		}))
		must(t, conn.SendPing(testContext(t), []byte("?")))
		conn.WriteGuarded(testContext(t), Text, []byte("\xff")) // a record that is no frame's
		p.send(whole(wire.OpText, "wrong").rsv(wire.RSV3))
		end := inBackground(func() error { _, _, err := conn.Read(testContext(t)); return err })
		for f := (frame{}); f.Opcode != wire.OpClose; {
			var err error
			f, err = p.next()
			must(t, err)
		}
		p.expectEnd()
		must(t, p.Close())
		checkClosed(t, awaitErr(t, end), 1002, false, wire.RuleReservedBitsDeflate)
	})
	bothRoles(t, config{logger: logger}, func(t *testing.T, conn *Conn, p *peer) {
		own := &peer{t: t, role: p.role.Peer(), Conn: p.Conn} // masks as only the other may
		own.send(whole(wire.OpText, "mask"))
		_, _, _ = conn.Read(patientFor(t, p))
	})
	bothRoles(t, config{logger: logger}, func(t *testing.T, conn *Conn, p *peer) {
		p.send(closing(4000, "thanks"))
		must(t, p.Conn.(interface{ CloseWrite() error }).CloseWrite())
		_, _, err := conn.Read(testContext(t))
		checkClosed(t, err, 4000, true, nil)
	})
	checkGolden(t, "frames.golden", regexp.MustCompile(`127\.0\.0\.1:\d+`).ReplaceAllString(out.String(), "peer"))
}

// patientFor lets the peer's half of TCP end, so that nobody waits for it.
func patientFor(t *testing.T, p *peer) context.Context {
	t.Helper()
	must(t, p.Conn.(interface{ CloseWrite() error }).CloseWrite())
	return testContext(t)
}

// It does what every handler has to do.
func TestFrameHandlerIsASlogHandler(t *testing.T) {
	noLeaks(t)
	var out bytes.Buffer
	line := regexp.MustCompile(`^(\d\d:\d\d:\d\d\.\d{3} )?(INFO|WARN) (\S*)(.*)$`)
	must(t, slogtest.TestHandler(NewFrameHandler(&out, nil), func() (records []map[string]any) {
		for text := range strings.Lines(out.String()) {
			parts := line.FindStringSubmatch(strings.TrimSuffix(text, "\n"))
			if parts == nil {
				t.Fatalf("line %q", text)
			}
			record := map[string]any{slog.LevelKey: parts[2], slog.MessageKey: parts[3]}
			if parts[1] != "" {
				record[slog.TimeKey] = parts[1]
			}
			for _, attr := range strings.Fields(parts[4]) {
				name, value, _ := strings.Cut(attr, "=")
				group := record
				path := strings.Split(name, ".")
				for _, g := range path[:len(path)-1] {
					if group[g] == nil {
						group[g] = map[string]any{}
					}
					group = group[g].(map[string]any)
				}
				group[path[len(path)-1]] = value
			}
			records = append(records, record)
		}
		return records
	}))
}

// A level above that of frames shows none.
func TestFrameHandlerLevel(t *testing.T) {
	noLeaks(t)
	var out bytes.Buffer
	logger := slog.New(NewFrameHandler(&out, slog.LevelInfo))
	bothRoles(t, config{logger: logger}, func(t *testing.T, conn *Conn, p *peer) {
		p.send(whole(wire.OpText, "x"))
		checkRead(t, conn, Text, "x")
		must(t, conn.Write(testContext(t), Text, []byte("x")))
	})
	if out.Len() > 0 {
		t.Errorf("shown %s", &out)
	}
	logger.Error("a message\nwith a line end", "k", "v")
	if got := out.String(); !strings.HasSuffix(got, " ERROR \"a message\\nwith a line end\" k=v\n") {
		t.Errorf("shown %q", got)
	}
}

func TestFrameHandlerColours(t *testing.T) {
	noLeaks(t)
	terminal, err := os.OpenFile("/dev/tty", os.O_WRONLY, 0)
	if err != nil { // tests have none as a rule: another device of characters does
		terminal, err = os.OpenFile(os.DevNull, os.O_WRONLY, 0)
		must(t, err)
	}
	defer terminal.Close()
	file, err := os.Create(filepath.Join(t.TempDir(), "log"))
	must(t, err)
	defer file.Close()
	for _, tt := range []struct {
		name, noColor, term string
		to                  io.Writer
		want                bool
	}{
		{"a terminal", "", "xterm", terminal, true},
		{"a terminal, NO_COLOR", "1", "xterm", terminal, false},
		{"a dumb terminal", "", "dumb", terminal, false},
		{"a file", "", "xterm", file, false},
		{"a buffer", "", "xterm", &bytes.Buffer{}, false},
	} {
		t.Setenv("NO_COLOR", tt.noColor)
		t.Setenv("TERM", tt.term)
		if got := NewFrameHandler(tt.to, nil).(*frameHandler).colour; got != tt.want {
			t.Errorf("%s: coloured %v", tt.name, got)
		}
	}
	var out bytes.Buffer
	h := NewFrameHandler(&out, nil).(*frameHandler)
	h.colour = true
	logger := slog.New(clockless{h})
	logger.Warn("careful", "k", "v")
	logger.Debug("", "frame", loggedFrame{sent: true, header: wire.Header{Fin: true, Opcode: wire.OpPing}})
	logger.Debug("", "frame", loggedFrame{header: wire.Header{Fin: true, Opcode: wire.OpPong}})
	logger.Debug("", "frame", loggedFrame{header: wire.Header{Fin: true, Opcode: wire.OpClose}})
	want := "\x1b[33mWARN careful\x1b[0m k=v\n" +
		"\x1b[32mping 0\x1b[0m\n\x1b[36mpong 0\x1b[0m\n\x1b[35mclose 1005 (no status received)\x1b[0m\n"
	if diff := cmp.Diff(want, out.String()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// Other handlers get the same in a group.
func TestLoggedFrame(t *testing.T) {
	noLeaks(t)
	logger, out := plainLogger()
	for _, f := range []loggedFrame{
		{sent: true, header: wire.Header{Fin: true, Masked: true, Opcode: wire.OpText, Length: 5}, typ: wire.OpText, payload: []byte("Hello")},
		{header: wire.Header{RSV: wire.RSV1, Opcode: wire.OpBinary, Length: 5}, typ: wire.OpBinary, compressed: true, payload: []byte("Hello")},
		{header: wire.Header{Fin: true, Opcode: wire.OpContinuation, Length: 2}, typ: wire.OpBinary, payload: []byte("\x00\x01")},
		{header: wire.Header{Fin: true, Opcode: wire.OpClose, Length: 5}, payload: []byte("\x03\xe8bye")},
	} {
		logger.Info("", "frame", f)
	}
	want := `level=INFO msg="" frame.opcode=text frame.fin=true frame.masked=true frame.length=5 frame.payload=Hello
level=INFO msg="" frame.opcode=binary frame.fin=false frame.masked=false frame.length=5 frame.rsv=RSV1
level=INFO msg="" frame.opcode=continuation frame.fin=true frame.masked=false frame.length=2 frame.payload=0001
level=INFO msg="" frame.opcode=close frame.fin=true frame.masked=false frame.length=5 frame.code=1000 frame.reason=bye
`
	if diff := cmp.Diff(want, out.String()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// Nobody pays for logs that nobody reads.
func TestFramesUnloggedCostNothing(t *testing.T) {
	noLeaks(t)
	for name, logger := range map[string]*slog.Logger{
		"no logger":         nil,
		"none of the level": slog.New(NewFrameHandler(io.Discard, slog.LevelDebug)),
	} {
		conn, err := newConn(sink{}, config{role: wire.RoleServer, logger: logger})
		must(t, err)
		incoming := (&peer{role: wire.RoleClient}).octets(whole(wire.OpPong, "x"))
		if n := testing.AllocsPerRun(100, func() {
			must(t, conn.Write(context.Background(), Text, incoming[:0]))
			conn.unread = append(conn.unread[:0], incoming...)
			if _, ev := conn.receiver.Receive(conn.unread); ev.Kind != wire.EventPong || conn.frameIn != nil {
				t.Errorf("event %v", ev.Kind)
			}
		}); n > 0 {
			t.Errorf("%s: %v allocations for a frame sent and a frame received", name, n)
		}
	}
}
