package reports_test

import (
	"strings"
	"testing"

	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/reports"
	"github.com/wsspec/wsspec/reports/internal/fixture"
)

// A client is run again as before: either the harness starts it, or it connects.
func TestRerunOfClients(t *testing.T) {
	for _, tt := range []struct{ name, command, url, want string }{
		{
			"started", "wsspec client --agent mine --run 1.* --out dir -- ./echo -v {url}", "./echo -v {url}",
			"wsspec client --agent mine --run 3.2 -- ./echo -v '{url}'",
		},
		{
			"started, and merged", "wsspec report merge", "./echo {url}",
			"wsspec client --agent mine --run 3.2 -- ./echo '{url}'",
		},
		{
			"served", "wsspec client --listen :9001 --quiet --autobahn-out dir", "ws://localhost:9001",
			"wsspec client --listen :9001 --run 3.2",
		},
		{
			"served to a driver", "wsspec client --driver -- ./driver {url}", "ws://127.0.0.1:41234",
			"wsspec client --driver --run 3.2 -- ./driver '{url}'",
		},
		{
			"served, and merged", "wsspec report merge", "ws://localhost:9001",
			"wsspec client --listen localhost:9001 --run 3.2",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := &reports.Report{
				Command: strings.Fields(tt.command),
				Targets: []reports.Target{{Agent: "mine", Role: verdict.Server, URL: "ws://other/"}, {Agent: "mine", Role: verdict.Client, URL: tt.url}},
			}
			if got := r.Rerun(&reports.Result{Agent: "mine", Role: verdict.Client, ID: "3.2"}); got != tt.want {
				t.Errorf("rerun = %s\nwant    %s", got, tt.want)
			}
		})
	}
}

func TestRerunCommandIsQuotedForAShell(t *testing.T) {
	r := fixture.Sample()
	for i, want := range map[int]string{
		0: `wsspec server 'ws://localhost:9001/echo?a=1&b='\''x'\''' --agent alpha --slow=2 --run 1.1.1`,
		9: `wsspec client --listen localhost:9003 --run 1.1.1`,
	} {
		if got := r.Rerun(&r.Results[i]); got != want {
			t.Errorf("rerun = %s\nwant    %s", got, want)
		}
	}
	if got := (&reports.Report{}).Rerun(&r.Results[0]); got != "" {
		t.Errorf("a report without a command gives %q", got)
	}
}

// What a run prints and which cases it chose is not part of the command for one case; a
// file with settings is.
func TestRerunOfAServer(t *testing.T) {
	for command, want := range map[string]string{
		"wsspec server ws://h/ --format junit --quiet --fail-fast --last-failed --max-time 5m -v": "wsspec server ws://h/ -v --run 3.2",
		"wsspec server --config wsspec.yaml --run 1.*":                                            "wsspec server --config wsspec.yaml --run 3.2",
		"wsspec server --config=wsspec.yaml --format=tap":                                         "wsspec server --config=wsspec.yaml --run 3.2",
		"wsspec server --dialogue mqtt mine=ws://h/ other=ws://o/ --insecure":                     "wsspec server --dialogue mqtt mine=ws://h/ --insecure --run 3.2",
		"wsspec server --dialogue mqtt mine=ws://redacted/ other=ws://o/":                         "wsspec server ws://h/ --agent mine --dialogue mqtt --run 3.2",
	} {
		r := &reports.Report{Command: strings.Fields(command), Targets: []reports.Target{
			{Agent: "mine", Role: verdict.Server, URL: "ws://h/"}, {Agent: "other", Role: verdict.Server, URL: "ws://o/"},
		}}
		if got := r.Rerun(&reports.Result{Agent: "mine", Role: verdict.Server, ID: "3.2", Judged: reports.JudgedFull}); got != want {
			t.Errorf("rerun = %s\nwant    %s", got, want)
		}
	}
	for command, want := range map[string]string{
		"wsspec server ws://h/ --out dir":               "wsspec server ws://h/ --out dir --last-failed",
		"wsspec server ws://h/ --out dir --last-failed": "wsspec server ws://h/ --out dir --last-failed",
		"wsspec client --out dir -- ./echo {url}":       "wsspec client --out dir --last-failed -- ./echo '{url}'",
		"": "",
	} {
		if got := (&reports.Report{Command: strings.Fields(command)}).RerunFailed(); got != want {
			t.Errorf("%s: failed again = %s\nwant    %s", command, got, want)
		}
	}
}

// A client of a merged report is started as it was: anew for each case, or as a worker, which
// has no {url} in its command.
func TestRerunOfAClientOfAMergedReport(t *testing.T) {
	for command, want := range map[string]string{
		"./echo {url}": "wsspec client --agent mine --run 3.2 -- ./echo '{url}'",
		"./echo -":     "wsspec client --agent mine --worker --run 3.2 -- ./echo -",
	} {
		r := &reports.Report{Command: []string{"wsspec", "report", "merge"}, Targets: []reports.Target{{Agent: "mine", Role: verdict.Client, URL: command}}}
		if got := r.Rerun(&reports.Result{Agent: "mine", Role: verdict.Client, ID: "3.2"}); got != want {
			t.Errorf("rerun = %s\nwant    %s", got, want)
		}
	}
}

// A finding is replayed from its file, and the campaign is run again as a whole.
func TestRerunOfACampaign(t *testing.T) {
	for _, tt := range []struct{ id, command, want string }{
		{"fuzz/0a1b2c3d", "wsspec fuzz ws://localhost:9001/ --out dir", "wsspec replay dir/findings/0a1b2c3d.jsonl ws://localhost:9001/"},
		{"fuzz/0a1b2c3d", "wsspec fuzz --out=dir ws://localhost:9001/", "wsspec replay dir/findings/0a1b2c3d.jsonl ws://localhost:9001/"},
		{"fuzz/0a1b2c3d", "wsspec report merge", "wsspec replay DIR/findings/0a1b2c3d.jsonl ws://localhost:9001/"},
		{reports.CampaignID, "wsspec fuzz ws://localhost:9001/ --seed 1", "wsspec fuzz ws://localhost:9001/ --seed 1"},
	} {
		r := &reports.Report{
			Command: strings.Fields(tt.command), Results: []reports.Result{{Agent: "mine", Role: verdict.Server, ID: tt.id}},
			Targets: []reports.Target{{Agent: "mine", Role: verdict.Server, URL: "ws://localhost:9001/"}},
		}
		if got := r.Rerun(&r.Results[0]); got != tt.want {
			t.Errorf("%s of %q: %q, want %q", tt.id, tt.command, got, tt.want)
		}
		if got := r.RerunFailed(); r.Results[0].IsFinding() && got != "" {
			t.Errorf("%s of %q: the failed ones again by %q", tt.id, tt.command, got)
		}
	}
}

// A finding of a client is replayed by the client's command, or where it connects to.
func TestRerunOfAFindingOfAClient(t *testing.T) {
	for _, tt := range []struct{ command, url, want string }{
		{"wsspec fuzz --role client --out dir --worker -- ./mine", "./mine", "wsspec replay dir/findings/0a1b2c3d.jsonl --worker -- ./mine"},
		{"wsspec fuzz --role client --out dir -- ./mine {url}", "./mine {url}", "wsspec replay dir/findings/0a1b2c3d.jsonl -- ./mine '{url}'"},
		{"wsspec fuzz --role client --out dir --listen :9001", "ws://[::]:9001", "wsspec replay dir/findings/0a1b2c3d.jsonl --listen '[::]:9001'"},
		{"wsspec report merge", "./mine", "wsspec replay DIR/findings/0a1b2c3d.jsonl --worker -- ./mine"},
		{"wsspec report merge", "./mine {url}", "wsspec replay DIR/findings/0a1b2c3d.jsonl -- ./mine '{url}'"},
	} {
		r := &reports.Report{
			Command: strings.Fields(tt.command), Results: []reports.Result{{Agent: "mine", Role: verdict.Client, ID: "fuzz/0a1b2c3d"}},
			Targets: []reports.Target{{Agent: "mine", Role: verdict.Client, URL: tt.url}},
		}
		if got := r.Rerun(&r.Results[0]); got != tt.want {
			t.Errorf("%q: %q, want %q", tt.command, got, tt.want)
		}
	}
}
