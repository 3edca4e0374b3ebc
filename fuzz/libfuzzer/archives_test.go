package main

import (
	"archive/zip"
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/wsspec/wsspec/internal/fuzzcorpus"
)

func TestArchivesHoldTheCorpora(t *testing.T) {
	out := t.TempDir()
	if err := archives("..", out); err != nil {
		t.Fatal(err)
	}
	for target, folder := range map[string]string{"fuzzheader": "frames/testdata/fuzz/FuzzHeader", "fuzzecho": "frames/testdata/fuzz/FuzzFrameStream"} {
		want, err := fuzzcorpus.Read(filepath.Join("..", folder))
		if err != nil {
			t.Fatal(err)
		}
		archive, err := os.ReadFile(filepath.Join(out, target+"_seed_corpus.zip"))
		if err != nil {
			t.Fatal(err)
		}
		r, err := zip.NewReader(bytes.NewReader(archive), int64(len(archive)))
		if err != nil {
			t.Fatal(err)
		}
		if len(r.File) != len(want) {
			t.Errorf("%s: %d seeds, want %d", target, len(r.File), len(want))
		}
		for _, f := range r.File {
			content, err := f.Open()
			if err != nil {
				t.Fatal(err)
			}
			data, err := io.ReadAll(content)
			if err != nil || !bytes.Equal(data, want[f.Name]) {
				t.Errorf("%s: %s is %x, %v, want %x", target, f.Name, data, err, want[f.Name])
			}
		}
	}
}

func TestNoCorporaIsAnError(t *testing.T) {
	if err := archives(t.TempDir(), t.TempDir()); err == nil || !strings.Contains(err.Error(), "no corpora") {
		t.Errorf("an empty folder gives %v", err)
	}
}

// keep stores an input from libFuzzer so that go test passes the same input to the target.
func TestKeepStoresTheInput(t *testing.T) {
	root, seeded := t.TempDir(), t.TempDir()
	folder := filepath.Join(root, "frames")
	if err := os.MkdirAll(filepath.Join(folder, "testdata", "fuzz", "FuzzX"), 0o777); err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string][]byte{
		"x_test.go": []byte("package frames\n\nfunc FuzzX(f *testing.F) {}\n"), "testdata/fuzz/FuzzX/a": fuzzcorpus.Encode([]byte("seed")),
	} {
		if err := os.WriteFile(filepath.Join(folder, name), content, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	if err := seeds(root, "FuzzX", seeded); err != nil {
		t.Fatal(err)
	}
	found := filepath.Join(seeded, "a")
	if data, err := os.ReadFile(found); err != nil || string(data) != "seed" {
		t.Errorf("the seed is %q, %v", data, err)
	}
	if err := os.WriteFile(found, []byte("found"), 0o666); err != nil {
		t.Fatal(err)
	}
	if err := keep(io.Discard, root, "FuzzX", found); err != nil {
		t.Fatal(err)
	}
	inputs, err := fuzzcorpus.Read(filepath.Join(folder, "testdata", "fuzz", "FuzzX"))
	if err != nil || len(inputs) != 2 {
		t.Fatalf("%d inputs, %v", len(inputs), err)
	}
	delete(inputs, "a")
	for name, data := range inputs {
		if string(data) != "found" || len(name) != 16 {
			t.Errorf("kept as %s: %q", name, data)
		}
	}
	if err := keep(io.Discard, root, "FuzzY", found); err == nil {
		t.Error("keep accepted an unknown target")
	}
	if err := seeds(root, "FuzzY", seeded); err == nil {
		t.Error("seeds accepted an unknown target")
	}
}
