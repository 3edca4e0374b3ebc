package recipes

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// The jobs of the reusable workflow, one after the other: the matrix, a job of each shard,
// and the merge, which has the report of all. A shard that is missing fails the merge.
func TestShardsOnGitHub(t *testing.T) {
	var workflow struct {
		Jobs map[string]struct {
			Needs string
			If    string
			Steps []step
		}
	}
	readYAML(t, "github/shards.yml", false, &workflow)
	j := newJob(t)

	plan := workflow.Jobs["plan"].Steps[0]
	if said, code := j.script(defaultBash, plan.Run, map[string]string{"SHARDS": "2"}); code != 0 {
		t.Fatalf("the plan ends with %d: %s", code, said)
	}
	if list := j.outputs()["shards"]; list != `["1/2","2/2"]` {
		t.Errorf("the matrix is %s", list)
	}

	build := workflow.Jobs["shard"].Steps[1]
	if said, code := j.script(defaultBash, build.Run, map[string]string{"BUILD": "false\ntrue"}); code == 0 {
		t.Errorf("a build that fails is a success: %s", said)
	}
	test := workflow.Jobs["shard"].Steps[2]
	pattern := expression.ReplaceAllString(workflow.Jobs["merge"].Steps[0].With["pattern"], "mine")
	shards := filepath.Join(j.dir, workflow.Jobs["merge"].Steps[0].With["path"])
	for i, shard := range []string{"1/2", "2/2"} {
		given := map[string]string{
			"inputs.command": "'" + wsspecBinary + "' echo --fault accepts-rsv2 --connect {url}", "inputs.name": "mine",
			"inputs.args": "--run=1.1.*\n--run=3.*\n--profile=plain\n", "matrix.shard": shard, "inputs.driver": "false",
		}
		values := map[string]string{}
		for name, value := range test.With {
			values["inputs."+name] = expression.ReplaceAllStringFunc(value, func(text string) string { return given[expression.FindStringSubmatch(text)[1]] })
		}
		said, code := j.action("github/action", "run", values)
		out := j.outputs()
		if code > 1 || !strings.Contains(said, "::notice title=wsspec::Incomplete by itself: shard ") {
			t.Fatalf("shard %s ends with %d:\n%s", shard, code, said)
		}
		if ok, err := filepath.Match(pattern, out["artifact"]); !ok || err != nil {
			t.Errorf("the artifact %s is not one of %s", out["artifact"], pattern)
		}
		if i == 1 {
			said, code := j.action("github/merge", "merge", nil)
			if out := j.outputs(); code != 2 || out["verdict"] != "usage" || out["path"] != "" || !strings.Contains("\n"+said, "\n::error title=wsspec::cannot merge the reports: missing: shard 2 of 2 of mine as a client") {
				t.Errorf("without a shard the merge ends with %d and %v:\n%s", code, out, said)
			}
		}
		if err := os.CopyFS(filepath.Join(shards, out["artifact"]), os.DirFS(filepath.Join(j.dir, out["path"]))); err != nil {
			t.Fatal(err)
		}
	}

	said, code := j.action("github/merge", "merge", map[string]string{"inputs.name": "mine"})
	out := j.outputs()
	if code != 0 || out["verdict"] != "fail" || out["artifact"] != "wsspec-mine" || out["counts"] != `{"error": 0,"fail": 3,"not run": 0,"pass": 12,"skip": 0,"warn": 0}` {
		t.Errorf("the merge ends with %d and %v:\n%s", code, out, said)
	}
	if !strings.Contains("\n"+said, "\n::error title=wsspec 3.2 and 2 more") || strings.Contains(said, "Incomplete") {
		t.Errorf("the merge says\n%s", said)
	}
	for _, name := range []string{"report.json", "index.html", "junit.xml", "report.sarif"} {
		if info, err := os.Stat(filepath.Join(j.dir, out["path"], name)); err != nil || info.Size() == 0 {
			t.Errorf("%s: %v", name, err)
		}
	}
	last := workflow.Jobs["merge"].Steps[2]
	if _, code := j.script(defaultBash, last.Run, nil); code != 1 || last.If != "needs.shard.result != 'success'" {
		t.Errorf("a shard that fails does not fail the merge")
	}
}

// The workflows, and the examples in the README, give the actions inputs that they have, and
// read outputs that they have.
func TestWorkflowsGiveInputsThatThereAre(t *testing.T) {
	for file, jobs := range map[string]map[string]struct{ Steps []step }{
		"github/workflow.yml": jobsOf(t, "github/workflow.yml"),
		"github/shards.yml":   jobsOf(t, "github/shards.yml"),
		"README.md":           {"example": {stepsOfReadme(t)}},
	} {
		found := false
		for _, job := range jobs {
			text, err := yaml.Marshal(job.Steps)
			if err != nil {
				t.Fatal(err)
			}
			for _, step := range job.Steps {
				folder, ok := strings.CutPrefix(step.Uses, "wsspec/wsspec/ci/")
				if !ok {
					continue
				}
				found = true
				folder, _, _ = strings.Cut(folder, "@")
				var a action
				readYAML(t, folder+"/action.yml", false, &a)
				for name := range step.With {
					if _, ok := a.Inputs[name]; !ok {
						t.Errorf("%s: %s has no input %s", file, step.Uses, name)
					}
				}
				if step.ID == "" {
					continue
				}
				for _, m := range regexp.MustCompile(`steps\.`+step.ID+`\.outputs\.([a-z-]+)`).FindAllStringSubmatch(string(text), -1) {
					if _, ok := a.Outputs[m[1]]; !ok {
						t.Errorf("%s: %s has no output %s", file, step.Uses, m[1])
					}
				}
			}
		}
		if !found {
			t.Errorf("%s does not use the action", file)
		}
	}
}

func jobsOf(t *testing.T, file string) map[string]struct{ Steps []step } {
	t.Helper()
	var workflow struct {
		Jobs map[string]struct{ Steps []step }
	}
	readYAML(t, file, false, &workflow)
	return workflow.Jobs
}

// stepsOfReadme are the steps for GitHub in the README.
func stepsOfReadme(t *testing.T) (steps []step) {
	t.Helper()
	text, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, section, _ := strings.Cut(string(text), "\n## GitHub\n")
	_, block, _ := strings.Cut(section, "```yaml\n")
	block, _, _ = strings.Cut(block, "```")
	if err := yaml.Unmarshal([]byte(block), &steps); err != nil {
		t.Fatal(err)
	}
	return steps
}
