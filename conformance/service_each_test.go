package conformance_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/wsspec/wsspec/conformance"
	"github.com/wsspec/wsspec/conformance/catalog"
	"github.com/wsspec/wsspec/conformance/faulty"
	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/ref/wire"
)

// A client that connects again and again, to any path, plays all cases, and the service
// ends. A case that fails is played twice, and one that needs a client which wsspec starts
// is left out.
func TestEachConnectionPlaysTheNextCase(t *testing.T) {
	cases, err := conformance.Choose(conformance.Selection{Run: []string{"1.1.[12]", "2.1", "2.7", "3.1", "rfc6455/3/*"}}, catalog.Cases(), wire.RoleClient)
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]map[verdict.Verdict]bool{
		"none":       {verdict.Pass: true, verdict.Skip: true},
		"pong-never": {verdict.Pass: true, verdict.Skip: true, verdict.Fail: true},
	} {
		f, err := faulty.ByName(name)
		if err != nil {
			t.Fatal(err)
		}
		var mu sync.Mutex
		got := map[string]conformance.Result{}
		s := startService(t, &conformance.Service{
			Cases: cases, EachConnection: true, Agent: "device", NoEcho: true, Deadlines: conformance.NewDeadlines(400*time.Millisecond, 0, 1),
			Done: func(agent string, r conformance.Result) {
				mu.Lock()
				defer mu.Unlock()
				if _, twice := got[r.Case.ID]; twice || agent != "device" {
					t.Errorf("%s: a second result, or one of the agent %s", r.Case.ID, agent)
				}
				got[r.Case.ID] = r
			},
		})
		connections := 0
		for ; connections < 3*len(cases); connections++ {
			if faulty.Connect(t.Context(), fmt.Sprintf("ws://%s/devices/%d", s.addr, connections%3), f.WithoutEcho()) != nil {
				break // the service has ended
			}
		}
		s.wantStopped(nil)
		failed, leftOut := 0, 0
		for _, c := range cases {
			r, ok := got[c.ID]
			if !ok || !want[r.Verdict] {
				t.Errorf("%s, %s: %s: %s", name, c.ID, r.Verdict, r.Explanation)
			}
			switch {
			case r.Verdict == verdict.Fail:
				failed++
			case strings.Contains(r.Explanation, "a client that wsspec starts"):
				leftOut++
			}
		}
		// Connections that come while the last case ends are refused, and count here too.
		if leftOut == 0 || connections < len(cases)-leftOut+failed {
			t.Errorf("%s: %d connections for %d cases, of which %d fail and %d are left out", name, connections, len(cases), failed, leftOut)
		}
	}
}
