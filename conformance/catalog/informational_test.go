package catalog_test

import (
	"net"
	"testing"

	"github.com/wsspec/wsspec/conformance/catalog"
	c "github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/ref/wire"
)

// informational returns the informational cases that judge a peer of the role, those
// about the opening handshake or the others.
func informational(role wire.Role, opening bool) []*c.Case {
	var cases []*c.Case
	for _, x := range catalog.Cases() {
		if x.Level == verdict.LevelInformational && x.TestsRole(role) && (x.Script.Opening != nil) == opening {
			cases = append(cases, x)
		}
	}
	return cases
}

// says answers an opening request with these octets.
func says(octets string) served {
	return func(conn net.Conn, _ []byte) {
		_, _ = conn.Write([]byte(octets))
		_, _ = conn.Read(make([]byte, 1)) // until the harness has left
	}
}

// An informational case records what a peer does. It never fails or warns a server
// that keeps to the RFC, however the server reads the request.
func TestInformationalOpeningsFailNobody(t *testing.T) {
	cases := informational(wire.RoleServer, true)
	if len(cases) < 4 {
		t.Fatalf("%d informational cases about the opening handshake, want at least 4", len(cases))
	}
	for _, tt := range []struct {
		name   string
		server served
	}{
		{"stays silent", func(conn net.Conn, _ []byte) {
			_, _ = conn.Read(make([]byte, 1<<20))
			_, _ = conn.Read(make([]byte, 1))
		}},
		{"closes TCP", closes},
		{"answers 400", says("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")},
		{"answers 200 with a page", says("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi")},
		{"redirects", says("HTTP/1.1 302 Found\r\nLocation: http://localhost/\r\nContent-Length: 0\r\n\r\n")},
		{"answers 421", says("HTTP/1.1 421 Misdirected Request\r\nContent-Length: 0\r\n\r\n")},
		{"opens and echoes", echoServer},
		{"opens and loses the first message", answers(nil)},
		{"opens and closes TCP", answers(nil, hangUp)},
		{"opens and closes with 1002", answers(closeFrame(1002), hangUp)},
		{"opens and closes with 1008", answers(closeFrame(1008))},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			for _, r := range runServer(t, cases, tt.server) {
				if r.Verdict != verdict.Pass || r.Behavior != verdict.Informational {
					t.Errorf("%s (%s) is %s, %s / %s: %s", r.Case.ID, r.Case.Title, r.Verdict, r.Behavior, r.Close, r.Explanation)
				}
			}
		})
	}
}

// A server that breaks a rule in what it sends fails informational cases too.
func TestInformationalOpeningsFailABreachOfTheServer(t *testing.T) {
	for name, server := range map[string]served{
		"accepts another key": acceptsKey(func([]string) string { return "AAAAAAAAAAAAAAAAAAAAAA==" }),
		"masks its frames":    answers([]byte{0x81, 0x81, 0, 0, 0, 0, 'a'}),
		"sends Close 1005":    answers(closeFrame(1005), hangUp),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			x := catalog.ByID("rfc6455/4.2.1/26")
			if r := runServer(t, []*c.Case{x}, server)[0]; r.Verdict != verdict.Fail {
				t.Errorf("%s is %s, %s / %s: %s", x.ID, r.Verdict, r.Behavior, r.Close, r.Explanation)
			}
		})
	}
}

// However a peer ends the connection on a Close that may mean anything, it passes.
// Silence alone fails: a Close frame is answered (RFC6455-5.5.1-7).
func TestInformationalClosesFailOnlySilence(t *testing.T) {
	masked := func(frame []byte) []byte {
		return append([]byte{frame[0], 0x80 | frame[1], 0, 0, 0, 0}, frame[2:]...)
	}
	for _, tt := range []struct {
		name   string
		octets []byte
		hangUp bool
		want   verdict.Verdict
	}{
		{"answers with 1000", closeFrame(1000), true, verdict.Pass},
		{"answers with 1002", closeFrame(1002), true, verdict.Pass},
		{"answers with 1009", closeFrame(1009), true, verdict.Pass},
		{"answers with 1001 and leaves TCP open", closeFrame(1001), false, verdict.Pass},
		{"answers without a code", []byte{0x88, 0}, true, verdict.Pass},
		{"sends something of its own and closes", append(textFrame("busy", 1), closeFrame(1013)...), true, verdict.Pass},
		{"closes TCP", nil, true, verdict.Pass},
		{"stays silent", nil, false, verdict.Fail},
		{"breaks a rule", []byte{0x8b, 0}, true, verdict.Fail},
	} {
		then := []bool{}
		if tt.hangUp {
			then = append(then, hangUp)
		}
		check := func(t *testing.T, role wire.Role, id string, v verdict.Verdict, why string) {
			if v != tt.want {
				t.Errorf("%v: %s is %s, want %s: %s", role, id, v, tt.want, why)
			}
		}
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			for _, r := range runServer(t, informational(wire.RoleServer, false), answers(tt.octets, then...)) {
				check(t, wire.RoleServer, r.Case.ID, r.Verdict, r.Explanation)
			}
			octets := []byte{}
			for rest := tt.octets; len(rest) > 0; rest = rest[2+int(rest[1]):] {
				octets = append(octets, masked(rest[:2+int(rest[1])])...)
			}
			for _, r := range runClient(t, informational(wire.RoleClient, false), func(conn net.Conn) { reacts(conn, octets, tt.hangUp) }) {
				check(t, wire.RoleClient, r.Case.ID, r.Verdict, r.Explanation)
			}
		})
	}
}
