// Package fuzzcorpus reads and writes fuzz inputs in the format of go test: a line with
// the version of the format, then one []byte, the argument of all fuzz targets here.
package fuzzcorpus

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

const first = "go test fuzz v1\n"

// Encode returns an input in the format of go test.
func Encode(data []byte) []byte { return fmt.Appendf(nil, "%s[]byte(%q)\n", first, data) }

// Decode reads an input. The error says what does not match the format.
func Decode(file []byte) ([]byte, error) {
	rest, ok := strings.CutPrefix(string(file), first)
	if !ok {
		return nil, fmt.Errorf("fuzz input does not begin with %q", first)
	}
	rest = strings.TrimSpace(rest)
	literal, ok := strings.CutPrefix(rest, "[]byte(")
	literal, closed := strings.CutSuffix(literal, ")")
	if !ok || !closed {
		return nil, fmt.Errorf("fuzz input %.40q is not one []byte", rest)
	}
	data, err := strconv.Unquote(literal)
	if err != nil {
		return nil, fmt.Errorf("fuzz input %.40q: %w", rest, err)
	}
	return []byte(data), nil
}

// Read reads all inputs of a folder. The keys are the names of the files.
func Read(folder string) (map[string][]byte, error) {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return nil, fmt.Errorf("reading a corpus: %w", err)
	}
	inputs := make(map[string][]byte)
	for _, e := range entries {
		file, err := os.ReadFile(filepath.Join(folder, e.Name()))
		if err != nil {
			return nil, fmt.Errorf("reading a corpus: %w", err)
		}
		if inputs[e.Name()], err = Decode(file); err != nil {
			return nil, fmt.Errorf("reading %s: %w", e.Name(), err)
		}
	}
	return inputs, nil
}
