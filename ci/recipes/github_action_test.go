package recipes

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/wsspec/wsspec/internal/freeport"
)

// Each input is used, nothing else is, no input stands in the text of a script, no step
// replaces the job's Go, and each output is one of a script.
func TestActionsUseTheirInputs(t *testing.T) {
	for folder, scripts := range map[string][]string{
		"github/action": {"run.sh", "publish.sh"},
		"github/merge":  {"merge.sh", "../action/publish.sh"},
	} {
		var a action
		readYAML(t, folder+"/action.yml", false, &a)
		octets, _ := os.ReadFile("../" + folder + "/action.yml")
		used := map[string]bool{}
		for _, m := range regexp.MustCompile(`inputs\.([a-z-]+)`).FindAllStringSubmatch(string(octets), -1) {
			used[m[1]] = true
			if _, ok := a.Inputs[m[1]]; !ok {
				t.Errorf("%s: there is no input %s", folder, m[1])
			}
		}
		for name := range a.Inputs {
			if !used[name] {
				t.Errorf("%s: the input %s is not used", folder, name)
			}
		}
		id := ""
		for _, step := range a.Runs.Steps {
			if strings.Contains(step.Run, "${{") {
				t.Errorf("%s: a script has an expression in it: %s", folder, step.Run)
			}
			if strings.HasPrefix(step.Uses, "actions/setup-go") {
				t.Errorf("%s: a step replaces the job's Go", folder)
			}
			if step.ID != "" {
				id = step.ID
			}
		}
		text := ""
		for _, name := range scripts {
			script, _ := os.ReadFile(filepath.Join("..", folder, name))
			text += string(script)
		}
		for name, output := range a.Outputs {
			if !strings.Contains(text, "output "+name+" ") || output.Value != "${{ steps."+id+".outputs."+name+" }}" {
				t.Errorf("%s: the output %s is never set", folder, name)
			}
		}
	}
}

// inputs are the values of the expressions that inputs have.
func inputs(of map[string]string) map[string]string {
	values := map[string]string{}
	for name, value := range of {
		values["inputs."+name] = value
	}
	return values
}

func (j *job) run(of map[string]string) (said string, code int) {
	j.t.Helper()
	return j.action("github/action", "run", inputs(of))
}

// The action tests a server that it starts, with arguments that have spaces, stars and
// quotation marks, and leaves a summary, annotations, outputs and the report.
func TestActionTestsAServer(t *testing.T) {
	for _, tt := range []struct {
		name, fault, verdict string
		code                 int
		annotation, counts   string
	}{
		{"a good one", "", "pass", 0, "::notice title=wsspec::it's mine conforms.", `{"error": 0,"fail": 0,"not run": 0,"pass": 15,"skip": 0,"warn": 0}`},
		{"a bad one", " --fault accepts-rsv2", "fail", 1, "::error title=wsspec 3.2", `{"error": 0,"fail": 3,"not run": 0,"pass": 12,"skip": 0,"warn": 0}`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			j := newJob(t)
			addr := freeport.Addr(t)
			said, code := j.run(map[string]string{
				"url": "ws://" + addr + "/", "start": wsspecBinary + " echo --addr " + addr + tt.fault, "name": "it's mine",
				"args": "--run\n1.1.*\n\n--run=3.*\r\n--header=X-Two: \"a b\" *\n--profile=plain\n", "out": "reports/my folder",
			})
			out := j.outputs()
			if code != tt.code || out["verdict"] != tt.verdict || out["exit-code"] != fmt.Sprint(tt.code) || out["counts"] != tt.counts {
				t.Errorf("it ends with %d, outputs %v, want %d, %s and %s:\n%s", code, out, tt.code, tt.verdict, tt.counts, said)
			}
			if !strings.Contains(said, "it's mine: 15 of 15 cases: ") || !strings.Contains("\n"+said, "\n"+tt.annotation) {
				t.Errorf("it says\n%s\nand not %q", said, tt.annotation)
			}
			for name, file := range map[string]string{"path": "reports/my folder", "junit": "reports/my folder/junit.xml", "sarif": "reports/my folder/report.sarif"} {
				if _, err := os.Stat(filepath.Join(j.dir, out[name])); err != nil || out[name] != file {
					t.Errorf("the output %s is %q, want %q; %v", name, out[name], file, err)
				}
			}
			if summary, err := os.ReadFile(filepath.Join(j.dir, "summary")); err != nil || !strings.Contains(string(summary), "# ") || !strings.Contains(string(summary), "mine") {
				t.Errorf("the summary is %q, %v", summary, err)
			}
			report, _ := os.ReadFile(filepath.Join(j.dir, "reports/my folder/report.json"))
			if !strings.Contains(string(report), `X-Two: \"a b\" *`) {
				t.Error("the server did not get the header as it stands in args")
			}
		})
	}
}

// A client is started for each case, or once as a driver. A baseline that knows its failures
// makes the step green.
func TestActionTestsAClient(t *testing.T) {
	j := newJob(t)
	client := map[string]string{"command": "'" + wsspecBinary + "' echo --fault accepts-rsv2 --connect {url}", "args": "--run=3.2\n--profile=plain\n--write-baseline=known.json", "name": "mine"}
	said, code := j.run(client)
	if out := j.outputs(); code != 1 || !strings.Contains(said, "mine: 1 of 1 cases: 1 failed") || out["path"] != "wsspec-report" || out["artifact"] != "wsspec-mine" {
		t.Errorf("it ends with %d:\n%s\noutputs %v", code, said, out)
	}
	client["baseline"], client["args"] = "known.json", "--run=3.2\n--profile=plain"
	if said, code = j.run(client); code != 0 {
		t.Errorf("with the baseline it ends with %d:\n%s", code, said)
	}
	driver := map[string]string{"command": "'" + wsspecBinary + "' echo --drive {url} --agent driven", "driver": "true", "args": "--run=1.1.1"}
	if said, code = j.run(driver); code != 0 || !strings.Contains(said, "driven: 1 of 1 cases: 1 passed") {
		t.Errorf("with a driver it ends with %d:\n%s", code, said)
	}
}

// No character of a name is one that an artifact cannot have: GitHub refuses "\/:<>|*? and
// ends of lines.
func TestActionUploadsLegalNames(t *testing.T) {
	j := newJob(t)
	name := `a/b\c:d<e>f|g*h?i"j`
	said, code := j.run(map[string]string{"command": "'" + wsspecBinary + "' echo --connect {url}", "name": name, "args": "--run=1.1.1\n--transcripts=wsspec-report/transcripts\n--autobahn-out=wsspec-report/autobahn\n--shard=1/1"})
	out := j.outputs()
	if code != 0 || out["artifact"] != "wsspec-a-b-c-d-e-f-g-h-i-j-shard-1-of-1" {
		t.Errorf("it ends with %d, outputs %v:\n%s", code, out, said)
	}
	files := 0
	err := filepath.WalkDir(filepath.Join(j.dir, "wsspec-report"), func(path string, d fs.DirEntry, err error) error {
		if files++; strings.ContainsAny(d.Name(), "\"\\/:<>|*?\r\n") {
			t.Errorf("the file %q cannot be uploaded", d.Name())
		}
		return err
	})
	if err != nil || files < 6 {
		t.Errorf("%d files, %v", files, err)
	}
}

func TestActionTakesAConfig(t *testing.T) {
	j := newJob(t)
	addr := freeport.Addr(t)
	j.put("wsspec.yaml", "server:\n  targets: [ws://"+addr+"/]\n  start: "+wsspecBinary+" echo --addr "+addr+"\n  run: 1.1.1\n  agent: mine\n")
	said, code := j.run(map[string]string{"config": "wsspec.yaml"})
	if code != 0 || !strings.Contains(said, "mine: 1 of 1 cases: 1 passed") {
		t.Errorf("it ends with %d:\n%s", code, said)
	}
}

// Where nothing was tested, an annotation says so, and no older report is taken for this
// run's.
func TestActionWithoutAResult(t *testing.T) {
	j := newJob(t)
	// The report of an earlier run.
	if said, code := j.run(map[string]string{"command": wsspecBinary + " echo --connect {url}", "args": "--run=1.1.1"}); code != 0 {
		t.Fatal(said)
	}
	j.outputs()
	const url = "ws://127.0.0.1:1/"
	for _, tt := range []struct {
		name, says, verdict string
		code                int
		inputs              map[string]string
	}{
		{"nobody listens", "nothing was tested: wsspec ended with 3", "error", 3, map[string]string{"url": url, "wait": "0s"}},
		{"a wrong flag", "nothing was tested: wsspec ended with 2", "usage", 2, map[string]string{"url": url, "args": "--no-such-flag"}},
		{"no such baseline", "nothing was tested: wsspec ended with 2", "usage", 2, map[string]string{"url": url, "baseline": "none.json"}},
		{"nothing to test", "what is to be tested?", "usage", 2, nil},
		{"both", "command tests a client", "usage", 2, map[string]string{"url": url, "command": "x {url}"}},
		{"a driver without a command", "driver: command has to name the driver", "usage", 2, map[string]string{"url": url, "driver": "true"}},
		{"a driver that is neither", "driver: it is true or false, not yes", "usage", 2, map[string]string{"url": url, "driver": "yes"}},
		{"an open quotation mark", "command: a quotation mark is not closed", "usage", 2, map[string]string{"command": "x '{url}"}},
		{"two arguments on a line", "args: each line is one argument: write --run=VALUE, or the value on the next line, in place of: --run 1.* --quiet", "usage", 2, map[string]string{"url": url, "args": "--run 1.* --quiet"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			said, code := j.run(tt.inputs)
			if out := j.outputs(); code != tt.code || out["verdict"] != tt.verdict || out["path"] != "" || !strings.Contains("\n"+said, "\n::error title=wsspec::"+tt.says) {
				t.Errorf("it ends with %d, outputs %v, says\n%s", code, out, said)
			}
		})
	}
}

// What stands in an input is never run or expanded.
func TestActionExpandsNothing(t *testing.T) {
	j := newJob(t)
	const evil = "$(touch hacked)`touch hacked`;touch hacked"
	said, _ := j.run(map[string]string{"url": "ws://127.0.0.1:1/", "wait": "0s", "name": evil, "args": "--run=1.1.1\n--origin=" + evil})
	more, _ := j.run(map[string]string{"command": "echo '" + evil + "' {url}", "args": "--run=1.1.1\n--timeout=10ms", "name": evil})
	if _, err := os.Stat(filepath.Join(j.dir, "hacked")); err == nil {
		t.Error("a command in an input was run")
	}
	if !strings.Contains(more, "$(touch hacked)") {
		t.Errorf("the name is lost:\n%s\n%s", said, more)
	}
}

// GitHub drops a summary of more than 1 MiB: a longer one is cut.
func TestActionCutsTheSummary(t *testing.T) {
	j := newJob(t)
	_ = os.Remove(filepath.Join(j.dir, "temp", "wsspec-bin", "wsspec"))
	j.put("temp/wsspec-bin/wsspec", "#!/bin/sh\ncase \"$*\" in *markdown*) yes 'a line' | head -c 2000000 ;; *--out*) mkdir -p wsspec-report && echo {} >wsspec-report/report.json ;; esac\n")
	said, code := j.run(map[string]string{"url": "ws://127.0.0.1:1/"})
	summary, err := os.ReadFile(filepath.Join(j.dir, "summary"))
	if code != 0 || err != nil || len(summary) < 1_000_000 || len(summary) > 1<<20 || !strings.HasSuffix(string(summary), "This summary is cut off here. The report has the rest.\n") {
		t.Errorf("it ends with %d and a summary of %d octets, %v:\n%s", code, len(summary), err, said)
	}
}
