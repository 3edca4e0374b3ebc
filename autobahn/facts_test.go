package autobahn

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// shared opens a file of recordings of the real Autobahn|Testsuite, which do not
// belong to the project.
func shared(t *testing.T, name string) *os.File {
	t.Helper()
	path := filepath.Join("..", "..", "shared", "autobahn", name)
	f, err := os.Open(path)
	if errors.Is(err, os.ErrNotExist) {
		t.Skipf("SKIP: the recordings of the real Autobahn are not here (../shared/autobahn/%s)", name)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

// recorded writes a report folder of recordings, as Autobahn would have, and
// returns the number of cases.
func recorded(t *testing.T, name, agent, dir string) int {
	t.Helper()
	index := map[string]json.RawMessage{}
	lines := bufio.NewScanner(shared(t, name))
	lines.Buffer(nil, 16<<20)
	for lines.Scan() {
		var c struct {
			ID              string
			Behavior        string `json:"behavior"`
			BehaviorClose   string `json:"behaviorClose"`
			RemoteCloseCode *int   `json:"remoteCloseCode"`
			Duration        int    `json:"duration"`
		}
		if err := json.Unmarshal(lines.Bytes(), &c); err != nil {
			t.Fatal(err)
		}
		file := fmt.Sprintf("%s_case_%s.json", agent, strings.ReplaceAll(c.ID, ".", "_"))
		put(t, dir, file, lines.Text())
		verdict, err := json.Marshal(map[string]any{
			"behavior": c.Behavior, "behaviorClose": c.BehaviorClose, "remoteCloseCode": c.RemoteCloseCode,
			"duration": c.Duration, "reportfile": file,
		})
		if err != nil {
			t.Fatal(err)
		}
		index[c.ID] = verdict
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	octets, err := json.Marshal(map[string]any{agent: index})
	if err != nil {
		t.Fatal(err)
	}
	put(t, dir, "index.json", string(octets))
	return len(index)
}

func put(t *testing.T, dir, name, text string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}
