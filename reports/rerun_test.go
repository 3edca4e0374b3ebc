package reports

import (
	"strings"
	"testing"
)

// A client is tested again as it was: started, or served.
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
			r := &Report{
				Command: strings.Fields(tt.command),
				Targets: []Target{{Agent: "mine", Role: Server, URL: "ws://other/"}, {Agent: "mine", Role: Client, URL: tt.url}},
			}
			if got := r.rerun(&Result{Agent: "mine", Role: Client, ID: "3.2"}); got != tt.want {
				t.Errorf("rerun = %s\nwant    %s", got, tt.want)
			}
		})
	}
}
