package command

import (
	"context"
	"sync"
	"testing"

	"github.com/wsspec/wsspec/conformance"
	"github.com/wsspec/wsspec/reports/record"
)

// Drivers that ask for a report while one is being written share the next one: many
// agents that end together do not wait for a report each.
func TestUpdatesShareAReport(t *testing.T) {
	const drivers = 50
	f := &clientFlags{}
	s := &served{flags: f, service: &conformance.Service{}, stderr: t.Output(), record: record.New(record.Options{})}
	s.updating.Lock() // a report is being written
	var waiting sync.WaitGroup
	for range drivers {
		waiting.Go(func() { s.update("") })
	}
	for s.asked.Load() < drivers {
		if t.Context().Err() != nil {
			t.Fatal(context.Cause(t.Context()))
		}
	}
	s.updating.Unlock()
	waiting.Wait()
	if s.reports != 1 {
		t.Errorf("%d reports for %d drivers that asked together, want 1", s.reports, drivers)
	}
	s.update("")
	if s.reports != 2 {
		t.Errorf("%d reports in all, want a second one for a driver that asks later", s.reports)
	}
}
