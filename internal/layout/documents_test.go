package layout

import (
	"io/fs"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var repository = os.DirFS("../..")

func text(t *testing.T, name string) string {
	t.Helper()
	octets, err := fs.ReadFile(repository, name)
	if err != nil {
		t.Fatal(err)
	}
	return string(octets)
}

func matching(t *testing.T, patterns ...string) []string {
	t.Helper()
	var names []string
	for _, pattern := range patterns {
		found, err := fs.Glob(repository, pattern)
		if err != nil || len(found) == 0 {
			t.Fatalf("%s matches no file: %v", pattern, err)
		}
		names = append(names, found...)
	}
	return names
}

var fences = regexp.MustCompile("(?s)\n *```.*?\n *```")

var (
	makes   = regexp.MustCompile(`\bmake ([a-z][a-z-]*)`)
	targets = regexp.MustCompile(`(?m)^([a-z][a-z-]*):`)
	goTests = regexp.MustCompile(`go test ([^\n|#]*)`)
	ours    = regexp.MustCompile(`(?:cmd/|bin/|^|\s|` + "`" + `)wsspec ((?:[a-z]+ )?[^\n#` + "`" + `]*)`)
	flags   = regexp.MustCompile(`\s--([a-z][a-z-]+)`)
)

// commands are the code of a document: its blocks, and what stands between backquotes.
func commands(document string) string {
	blocks := fences.FindAllString(document, -1)
	inline := regexp.MustCompile("`[^`\n]+`").FindAllString(fences.ReplaceAllString(document, ""), -1)
	return strings.Join(append(blocks, inline...), "\n")
}

// Who follows CONTRIBUTING.md, or reads why a workflow failed, types these commands.
func TestCommandsForContributorsExist(t *testing.T) {
	var known []string
	for _, m := range targets.FindAllStringSubmatch(text(t, "Makefile"), -1) {
		known = append(known, m[1])
	}
	said := map[string]string{}
	for _, name := range matching(t, "CONTRIBUTING.md", "docs/releases.md", "docs/writing-cases.md", "docs/scale.md", ".github/*.md") {
		said[name] = commands(text(t, name))
	}
	for _, name := range matching(t, ".github/workflows/*.yml") {
		for line := range strings.Lines(text(t, name)) {
			if before, _, _ := strings.Cut(line, " #"); !strings.HasPrefix(strings.TrimSpace(before), "#") {
				said[name] += before + "\n"
			}
		}
	}
	var command strings.Builder // its source, where its flags are
	for _, name := range matching(t, "internal/command/*.go") {
		if !strings.HasSuffix(name, "_test.go") {
			command.WriteString(text(t, name))
		}
	}
	for name, document := range said {
		for _, m := range makes.FindAllStringSubmatch(document, -1) {
			if !slices.Contains(known, m[1]) {
				t.Errorf("%s: there is no target: make %s", name, m[1])
			}
		}
		for _, m := range ours.FindAllStringSubmatch(document, -1) {
			for _, flag := range flags.FindAllStringSubmatch(" "+m[1], -1) {
				if !strings.Contains(command.String(), `"`+flag[1]+`"`) {
					t.Errorf("%s: wsspec %s: there is no flag --%s", name, strings.TrimSpace(m[1]), flag[1])
				}
			}
		}
		for _, m := range goTests.FindAllStringSubmatch(document, -1) {
			goTestExists(t, name, strings.Fields(strings.ReplaceAll(m[1], "'", "")))
		}
	}
}

// goTestExists checks the packages, the test names and the flags of go test that a document
// names.
func goTestExists(t *testing.T, document string, words []string) {
	var source strings.Builder
	for i, word := range words {
		word = strings.Trim(word, "`.")
		switch {
		case strings.HasPrefix(word, "/"), strings.HasPrefix(word, "./"):
			folder := strings.Trim(strings.TrimSuffix(word, "/..."), "./")
			// The peers are a module of their own.
			if _, err := fs.Stat(repository, "conformance/peers/"+folder); err == nil {
				folder = "conformance/peers/" + folder
			}
			if _, err := fs.Stat(repository, folder); err != nil {
				t.Errorf("%s: go test %s: %v", document, word, err)
				continue
			}
			names, _ := fs.Glob(repository, folder+"/*_test.go")
			for _, name := range names {
				source.WriteString(text(t, name))
			}
		case word == "-run":
			for test := range strings.SplitSeq(strings.Trim(words[i+1], "`$"), "|") {
				if !strings.Contains(source.String(), "func "+strings.TrimSuffix(test, "$")) {
					t.Errorf("%s: there is no test %s", document, test)
				}
			}
		case strings.HasPrefix(word, "-") && word != "-timeout" && word != "-v" && word != "-fuzztime":
			if !strings.Contains(source.String(), `"`+strings.TrimPrefix(word, "-")+`"`) {
				t.Errorf("%s: go test has no flag %s", document, word)
			}
		}
	}
}
