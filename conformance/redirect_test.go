package conformance_test

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/wsspec/wsspec/conformance"
	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/ref"
)

// A client that follows a redirect to another origin keeps its credentials to itself. It
// may also reject the URL, or stay where it is.
func TestRedirectWithCredentials(t *testing.T) {
	header := http.Header{"Authorization": {"Basic d3NzcGVjOnNlY3JldA=="}}
	plain := func(raw string) string {
		u, err := url.Parse(raw)
		if err != nil {
			t.Error(err)
			return raw
		}
		u.User = nil
		return u.String()
	}
	dial := func(ctx context.Context, url string, o *ref.DialOptions) {
		if conn, _, err := ref.Dial(ctx, url, o); err == nil {
			_ = ref.Echo(ctx, conn)
			conn.CloseNow()
		}
	}
	for _, tt := range []struct {
		name   string
		client func(ctx context.Context, url string)
		want   verdict.Verdict
		says   string
	}{
		{"rejects the URL", func(ctx context.Context, url string) { dial(ctx, url, nil) }, verdict.Pass, "The client ended without having run the case."},
		{"does not follow", func(ctx context.Context, url string) { dial(ctx, plain(url), &ref.DialOptions{Header: header}) }, verdict.Pass, ""},
		{"follows without credentials", func(ctx context.Context, url string) {
			dial(ctx, plain(url), &ref.DialOptions{Header: header, Redirects: 1})
		}, verdict.Pass, ""},
		{"follows with credentials", func(ctx context.Context, url string) {
			_, response, _ := ref.Dial(ctx, plain(url), &ref.DialOptions{Header: header})
			if response == nil {
				t.Error("no redirect")
				return
			}
			dial(ctx, response.Header.Get("Location"), &ref.DialOptions{Header: header})
		}, verdict.Warn, "sent the Authorization of its first request there as well"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			launch := func(ctx context.Context, url string) []string { tt.client(ctx, url); return nil }
			results, err := conformance.RunClients(t.Context(), launch, named(t, "security/redirect-credentials"), conformance.Options{})
			if err != nil {
				t.Fatal(err)
			}
			if r := results[0]; r.Verdict != tt.want || !strings.Contains(r.Explanation, tt.says) {
				t.Errorf("%s %q %q, want %s %q", r.Verdict, r.Explanation, r.Observed, tt.want, tt.says)
			}
		})
	}
}
