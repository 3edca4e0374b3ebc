package autobahn

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/wsspec/wsspec/autobahn/spec"
)

// The image has a tag and a digest, and is named in one place.
func TestImageIsPinnedOnce(t *testing.T) {
	if !regexp.MustCompile(`^crossbario/autobahn-testsuite:[0-9.]+@sha256:[0-9a-f]{64}$`).MatchString(Image) {
		t.Errorf("the image is %q", Image)
	}
	err := filepath.WalkDir(".", func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() || path == ".env" {
			return err
		}
		octets, err := os.ReadFile(path)
		if strings.Contains(string(octets), "autobahn-testsuite:"+"2") {
			t.Errorf("%s names the image too", path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// What is written for Autobahn is what its reader here takes.
func TestConfigs(t *testing.T) {
	dir := t.TempDir()
	c, err := clientConfig(Host, []Server{{"a b", "ws://127.0.0.1:9001/x"}}, []string{"1.1.1", "2.10"})
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]*config{"client.json": c, "server.json": serverConfig(9005, nil)} {
		if err := c.write(dir, name); err != nil {
			t.Fatal(err)
		}
	}
	f, err := spec.ReadFile(filepath.Join(dir, "client.json"), spec.FuzzingClient, "")
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]spec.Server{{Agent: "a b", URL: "ws://127.0.0.1:9001/x"}}, f.Servers); d != "" || f.OutDir != "/reports" || len(f.Warnings) > 0 {
		t.Errorf("outdir %q, warnings %q, servers:\n%s", f.OutDir, f.Warnings, d)
	}
	if got, err := f.Select([]string{"1.1.1", "1.1.10", "2.10"}); err != nil || !cmp.Equal(got, []string{"1.1.1", "2.10"}) {
		t.Errorf("the cases are %q, %v", got, err)
	}
	f, err = spec.ReadFile(filepath.Join(dir, "server.json"), spec.FuzzingServer, "")
	if err != nil {
		t.Fatal(err)
	}
	if got, err := f.Select([]string{"1.1.1", "13.7.18"}); err != nil || f.URL != "ws://127.0.0.1:9005" || len(got) != 2 {
		t.Errorf("at %s the cases are %q, %v", f.URL, got, err)
	}
}

// From a network of its own a container reaches this machine by another name.
func TestReach(t *testing.T) {
	for _, tt := range []struct {
		network   Network
		url, want string
	}{
		{Host, "ws://127.0.0.1:9001/x", "ws://127.0.0.1:9001/x"},
		{Bridge, "ws://127.0.0.1:9001/x?y", "ws://host.docker.internal:9001/x?y"},
		{Bridge, "wss://localhost/", "wss://host.docker.internal/"},
		{Bridge, "ws://[::1]:1", "ws://host.docker.internal:1"},
		{Bridge, "ws://0.0.0.0:1", "ws://host.docker.internal:1"},
		{Bridge, "ws://example.org:1/", "ws://example.org:1/"},
	} {
		if got, err := reach(tt.network, tt.url); got != tt.want || err != nil {
			t.Errorf("%s from %s is %s, %v; want %s", tt.url, tt.network, got, err, tt.want)
		}
	}
	for _, url := range []string{"http://a/", "ws://", "ws://a b/", ""} {
		if _, err := reach(Host, url); err == nil {
			t.Errorf("%q is no mistake", url)
		}
	}
}

// Where the host's network is another machine's, the bridge is used; files belong
// to the user also where the daemon maps users.
func TestEngines(t *testing.T) {
	for _, tt := range []struct {
		name    string
		engine  Engine
		network Network
		user    []string
	}{
		{"Linux", Engine{OperatingSystem: "Debian", SecurityOptions: []string{"name=seccomp,profile=default"}}, Host, []string{"--user", "7:8"}},
		{"Desktop", Engine{OperatingSystem: "Docker Desktop"}, Bridge, []string{"--user", "7:8"}},
		{"rootless", Engine{SecurityOptions: []string{"name=seccomp", "name=rootless"}}, Bridge, []string{"--user", "0:0"}},
		{"mapped users", Engine{SecurityOptions: []string{"name=userns"}}, Host, []string{"--user", "7:8", "--userns", "host"}},
	} {
		if got := tt.engine.Network(); got != tt.network {
			t.Errorf("%s: %s, want %s", tt.name, got, tt.network)
		}
		if d := cmp.Diff(tt.user, tt.engine.user("7:8")); d != "" {
			t.Errorf("%s: user (-want +got):\n%s", tt.name, d)
		}
	}
}

// A folder may have any name.
func TestBind(t *testing.T) {
	for source, want := range map[string]string{
		"/a b:c":  "type=bind,source=/a b:c,target=/reports,readonly",
		"/a,b":    `type=bind,"source=/a,b",target=/reports,readonly`,
		`/a"b`:    `type=bind,"source=/a""b",target=/reports,readonly`,
		`C:\Work`: `type=bind,source=C:\Work,target=/reports,readonly`,
	} {
		if got := bind(source, "/reports", "readonly"); got != want {
			t.Errorf("%s: %s, want %s", source, got, want)
		}
	}
}

// What was there before would be taken for this run's report.
func TestFolderHasToBeEmpty(t *testing.T) {
	dir := t.TempDir()
	put(t, dir, "index.json", "{}")
	if err := (&Run{Dir: dir}).Servers(t.Context(), nil, nil); err == nil || !strings.Contains(err.Error(), "is not empty") {
		t.Error(err)
	}
}
