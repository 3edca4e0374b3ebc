package layout

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// pagesOf returns the Markdown files of the repository.
func pagesOf(t *testing.T) map[string]string {
	t.Helper()
	out := map[string]string{}
	err := filepath.WalkDir("../..", func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && slices.Contains([]string{".git", "bin", "out", "node_modules"}, d.Name()):
			return filepath.SkipDir
		case !d.IsDir() && filepath.Ext(path) == ".md":
			octets, err := os.ReadFile(path)
			out[path] = string(octets)
			return err
		}
		return nil
	})
	if err != nil || len(out) < 40 {
		t.Fatalf("%d pages, %v", len(out), err)
	}
	return out
}

var (
	fence   = regexp.MustCompile("(?ms)^```.*?^```")
	spans   = regexp.MustCompile("`[^`\n]*`")
	link    = regexp.MustCompile(`\]\(([^()\s]+)\)`)
	heading = regexp.MustCompile(`(?m)^#+ (.*)$`)
)

// anchors returns the anchors that GitHub makes of the headings of a page.
func anchors(page string) (out []string) {
	for _, m := range heading.FindAllStringSubmatch(fence.ReplaceAllString(page, ""), -1) {
		anchor := regexp.MustCompile(`[^\p{L}\p{N} _-]`).ReplaceAllString(strings.ToLower(m[1]), "")
		out = append(out, strings.ReplaceAll(anchor, " ", "-"))
	}
	return out
}

// Each link between the pages leads to a file of the repository, and to a heading of it. The
// site is made of the same pages, so that its links resolve too.
func TestLinksOfThePagesResolve(t *testing.T) {
	pages := pagesOf(t)
	links := 0
	for path, page := range pages {
		text := spans.ReplaceAllString(fence.ReplaceAllString(page, ""), "``")
		for _, m := range link.FindAllStringSubmatch(text, -1) {
			target, anchor, _ := strings.Cut(m[1], "#")
			if strings.Contains(target, "://") || strings.HasPrefix(target, "mailto:") {
				continue
			}
			links++
			file := path
			if target != "" {
				file = filepath.Join(filepath.Dir(path), target)
			}
			if _, err := os.Stat(file); err != nil {
				t.Errorf("%s: %v", path, err)
			} else if to, ok := pages[file]; anchor != "" && ok && !slices.Contains(anchors(to), anchor) {
				t.Errorf("%s: %s has no heading #%s", path, file, anchor)
			}
		}
	}
	if links < 150 {
		t.Errorf("only %d links were found", links)
	}
}

// Each page of docs is reached from the index.
func TestTheIndexNamesEveryPage(t *testing.T) {
	pages := pagesOf(t)
	for path := range pages {
		dir, name := filepath.Split(filepath.ToSlash(path))
		index := pages[filepath.Join(dir, "README.md")]
		if dir := strings.TrimPrefix(dir, "../../"); (dir == "docs/" || dir == "docs/quickstart/") && name != "README.md" && !strings.Contains(index, "]("+name+")") {
			t.Errorf("%sREADME.md does not name %s", dir, name)
		}
	}
}

// A block of code under a comment with the name of a file is that file, so that what people copy
// is what was run.
func TestShownProgramsAreFiles(t *testing.T) {
	shown := 0
	for path, page := range pagesOf(t) {
		for _, m := range regexp.MustCompile("(?ms)^<!-- (\\S+\\.[a-z]+) -->\n```[a-z]+\n(.*?)^```").FindAllStringSubmatch(page, -1) {
			shown++
			octets, err := os.ReadFile(filepath.Join(filepath.Dir(path), m[1]))
			if err != nil {
				octets, err = os.ReadFile(filepath.Join("../..", m[1]))
			}
			if err != nil || string(octets) != m[2] {
				t.Errorf("%s: the block is not %s (%v)", path, m[1], err)
			}
		}
	}
	if shown < 10 {
		t.Errorf("only %d programs are shown", shown)
	}
}
