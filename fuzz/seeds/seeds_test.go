package main

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/wsspec/wsspec/conformance/catalog"
	"github.com/wsspec/wsspec/fuzz/corpus"
	"github.com/wsspec/wsspec/ref/wire"
)

const root = ".."

func TestCorporaAreCurrent(t *testing.T) {
	for _, s := range all() {
		path := filepath.Join(root, folder(s.target), s.name)
		got, err := os.ReadFile(path)
		if err != nil || !bytes.Equal(got, corpus.Encode(s.data)) {
			t.Errorf("%s is not current (%v): run go generate ./fuzz", path, err)
		}
	}
	old, err := stale(root)
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range old {
		t.Errorf("%s is no seed any more: run go generate ./fuzz", path)
	}
}

func TestEveryTargetHasAPlace(t *testing.T) {
	for _, s := range all() {
		if folders[s.target] == "" || !generated(s.name) {
			t.Errorf("%s of target %s has no place", s.name, s.target)
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
			t.Errorf("no target %s in %s", target, place)
		}
	}
}

// Every case that sends something is there, by itself or as the same octets of another.
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
			t.Errorf("case %s is not exported", c.ID)
		}
	}
	if cases := len(catalog.Cases()); silent > cases/2 {
		t.Errorf("%d of %d cases send nothing", silent, cases)
	}
}

// They are checked out, built into archives and read at every start.
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
