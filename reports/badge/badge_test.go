package badge

import (
	"strings"
	"testing"

	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/reports"
	"github.com/wsspec/wsspec/reports/internal/fixture"
)

func TestBadge(t *testing.T) {
	only := func(results ...reports.Result) *reports.Report {
		return &reports.Report{Targets: fixture.Sample().Targets, Results: results}
	}
	pass, fail := fixture.Passing("alpha", verdict.Server, "1.1.1", ""), fixture.Failing("alpha", verdict.Server, "2.7")
	for _, c := range []struct {
		report *reports.Report
		want   string
	}{
		{only(pass), `{"schemaVersion":1,"label":"RFC 6455","message":"1 of 1 case","color":"brightgreen"}`},
		{only(pass, fail), `{"schemaVersion":1,"label":"RFC 6455","message":"1 of 2 cases","color":"red"}`},
		{only(pass, fixture.Warning("alpha", verdict.Server, "3.2"), fixture.Skipped("alpha", verdict.Server, "12.1.1")), `{"schemaVersion":1,"label":"RFC 6455","message":"2 of 2 cases","color":"green"}`},
		{only(pass, fixture.Broken("alpha", verdict.Server, "1.1.2")), `{"schemaVersion":1,"label":"RFC 6455","message":"not tested","color":"lightgrey","isError":true}`},
		{only(pass, fixture.NotRun("alpha", verdict.Server, "7.1.1", "")), `{"schemaVersion":1,"label":"RFC 6455","message":"incomplete: 1 of 2 cases","color":"lightgrey"}`},
		{only(fail, fixture.NotRun("alpha", verdict.Server, "7.1.1", "")), `{"schemaVersion":1,"label":"RFC 6455","message":"incomplete: 1 of 2 cases","color":"lightgrey"}`},
		{only(), `{"schemaVersion":1,"label":"RFC 6455","message":"not tested","color":"lightgrey"}`},
	} {
		if got := strings.TrimSpace(fixture.Drawn(t, Write, c.report)); got != c.want {
			t.Errorf("badge is %s\nwant     %s", got, c.want)
		}
	}
}

func TestFormOfTheSample(t *testing.T) { fixture.Form(t, Form) }
