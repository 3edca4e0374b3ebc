package command

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// pages returns the pages of the documentation that have commands, by their path.
func pages(t *testing.T) map[string]string {
	t.Helper()
	out := map[string]string{}
	for _, pattern := range []string{"README.md", "docs/*.md", "docs/quickstart/*.md", "ci/*.md", "autobahn/*.md", "fuzz/*.md", "examples/*.md"} {
		paths, err := filepath.Glob(filepath.Join("../..", pattern))
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range paths {
			octets, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			out[strings.TrimPrefix(filepath.ToSlash(path), "../../")] = string(octets)
		}
	}
	if len(out) < 30 {
		t.Fatalf("only %d pages", len(out))
	}
	return out
}

// blocks returns the blocks of shell commands of a page whose first line has this after ```.
func blocks(page, info string) (out []string) {
	for _, m := range regexp.MustCompile("(?ms)^```("+info+")\n(.*?)^```").FindAllStringSubmatch(page, -1) {
		out = append(out, m[2])
	}
	return out
}

// commandsOf splits a block into commands, each a list of words, as a shell does it without
// expanding anything. A word of its own for each operator ends a command.
func commandsOf(block string) (out [][]string) {
	block = strings.ReplaceAll(block, "\\\n", " ")
	for line := range strings.Lines(block) {
		var words []string
		var word strings.Builder
		var quote rune
		started := false
		end := func() {
			if started {
				words = append(words, word.String())
			}
			word.Reset()
			started = false
		}
		next := func() {
			end()
			if len(words) > 0 {
				out = append(out, words)
			}
			words = nil
		}
	chars:
		for _, r := range strings.TrimSpace(line) {
			switch {
			case quote != 0 && r == quote:
				quote = 0
			case quote != 0:
				word.WriteRune(r)
			case r == '\'' || r == '"':
				quote, started = r, true
			case r == ' ':
				end()
			case r == '#' && !started:
				break chars
			case r == '&' || r == ';' || r == '|' || r == '>':
				next()
			default:
				started = true
				word.WriteRune(r)
			}
		}
		next()
	}
	return out
}

// ours returns the arguments of wsspec that a command of the documentation has, and whether it
// is one of wsspec.
func ours(words []string) ([]string, bool) {
	switch {
	case words[0] == "wsspec" || words[0] == "bin/wsspec":
		return words[1:], true
	case len(words) > 2 && words[0] == "go" && words[1] == "run" && strings.HasPrefix(words[2], "github.com/wsspec/wsspec/cmd/wsspec@"):
		return words[3:], true
	case words[0] == "docker" && slices.Contains(words, "wsspec/wsspec"):
		return arguments(append([]string{imageName}, words[slices.Index(words, "wsspec/wsspec")+1:]...)), true
	}
	return nil, false
}

// wrong says what the command would not take of a command line. It runs nothing. With partly,
// the arguments may lack something.
func wrong(args []string, partly bool) error {
	cmd, rest, err := newRoot().Find(args)
	if err != nil {
		return err
	}
	cmd.InitDefaultHelpFlag()
	if err := cmd.ParseFlags(rest); err != nil && (!partly || !strings.Contains(err.Error(), "needs an argument")) {
		return err
	}
	if partly {
		return nil
	}
	return cmd.ValidateArgs(cmd.Flags().Args())
}

// What the documentation tells people to type is there: each subcommand and flag of wsspec, each
// target of make, each file of the repository.
func TestDocumentedCommandsExist(t *testing.T) {
	makefile, err := os.ReadFile("../../Makefile")
	if err != nil {
		t.Fatal(err)
	}
	inRepository := regexp.MustCompile(`^(\./)?(autobahn|ci|cmd|conformance|docs|examples|fuzz)/[^*…@]*[^*…@./]$`)
	commands := 0
	for name, page := range pages(t) {
		for _, block := range blocks(page, "sh(?: run)?") {
			for _, words := range commandsOf(block) {
				commands++
				args, isOurs := ours(words)
				if isOurs {
					if err := wrong(args, false); err != nil {
						t.Errorf("%s: %q: %v", name, words, err)
					}
					if i := slices.Index(args, "--start"); i >= 0 {
						words = append(words, strings.Fields(args[i+1])...)
					}
				}
				for _, target := range words[1:] {
					if words[0] == "make" && !strings.Contains(target, "=") && !strings.Contains(string(makefile), "\n"+target+":") {
						t.Errorf("%s: there is no make %s", name, target)
					}
				}
				for _, word := range words {
					if !inRepository.MatchString(word) {
						continue
					}
					if _, err := os.Stat(filepath.Join("../..", word)); err != nil {
						t.Errorf("%s: %q: %v", name, words, err)
					}
				}
			}
		}
		for _, m := range regexp.MustCompile("`wsspec ([^`\n]+)`").FindAllStringSubmatch(page, -1) {
			for _, words := range commandsOf(m[1]) {
				commands++
				if err := wrong(words, true); err != nil && !strings.Contains(m[1], "…") {
					t.Errorf("%s: `wsspec %s`: %v", name, m[1], err)
				}
			}
		}
	}
	if commands < 150 {
		t.Errorf("only %d commands were found", commands)
	}
}

// The commands of blocks with "sh run" run, with the reference as the server at port 9001.
func TestDocumentedCommandsRun(t *testing.T) {
	all := pages(t)
	url := reference(t)
	t.Chdir(t.TempDir())
	spec := `{"outdir": "reports", "cases": ["1.1.*"], "servers": [{"url": "` + url + `"}]}`
	if err := os.WriteFile("fuzzingclient.json", []byte(spec), 0o600); err != nil {
		t.Fatal(err)
	}
	ran := 0
	for name, page := range all {
		for _, block := range blocks(page, "sh run") {
			block = strings.ReplaceAll(block, "ws://localhost:9001/", url)
			for _, words := range commandsOf(block) {
				args, isOurs := ours(words)
				if !isOurs {
					t.Errorf("%s: only commands of wsspec are run, and not %q", name, words)
					continue
				}
				ran++
				if o := wsspec(t, args...); o.code != exitPass {
					t.Errorf("%s: %q ends with %d: %s%s", name, words, o.code, o.stdout, o.stderr)
				}
			}
		}
	}
	if ran < 5 {
		t.Errorf("only %d commands ran", ran)
	}
}
