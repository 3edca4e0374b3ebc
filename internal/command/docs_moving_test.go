package command

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// The spec files of docs/from-autobahn.md run as they are, but for the address: they have the
// shape of those of five projects that use Autobahn.
func TestSpecFilesOfProjectsRunUnchanged(t *testing.T) {
	page, err := os.ReadFile("../../docs/from-autobahn.md")
	if err != nil {
		t.Fatal(err)
	}
	address := regexp.MustCompile(`ws://[a-z0-9.]+:\d+`)
	for _, tt := range []struct {
		file, mode, out, agent, warns string
		cases                         int
	}{
		{"one-case.json", "fuzzingclient", "autobahn/server", "Library", "", 1},
		{"sections.json", "fuzzingclient", "reports/servers", "Sections", "11.*", 37},
		{"excludes.json", "fuzzingclient", "reports/server", "example server of a library", "", 45},
		{"options.json", "fuzzingclient", "reports/clients", "options v0.1", "", 8},
		{"server.json", "fuzzingserver", "reports/clients", "mine", "", 8},
	} {
		t.Run(tt.file, func(t *testing.T) {
			octets, err := os.ReadFile(filepath.Join("testdata", "moving", tt.file))
			if err != nil {
				t.Fatal(err)
			}
			if !strings.Contains(string(page), "](../internal/command/testdata/moving/"+tt.file+")") {
				t.Error("the page does not name the file")
			}
			t.Chdir(t.TempDir())
			url := reference(t)
			if tt.mode == "fuzzingserver" {
				url = "ws://127.0.0.1:0/"
			}
			octets = address.ReplaceAll(octets, []byte(strings.TrimSuffix(url, "/")))
			if err := os.WriteFile("spec.json", octets, 0o600); err != nil {
				t.Fatal(err)
			}
			var o outcome
			if tt.mode == "fuzzingserver" {
				s := serves(t, "wstest", "-m", tt.mode, "-s", "spec.json")
				s.drives(tt.agent)
				o = s.wait()
			} else {
				o = wsspec(t, "wstest", "-m", tt.mode, "-s", "spec.json")
			}
			o.want(t, exitPass, tt.warns)
			if got := index(t, tt.out)[tt.agent]; len(got) != tt.cases {
				t.Errorf("index.json has %d cases, want %d", len(got), tt.cases)
			}
		})
	}
}
