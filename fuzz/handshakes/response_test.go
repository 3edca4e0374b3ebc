package handshakes

import (
	"bufio"
	"bytes"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/wsspec/wsspec/ref/wire"
)

// FuzzResponse reads a response to a fixed request. The result must be that of the naive
// parser, and later octets must not change it. The broken rules must be those of the naive
// check, and net/http must read an acceptable response with the same content. The octets
// also serve as a key, to check its accept value (RFC 6455 4.2.2).
func FuzzResponse(f *testing.F) {
	f.Fuzz(func(t *testing.T, data []byte) {
		b := headInput(data)
		if key := string(data); wire.AcceptKey(key) != naiveAccept(key) {
			t.Fatalf("%q is accepted with %s", key, wire.AcceptKey(key))
		}
		r, n, err := wire.ParseResponse(b)
		want, wantLen, f := naiveParseResponse(b)
		if verdict(t, b, err) != f || n != wantLen {
			t.Fatalf("%.800q: %v after %d octets, want verdict %d after %d", b, err, n, f, wantLen)
		}
		for _, cut := range cuts(len(b)) {
			early, m, earlyErr := wire.ParseResponse(b[:cut])
			if earlyErr != wire.ErrShort && (!sameError(err, earlyErr) || m != n || !equalResponses(early, r)) {
				t.Fatalf("%.800q: at octet %d %v, at the end %v", b, cut, earlyErr, err)
			}
		}
		if f != whole {
			return
		}
		if !equalResponses(r, want) {
			t.Fatalf("%.800q: read as %+v, want %+v", b, r, want)
		}
		written := r.Append(nil)
		again, _, err := wire.ParseResponse(written)
		if len(written) <= wire.MaxHandshakeLen && (err != nil || !equalResponses(again, r)) {
			t.Fatalf("%+v: written and read as %+v, %v", r, again, err)
		}
		broken := wire.CheckResponse(r, opening)
		if rules := naiveResponse(r); !sameRules(broken, rules) {
			t.Fatalf("%.800q: the client reports %v, want %v", b, broken, ids(rules))
		}
		if len(broken) > 0 || bodily(r.Fields) {
			return
		}
		got, err := http.ReadResponse(bufio.NewReader(bytes.NewReader(b)), nil)
		if err != nil || got.StatusCode != http.StatusSwitchingProtocols || got.Proto != r.Version {
			t.Fatalf("%.800q: acceptable, but net/http reads %+v, %v", b, got, err)
		}
		sameFields(t, b, r.Fields, got.Header)
	})
}

func naiveParseResponse(b []byte) (r wire.Response, n int, f found) {
	lines, n, f := naiveHead(b, true)
	if f == never || len(lines) == 0 {
		return r, 0, f
	}
	words := strings.SplitN(lines[0], " ", 3)
	fields, ok := naiveFields(lines[1:], true)
	if len(words) < 3 || words[0] == "" || len(words[1]) != 3 || !ok {
		return r, 0, never
	}
	status, err := strconv.ParseUint(words[1], 10, 16)
	if err != nil {
		return r, 0, never
	}
	return wire.Response{Version: words[0], Status: int(status), Reason: words[2], Fields: fields}, n, f
}

func equalResponses(a, b wire.Response) bool {
	return a.Version == b.Version && a.Status == b.Status && a.Reason == b.Reason && slices.Equal(a.Fields, b.Fields)
}
