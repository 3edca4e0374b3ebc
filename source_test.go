package wsspec_test

import (
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/wsspec/wsspec"
)

// standalone has tests that are a part of what is written.
const standalone = "conformance/gotest/standalone"

// Source has every file of its packages that is no test, and no other test.
func TestSourceHasAllFilesButTests(t *testing.T) {
	var got, want, folders []string
	err := fs.WalkDir(wsspec.Source, ".", func(name string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			got = append(got, name)
			if dir := path.Dir(name); !slices.Contains(folders, dir) {
				folders = append(folders, dir)
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, dir := range folders {
		names, err := fs.Glob(os.DirFS(dir), "*.go")
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			if dir == standalone || !strings.HasSuffix(name, "_test.go") {
				want = append(want, path.Join(dir, name))
			}
		}
	}
	slices.Sort(got)
	slices.Sort(want)
	if diff := cmp.Diff(want, got); diff != "" || len(got) < 50 {
		t.Errorf("%d files (-want +got):\n%s", len(got), diff)
	}
}
