package command

import (
	"bytes"
	"context"
	"errors"
	"net"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/spf13/cobra"
	"github.com/wsspec/wsspec/conformance"
	"github.com/wsspec/wsspec/conformance/catalog"
)

// resolves has host names resolve to these addresses, and no others.
func resolves(t *testing.T, hosts map[string][]string) {
	t.Helper()
	was := lookup
	t.Cleanup(func() { lookup = was })
	lookup = func(_ context.Context, _, host string) (found []netip.Addr, err error) {
		for _, a := range hosts[host] {
			found = append(found, netip.MustParseAddr(a))
		}
		if found == nil {
			err = errors.New("no such host")
		}
		return found, err
	}
}

// A host is the loopback interface by its addresses, all of them, and not by its name.
func TestWhatIsLoopback(t *testing.T) {
	resolves(t, map[string][]string{
		"mine.test":                 {"127.0.0.1", "::1"},
		"container.test":            {"172.17.0.2"},
		"both.test":                 {"127.0.0.1", "192.0.2.1"},
		"localhost.example.com":     {"192.0.2.1"},
		"127.0.0.1.example.com":     {"192.0.2.1"},
		"mapped.test":               {"::ffff:127.0.0.2"},
		"localhost.but.not.by.name": {"2001:db8::1"},
	})
	for host, want := range map[string]bool{
		"localhost": true, "LocalHost": true, "127.9.9.9": true, "[::1]": true, "mine.test": true, "mapped.test": true,
		"container.test": false, "both.test": false, "localhost.example.com": false, "127.0.0.1.example.com": false,
		"localhost.but.not.by.name": false, "unknown.test": false, "172.17.0.1": false, "0.0.0.0": false,
	} {
		if got := isLoopback(t.Context(), host); got != want {
			t.Errorf("%s is the loopback interface: %v, want %v", host, got, want)
		}
	}
}

// elsewhere is an address of this machine that is not of the loopback interface.
func elsewhere(t *testing.T) string {
	t.Helper()
	addresses, err := net.InterfaceAddrs()
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range addresses {
		if n, ok := a.(*net.IPNet); ok && n.IP.To4() != nil && !n.IP.IsLoopback() && !n.IP.IsLinkLocalUnicast() {
			return n.IP.String()
		}
	}
	t.Skip("NOT TESTED: this machine has no address but those of the loopback interface")
	return ""
}

// between passes connections on to a server at another address, and counts how many are
// open at once.
type crowd struct {
	mu         sync.Mutex
	open, most int
	all        int
}

func (c *crowd) passes(t *testing.T, host, behind string) (target string) {
	t.Helper()
	l, err := net.Listen("tcp", net.JoinHostPort(host, "0"))
	if err != nil {
		t.Skip("NOT TESTED: ", err)
	}
	t.Cleanup(func() { l.Close() })
	u, err := url.Parse(behind)
	if err != nil {
		t.Fatal(err)
	}
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			c.mu.Lock()
			c.open++
			c.all++
			c.most = max(c.most, c.open)
			c.mu.Unlock()
			go func() {
				m := &mortal{behind: "ws://" + u.Host, octets: []byte("no client says so")}
				m.relay(conn)
				m.running.Wait()
				c.mu.Lock()
				c.open--
				c.mu.Unlock()
			}()
		}
	}()
	return "ws://" + l.Addr().String() + "/"
}

// A server on another host gets few cases at once and few connections a second, unless the
// command line or the file says otherwise. One line of standard error says so.
func TestAnotherHostIsTestedGently(t *testing.T) {
	behind, host := reference(t), elsewhere(t)
	file := filepath.Join(t.TempDir(), "wsspec.yaml")
	if err := os.WriteFile(file, []byte("server:\n  parallel: 16\n  rate: 1000\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	says := "wsspec: " + host + " is not on the loopback interface, so that there are at most "
	for _, tt := range []struct {
		name, host string
		args       []string
		// says is the line of standard error, empty for none.
		says string
		// gentle: few cases at once; slow: few connections a second.
		gentle, slow bool
	}{
		{"by itself", host, nil, says + "2 cases at once and 20 new connections a second (wsspec server --parallel N --rate N)\n", true, true},
		{"--parallel", host, []string{"--parallel", "16"}, says + "20 new connections a second (wsspec server --rate N)\n", false, true},
		{"--rate", host, []string{"--rate", "1000"}, says + "2 cases at once (wsspec server --parallel N)\n", true, false},
		{"both", host, []string{"--rate", "1000", "--parallel", "16"}, "", false, false},
		{"both, in a file", host, []string{"--config", file}, "", false, false},
		{"loopback", "127.0.0.1", nil, "", false, false},
		{"loopback with --rate", "127.0.0.1", []string{"--rate", "20"}, "", false, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var c crowd
			began := time.Now()
			o := wsspec(t, append([]string{"server", c.passes(t, tt.host, behind), "--run", "5.*", "--profile", "plain", "--no-probe"}, tt.args...)...)
			took := time.Since(began)
			o.want(t, exitPass, "20 of 20 cases")
			if o.stderr != tt.says {
				t.Errorf("standard error is %q, want %q", o.stderr, tt.says)
			}
			// One connection of a case may be closed here when the next is already open.
			if tt.gentle && c.most > 2*gentleParallel {
				t.Errorf("%d connections were open at once", c.most)
			}
			if least := time.Duration(c.all-1) * time.Second / gentleRate; tt.slow && took < least {
				t.Errorf("%d connections took %s, want %s at least", c.all, took, least)
			}
		})
	}
	wsspec(t, "server", behind, "--rate", "0").want(t, exitUsage, "--rate 0: it has to be 1 to ")
	wsspec(t, "server", behind, "--rate", "many").want(t, exitUsage)
}

// How many cases run at once is of each target alone.
func TestOnlyOtherHostsAreTestedGently(t *testing.T) {
	resolves(t, map[string][]string{"mine.test": {"127.0.0.1"}, "theirs.test": {"192.0.2.1"}, "owned.test": {"192.0.2.9"}})
	var f serverFlags
	f.runFlags.add(&cobra.Command{})
	f.owned = []string{"owned.test"}
	var targets []*conformance.Target
	for _, raw := range []string{"ws://mine.test/", "ws://theirs.test/", "ws://127.0.0.1/", "ws://192.0.2.7/", "ws://owned.test/"} {
		target, err := conformance.ParseTarget(raw)
		if err != nil {
			t.Fatal(err)
		}
		targets = append(targets, target)
	}
	callHost(targets[2], "theirs.test") // what the Host field says does not count
	callHost(targets[3], "mine.test")
	var stderr bytes.Buffer
	f.beGentle(t.Context(), targets, &stderr)
	for i, gentle := range []bool{false, true, false, true, false} {
		target := targets[i]
		if n := f.parallelOf[target.Agent]; (n == gentleParallel) != gentle || (target.Pace != nil) != gentle {
			t.Errorf("%s: %d cases at once, a pace: %v, want gentle: %v", target.Agent, n, target.Pace != nil, gentle)
		}
	}
	if n := strings.Count(stderr.String(), "\n"); n != 1 || !strings.Contains(stderr.String(), "theirs.test, 192.0.2.7 is not") {
		t.Errorf("standard error is %q", stderr.String())
	}
}

// Cases that send as much as a load test need the word of the owner, too, and only these.
func TestLoadNeedsAnOwner(t *testing.T) {
	var f suiteFlags
	for _, tt := range []struct {
		pattern string
		volume  conformance.Profile
		may     bool
	}{
		{"12.1.1", conformance.Full, false},
		{"13.1.1", conformance.Full, false},
		{"12.1.1", conformance.Quick, true},
		{"1.1.1", conformance.Full, true},
		{"robust/ping-flood", conformance.Quick, false},
	} {
		cases, err := conformance.Choose(conformance.Selection{Run: []string{tt.pattern}}, append(catalog.Cases(), catalog.Suite(catalog.Robust)...), 0)
		if err != nil {
			t.Fatal(err)
		}
		if err := f.mayAttack(t.Context(), "192.0.2.1", cases, tt.volume); (err == nil) != tt.may {
			t.Errorf("%s, %s: %v, want may: %v", tt.pattern, tt.volume, err, tt.may)
		}
	}
	wsspec(t, "server", "--profile", "full", "ws://192.0.2.1/").want(t, exitUsage, "add --i-own 192.0.2.1")
	spec := filepath.Join(t.TempDir(), "fuzzingclient.json")
	if err := os.WriteFile(spec, []byte(`{"servers": [{"url": "ws://192.0.2.1", "hostname": "localhost"}], "cases": ["*"]}`), 0o600); err != nil {
		t.Fatal(err)
	}
	wsspec(t, "server", "--profile", "full", "--spec", spec).want(t, exitUsage, "add --i-own 192.0.2.1")
}
