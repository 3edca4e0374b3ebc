package main

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/wsspec/wsspec/conformance/catalog"
	"github.com/wsspec/wsspec/internal/fuzzcorpus"
	"github.com/wsspec/wsspec/ref/wire"
)

const root = ".."

// An existing seed must match its case. The seed of a new case may be missing, so that
// adding a case does not require make seeds.
func TestCorporaAreCurrent(t *testing.T) {
	for _, s := range all() {
		path := filepath.Join(root, folder(s.target), s.name)
		got, err := os.ReadFile(path)
		if errors.Is(err, fs.ErrNotExist) && strings.HasPrefix(s.name, "case-") {
			continue
		}
		if err != nil || !bytes.Equal(got, fuzzcorpus.Encode(s.data)) {
			t.Errorf("%s is not current (%v): run go generate ./fuzz", path, err)
		}
	}
	old, err := stale(root)
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range old {
		t.Errorf("%s is obsolete: run go generate ./fuzz", path)
	}
}

func TestEveryTargetHasAPlace(t *testing.T) {
	for _, s := range all() {
		if folders[s.target] == "" || !generated(s.name) {
			t.Errorf("the target %s of %s has no folder", s.target, s.name)
		}
	}
	for target, place := range folders {
		found := false
		files, err := filepath.Glob(filepath.Join(root, place, "*_test.go"))
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			source, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			found = found || bytes.Contains(source, []byte("func Fuzz"+target+"(f *testing.F)"))
		}
		if !found {
			t.Errorf("the target %s is not in %s", target, place)
		}
	}
}

// Every case that sends frames has a seed, or has the same octets as another case.
func TestEveryCaseIsASeed(t *testing.T) {
	exported, names := make(map[string]bool), make(map[string][]byte)
	for _, s := range all() {
		if s.target == "FrameStream" {
			exported[string(s.data)] = true
		}
	}
	for _, s := range catalogue() {
		if s.target == "FrameStream" {
			names[s.name] = s.data
		}
	}
	silent := 0
	for _, c := range catalog.Cases() {
		if len(octets(c, wire.RoleClient)) == 0 {
			silent++
			continue
		}
		if data, ok := names[caseName(c)]; !ok || !exported[string(data)] {
			t.Errorf("case %s has no seed", c.ID)
		}
	}
	if cases := len(catalog.Cases()); silent > cases/2 {
		t.Errorf("%d of %d cases send no frames", silent, cases)
	}
}

// The corpora stay small, because they are in the repository and the seed archives, and
// every run of a target reads them.
func TestCorporaAreSmall(t *testing.T) {
	const most = 2 << 20
	var size int64
	for target := range folders {
		err := filepath.WalkDir(filepath.Join(root, folder(target)), func(_ string, e fs.DirEntry, err error) error {
			if err != nil || e.IsDir() {
				return err
			}
			info, err := e.Info()
			if err == nil {
				size += info.Size()
			}
			return err
		})
		if err != nil {
			t.Error(err)
		}
	}
	if size > most {
		t.Errorf("the corpora have %d octets, more than %d", size, most)
	}
}
