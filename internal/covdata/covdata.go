package covdata

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// Programs are the blocks of the programs whose files were read. The zero value has none.
type Programs struct {
	// programs have the blocks of each program, by the hash in its files: of each package, each
	// function, each unit.
	programs map[[16]byte][][][]block
	// statements has the number of statements of each block, by name.
	statements map[string]int
}

// A block is a piece of a program that is run from its first statement to its last.
type block struct {
	// name is where it is: "example.org/echo/main.go:10.2,12.5".
	name       string
	statements int
}

// Statements counts the statements of all blocks.
func (p *Programs) Statements() int {
	n := 0
	for _, of := range p.statements {
		n += of
	}
	return n
}

// The names of files begin so: a program writes the first one when it starts, and the second one
// when it ends by return from main or by os.Exit.
const (
	metaFile    = "covmeta."
	counterFile = "covcounters."
)

// HasMeta reports whether a program that was built with -cover has begun to write into a folder.
func HasMeta(dir string) bool {
	found, err := filepath.Glob(filepath.Join(dir, metaFile+"*"))
	return err == nil && len(found) > 0
}

// ErrNoCounters says that no program has written counters into the folder.
var ErrNoCounters = errors.New("there are no counters")

// Take reads all files in a folder, and returns the blocks that were run, with the number of
// statements of each. It takes the files with counters away: done gets the path of each first,
// unless it is nil. The error is [ErrNoCounters] if there are none.
func (p *Programs) Take(dir string, done func(path string) error) (run map[string]int, err error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	run = make(map[string]int)
	read := 0
	for _, prefix := range []string{metaFile, counterFile} {
		for _, e := range entries {
			if !strings.HasPrefix(e.Name(), prefix) {
				continue
			}
			path := filepath.Join(dir, e.Name())
			octets, err := os.ReadFile(path)
			if err != nil {
				return nil, err
			}
			if prefix == metaFile {
				err = p.addMeta(octets)
			} else {
				read++
				err = p.count(octets, run)
			}
			if err != nil {
				return nil, fmt.Errorf("%s: %w", e.Name(), err)
			}
			if done != nil {
				if err := done(path); err != nil {
					return nil, err
				}
			}
			if prefix == counterFile {
				if err := os.Remove(path); err != nil {
					return nil, err
				}
			}
		}
	}
	if read == 0 {
		return nil, ErrNoCounters
	}
	return run, nil
}
