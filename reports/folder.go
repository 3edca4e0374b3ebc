package reports

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"
	"sync"
	"time"
)

// mostFiles is how many JSON files a Folder looks at; more are counted only.
const mostFiles = 10_000

// A Folder is the reports below a directory: every JSON file that is one,
// whatever its name. Nothing outside of the directory is read, not even where a
// link leads there.
type Folder struct {
	root *os.Root
	mu   sync.Mutex
	// known remembers files that did not change since they were read.
	known map[string]knownFile
}

// A Run is what a report says without its results.
type Run struct {
	// Path is the file's, relative to the folder, with slashes.
	Path    string    `json:"-"`
	Tool    Tool      `json:"tool"`
	Started time.Time `json:"started"`
	Profile string    `json:"profile"`
	Targets []Target  `json:"targets"`
	Summary Summary   `json:"summary"`
}

// Contents are what is in a folder.
type Contents struct {
	// Runs are the reports, the oldest first.
	Runs []Run
	// Unreadable says of each file that begins like a report why it is none.
	Unreadable []error
	// Left is how many JSON files were too many to look at.
	Left int
}

type knownFile struct {
	size     int64
	modified time.Time
	run      *Run
	err      error
}

// OpenFolder opens a directory; the caller closes it.
func OpenFolder(dir string) (*Folder, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("open folder of reports: %w", err)
	}
	return &Folder{root: root, known: make(map[string]knownFile)}, nil
}

// Close closes the directory.
func (f *Folder) Close() error { return f.root.Close() }

// Contents looks through the folder. Files that did not change since the last
// time are not read again.
func (f *Folder) Contents() (*Contents, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	c := &Contents{}
	files := 0
	seen := make(map[string]bool)
	err := fs.WalkDir(f.root.FS(), ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil && name == ".":
			return err
		case err != nil:
			c.Unreadable = append(c.Unreadable, err)
			return nil
		case !d.Type().IsRegular() || path.Ext(name) != ".json":
			return nil
		}
		if files++; files > mostFiles {
			c.Left++
			return nil
		}
		seen[name] = true
		switch k := f.look(name, d); {
		case k.err != nil:
			c.Unreadable = append(c.Unreadable, k.err)
		case k.run != nil:
			c.Runs = append(c.Runs, *k.run)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("look through folder of reports: %w", err)
	}
	for name := range f.known {
		if !seen[name] {
			delete(f.known, name)
		}
	}
	slices.SortStableFunc(c.Runs, func(a, b Run) int { return a.Started.Compare(b.Started) })
	return c, nil
}

// look reads one file, or remembers what it was.
func (f *Folder) look(name string, d fs.DirEntry) knownFile {
	info, err := d.Info()
	if err != nil {
		return knownFile{err: err}
	}
	k, ok := f.known[name]
	if ok && k.size == info.Size() && k.modified.Equal(info.ModTime()) {
		return k
	}
	k = knownFile{size: info.Size(), modified: info.ModTime()}
	if k.run, err = f.readRun(name); err != nil {
		k.err = fmt.Errorf("%s: %w", name, err)
	}
	f.known[name] = k
	return k
}

// readRun reads the head of a report; nil is a file that is something else.
func (f *Folder) readRun(name string) (*Run, error) {
	file, err := f.root.Open(name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	// Write puts the schema first, so that a folder's other JSON, however
	// large, is told by its beginning.
	begins := make([]byte, 128)
	n, err := io.ReadFull(file, begins)
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, io.EOF) {
		return nil, err
	}
	if !bytes.Contains(begins[:n], []byte(`"`+schemaFamily)) {
		return nil, nil
	}
	limited := &io.LimitedReader{R: io.MultiReader(bytes.NewReader(begins[:n]), file), N: MaxReadOctets + 1}
	head := struct {
		Schema string `json:"schema"`
		*Run
	}{Run: &Run{Path: name}}
	if err := json.NewDecoder(limited).Decode(&head); err != nil {
		return nil, readError(err, limited)
	}
	if head.Schema != Schema {
		return nil, fmt.Errorf("report has schema %q, this program reads %q", head.Schema, Schema)
	}
	if len(head.Summary.Agents) != len(head.Targets) {
		return nil, errors.New("not a sound report: its summary is not of its targets")
	}
	return head.Run, nil
}

// schemaFamily is what the schemas of all versions begin with.
var schemaFamily = Schema[:strings.IndexByte(Schema, '/')+1]

// Report reads one of the folder's reports, by the path of its Run.
func (f *Folder) Report(name string) (*Report, error) {
	file, err := f.root.Open(name)
	if err != nil {
		return nil, fmt.Errorf("read report: %w", err)
	}
	defer file.Close()
	r, err := Read(file)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return r, nil
}
