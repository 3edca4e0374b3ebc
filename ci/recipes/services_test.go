package recipes

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/wsspec/wsspec/internal/freeport"
)

// A pipeline is what a file says, in the words of all services.
type pipeline struct {
	// shell is how the service starts the shell for a script, and scripts are in order: one
	// that fails ends the job.
	shell     []string
	scripts   []string
	variables map[string]string
	// junit and artifacts are the paths that are kept, also if a script fails.
	junit, artifacts string
	always           bool
}

func gitlab(t *testing.T) pipeline {
	var file struct {
		Wsspec struct {
			Image     string
			Variables map[string]string
			Script    []string
			Artifacts struct {
				When    string
				Paths   []string
				Reports struct{ Junit string }
			}
		}
	}
	readYAML(t, "gitlab/wsspec.yml", true, &file)
	w := file.Wsspec
	return pipeline{[]string{"sh", "-e"}, []string{strings.Join(w.Script, "\n")}, w.Variables, w.Artifacts.Reports.Junit, strings.Join(w.Artifacts.Paths, " "), w.Artifacts.When == "always"}
}

func circleci(t *testing.T) pipeline {
	type path struct{ Path string }
	type step struct {
		Run           *struct{ Name, Command string }
		StoreResults  *path `yaml:"store_test_results"`
		StoreArtifact *path `yaml:"store_artifacts"`
	}
	var file struct {
		Version string
		Jobs    struct {
			Wsspec struct {
				Docker      []struct{ Image string }
				Environment map[string]string
				Steps       []any
			}
		}
		Workflows map[string]struct{ Jobs []string }
	}
	readYAML(t, "circleci/config.yml", true, &file)
	p := pipeline{shell: []string{"/bin/bash", "-eo", "pipefail"}, variables: file.Jobs.Wsspec.Environment, always: true} // these steps are always taken
	for _, any := range file.Jobs.Wsspec.Steps {
		if any == "checkout" {
			continue
		}
		var s step
		remarshal(t, any, &s)
		switch {
		case s.Run != nil:
			p.scripts = append(p.scripts, s.Run.Command)
		case s.StoreResults != nil:
			p.junit = s.StoreResults.Path
		case s.StoreArtifact != nil:
			p.artifacts = s.StoreArtifact.Path
		}
	}
	if !slices.Contains(file.Workflows["wsspec"].Jobs, "wsspec") {
		t.Error("circleci: no workflow runs the job")
	}
	return p
}

func azure(t *testing.T) pipeline {
	var file struct {
		Trigger []string
		Pool    struct {
			VMImage string `yaml:"vmImage"`
		}
		Variables map[string]string
		Steps     []struct {
			Script, DisplayName, Task, Condition, Publish, Artifact string
			Inputs                                                  map[string]string
		}
	}
	readYAML(t, "azure/azure-pipelines.yml", false, &file)
	p := pipeline{shell: []string{"/usr/bin/env", "bash", "--noprofile", "--norc"}, variables: file.Variables, always: true}
	for _, s := range file.Steps {
		switch {
		case s.Script != "":
			p.scripts = append(p.scripts, s.Script)
			continue
		case s.Task == "PublishTestResults@2" && s.Inputs["testResultsFormat"] == "JUnit":
			p.junit = s.Inputs["testResultsFiles"]
		case s.Publish != "":
			p.artifacts = s.Publish
		}
		p.always = p.always && s.Condition == "succeededOrFailed()"
	}
	return p
}

var (
	inSh          = regexp.MustCompile(`(?m)^ +sh '(.*)'$`)
	inEnvironment = regexp.MustCompile(`(?m)^ +([A-Z_]+) = '(.*)'$`)
	inPost        = regexp.MustCompile(`(?s)post \{\s+always \{\s+junit testResults: '(\S+)', allowEmptyResults: true\s+archiveArtifacts artifacts: '(\S+)/\*\*', allowEmptyArchive: true\s+\}\s+\}`)
)

func jenkins(t *testing.T) pipeline {
	octets, err := os.ReadFile("../jenkins/Jenkinsfile")
	if err != nil {
		t.Fatal(err)
	}
	text := string(octets)
	p := pipeline{shell: []string{"sh", "-xe"}, variables: map[string]string{}}
	for _, m := range inSh.FindAllStringSubmatch(text, -1) {
		p.scripts = append(p.scripts, m[1])
	}
	for _, m := range inEnvironment.FindAllStringSubmatch(text, -1) {
		p.variables[m[1]] = m[2]
	}
	if m := inPost.FindStringSubmatch(text); m != nil {
		p.junit, p.artifacts, p.always = m[1], m[2], true
	}
	if strings.Count(text, "{") != strings.Count(text, "}") {
		t.Error("jenkins: the braces do not match")
	}
	return p
}

// The scripts of each service test the server that the variables name. The exit code of
// wsspec is that of the job, and the report is kept whatever it is.
func TestServices(t *testing.T) {
	for _, service := range []struct {
		name string
		read func(*testing.T) pipeline
		env  map[string]string
	}{
		{"GitLab", gitlab, map[string]string{"GITLAB_CI": "true", "CI_JOB_NAME": "wsspec"}},
		{"Jenkins", jenkins, map[string]string{"JENKINS_URL": "http://localhost/", "BUILD_NUMBER": "1"}},
		{"CircleCI", circleci, map[string]string{"CIRCLECI": "true", "CIRCLE_JOB": "wsspec"}},
		{"Azure", azure, map[string]string{"TF_BUILD": "True", "AGENT_OS": "Linux"}},
	} {
		for _, run := range []struct {
			name, fault string
			code        int
			junit       string
		}{
			{"a good server", "", 0, `failures="0"`},
			{"a bad server", " --fault accepts-rsv2", 1, "<failure"},
		} {
			if run.code == 0 && service.name != "GitLab" {
				continue // the scripts differ in nothing that a good server would show
			}
			t.Run(service.name+"/"+run.name, func(t *testing.T) {
				p := service.read(t)
				j := newJob(t)
				// curl has the installer and no release, and go builds a wsspec that plays few cases.
				installer, err := filepath.Abs("../install.sh")
				if err != nil {
					t.Fatal(err)
				}
				j.put("bin/curl", "#!/bin/sh\ncase $* in *'--output install.sh https://raw.githubusercontent.com/wsspec/wsspec/main/ci/install.sh') cp '"+installer+"' install.sh ;; *) exit 22 ;; esac\n")
				j.put("few", "#!/bin/sh\nexec '"+wsspecBinary+"' \"$@\" --run '3.[12]' --profile plain\n")
				j.put("bin/go", "#!/bin/sh\ncase $1 in install) cp '"+filepath.Join(j.dir, "few")+"' \"$GOBIN/wsspec\" ;; esac\n")
				addr := freeport.Addr(t)
				env := map[string]string{}
				for name, value := range service.env {
					env[name] = value
				}
				for name, value := range p.variables {
					env[name] = value
				}
				env["WSSPEC_START"], env["WSSPEC_URL"] = wsspecBinary+" echo --addr "+addr+run.fault, "ws://"+addr+"/"
				all, code := "", 0
				for _, script := range p.scripts {
					var said string
					said, code = j.script(p.shell, script, env)
					if all += said; code != 0 {
						break
					}
				}
				if code != run.code || !strings.Contains(all, ": 2 of 2 cases: ") {
					t.Errorf("it ends with %d, want %d:\n%s", code, run.code, all)
				}
				junit, err := os.ReadFile(filepath.Join(j.dir, p.junit))
				if err != nil || !strings.Contains(string(junit), run.junit) {
					t.Errorf("%v: the JUnit file has no %s", err, run.junit)
				}
				if _, err := os.Stat(filepath.Join(j.dir, p.artifacts, "index.html")); err != nil {
					t.Error(err)
				}
				if !p.always {
					t.Error("a job that fails keeps no report")
				}
				for name := range p.variables {
					if !strings.Contains(strings.Join(p.scripts, "\n"), "\"$"+name+"\"") {
						t.Errorf("the variable %s is not used", name)
					}
				}
			})
		}
	}
}
