package recipes

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestFailedTestsAreRepeated: services show the end of a log first. So the end names
// each failed test, with its own messages, and says nothing about the others.
func TestFailedTestsAreRepeated(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		title, code string
		want        []string // in the repeated part, in this order; none if it must be missing
	}{
		{"nothing fails", `func TestGood(t *testing.T) { t.Log("quiet words") }`, nil},
		{"a subtest fails beside another", `func TestBad(t *testing.T) {
			t.Run("wrong", func(t *testing.T) { t.Parallel(); t.Error("the reason") })
			t.Run("good", func(t *testing.T) { t.Parallel(); t.Log("quiet words") })
		}`, []string{"example/x TestBad\n", "example/x TestBad/wrong\n", "the reason"}},
		{"the last lines of many", `func TestBad(t *testing.T) {
			for range 50 { t.Log("early") }
			t.Error("the reason")
		}`, []string{"example/x TestBad\n", "early", "the reason"}},
		{"a panic", `func TestBad(t *testing.T) { t.Log("before"); panic("boom") }`, []string{"example/x TestBad\n", "before", "panic: boom"}},
		{"the process ends", `func TestBad(t *testing.T) { println("the reason"); os.Exit(3) }`, []string{"FAIL\texample/x", "the reason"}},
		{"no build", `func TestBad(t *testing.T) { missing() }`, []string{"FAIL\texample/x [build failed]", "undefined: missing"}},
	} {
		t.Run(row.title, func(t *testing.T) {
			t.Parallel()
			folder := t.TempDir()
			for name, text := range map[string]string{
				"go.mod":    "module example/x\n",
				"x_test.go": "package x\nimport (\"os\"; \"testing\")\nvar _ = os.Exit\n" + row.code,
			} {
				if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			script, err := filepath.Abs("../gotest.sh")
			if err != nil {
				t.Fatal(err)
			}
			for _, arg := range []string{"-v", "-count=1"} { // with -v and without
				command := exec.Command("sh", script, arg, ".")
				command.Dir = folder
				command.Env = append(os.Environ(), "GOFLAGS=-mod=mod")
				said, err := command.CombinedOutput()
				if failed := err != nil; failed != (row.want != nil) {
					t.Errorf("%s: %v", arg, err)
				}
				_, rest, found := strings.Cut(string(said), "\n== failed tests, once more\n")
				if found != (row.want != nil) || strings.Contains(rest, "quiet words") || strings.Count(rest, "early") > 40 {
					t.Errorf("%s: the end is %q", arg, rest)
				}
				for _, want := range row.want {
					var ok bool
					if _, rest, ok = strings.Cut(rest, want); !ok {
						t.Errorf("%s: %q is missing at its place in\n%s", arg, want, said)
					}
				}
			}
		})
	}
}
