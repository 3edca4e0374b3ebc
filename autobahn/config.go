package autobahn

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
)

// config is a spec file as it is written for the Autobahn|Testsuite.
type config struct {
	Options struct {
		// FailByDrop would have it end broken connections by closing TCP at once:
		// without, peers get to see a Close frame.
		FailByDrop bool `json:"failByDrop"`
	} `json:"options"`
	OutDir string `json:"outdir"`
	// Servers are those of a fuzzing client; URL and WebPort a fuzzing server's.
	Servers []configServer `json:"servers,omitempty"`
	URL     string         `json:"url,omitempty"`
	WebPort *int           `json:"webport,omitempty"`

	Cases         []string            `json:"cases"`
	ExcludeCases  []string            `json:"exclude-cases"`
	ExcludeAgents map[string][]string `json:"exclude-agent-cases"`
}

type configServer struct {
	Agent string `json:"agent"`
	URL   string `json:"url"`
}

// inside is where the container finds the folder with its spec file, which is the
// one that its report goes to. The image declares a volume for each: with a folder
// in both places Docker makes none.
const (
	insideConfig  = "/config"
	insideReports = "/reports"
)

func newConfig(cases []string) *config {
	if len(cases) == 0 {
		cases = []string{"*"}
	}
	return &config{OutDir: insideReports, Cases: cases, ExcludeCases: []string{}, ExcludeAgents: map[string][]string{}}
}

// clientConfig is the spec file of a fuzzing client in a network.
func clientConfig(n Network, servers []Server, cases []string) (*config, error) {
	c := newConfig(cases)
	for _, s := range servers {
		url, err := reach(n, s.URL)
		if err != nil {
			return nil, err
		}
		c.Servers = append(c.Servers, configServer{s.Agent, url})
	}
	return c, nil
}

// serverConfig is the spec file of a fuzzing server at a port. Its page for
// browsers, which nobody asked for, takes any port that is free.
func serverConfig(port int, cases []string) *config {
	c := newConfig(cases)
	c.URL = "ws://127.0.0.1:" + strconv.Itoa(port)
	c.WebPort = new(int)
	return c
}

// specFile returns the name of the spec file for a mode. It becomes part of the
// report, so it is not the name that a spec file of the user's own has.
func specFile(mode string) string { return "wsspec-" + mode + ".json" }

// write writes the file into a folder.
func (c *config) write(dir, name string) error {
	octets, err := json.MarshalIndent(c, "", "  ")
	if err != nil {
		return fmt.Errorf("write the spec file: %w", err)
	}
	if err := os.WriteFile(filepath.Join(dir, name), append(octets, '\n'), 0o644); err != nil {
		return fmt.Errorf("write the spec file: %w", err)
	}
	return nil
}
