package reports

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestPublicReportSaysNothingOfTheMachine(t *testing.T) {
	note := Entry{T: 1, Dir: Note, Kind: KindNote, Text: "the client's standard error: panic"}
	r := sample()
	r.Command = []string{"/home/me/bin/wsspec", "client", "--out", "report", "--", "/home/me/echo", "{url}"}
	r.Targets = []Target{{"alpha", Server, "ws://localhost:9001/a/b"}, {"beta", Client, "/home/me/bin/echo --fast {url}"}}
	server, client, pointing := passing("alpha", Server, "1.1.1", ""), failing("beta", Client, "2.7"), failing("beta", Client, "2.8")
	for _, res := range []*Result{&server, &client, &pointing} {
		res.Transcript = append([]Entry{res.Transcript[0], note}, res.Transcript[1:]...)
	}
	client.Departs = &Departure{Entry: 5, Octet: 1}
	pointing.Departs = &Departure{Entry: 1}
	r.Results = []Result{server, client, pointing}
	before := written(t, r)

	got := r.Public()
	if diff := cmp.Diff([]string{"wsspec", "client", "--out", "report", "--", "echo", "{url}"}, got.Command); diff != "" {
		t.Errorf("command (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]Target{{"alpha", Server, "ws://localhost:9001/a/b"}, {"beta", Client, "echo --fast {url}"}}, got.Targets); diff != "" {
		t.Errorf("targets (-want +got):\n%s", diff)
	}
	for i, want := range []int{len(server.Transcript), len(client.Transcript) - 1, len(pointing.Transcript) - 1} {
		if n := len(got.Results[i].Transcript); n != want {
			t.Errorf("result %d has %d entries, want %d", i, n, want)
		}
	}
	if d := got.Results[1].Departs; d == nil || *d != (Departure{Entry: 4, Octet: 1}) {
		t.Errorf("the departure moved to %+v", d)
	}
	if d := got.Results[2].Departs; d != nil {
		t.Errorf("a departure in a note stayed: %+v", d)
	}
	if diff := cmp.Diff(string(before), string(written(t, r))); diff != "" {
		t.Errorf("the report itself changed:\n%s", diff)
	}
	written(t, got) // it is still a sound report
}
