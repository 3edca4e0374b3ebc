package network

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/wsspec/wsspec/ref/wire"
)

// A Corpus is a folder of scripts that opened a new course, one file for each. A campaign plays
// them behind its other seeds, adds what is new, and drops a script whose courses others have.
// A nil Corpus has no scripts and keeps none.
type Corpus struct {
	dir  string
	role wire.Role
	// scripts are those that were read, and files the names of their files.
	scripts []*Script
	files   map[*Script]string
	// given are the seeds that are no scripts of the corpus: they are there at each start.
	given map[*Script]bool
	// covering are those that were kept for their coverage. They stay: what they do may well not
	// differ from what others do.
	covering map[*Script]bool
	// added and dropped count what this campaign changed.
	added, dropped int
}

// ScriptFile ends the names of a corpus's files.
const ScriptFile = ".script.jsonl"

// OpenCorpus reads the scripts for a role in a folder, which it makes if it is not there. It
// tells passedOver of each other file, and changes none of them.
func OpenCorpus(dir string, role wire.Role, passedOver func(path string, why error)) (*Corpus, error) {
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return nil, err
	}
	c := &Corpus{dir: dir, role: role, files: make(map[*Script]string), given: make(map[*Script]bool), covering: make(map[*Script]bool)}
	err := c.read(dir, passedOver, nil, func(s *Script, path string) { c.files[s] = path })
	if err != nil {
		return nil, err
	}
	return c, nil
}

// Read adds the scripts in another folder to those that are played, and changes nothing there. A
// folder that is not there has none. It tells passedOver of files that are no scripts.
func (c *Corpus) Read(dir string, passedOver func(path string, why error)) error {
	own := make(map[string]bool)
	for _, path := range c.files {
		own[filepath.Base(path)] = true
	}
	err := c.read(dir, passedOver, own, func(*Script, string) {})
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// read adds the scripts in a folder, in the order of the names of their files, and tells added of
// each. It passes over the names that are known in silence.
func (c *Corpus) read(dir string, passedOver func(path string, why error), known map[string]bool, added func(s *Script, path string)) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		path := filepath.Join(dir, e.Name())
		if known[e.Name()] {
			continue
		}
		s, signature, err := readCorpusFile(path, e, c.role)
		if err != nil {
			passedOver(path, err)
			continue
		}
		c.scripts = append(c.scripts, s)
		c.covering[s] = strings.HasPrefix(signature, coverageSignature)
		added(s, path)
	}
	return nil
}

// readCorpusFile reads the script in one file, and its signature.
func readCorpusFile(path string, e fs.DirEntry, role wire.Role) (s *Script, signature string, err error) {
	if !e.Type().IsRegular() || !strings.HasSuffix(e.Name(), ScriptFile) {
		return nil, "", fmt.Errorf("it is no file that ends in %s", ScriptFile)
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, "", err
	}
	defer file.Close()
	s, of, signature, err := readScript(file)
	switch {
	case err != nil:
		return nil, "", err
	case of != role:
		return nil, "", fmt.Errorf("it is a script for a %s", of)
	}
	return s, signature, nil
}

// String is "4 scripts in corpus, 2 of them new, 1 dropped".
func (c *Corpus) String() string {
	return fmt.Sprintf("%d scripts in %s, %d of them new, %d dropped", len(c.files), c.dir, c.added, c.dropped)
}

// behind are seeds, and the scripts of the corpus behind them.
func (c *Corpus) behind(seeds []*Script) []*Script {
	if c == nil {
		return seeds
	}
	for _, s := range seeds {
		c.given[s] = true
	}
	return append(seeds[:len(seeds):len(seeds)], c.scripts...)
}

// learn adds a script that opened a new course, or drops one of the corpus that opened none.
func (c *Corpus) learn(s *Script, isNew bool, course string) error {
	if c == nil || c.given[s] {
		return nil
	}
	path, has := c.files[s]
	switch {
	case isNew && !has:
		signature := sha256.Sum256([]byte(course))
		return c.add(s, hex.EncodeToString(signature[:8]))
	case c.covering[s]:
	case !isNew && has:
		delete(c.files, s)
		c.dropped++
		if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("cannot drop a script of the corpus: %w", err)
		}
	}
	return nil
}

// learnCoverage adds a script that ran blocks of the peer's program that no other had run.
func (c *Corpus) learnCoverage(s *Script, blocks map[string]int) error {
	if c == nil {
		return nil
	}
	return c.add(s, signatureOf(blocks))
}

// add writes a script. The name is a hash of its content. A file has this name as soon as it is
// whole.
func (c *Corpus) add(s *Script, signature string) error {
	var text strings.Builder
	if err := writeScript(&text, s, c.role, signature); err != nil {
		return err
	}
	hash := sha256.Sum256([]byte(text.String()))
	path := filepath.Join(c.dir, hex.EncodeToString(hash[:8])+ScriptFile)
	part := path + ".part"
	err := os.WriteFile(part, []byte(text.String()), 0o666)
	if err == nil {
		err = os.Rename(part, path)
	}
	if err != nil {
		_ = os.Remove(part)
		return fmt.Errorf("cannot add a script to the corpus: %w", err)
	}
	c.files[s] = path
	c.added++
	return nil
}
