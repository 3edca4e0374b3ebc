package conformance_test

import (
	"context"
	"net"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/wsspec/wsspec/conformance"
	"github.com/wsspec/wsspec/conformance/faulty"
	"github.com/wsspec/wsspec/conformance/vary"
	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/ref/wire"
)

// withVariants runs cases and their variants against a peer with a fault.
func withVariants(t *testing.T, fault string, role wire.Role, opts conformance.Options, ids ...string) []conformance.Result {
	t.Helper()
	f, err := faulty.ByName(fault)
	if err != nil {
		t.Fatal(err)
	}
	if opts.Vary == 0 {
		opts.Vary = conformance.CoveringVariants
	}
	if opts.Deadlines == (conformance.Deadlines{}) {
		opts.Deadlines = conformance.NewDeadlines(time.Second, 0, 1)
	}
	ctx := within(t, 2*time.Minute)
	var results []conformance.Result
	if role == wire.RoleClient {
		results, err = conformance.RunClients(ctx, func(ctx context.Context, url string) []string {
			_ = faulty.Connect(ctx, url, f)
			return nil
		}, named(t, ids...), opts)
	} else {
		l, lerr := net.Listen("tcp", "127.0.0.1:0")
		if lerr != nil {
			t.Fatal(lerr)
		}
		serving, stop := context.WithCancel(ctx)
		served := make(chan error, 1)
		go func() { served <- faulty.Serve(serving, l, f) }()
		target := &conformance.Target{Agent: "faulty", URL: &url.URL{Scheme: "ws", Host: l.Addr().String(), Path: "/"}}
		results, err = conformance.RunServer(ctx, target, named(t, ids...), opts)
		stop()
		if err := <-served; err != nil {
			t.Error(err)
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	return results
}

// A case that passes as it is fails by a variant, and shows the simplest one. Autobahn's
// two verdicts stay those of the case.
func TestVariantsFoldIntoTheirCase(t *testing.T) {
	for _, tt := range []struct {
		fault string
		role  wire.Role
		id    string
		// shown is the variant that the result shows; says is part of the explanation.
		shown, says string
	}{
		{"none", wire.RoleServer, "1.1.3", "", ""},
		{"none", wire.RoleClient, "1.1.3", "", ""},
		{"loses-half-16-bit-length", wire.RoleServer, "1.1.3", "1.1.3+cut@3", "Passes as it is; fails when cut after octet 3 of the header of the text frame ("},
		{"loses-half-16-bit-length", wire.RoleClient, "1.1.3", "1.1.3+cut@3", "Passes as it is; fails when cut after octet 3 of the header of the text frame ("},
		{"stray-after-compressed", wire.RoleServer, "5.9", "5.9+after@deflate", "Passes as it is; fails behind a compressed message ("},
		{"stray-after-compressed", wire.RoleClient, "5.9", "5.9+after@deflate", "Passes as it is; fails behind a compressed message ("},
		{"frame-fills-4096", wire.RoleServer, "1.1.2", "1.1.2+size@4088", "fails with a payload of 4088 octets, a frame of 4096 ("},
		{"frame-fills-4096", wire.RoleClient, "1.1.2", "1.1.2+size@4092", "fails with a payload of 4092 octets, a frame of 4096 ("},
		{"ping-resets-utf8", wire.RoleServer, "6.2.4", "6.2.4+ping@2", "with a ping before frame 2 (continuation) ("},
		{"ping-resets-utf8", wire.RoleClient, "6.2.4", "6.2.4+ping@2", "with a ping before frame 2 (continuation) ("},
	} {
		t.Run(tt.fault+"/"+tt.role.String(), func(t *testing.T) {
			t.Parallel() // it mostly waits
			r := withVariants(t, tt.fault, tt.role, conformance.Options{}, tt.id)[0]
			switch {
			case r.Variants == nil || r.Variants.Played < 10:
				t.Errorf("%s: the variants are %+v", describe(r), r.Variants)
			case r.Behavior != verdict.OK || r.Close != verdict.CloseOK || r.Case.ID != tt.id:
				t.Errorf("%s: it is %s, %s; want the verdicts of the case as it is", describe(r), r.Behavior, r.Close)
			case tt.shown == "":
				if r.Verdict != verdict.Pass || r.Variants.Shown != nil || r.Variants.Failed > 0 {
					t.Errorf("%s; want a pass", describe(r))
				}
			case r.Verdict != verdict.Fail || r.Variants.Shown == nil || r.Variants.Failed == 0:
				t.Errorf("%s; want a failure by a variant", describe(r))
			case r.Variants.Shown.Case.ID != tt.shown || !strings.Contains(r.Explanation, tt.says) || !strings.Contains(r.Explanation, "; "+tt.shown+"): "):
				t.Errorf("%s: it shows %s; want %s and %q", describe(r), r.Variants.Shown.Case.ID, tt.shown, tt.says)
			}
		})
	}
}

// Who asks for variants is told of each case, and once more of one that a variant makes
// fail.
func TestACaseThatAVariantFailsIsToldAgain(t *testing.T) {
	ids := []string{"1.1.2", "1.1.3", "2.5", "7.13.1"}
	var mu sync.Mutex
	var told []string
	withVariants(t, "loses-half-16-bit-length", wire.RoleServer, conformance.Options{Done: func(r conformance.Result) {
		mu.Lock()
		defer mu.Unlock()
		told = append(told, r.Case.ID+" "+string(r.Verdict))
	}}, ids...)
	slices.Sort(told)
	if got, want := strings.Join(told, ", "), "1.1.2 pass, 1.1.3 fail, 1.1.3 pass, 2.5 pass, 7.13.1 pass"; got != want {
		t.Errorf("told of %s, want %s", got, want)
	}
}

// Who asks is told at once of a case that a variant makes fail, and of nothing else.
func TestACaseIsFoundToFailWhenItsVariantDoes(t *testing.T) {
	var mu sync.Mutex
	var found []conformance.Result
	var done int
	results := withVariants(t, "loses-half-16-bit-length", wire.RoleServer, conformance.Options{
		Done: func(conformance.Result) {
			mu.Lock()
			defer mu.Unlock()
			done++
		},
		Found: func(r conformance.Result) {
			mu.Lock()
			defer mu.Unlock()
			if done != 4 {
				t.Errorf("%s is found when %d cases are done, want 4", describe(r), done)
			}
			found = append(found, r)
		},
	}, "1.1.2", "1.1.3", "2.5", "7.13.1")
	if len(found) == 0 {
		t.Fatal("nothing is found")
	}
	for _, r := range found {
		if r.Case.ID != "1.1.3" || r.Verdict != verdict.Fail || r.Variants.Shown == nil || r.Variants.Failed == 0 || len(r.Transcript) == 0 || !strings.HasPrefix(r.Explanation, "Passes as it is; fails ") {
			t.Errorf("found: %s", describe(r))
		}
	}
	if last := found[len(found)-1]; last.Variants.Shown.Case.ID != results[1].Variants.Shown.Case.ID {
		t.Errorf("the last is %s, but the result shows %s", last.Variants.Shown.Case.ID, results[1].Variants.Shown.Case.ID)
	}
}

// A peer that fails most cases as they are gets no selection of variants, and all of them
// if all are asked for.
func TestAPeerThatFailsMostIsNotVaried(t *testing.T) {
	for depth, want := range map[vary.Depth]bool{conformance.CoveringVariants: false, conformance.AllVariants: true} {
		results := withVariants(t, "pong-never", wire.RoleServer, conformance.Options{Deadlines: short, Vary: depth}, "2.2", "2.3", "7.1.1")
		for _, r := range results {
			if got := r.Variants != nil; r.Case.ID == "7.1.1" && got != want {
				t.Errorf("%s, depth %v: played variants: %t, want %t", describe(r), depth, got, want)
			}
		}
	}
}

// A case that fails as it is says nothing by its variants.
func TestAFailedCaseIsNotVaried(t *testing.T) {
	r := withVariants(t, "pong-never", wire.RoleServer, conformance.Options{Deadlines: short}, "2.2")[0]
	if r.Verdict != verdict.Fail || r.Variants != nil {
		t.Errorf("%s: the variants are %+v, want none", describe(r), r.Variants)
	}
}
