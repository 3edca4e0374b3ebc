package github

import (
	"errors"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// An action is what the tests read of action.yml.
type action struct {
	Inputs  map[string]struct{ Default string }
	Outputs map[string]struct{ Value string }
	Runs    struct {
		Steps []struct {
			ID, If, Uses, Shell, Run string
			Env, With                map[string]string
		}
	}
}

func readYAML(t *testing.T, path string, into any) {
	t.Helper()
	octets, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := yaml.Unmarshal(octets, into); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
}

// Each input is used, nothing else is, no input stands in the text of a script, and no
// step replaces the job's Go.
func TestActionUsesItsInputs(t *testing.T) {
	var a action
	readYAML(t, "action/action.yml", &a)
	octets, _ := os.ReadFile("action/action.yml")
	used := map[string]bool{}
	for _, m := range regexp.MustCompile(`inputs\.([a-z-]+)`).FindAllStringSubmatch(string(octets), -1) {
		used[m[1]] = true
		if _, ok := a.Inputs[m[1]]; !ok {
			t.Errorf("there is no input %s", m[1])
		}
	}
	for name := range a.Inputs {
		if !used[name] {
			t.Errorf("the input %s is not used", name)
		}
	}
	for _, step := range a.Runs.Steps {
		if strings.Contains(step.Run, "${{") {
			t.Errorf("a script has an expression in it: %s", step.Run)
		}
		if strings.HasPrefix(step.Uses, "actions/setup-go") {
			t.Error("a step replaces the job's Go")
		}
	}
	script, _ := os.ReadFile("action/run.sh")
	for name, output := range a.Outputs {
		if !strings.Contains(string(script), "output "+name+" ") || !strings.Contains(output.Value, "steps.run.outputs."+name) {
			t.Errorf("the output %s is never set", name)
		}
	}
}

// A job is a folder with what a runner has, and the environment of a step.
type job struct {
	t   *testing.T
	dir string
	env map[string]string
}

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
	j := &job{t: t, dir: dir, env: map[string]string{
		"RUNNER_TEMP": filepath.Join(dir, "temp"), "GITHUB_OUTPUT": filepath.Join(dir, "output"), "GITHUB_STEP_SUMMARY": filepath.Join(dir, "summary"),
	}}
	return j
}

// run runs a script with the defaults of the inputs, and these, and returns its output and
// its exit code.
func (j *job) run(script string, inputs map[string]string) (said string, code int) {
	j.t.Helper()
	var a action
	readYAML(j.t, "action/action.yml", &a)
	env := []string{}
	for _, v := range os.Environ() {
		if !strings.HasPrefix(v, "GO") {
			env = append(env, v)
		}
	}
	for name, value := range j.env {
		env = append(env, name+"="+value)
	}
	for _, step := range a.Runs.Steps {
		for name, value := range step.Env {
			input := regexp.MustCompile(`inputs\.([a-z-]+)`).FindStringSubmatch(value)[1]
			value = a.Inputs[input].Default
			if v, ok := inputs[input]; ok {
				value = v
			}
			env = append(env, name+"="+value)
		}
	}
	path, err := filepath.Abs(script)
	if err != nil {
		j.t.Fatal(err)
	}
	cmd := exec.Command("bash", path)
	cmd.Dir, cmd.Env = j.dir, env
	octets, err := cmd.CombinedOutput()
	if exit := (*exec.ExitError)(nil); err != nil && !errors.As(err, &exit) {
		j.t.Fatal(err)
	}
	return string(octets), cmd.ProcessState.ExitCode()
}

func (j *job) outputs() map[string]string {
	octets, _ := os.ReadFile(filepath.Join(j.dir, "output"))
	out := map[string]string{}
	for line := range strings.Lines(string(octets)) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), "=")
		out[name] = value
	}
	return out
}

// free is an address that nobody listens at.
func free(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// The action tests a server that it starts, with flags that have spaces and stars, and
// leaves a summary, annotations, outputs and the report.
func TestActionTestsAServer(t *testing.T) {
	for _, tt := range []struct {
		name, fault, result string
		code                int
		annotation          string
	}{
		{"a good one", "", "pass", 0, "::notice title=wsspec::mine conforms."},
		{"a bad one", " --fault accepts-rsv2", "fail", 1, "::error title=wsspec 3.2"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			j := newJob(t)
			addr := free(t)
			said, code := j.run("action/run.sh", map[string]string{
				"url": "ws://" + addr + "/", "start": wsspecBinary + " echo --addr " + addr + tt.fault,
				"args": "--run '1.1.*' --run \"3.*\"\n  --header 'X-Two: a b' --agent mine", "out": "reports/my folder",
			})
			out := j.outputs()
			if code != tt.code || out["result"] != tt.result || out["exit-code"] != string(rune('0'+tt.code)) {
				t.Errorf("it ends with %d, outputs %v, want %d and %s:\n%s", code, out, tt.code, tt.result, said)
			}
			if !strings.Contains(said, "mine: 15 of 15 cases: ") || !strings.Contains("\n"+said, "\n"+tt.annotation) {
				t.Errorf("it says\n%s\nand not %q", said, tt.annotation)
			}
			for name, file := range map[string]string{"report": "reports/my folder", "junit": "reports/my folder/junit.xml", "sarif": "reports/my folder/report.sarif"} {
				if _, err := os.Stat(filepath.Join(j.dir, out[name])); err != nil || out[name] != file {
					t.Errorf("the output %s is %q, want %q; %v", name, out[name], file, err)
				}
			}
			if summary, err := os.ReadFile(filepath.Join(j.dir, "summary")); err != nil || !strings.Contains(string(summary), "# ") || !strings.Contains(string(summary), "mine") {
				t.Errorf("the summary is %q, %v", summary, err)
			}
		})
	}
}

func TestActionTestsAClient(t *testing.T) {
	j := newJob(t)
	said, code := j.run("action/run.sh", map[string]string{"client": "'" + wsspecBinary + "' echo --connect {url}", "args": "--run 1.1.1"})
	if code != 0 || !strings.Contains(said, "client: 1 of 1 cases: 1 passed") || j.outputs()["report"] != "wsspec-report" {
		t.Errorf("it ends with %d:\n%s\noutputs %v", code, said, j.outputs())
	}
}

// A job of a matrix tests one shard: its report is the output, and the job is green although
// the report is not the whole run.
func TestActionTestsAShard(t *testing.T) {
	j := newJob(t)
	for shard, folder := range map[string]string{"1/2": "wsspec-report/shard-1-of-2", "2/2": "wsspec-report/shard-2-of-2"} {
		_ = os.Remove(filepath.Join(j.dir, "output"))
		said, code := j.run("action/run.sh", map[string]string{"client": "'" + wsspecBinary + "' echo --connect {url}", "args": "--run 1.1.* --shard " + shard})
		if code != 0 || j.outputs()["report"] != folder || !strings.Contains(said, "::notice title=wsspec::Incomplete by itself: shard ") {
			t.Errorf("it ends with %d:\n%s\noutputs %v", code, said, j.outputs())
		}
	}
}

func TestActionTakesAConfig(t *testing.T) {
	j := newJob(t)
	addr := free(t)
	config := "server:\n  targets: [ws://" + addr + "/]\n  start: " + wsspecBinary + " echo --addr " + addr + "\n  run: 1.1.1\n  agent: mine\n"
	if err := os.WriteFile(filepath.Join(j.dir, "wsspec.yaml"), []byte(config), 0o644); err != nil {
		t.Fatal(err)
	}
	said, code := j.run("action/run.sh", map[string]string{"config": "wsspec.yaml"})
	if code != 0 || !strings.Contains(said, "mine: 1 of 1 cases: 1 passed") {
		t.Errorf("it ends with %d:\n%s", code, said)
	}
}

// Where nothing was tested, an annotation says so, and no older report is taken for this
// run's.
func TestActionWithoutAResult(t *testing.T) {
	for _, tt := range []struct {
		name, says, result string
		code               int
		inputs             map[string]string
	}{
		{"nobody listens", "::error title=wsspec::nothing was tested: wsspec ended with 3", "error", 3, map[string]string{"url": "ws://127.0.0.1:1/", "wait": "0s"}},
		{"a wrong flag", "::error title=wsspec::nothing was tested: wsspec ended with 2", "usage", 2, map[string]string{"url": "ws://127.0.0.1:1/", "args": "--no-such-flag"}},
		{"nothing to test", "::error title=wsspec::what is to be tested?", "usage", 2, nil},
		{"both", "::error title=wsspec::client tests a client", "usage", 2, map[string]string{"url": "ws://127.0.0.1:1/", "client": "x {url}"}},
		{"an open quotation mark", "::error title=wsspec::args: a quotation mark is not closed", "usage", 2, map[string]string{"url": "ws://127.0.0.1:1/", "args": "--run '1.*"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			j := newJob(t)
			// The report of an earlier run.
			said, code := j.run("action/run.sh", map[string]string{"client": wsspecBinary + " echo --connect {url}", "args": "--run 1.1.1"})
			if code != 0 {
				t.Fatal(said)
			}
			if err := os.Remove(filepath.Join(j.dir, "output")); err != nil {
				t.Fatal(err)
			}
			said, code = j.run("action/run.sh", tt.inputs)
			if out := j.outputs(); code != tt.code || out["result"] != tt.result || out["report"] != "" || !strings.Contains(said, tt.says) {
				t.Errorf("it ends with %d, outputs %v, says\n%s", code, out, said)
			}
		})
	}
}

// What stands in args is never run or expanded.
func TestActionExpandsNothing(t *testing.T) {
	j := newJob(t)
	said, _ := j.run("action/run.sh", map[string]string{"url": "ws://127.0.0.1:1/", "wait": "0s", "args": "--agent '$(touch hacked)`touch hacked`;touch hacked' --run *"})
	if _, err := os.Stat(filepath.Join(j.dir, "hacked")); err == nil {
		t.Error("a command in args was run")
	}
	if !strings.Contains(said, "$(touch hacked)") {
		t.Errorf("the agent's name is lost:\n%s", said)
	}
}

// wsspec is built by the Go that is there, in a folder of its own, and without the
// settings of the job.
func TestActionInstalls(t *testing.T) {
	j := newJob(t)
	bin := filepath.Join(j.dir, "bin")
	if err := os.Mkdir(bin, 0o755); err != nil {
		t.Fatal(err)
	}
	fake := "#!/bin/sh\necho \"go $* in $PWD, GOBIN=$GOBIN GOFLAGS=$GOFLAGS GOWORK=$GOWORK\"\n"
	if err := os.WriteFile(filepath.Join(bin, "go"), []byte(fake), 0o755); err != nil {
		t.Fatal(err)
	}
	j.env["PATH"], j.env["GOFLAGS"] = bin+string(os.PathListSeparator)+os.Getenv("PATH"), "-mod=vendor"
	said, code := j.run("action/install.sh", map[string]string{"version": "v1.2.3"})
	temp := filepath.Join(j.dir, "temp")
	want := "go install github.com/wsspec/wsspec/cmd/wsspec@v1.2.3 in " + temp + ", GOBIN=" + temp + "/wsspec-bin GOFLAGS= GOWORK=off\n"
	if code != 0 || said != want {
		t.Errorf("it ends with %d and says\n%swant\n%s", code, said, want)
	}
	// Without Go it says what to do.
	empty := filepath.Join(j.dir, "empty")
	if err := os.Mkdir(empty, 0o755); err != nil {
		t.Fatal(err)
	}
	bash, err := exec.LookPath("bash")
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(bash, "action/install.sh")
	cmd.Env = []string{"PATH=" + empty, "VERSION=latest", "RUNNER_TEMP=" + temp}
	octets, err := cmd.CombinedOutput()
	if err == nil || !strings.Contains(string(octets), "::error title=wsspec::this runner has no Go") {
		t.Errorf("without Go: %v, %s", err, octets)
	}
}

// The lines of GitLab's job test the server that its variables name, and its artifacts are
// what they write.
func TestGitLabJob(t *testing.T) {
	var file map[string]struct {
		Variables map[string]string
		Script    []string
		Artifacts struct {
			When    string
			Paths   []string
			Reports map[string]string
		}
	}
	readYAML(t, "../gitlab/wsspec.yml", &file)
	own := file["wsspec"]
	dir := t.TempDir()
	gopath := filepath.Join(dir, "gopath")
	if err := os.MkdirAll(filepath.Join(gopath, "bin"), 0o755); err != nil {
		t.Fatal(err)
	}
	fake := "#!/bin/sh\ncase $1 in env) echo '" + gopath + "' ;; install) cp few '" + gopath + "/bin/wsspec' ;; esac\n"
	few := "#!/bin/sh\nexec '" + wsspecBinary + "' \"$@\" --run 1.1.1\n" // a few cases do
	if err := os.WriteFile(filepath.Join(dir, "few"), []byte(few), 0o755); err != nil {
		t.Fatal(err)
	}
	bin := filepath.Join(dir, "bin")
	if err := os.MkdirAll(bin, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(bin, "go"), []byte(fake), 0o755); err != nil {
		t.Fatal(err)
	}
	addr := free(t)
	cmd := exec.Command("sh", "-e", "-c", strings.Join(own.Script, "\n"))
	cmd.Dir = dir
	cmd.Env = append(slices.DeleteFunc(os.Environ(), func(v string) bool { return strings.HasPrefix(v, "PATH=") }),
		"PATH="+bin+string(os.PathListSeparator)+os.Getenv("PATH"),
		"WSSPEC_START="+wsspecBinary+" echo --addr "+addr, "WSSPEC_URL=ws://"+addr+"/")
	said, err := cmd.CombinedOutput()
	if err != nil || !strings.Contains(string(said), " passed") {
		t.Errorf("%v:\n%s", err, said)
	}
	for _, path := range append(own.Artifacts.Paths, own.Artifacts.Reports["junit"]) {
		if _, err := os.Stat(filepath.Join(dir, path)); err != nil {
			t.Error(err)
		}
	}
	for name := range own.Variables {
		if !strings.Contains(strings.Join(own.Script, "\n"), "\"$"+name+"\"") {
			t.Errorf("the variable %s is not used", name)
		}
	}
	if own.Artifacts.When != "always" {
		t.Error("a failing job keeps no report")
	}
}

// The workflow to copy gives the action inputs that it has.
func TestWorkflowGivesInputsThatThereAre(t *testing.T) {
	var a action
	readYAML(t, "action/action.yml", &a)
	var workflow struct {
		Jobs map[string]struct {
			Steps []struct {
				Uses string
				With map[string]string
			}
		}
	}
	readYAML(t, "workflow.yml", &workflow)
	found := false
	for _, step := range workflow.Jobs["wsspec"].Steps {
		if !strings.HasPrefix(step.Uses, "wsspec/wsspec/ci/github/action@") {
			continue
		}
		found = true
		for name := range step.With {
			if _, ok := a.Inputs[name]; !ok {
				t.Errorf("the action has no input %s", name)
			}
		}
	}
	if !found {
		t.Error("the workflow does not use the action")
	}
}
