package frames

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/wsspec/wsspec/ref/wire"
)

// FuzzCloseBody checks that exactly the valid Close bodies can be read and written, and
// that TrimReason removes no more than necessary.
func FuzzCloseBody(f *testing.F) {
	f.Fuzz(func(t *testing.T, body []byte) {
		wantCode, wantReason, fail := naiveClose(body)
		code, reason, v := wire.ParseClose(body)
		if int(code) != wantCode || reason != wantReason {
			t.Fatalf("% x read as %d %q, want %d %q", body, code, reason, wantCode, wantReason)
		}
		if (v == nil) != (fail == 0) || v != nil && v.Rule.Code != fail {
			t.Fatalf("% x: %v, want to fail with %d", body, v, fail)
		}
		if wire.StatusCode(wantCode).Sendable() != (naiveCode(wantCode) == 0) {
			t.Fatalf("Sendable of %d is %v", wantCode, wire.StatusCode(wantCode).Sendable())
		}

		// Codes of the protocol, of libraries and of applications have names.
		number, name := fmt.Sprint(wantCode), code.Name()
		named := wantCode >= 1000 && wantCode <= 1015 || wantCode >= 3000 && wantCode <= 4999
		if named != (name != "") || code.String() != number && code.String() != number+" ("+name+")" {
			t.Fatalf("%d is %q", wantCode, code.String())
		}
		trimReason(t, reason)
		if code == wire.StatusNoStatusRcvd && reason == "" {
			return // AppendClose writes an empty body for it
		}
		const before = "before"
		out, err := wire.AppendClose([]byte(before), code, reason)
		written := v == nil && len(body) <= wire.MaxControlPayload
		switch {
		case written != (err == nil):
			t.Fatalf("%d %q: written with %v, read with %v", code, reason, err, v)
		case written && string(out) != before+string(body):
			t.Fatalf("% x written as % x", body, out)
		case !written && string(out) != before:
			t.Fatalf("%d %q: rejected, but the output is % x", code, reason, out)
		}
	})
}

func trimReason(t *testing.T, reason string) {
	got := wire.TrimReason(reason)
	if len(got) > wire.MaxCloseReason || !utf8.ValidString(got) {
		t.Fatalf("%q trimmed to %d octets: %q", reason, len(got), got)
	}
	// Every octet that is not part of a code point counts as a code point.
	whole := string([]rune(reason))
	if !strings.HasPrefix(whole, got) {
		t.Fatalf("%q trimmed to %q", reason, got)
	}
	if rest := whole[len(got):]; rest != "" {
		if _, size := utf8.DecodeRuneInString(rest); len(got)+size <= wire.MaxCloseReason {
			t.Fatalf("%q trimmed to %d octets, %d more fit", reason, len(got), size)
		}
	}
}
