package command

import (
	"context"
	"net"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/wsspec/wsspec/autobahn"
	"github.com/wsspec/wsspec/conformance"
	"github.com/wsspec/wsspec/conformance/faulty"
	"github.com/wsspec/wsspec/ref/wire"
	"github.com/wsspec/wsspec/reports"
	"github.com/wsspec/wsspec/reports/record"
)

// excusable are cases that the documented differences are about, and a few others.
var excusable = []string{
	"1.1.1", "2.1", "2.7", "2.10", "3.2", "4.1.3", "5.6", "5.19", "7.1.3", "7.1.5", "7.1.6", "7.3.1", "7.3.2", "7.3.6", "7.5.1", "7.9.1", "7.13.1",
	"9.1.1", "10.1.1", "13.2.1", "13.3.1",
}

// timed names the documented differences that hide a part of a fault on some machines.
var timed = map[string]string{"echoes-interleaved": "large echo"}

// excused names the documented differences that hide a part of a fault. In each pair
// the difference says exactly what the fault is.
var excused = map[string][]string{
	"mute":                     {"silent peer"},
	"never-reads":              {"silent peer"},
	"data-after-close":         {"data after Close"},
	"echoes-after-close":       {"data after Close"},
	"close-body-of-one":        {"Close of one octet"},
	"echoes-close-body":        {"Close of one octet"},
	"answers-window-16":        {"offer not granted"},
	"answers-window-larger":    {"offer not granted"},
	"answers-without-takeover": {"offer not granted"},
	"answers-without-window":   {"offer not granted"},
	"changes-middle-octet":     {"large echo"},
	"changes-octet-65535":      {"large echo"},
	"upper-case":               {"large echo"},
}

// A fault that Autobahn does not see is a difference without a documented reason,
// unless the reason says just that. The report of a peer without a fault stands in
// for a report of Autobahn that sees none.
func TestDocumentedDifferencesHideNoFault(t *testing.T) {
	t.Parallel() // most of the time is waiting
	if raceDetector {
		t.Skip("SKIP: the same cases run in other tests with the race detector")
	}
	sound := faultyReport(t, faulty.Fault{})
	slots := make(chan struct{}, 12) // most of the time is waiting
	var tests sync.WaitGroup
	for _, f := range slices.Concat(faulty.Faults(), faulty.Oddities()) {
		if !f.HasRole(wire.RoleServer) {
			continue
		}
		tests.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			hidesNo(t, f, sound)
		})
	}
	tests.Wait()
}

func hidesNo(t *testing.T, f faulty.Fault, sound *reports.Report) {
	c, err := autobahn.Compare(faultyReport(t, f), sound)
	if err != nil { // no connection comes about, so that no case has a verdict
		return
	}
	reasons := map[string]bool{}
	for _, d := range c.Peers[0].Differing {
		// Which of the cases are flaky depends on the machine, and so does what
		// depends on how two echoes meet.
		if d.Reason == nil || d.Reason.Name == "flaky case" || timed[f.Name] == d.Reason.Name {
			continue
		}
		reasons[d.Reason.Name] = true
		if !slices.Contains(excused[f.Name], d.Reason.Name) {
			t.Errorf("%s, case %s: %s/%s here and %s/%s there is documented as %s", f.Name, d.Ours.ID, d.Ours.Behavior, d.Ours.BehaviorClose, d.Theirs.Behavior, d.Theirs.BehaviorClose, d.Reason.Name)
		}
	}
	for _, name := range excused[f.Name] {
		if !reasons[name] {
			t.Errorf("%s: nothing is documented as %s any more", f.Name, name)
		}
	}
}

// faultyReport tests a server with a fault.
func faultyReport(t *testing.T, f faulty.Fault) *reports.Report {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Error(err)
		return &reports.Report{}
	}
	ctx, stop := context.WithCancel(t.Context())
	served := make(chan error, 1)
	go func() { served <- faulty.Serve(ctx, l, f) }()
	defer func() {
		stop()
		if err := <-served; err != nil {
			t.Error(err)
		}
	}()
	cases, err := choose(conformance.Selection{Run: excusable}, wire.RoleServer)
	if err != nil {
		t.Error(err)
	}
	target, err := conformance.ParseTarget("ws://" + l.Addr().String() + "/")
	if err != nil {
		t.Error(err)
		return &reports.Report{}
	}
	target.Agent = "peer"
	results, err := conformance.RunServer(ctx, target, cases, conformance.Options{Parallel: len(cases), Deadlines: conformance.NewDeadlines(400*time.Millisecond, 0, 1)})
	if err != nil {
		t.Logf("not everything could be tested: %v", err)
	}
	rec := newRecord(record.Options{})
	rec.AddTarget(target.Agent, wire.RoleServer, target.URL.String())
	rec.Add(target.Agent, results...)
	return rec.Report()
}
