// Package sample has the sample page, index.html, which make sample renews.
package sample

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// The largest sizes, in octets.
const (
	maxPage = 400_000
	maxFile = 500_000
)

func TestSamplePageIsSmall(t *testing.T) {
	info, err := os.Stat("index.html")
	if err != nil {
		t.Fatal(err)
	}
	if info.Size() > maxPage {
		t.Errorf("index.html has %d octets, at most %d are wanted: let make.sh choose fewer cases", info.Size(), maxPage)
	}
}

// Every clone carries every file of every commit, so that none may be large.
func TestNoLargeFileIsCommitted(t *testing.T) {
	root := filepath.Join("..", "..")
	files, err := committed(root)
	if err != nil {
		t.Fatal(err)
	}
	if len(files) < 100 {
		t.Fatalf("only %d files were found", len(files))
	}
	for _, name := range files {
		info, err := os.Lstat(filepath.Join(root, name))
		if os.IsNotExist(err) {
			continue // deleted, and not committed yet
		}
		if err != nil {
			t.Fatal(err)
		}
		if info.Size() > maxFile {
			t.Errorf("%s has %d octets, at most %d are allowed", name, info.Size(), maxFile)
		}
	}
}

// committed lists the files that git knows. Without git it lists all files but
// those in folders that hold what was built.
func committed(root string) (files []string, err error) {
	if out, err := exec.Command("git", "-C", root, "ls-files", "-z").Output(); err == nil && len(out) > 0 {
		return strings.Split(strings.TrimSuffix(string(out), "\x00"), "\x00"), nil
	}
	skip := map[string]bool{".git": true, "bin": true, filepath.Join("reports", "out"): true}
	err = filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name, err := filepath.Rel(root, path)
		switch {
		case err != nil:
			return err
		case d.IsDir() && skip[name]:
			return filepath.SkipDir
		case d.Type().IsRegular():
			files = append(files, name)
		}
		return nil
	})
	return files, err
}
