package recipes

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// wsspecBinary is the program, built for these tests.
var wsspecBinary string

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "wsspec-ci-")
	if err != nil {
		panic(err)
	}
	wsspecBinary = filepath.Join(dir, "wsspec")
	if said, err := exec.Command("go", "build", "-o", wsspecBinary, "../../cmd/wsspec").CombinedOutput(); err != nil {
		panic(string(said))
	}
	code := m.Run()
	os.RemoveAll(dir)
	os.Exit(code)
}

// readYAML reads a file of ci. A key that into does not have is a mistake of the file if
// strict.
func readYAML(t *testing.T, path string, strict bool, into any) {
	t.Helper()
	f, err := os.Open(filepath.Join("..", path))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	d := yaml.NewDecoder(f)
	d.KnownFields(strict)
	if err := d.Decode(into); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
}

// remarshal reads a part of a file of YAML again, strictly.
func remarshal(t *testing.T, part, into any) {
	t.Helper()
	octets, err := yaml.Marshal(part)
	if err != nil {
		t.Fatal(err)
	}
	d := yaml.NewDecoder(bytes.NewReader(octets))
	d.KnownFields(true)
	if err := d.Decode(into); err != nil {
		t.Fatalf("%s: %v", octets, err)
	}
}

// A step of an action or of a job of GitHub.
type step struct {
	ID, If, Name, Uses, Shell, Run string
	Env, With                      map[string]string
}

// An action is what the tests read of an action.yml.
type action struct {
	Inputs  map[string]struct{ Default string }
	Outputs map[string]struct{ Value string }
	Runs    struct{ Steps []step }
}

// The runner of GitHub starts bash with these flags where a step names the shell, and
// with -e alone where it does not.
var (
	namedBash   = []string{"bash", "--noprofile", "--norc", "-e", "-o", "pipefail"}
	defaultBash = []string{"bash", "-e"}
)

// A job is a folder with what a runner has.
type job struct {
	t   *testing.T
	dir string
	// env is the environment beside that of this process, less what is about Go.
	env map[string]string
}

func newJob(t *testing.T) *job {
	t.Helper()
	if _, err := exec.LookPath("bash"); err != nil {
		t.Skip("NOT TESTED: there is no bash")
	}
	dir := t.TempDir()
	bin := filepath.Join(dir, "temp", "wsspec-bin")
	if err := os.MkdirAll(bin, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(wsspecBinary, filepath.Join(bin, "wsspec")); err != nil {
		t.Fatal(err)
	}
	return &job{t: t, dir: dir, env: map[string]string{
		"CI": "true", "TMPDIR": filepath.Join(dir, "temp"), "GITHUB_ACTIONS": "true", "RUNNER_TEMP": filepath.Join(dir, "temp"), "GITHUB_WORKSPACE": dir,
		"GITHUB_OUTPUT": filepath.Join(dir, "output"), "GITHUB_STEP_SUMMARY": filepath.Join(dir, "summary"),
	}}
}

var expression = regexp.MustCompile(`\$\{\{ *([a-z_.-]+) *\}\}`)

// action runs the step of an action with an id, or the first one without, and returns what it
// says and its exit code. values are of expressions; an input without one has its default.
func (j *job) action(folder, id string, values map[string]string) (said string, code int) {
	j.t.Helper()
	var a action
	readYAML(j.t, folder+"/action.yml", false, &a)
	i := slices.IndexFunc(a.Runs.Steps, func(s step) bool { return s.ID == id && s.Run != "" })
	if i < 0 {
		j.t.Fatalf("%s has no step %q", folder, id)
	}
	path, err := filepath.Abs(filepath.Join("..", folder))
	if err != nil {
		j.t.Fatal(err)
	}
	env := map[string]string{"GITHUB_ACTION_PATH": path}
	for name, value := range a.Runs.Steps[i].Env {
		env[name] = expression.ReplaceAllStringFunc(value, func(text string) string {
			name := expression.FindStringSubmatch(text)[1]
			if value, ok := values[name]; ok {
				return value
			}
			if input, ok := strings.CutPrefix(name, "inputs."); ok {
				return a.Inputs[input].Default
			}
			return ""
		})
	}
	return j.script(namedBash, a.Runs.Steps[i].Run, env)
}

// script runs a script of a step.
func (j *job) script(shell []string, text string, env map[string]string) (said string, code int) {
	j.t.Helper()
	file := filepath.Join(j.dir, "temp", "step.sh")
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		j.t.Fatal(err)
	}
	cmd := exec.Command(shell[0], append(shell[1:len(shell):len(shell)], file)...)
	cmd.Dir = j.dir
	for _, v := range os.Environ() {
		if !strings.HasPrefix(v, "GO") {
			cmd.Env = append(cmd.Env, v)
		}
	}
	for _, vars := range []map[string]string{j.env, env} {
		for name, value := range vars {
			cmd.Env = append(cmd.Env, name+"="+value)
		}
	}
	octets, err := cmd.CombinedOutput()
	if exit := (*exec.ExitError)(nil); err != nil && !errors.As(err, &exit) {
		j.t.Fatal(err)
	}
	return string(octets), cmd.ProcessState.ExitCode()
}

// outputs reads the outputs of the steps so far, and forgets them.
func (j *job) outputs() map[string]string {
	path := filepath.Join(j.dir, "output")
	octets, _ := os.ReadFile(path)
	_ = os.Remove(path)
	out := map[string]string{}
	for line := range strings.Lines(string(octets)) {
		name, value, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "=")
		out[name] = value
	}
	return out
}

// put writes a file of the job; one in bin is a program, and found before all others.
func (j *job) put(name, text string) {
	j.t.Helper()
	path := filepath.Join(j.dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		j.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o755); err != nil {
		j.t.Fatal(err)
	}
	j.env["PATH"] = filepath.Join(j.dir, "bin") + string(os.PathListSeparator) + os.Getenv("PATH")
}
