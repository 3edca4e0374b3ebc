package passive_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/wsspec/wsspec/conformance/passive"
)

// What is behind missing octets is judged where the octets before them say where the next
// frame begins, and never otherwise.
func TestMissing(t *testing.T) {
	const why = "lost"
	// A text with an octet that is not UTF-8, and a pong with RSV2.
	const bad, wrong = "81 03 61 ff 62", "aa 00"
	for _, tt := range []struct {
		name     string
		accept   string
		before   string
		missing  int64
		behind   string
		want     []string
		unjudged []string
	}{
		{"inside a text", accept, "81 03 61", 2, wrong, []string{"server 134 RFC6455-5.2-3"}, []string{"server 129 false lost"}},
		{"the first fragment, at its end", accept, "01 03 61", 2, "80 01 ff" + wrong, []string{"server 137 RFC6455-5.2-3"}, []string{"server 129 false lost"}},
		{"more than the frame", accept, "81 03 61", 3, bad, nil, []string{"server 132 true lost"}},
		{"between two frames", accept, "81 01 61", 2, bad, nil, []string{"server 132 true lost"}},
		{"nobody knows how many", accept, "81 03 61", -1, bad, nil, []string{"server 132 true lost"}},
		{"none", accept, "81 03 61", 0, "ff 62", []string{"server 132 RFC6455-8.1-1"}, nil},
		{"inside a header", accept, "81 7e 00", 1, bad, nil, []string{"server 132 true lost"}},
		{"inside a Close frame", accept, "88 02 03", 1, "81 00", []string{"server 133 RFC6455-5.5.1-6"}, []string{"server 129 false lost"}},
		{
			"inside a compressed text", accepts + deflate, "c1 07 f2 48", 5, "c1 05 f2 00 11 00 00" + wrong, []string{"server 191 RFC6455-5.2-3"},
			[]string{"server 175 false lost", "server 184 false the contents of this and later compressed messages, because an earlier one could not be inflated or this one has more than 1 GiB"},
		},
		{"inside the response", "HTTP/1.1 101 S", "", 3, bad, nil, []string{"server 0 true lost", "client 157 true lost"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var w watcher
			c := passive.New(w.options())
			ask := request
			if strings.Contains(tt.accept, "deflate") {
				ask = plain + deflate
			}
			c.FromClient([]byte(ask), 1)
			c.FromServer([]byte(tt.accept+octets(t, tt.before)), 2)
			c.Missing(server, tt.missing, why, 3)
			c.FromServer([]byte(octets(t, tt.behind)), 4)
			c.End(5)
			if diff := cmp.Diff(tt.want, w.violations); diff != "" {
				t.Errorf("violations (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(tt.unjudged, w.unjudged); diff != "" {
				t.Errorf("not judged (-want +got):\n%s", diff)
			}
			if got, want := c.Summary().Server.Octets, int64(len(tt.accept))+int64(len(octets(t, tt.before+tt.behind)))+max(0, tt.missing); got != want {
				t.Errorf("%d octets are counted, want %d", got, want)
			}
		})
	}
}

// Behind frames that were left out, what a frame shows by itself is judged.
func TestLeftOut(t *testing.T) {
	const why = "left out"
	told := "server 129 false left out"
	for _, tt := range []struct {
		name     string
		accept   string
		before   string
		behind   string
		want     []string
		unjudged []string
	}{
		{"a text", accept, "", "81 01 ff", []string{"server 131 RFC6455-8.1-1"}, []string{told}},
		{"a text within a message", accept, "01 01 61", "81 01 ff", []string{"server 134 RFC6455-8.1-1"}, []string{"server 132 false left out"}},
		{"a continuation without a message", accept, "", "80 01 ff 81 00", nil, []string{told}},
		{"a continuation, and then a text too early", accept, "", "00 01 ff 81 00", []string{"server 132 RFC6455-5.4-9"}, []string{told}},
		{"a continuation too many", accept, "", "80 00 80 00", []string{"server 131 RFC6455-5.4-5"}, []string{told}},
		{"a Close frame", accept, "", "8a 00 88 02 00 01", []string{"server 133 RFC6455-7.4.2-1"}, []string{told}},
		{"within a frame", accept, "81 02 61", "81 01 ff", nil, []string{"server 132 true left out"}},
		{"within a header", accept, "81", "81 01 ff", nil, []string{"server 130 true left out"}},
		{"before the handshake is over", "HTTP/1.1 101 S", "", "81 01 ff", nil, []string{"server 0 true left out", "client 157 true left out"}},
		{
			"a compressed text", accepts + deflate, "", "c1 07 f2 48 cd c9 c9 07 00 a2 00", []string{"server 184 RFC6455-5.2-3"},
			[]string{"server 175 false left out", "server 175 false the contents of this and later compressed messages, because an earlier one could not be inflated or this one has more than 1 GiB"},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var w watcher
			c := passive.New(w.options())
			ask := request
			if strings.Contains(tt.accept, "deflate") {
				ask = plain + deflate
			}
			c.FromClient([]byte(ask), 1)
			c.FromServer([]byte(tt.accept+octets(t, tt.before)), 2)
			c.LeftOut(server, why, 3)
			c.FromServer([]byte(octets(t, tt.behind)), 4)
			c.End(5)
			if diff := cmp.Diff(tt.want, w.violations); diff != "" {
				t.Errorf("violations (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(tt.unjudged, w.unjudged); diff != "" {
				t.Errorf("not judged (-want +got):\n%s", diff)
			}
		})
	}
}
