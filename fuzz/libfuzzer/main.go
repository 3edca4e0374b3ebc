// Libfuzzer converts fuzz inputs between go test and libFuzzer.
//
//	libfuzzer archives FUZZ OUTPUT
//
// writes the corpora of all targets in the folder FUZZ as seed archives for OSS-Fuzz and
// ClusterFuzzLite, NAME_seed_corpus.zip;
//
//	libfuzzer seeds FUZZ TARGET OUTPUT
//
// writes the corpus of one target as files;
//
//	libfuzzer keep FUZZ TARGET FILE
//
// stores an input that libFuzzer or OSS-Fuzz found in the testdata of the target.
//
// The script build.sh builds the targets.
package main

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/wsspec/wsspec/internal/fuzzcorpus"
)

// shared maps targets to the target whose corpus they share.
var shared = map[string]string{"FuzzEcho": "frames/testdata/fuzz/FuzzFrameStream"}

func main() {
	run, ok := map[string]func(args []string) error{
		"archives": func(args []string) error { return archives(args[0], args[1]) },
		"seeds":    func(args []string) error { return seeds(args[0], args[1], args[2]) },
		"keep":     func(args []string) error { return keep(os.Stdout, args[0], args[1], args[2]) },
	}[command()]
	if !ok {
		fmt.Fprintln(os.Stderr, "usage: libfuzzer archives FUZZ OUTPUT\n       libfuzzer seeds FUZZ TARGET OUTPUT\n       libfuzzer keep FUZZ TARGET FILE")
		os.Exit(2)
	}
	if err := run(os.Args[2:]); err != nil {
		fmt.Fprintln(os.Stderr, "libfuzzer:", err)
		os.Exit(1)
	}
}

// command returns the first argument, if the number of arguments is right for it.
func command() string {
	if len(os.Args) < 2 || map[string]int{"archives": 2, "seeds": 3, "keep": 3}[os.Args[1]] != len(os.Args)-2 {
		return ""
	}
	return os.Args[1]
}

// corpora maps each target to the folders of its seeds in root.
func corpora(root string) (map[string]string, error) {
	folders, err := filepath.Glob(filepath.Join(root, "*", "testdata", "fuzz", "Fuzz*"))
	if err != nil {
		return nil, fmt.Errorf("searching for corpora: %w", err)
	}
	if len(folders) == 0 {
		return nil, fmt.Errorf("no corpora in %s", root)
	}
	sources := make(map[string]string)
	for _, folder := range folders {
		sources[filepath.Base(folder)] = folder
	}
	for target, folder := range shared {
		sources[target] = filepath.Join(root, filepath.FromSlash(folder))
	}
	return sources, nil
}

func seeds(root, target, output string) error {
	sources, err := corpora(root)
	if err != nil {
		return err
	}
	if sources[target] == "" {
		return fmt.Errorf("no corpus of %s in %s", target, root)
	}
	inputs, err := fuzzcorpus.Read(sources[target])
	if err != nil {
		return err
	}
	for name, data := range inputs {
		if err := os.WriteFile(filepath.Join(output, name), data, 0o666); err != nil {
			return fmt.Errorf("writing a seed: %w", err)
		}
	}
	return nil
}

// keep stores an input, with a name made from its content as go test does, and prints the
// path.
func keep(w io.Writer, root, target, file string) error {
	data, err := os.ReadFile(file)
	if err != nil {
		return fmt.Errorf("reading the failing input: %w", err)
	}
	targets, err := filepath.Glob(filepath.Join(root, "*", "*_test.go"))
	if err != nil {
		return fmt.Errorf("searching for %s: %w", target, err)
	}
	for _, source := range targets {
		text, err := os.ReadFile(source)
		if err != nil {
			return fmt.Errorf("searching for %s: %w", target, err)
		}
		if !bytes.Contains(text, []byte("\nfunc "+target+"(")) {
			continue
		}
		input := fuzzcorpus.Encode(data)
		sum := sha256.Sum256(input)
		kept := filepath.Join(filepath.Dir(source), "testdata", "fuzz", target, hex.EncodeToString(sum[:8]))
		if err := os.MkdirAll(filepath.Dir(kept), 0o777); err != nil {
			return fmt.Errorf("keeping what was found: %w", err)
		}
		if err := os.WriteFile(kept, input, 0o666); err != nil {
			return fmt.Errorf("keeping what was found: %w", err)
		}
		fmt.Fprintf(w, "kept as %s; again with: go test ./%s -run '%s/%s'\n", kept, filepath.ToSlash(filepath.Dir(source)), target, filepath.Base(kept))
		return nil
	}
	return fmt.Errorf("unknown target %s in %s", target, root)
}

func archives(root, output string) error {
	sources, err := corpora(root)
	if err != nil {
		return err
	}
	for target, folder := range sources {
		inputs, err := fuzzcorpus.Read(folder)
		if err != nil {
			return err
		}
		archive, err := pack(inputs)
		if err != nil {
			return fmt.Errorf("archive of %s: %w", target, err)
		}
		// ci/ossfuzz/build.sh gives the binary of the target the same name.
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
		if _, err := f.Write(inputs[name]); err != nil {
			return nil, err
		}
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}
