// Seeds writes the committed corpora of the fuzz targets: the octets of every case of the
// catalogue, inputs that have broken implementations before, and inputs for code that
// those do not reach. go generate ./fuzz runs it. A test fails if it has to run.
package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/wsspec/wsspec/internal/fuzzcorpus"
)

// A seed is one input of a target.
type seed struct {
	target string // "FrameStream"
	name   string // begins with its kind: "case-", "historic-" or "made-"
	data   []byte
}

// folders maps each target to its folder in fuzz.
var folders = map[string]string{
	"Header": "frames", "FrameRules": "frames", "Mask": "frames", "UTF8": "frames", "CloseBody": "frames", "FrameStream": "frames",
	"Grammar": "handshakes", "Negotiate": "handshakes", "Request": "handshakes", "Response": "handshakes",
	"Inflate": "deflate", "Compress": "deflate",
	"Conversation": "conversation",
}

// kinds lists the prefixes of the names of generated files. Files with other names are
// inputs that fuzzing found; they stay.
var kinds = []string{"case-", "historic-", "made-"}

// folder returns the path of the target's corpus in fuzz.
func folder(target string) string {
	return filepath.Join(folders[target], "testdata", "fuzz", "Fuzz"+target)
}

// all returns every seed, without duplicates for a target.
func all() []seed {
	var seeds []seed
	known := make(map[string]bool)
	for _, s := range append(append(historic(), made()...), catalogue()...) {
		if key := s.target + "\x00" + string(s.data); !known[key] {
			known[key] = true
			seeds = append(seeds, s)
		}
	}
	return seeds
}

// stale lists the generated files that no seed has any more.
func stale(root string) ([]string, error) {
	current := make(map[string]bool)
	for _, s := range all() {
		current[filepath.Join(folder(s.target), s.name)] = true
	}
	var old []string
	for target := range folders {
		entries, err := os.ReadDir(filepath.Join(root, folder(target)))
		if err != nil && !os.IsNotExist(err) {
			return nil, fmt.Errorf("listing the corpus of %s: %w", target, err)
		}
		for _, e := range entries {
			path := filepath.Join(folder(target), e.Name())
			if generated(e.Name()) && !current[path] {
				old = append(old, path)
			}
		}
	}
	return old, nil
}

func generated(name string) bool {
	for _, kind := range kinds {
		if strings.HasPrefix(name, kind) {
			return true
		}
	}
	return false
}

func write(root string) error {
	old, err := stale(root)
	if err != nil {
		return err
	}
	for _, path := range old {
		if err := os.Remove(filepath.Join(root, path)); err != nil {
			return fmt.Errorf("removing an old seed: %w", err)
		}
	}
	for _, s := range all() {
		dir := filepath.Join(root, folder(s.target))
		if err := os.MkdirAll(dir, 0o777); err != nil {
			return fmt.Errorf("making a corpus: %w", err)
		}
		if err := os.WriteFile(filepath.Join(dir, s.name), fuzzcorpus.Encode(s.data), 0o666); err != nil {
			return fmt.Errorf("writing a seed: %w", err)
		}
	}
	return nil
}

func main() {
	root := "."
	if len(os.Args) > 1 {
		root = os.Args[1]
	}
	if err := write(root); err != nil {
		fmt.Fprintln(os.Stderr, "seeds:", err)
		os.Exit(1)
	}
}
