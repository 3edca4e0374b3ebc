package conformance_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/wsspec/wsspec/conformance"
	"github.com/wsspec/wsspec/conformance/faulty"
	"github.com/wsspec/wsspec/conformance/verdict"
)

// Faults of a client's request that show only beside the URL that it was given,
// or beside its other connections.
func TestRequestsBesideWhatIsKnown(t *testing.T) {
	for _, tt := range []struct {
		fault string
		// first and second are what is said of two cases in a row; "" is a pass.
		first, second string
	}{
		{"none", "", ""},
		{"key-constant", "", "another connection had already (RFC 6455 4.1)"},
		{"request-host-without-port", "in the request to 127.0.0.1:", "in the request to 127.0.0.1:"},
	} {
		t.Run(tt.fault, func(t *testing.T) {
			fault, err := faulty.ByName(tt.fault)
			if err != nil {
				t.Fatal(err)
			}
			launch := func(ctx context.Context, url string) []string {
				if err := faulty.Connect(ctx, url, fault); err != nil {
					return []string{err.Error()}
				}
				return nil
			}
			results, err := conformance.RunClients(within(t, 20*time.Second), launch, named(t, "1.1.1", "1.1.2"), conformance.Options{Parallel: 1, Deadlines: short})
			if err != nil {
				t.Fatal(err)
			}
			for i, want := range []string{tt.first, tt.second} {
				r := results[i]
				if passed := r.Verdict == verdict.Pass; passed != (want == "") || !strings.Contains(r.Explanation, want) {
					t.Errorf("%s; want %q", describe(r), want)
				}
			}
		})
	}
}
