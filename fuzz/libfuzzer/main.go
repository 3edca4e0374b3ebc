// Libfuzzer writes the corpora of all targets as the archives that OSS-Fuzz and
// ClusterFuzzLite start from: NAME_seed_corpus.zip in the folder given.
//
// Their adapter for native Go targets takes one octet off an input before it
// hands out the rest as the only argument, so each seed has one more in front.
package main

import (
	"archive/zip"
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/wsspec/wsspec/fuzz/corpus"
)

// shared are the targets that start from the corpus of another.
var shared = map[string]string{"FuzzEcho": "frames/testdata/fuzz/FuzzFrameStream"}

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: libfuzzer FUZZ-FOLDER OUTPUT-FOLDER")
		os.Exit(2)
	}
	if err := archives(os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, "libfuzzer:", err)
		os.Exit(1)
	}
}

func archives(root, output string) error {
	folders, err := filepath.Glob(filepath.Join(root, "*", "testdata", "fuzz", "Fuzz*"))
	if err != nil {
		return fmt.Errorf("looking for corpora: %w", err)
	}
	if len(folders) == 0 {
		return fmt.Errorf("no corpora in %s", root)
	}
	sources := make(map[string]string)
	for _, folder := range folders {
		sources[filepath.Base(folder)] = folder
	}
	for target, folder := range shared {
		sources[target] = filepath.Join(root, filepath.FromSlash(folder))
	}
	for target, folder := range sources {
		inputs, err := corpus.Read(folder)
		if err != nil {
			return err
		}
		archive, err := pack(inputs)
		if err != nil {
			return fmt.Errorf("archive of %s: %w", target, err)
		}
		// The name is that of the target's binary in ci/ossfuzz/build.sh.
		name := strings.ToLower(target) + "_seed_corpus.zip"
		if err := os.WriteFile(filepath.Join(output, name), archive, 0o666); err != nil {
			return fmt.Errorf("writing an archive: %w", err)
		}
	}
	return nil
}

func pack(inputs map[string][]byte) ([]byte, error) {
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	names := make([]string, 0, len(inputs))
	for name := range inputs {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		f, err := w.Create(name)
		if err != nil {
			return nil, err
		}
		if _, err := f.Write(append([]byte{0}, inputs[name]...)); err != nil {
			return nil, err
		}
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}
