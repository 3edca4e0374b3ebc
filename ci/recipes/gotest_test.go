package recipes

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// gotest runs ci/gotest.sh on a package with this test file.
func gotest(t *testing.T, code string, env []string, args ...string) (said string, err error) {
	t.Helper()
	folder := t.TempDir()
	for name, text := range map[string]string{
		"go.mod":    "module example/x\n",
		"x_test.go": "package x\nimport (\"os\"; \"testing\")\nvar _ = os.Exit\n" + code,
	} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	script, err := filepath.Abs("../gotest.sh")
	if err != nil {
		t.Fatal(err)
	}
	command := exec.Command("sh", append(append([]string{script}, args...), ".")...)
	command.Dir = folder
	command.Env = append(append(os.Environ(), "GOFLAGS=-mod=mod", "RERUN_FAILED="), env...)
	out, err := command.CombinedOutput()
	return string(out), err
}

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
			for _, arg := range []string{"-v", "-count=1"} { // with -v and without
				said, err := gotest(t, row.code, nil, arg)
				if failed := err != nil; failed != (row.want != nil) {
					t.Errorf("%s: %v", arg, err)
				}
				_, rest, found := strings.Cut(said, "\n== failed tests, once more\n")
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

// once is a test that fails when it runs first.
const once = `func TestOnce(t *testing.T) {
	if _, err := os.Stat("was"); err != nil { os.WriteFile("was", nil, 0o600); t.Error("the first time") }
}
`

// TestAFlakyTestIsNamed: CI on a busy machine runs a failed test once more, alone. That
// must not hide a test that fails always, or tests that never ran.
func TestAFlakyTestIsNamed(t *testing.T) {
	t.Parallel()
	const rerun = "RERUN_FAILED=1"
	for _, row := range []struct {
		title, code, env string
		good             bool
		want             string // the last line
	}{
		{"it passes alone", once, rerun, true, "FLAKY: it failed, and passed alone: example/x TestOnce"},
		{"nobody asked", once, "RERUN_FAILED=", false, ""},
		{"it fails again", `func TestBad(t *testing.T) { t.Error("always") }`, rerun, false, ""},
		{"another fails again", once + `func TestBad(t *testing.T) { t.Error("always") }`, rerun, false, ""},
		{"a panic behind it", once + `func TestPanic(t *testing.T) {
			if _, err := os.Stat("panicked"); err != nil { os.WriteFile("panicked", nil, 0o600); panic("boom") }
		}`, rerun, false, ""},
		{"the process ends behind it", once + `func TestExit(t *testing.T) {
			if _, err := os.Stat("ended"); err != nil { os.WriteFile("ended", nil, 0o600); os.Exit(3) }
		}`, rerun, false, ""},
		{"four fail", strings.NewReplacer("was", "a", "Once", "A").Replace(once) + strings.NewReplacer("was", "b", "Once", "B").Replace(once) +
			strings.NewReplacer("was", "c", "Once", "C").Replace(once) + once, rerun, false, ""},
		{"a data race", `func TestRace(t *testing.T) {
			if _, err := os.Stat("raced"); err != nil { os.WriteFile("raced", nil, 0o600); println("WARNING: DATA RACE"); t.Error("race detected") }
		}`, rerun, false, ""},
	} {
		t.Run(row.title, func(t *testing.T) {
			t.Parallel()
			said, err := gotest(t, row.code, []string{row.env}, "-v", "-count=1")
			if good := err == nil; good != row.good || !strings.HasSuffix(said, row.want+"\n") && row.want != "" {
				t.Errorf("%v, and it says\n%s", err, said)
			}
		})
	}
}
