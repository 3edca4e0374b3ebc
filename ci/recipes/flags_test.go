package recipes

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var (
	quoted  = regexp.MustCompile(`'[^']*'|"[^"]*"`)
	command = regexp.MustCompile(`\bwsspec"?[ ,]+(server|client|fuzz(?: merge)?|echo|report(?: (?:merge|serve))?)\b(.*)`)
	aFlag   = regexp.MustCompile(`(?:^|[\s\[(,])--([a-z][a-z-]*)`)
	helped  = regexp.MustCompile(`(?m)^ +(?:-., )?--([a-z][a-z-]*)`)
	list    = regexp.MustCompile(`(?m)^( +)(?:args|command):\n((?: +- .*\n)+)`)
	inline  = regexp.MustCompile(`(?m)^ +args: \[(.*)\]$`)
	item    = regexp.MustCompile(`(?m)^ +- "?([^"\n]*)"?$`)
)

// A use is a flag that a file gives to a command.
type use struct{ file, command, flag string }

// uses are the flags in the files that users copy, and in what they read of them.
func uses(t *testing.T) (all []use) {
	t.Helper()
	err := filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
		ext := filepath.Ext(path)
		if err != nil || d.IsDir() || ext == ".go" || ext == ".mod" || ext == ".sum" {
			return err
		}
		octets, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		text := string(octets)
		for _, m := range list.FindAllStringSubmatch(text, -1) {
			var words []string
			for _, i := range item.FindAllStringSubmatch(m[2], -1) {
				words = append(words, i[1])
			}
			text += "wsspec " + strings.Join(words, " ") + "\n"
		}
		for _, m := range inline.FindAllStringSubmatch(text, -1) {
			text += "wsspec " + strings.ReplaceAll(m[1], ", ", " ") + "\n"
		}
		text = strings.ReplaceAll(text, "\\\n", " ")
		text = inSh.ReplaceAllString(text, "$1") // of a Jenkinsfile
		for line := range strings.Lines(text) {
			line = quoted.ReplaceAllString(line, "TEXT")
			for _, m := range command.FindAllStringSubmatch(line, -1) {
				for _, f := range aFlag.FindAllStringSubmatch(m[2], -1) {
					all = append(all, use{path, m[1], f[1]})
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// Every flag that these files use is one of the command.
func TestFlagsExist(t *testing.T) {
	known := map[string]map[string]bool{}
	files := map[string]bool{}
	for _, u := range uses(t) {
		if known[u.command] == nil {
			help, err := exec.Command(wsspecBinary, append(strings.Fields(u.command), "--help")...).Output()
			if err != nil {
				t.Fatal(err)
			}
			known[u.command] = map[string]bool{}
			for _, m := range helped.FindAllStringSubmatch(string(help), -1) {
				known[u.command][m[1]] = true
			}
		}
		if !known[u.command][u.flag] {
			t.Errorf("%s: wsspec %s has no flag --%s", u.file, u.command, u.flag)
		}
		files[u.file] = true
	}
	for _, path := range []string{"../README.md", "../gitlab/wsspec.yml", "../jenkins/Jenkinsfile", "../circleci/config.yml", "../azure/azure-pipelines.yml", "../kubernetes/base/shards.yaml", "../kubernetes/base/merge.yaml", "../kubernetes/sidecar/peer.yaml", "../kubernetes/fuzz/fuzz.yaml", "../kubernetes/fuzz/merge.yaml"} {
		if !files[path] {
			t.Errorf("%s: no flag was found", path)
		}
	}
}
