package command

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/wsspec/wsspec/fuzz/network"
	"github.com/wsspec/wsspec/internal/freeport"
)

// covered builds testdata/covered with counters for its own package.
func covered(t *testing.T) string {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("Windows has no SIGTERM")
	}
	if _, err := exec.LookPath("go"); err != nil {
		t.Skip("there is no go, which builds the server:", err)
	}
	path := filepath.Join(t.TempDir(), "covered")
	const of = "./testdata/covered"
	if out, err := exec.Command("go", "build", "-cover", "-coverpkg", of, "-ldflags=-s -w", "-o", path, of).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return path
}

// A server that is built with -cover is built once, because that takes the most time.
func TestFuzzCoverage(t *testing.T) {
	server := covered(t)
	t.Run("guides", func(t *testing.T) { isGuided(t, server) })
	t.Run("no counters", func(t *testing.T) { hasNoCounters(t, server) })
}

// Scripts are kept that have the server run branches which no answer shows. The lines say how much
// of the program was run, and nothing is left behind.
func isGuided(t *testing.T, server string) {
	addr, corpus, own, temporary := freeport.Addr(t), t.TempDir(), t.TempDir(), t.TempDir()
	t.Setenv("GOCOVERDIR", own)
	t.Setenv("TMPDIR", temporary)
	wsspec(t, "fuzz", "--start", server+" -addr "+addr, "ws://"+addr+"/", "--seed", "2", "--scripts", "960", "--shard", "1/20", "--corpus", corpus).want(t, exitPass,
		"coverage ", " % of statements, no findings")
	files, err := filepath.Glob(filepath.Join(corpus, "*"+network.ScriptFile))
	if err != nil {
		t.Fatal(err)
	}
	deep := 0
	for _, path := range files {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		s, _, err := network.ReadScript(strings.NewReader(string(text)))
		if err != nil {
			t.Fatal(err)
		}
		if signature, _ := network.ScriptSignature(strings.NewReader(string(text))); strings.Contains(signature, "coverage ") && isDeep(s) {
			deep++
		}
	}
	if deep == 0 {
		t.Errorf("%d of %d scripts in the corpus are there for the deep branches", deep, len(files))
	}
	if left, _ := os.ReadDir(temporary); len(left) > 0 {
		t.Errorf("%v is left behind", left)
	}
	if meta, _ := filepath.Glob(filepath.Join(own, "covmeta.*")); len(meta) != 1 {
		t.Errorf("the user's folder has %v", meta)
	}
	if counted, _ := filepath.Glob(filepath.Join(own, "covcounters.*")); len(counted) < 3 {
		t.Errorf("the user's folder has the counters %v", counted)
	}
}

// isDeep reports whether a script has a control frame of a size for which the server has a branch.
func isDeep(s *network.Script) bool {
	return slices.ContainsFunc(s.Parts, func(p network.Part) bool {
		if p.Frame == nil || !p.Frame.Opcode.IsControl() {
			return false
		}
		size := len(p.Frame.Payload)
		return size >= 40 && size <= 115 && size%5 == 0
	})
}

// A server that writes no counters is fuzzed without them, and the reason is said.
func hasNoCounters(t *testing.T, server string) {
	addr := freeport.Addr(t)
	o := wsspec(t, "fuzz", "--start", server+" -abrupt -addr "+addr, "ws://"+addr+"/", "--seed", "1", "--scripts", "64", "--shard", "1/20")
	o.want(t, exitPass, "no coverage: the server is built with -cover, and wrote no counters", "no findings")
	if strings.Contains(o.stdout, "% of statements") {
		t.Errorf("coverage is told that nobody knows: %s", o.stdout)
	}
}
