package main

import (
	"archive/zip"
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/wsspec/wsspec/fuzz/corpus"
)

func TestArchivesHoldTheCorpora(t *testing.T) {
	out := t.TempDir()
	if err := archives("..", out); err != nil {
		t.Fatal(err)
	}
	for target, folder := range map[string]string{"fuzzheader": "frames/testdata/fuzz/FuzzHeader", "fuzzecho": "frames/testdata/fuzz/FuzzFrameStream"} {
		want, err := corpus.Read(filepath.Join("..", folder))
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
			if err != nil || len(data) == 0 || !bytes.Equal(data[1:], want[f.Name]) {
				t.Errorf("%s: %s is %x, %v, want %x behind one octet", target, f.Name, data, err, want[f.Name])
			}
		}
	}
}

func TestNoCorporaIsAnError(t *testing.T) {
	if err := archives(t.TempDir(), t.TempDir()); err == nil || !strings.Contains(err.Error(), "no corpora") {
		t.Errorf("an empty folder gives %v", err)
	}
}
