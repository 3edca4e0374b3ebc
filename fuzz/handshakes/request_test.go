package handshakes

import (
	"bufio"
	"bytes"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/wsspec/wsspec/ref/wire"
)

// FuzzRequest reads a request. The result must be that of the naive parser, and later
// octets must not change it. The broken rules must be those of the naive check. net/http
// must read an acceptable request with the same content, and the client must accept the
// server's response.
func FuzzRequest(f *testing.F) {
	f.Fuzz(func(t *testing.T, data []byte) {
		b := headInput(data)
		r, n, err := wire.ParseRequest(b)
		want, wantLen, f := naiveParseRequest(b)
		if verdict(t, b, err) != f || n != wantLen {
			t.Fatalf("%.800q: %v after %d octets, want verdict %d after %d", b, err, n, f, wantLen)
		}
		for _, cut := range cuts(len(b)) {
			early, m, earlyErr := wire.ParseRequest(b[:cut])
			if earlyErr != wire.ErrShort && (!sameError(err, earlyErr) || m != n || !equalRequests(early, r)) {
				t.Fatalf("%.800q: at octet %d %v, at the end %v", b, cut, earlyErr, err)
			}
		}
		if f != whole {
			return
		}
		if !equalRequests(r, want) {
			t.Fatalf("%.800q: read as %+v, want %+v", b, r, want)
		}
		written := r.Append(nil)
		again, _, err := wire.ParseRequest(written)
		if len(written) <= wire.MaxHandshakeLen && (err != nil || !equalRequests(again, r)) {
			t.Fatalf("%+v: written and read as %+v, %v", r, again, err)
		}
		broken := wire.CheckRequest(r)
		if rules := naiveRequest(r, false); !sameRules(broken, rules) {
			t.Fatalf("%.800q: the server reports %v, want %v", b, broken, ids(rules))
		}
		if found, rules := wire.CheckClientRequest(r), naiveRequest(r, true); !sameRules(found, rules) {
			t.Fatalf("%.800q: the check of the client reports %v, want %v", b, found, ids(rules))
		}
		if len(broken) > 0 {
			refuse(t, broken)
			return
		}
		compareWithHTTP(t, b, r)
		answerTo(t, r)
	})
}

func naiveParseRequest(b []byte) (r wire.Request, n int, f found) {
	lines, n, f := naiveHead(b, false)
	if f == never || len(lines) == 0 {
		return r, 0, f
	}
	words := strings.Split(lines[0], " ")
	fields, ok := naiveFields(lines[1:], false)
	if len(words) < 3 || words[0] == "" || !ok {
		return r, 0, never
	}
	last := len(words) - 1
	return wire.Request{Method: words[0], Target: strings.Join(words[1:last], " "), Version: words[last], Fields: fields}, n, f
}

// verdict converts the error of a parser.
func verdict(t *testing.T, b []byte, err error) found {
	var v *wire.Violation
	switch {
	case err == nil:
		return whole
	case err == wire.ErrShort:
		return short
	case !errors.As(err, &v):
		t.Fatalf("%.800q: %v, want a broken rule", b, err)
	}
	return never
}

func sameError(a, b error) bool { return a == b || a != nil && b != nil && a.Error() == b.Error() }

func equalRequests(a, b wire.Request) bool {
	return a.Method == b.Method && a.Target == b.Target && a.Version == b.Version && slices.Equal(a.Fields, b.Fields)
}

// refuse checks that the response to an invalid request is valid HTTP with an error
// status.
func refuse(t *testing.T, broken []*wire.Violation) {
	resp := wire.NewRefusal(broken)
	got, err := http.ReadResponse(bufio.NewReader(bytes.NewReader(resp.Append(nil))), nil)
	if err != nil {
		t.Fatalf("%v rejected with %+v: %v", broken, resp, err)
	}
	version := got.Header.Get("Sec-WebSocket-Version")
	if got.StatusCode < 400 || got.StatusCode > 499 || version != wire.ProtocolVersion {
		t.Fatalf("%v rejected with %d, version %q", broken, got.StatusCode, version)
	}
}

// compareWithHTTP compares an acceptable request with the result of net/http, which is stricter
// about escapes in the target and reads bodies.
func compareWithHTTP(t *testing.T, b []byte, r wire.Request) {
	got, err := http.ReadRequest(bufio.NewReader(bytes.NewReader(b)))
	if _, badURI := url.ParseRequestURI(r.Target); badURI != nil || bodily(r.Fields) {
		return
	}
	if err != nil {
		t.Fatalf("%.800q: acceptable, but net/http reports %v", b, err)
	}
	if got.Method != r.Method || got.RequestURI != r.Target || got.Proto != r.Version {
		t.Fatalf("%.800q: net/http reads %s %s %s", b, got.Method, got.RequestURI, got.Proto)
	}
	if host, _ := r.Fields.Get("Host"); r.Target[0] == '/' && got.Host != host {
		t.Fatalf("%.800q: net/http reads host %q", b, got.Host)
	}
	sameFields(t, b, r.Fields, got.Header)
}

// sameFields compares the fields by name. net/http moves Host elsewhere, and adds a
// Cache-Control field.
func sameFields(t *testing.T, b []byte, f wire.Fields, h http.Header) {
	for name, lines := range h {
		if name != "Cache-Control" && !slices.Equal(values(f, name), lines) {
			t.Fatalf("%.800q: %s is %q, but net/http reads %q", b, name, values(f, name), lines)
		}
	}
	for _, field := range f {
		if h.Values(field.Name) == nil && !strings.EqualFold(field.Name, "Host") {
			t.Fatalf("%.800q: net/http has no %s", b, field.Name)
		}
	}
}

// answerTo accepts a request with all its offers, and checks that the client accepts the
// response.
func answerTo(t *testing.T, r wire.Request) {
	subprotocol := ""
	if names := r.Subprotocols(); len(names) > 0 {
		subprotocol = names[len(names)-1]
	}
	resp := wire.NewResponse(r, subprotocol, r.Extensions(), nil)
	got, _, err := wire.ParseResponse(resp.Append(nil))
	if err != nil {
		t.Fatalf("%+v: answered with %+v: %v", r, resp, err)
	}
	if broken := wire.CheckResponse(got, r); len(broken) > 0 {
		t.Fatalf("%+v: answered with %+v, which breaks %v", r, resp, broken)
	}
}
