package reports_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/reports"
	"github.com/wsspec/wsspec/reports/internal/fixture"
)

func TestPublicReportSaysNothingOfTheMachine(t *testing.T) {
	note := reports.Entry{T: 1, Dir: reports.Note, Kind: reports.KindNote, Text: "the client's standard error: panic"}
	r := fixture.Sample()
	r.Command = []string{"/home/me/bin/wsspec", "client", "--out", "report", "--", "/home/me/echo", "{url}"}
	r.Targets = []reports.Target{{Agent: "alpha", Role: verdict.Server, URL: "ws://localhost:9001/a/b"}, {Agent: "beta", Role: verdict.Client, URL: "/home/me/bin/echo --fast {url}"}}
	server, client, pointing := fixture.Passing("alpha", verdict.Server, "1.1.1", ""), fixture.Failing("beta", verdict.Client, "2.7"), fixture.Failing("beta", verdict.Client, "2.8")
	for _, res := range []*reports.Result{&server, &client, &pointing} {
		res.Transcript = append([]reports.Entry{res.Transcript[0], note}, res.Transcript[1:]...)
	}
	client.FirstWrong = &reports.Position{Entry: 5, Octet: 1}
	pointing.FirstWrong = &reports.Position{Entry: 1}
	r.Results = []reports.Result{server, client, pointing}
	before := fixture.Written(t, r)

	got := r.Public()
	if diff := cmp.Diff([]string{"wsspec", "client", "--out", "report", "--", "echo", "{url}"}, got.Command); diff != "" {
		t.Errorf("command (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]reports.Target{{Agent: "alpha", Role: verdict.Server, URL: "ws://localhost:9001/a/b"}, {Agent: "beta", Role: verdict.Client, URL: "echo --fast {url}"}}, got.Targets); diff != "" {
		t.Errorf("targets (-want +got):\n%s", diff)
	}
	for i, want := range []int{len(server.Transcript), len(client.Transcript) - 1, len(pointing.Transcript) - 1} {
		if n := len(got.Results[i].Transcript); n != want {
			t.Errorf("result %d has %d entries, want %d", i, n, want)
		}
	}
	if d := got.Results[1].FirstWrong; d == nil || *d != (reports.Position{Entry: 4, Octet: 1}) {
		t.Errorf("the departure moved to %+v", d)
	}
	if d := got.Results[2].FirstWrong; d != nil {
		t.Errorf("a departure in a note stayed: %+v", d)
	}
	if diff := cmp.Diff(string(before), string(fixture.Written(t, r))); diff != "" {
		t.Errorf("the report itself changed:\n%s", diff)
	}
	fixture.Written(t, got) // it is still a sound report
}
