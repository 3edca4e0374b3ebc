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

// mostFiles is how many JSON files a Folder reads. Further ones are only counted.
const mostFiles = 10_000

// A Folder is a directory with reports in it or below it: every JSON file that is a
// report, whatever its name, and every [JournalFile] whose run wrote no report beside it. Nothing outside of the directory is read, and symbolic
// links out of it are not followed.
type Folder struct {
	root *os.Root
	mu   sync.Mutex
	// known has the files that were read, to not read them again until they change.
	known map[string]knownFile
}

// A Run is a report without its results.
type Run struct {
	// Path is the file's path relative to the folder, with slashes.
	Path    string    `json:"-"`
	Tool    Tool      `json:"tool"`
	Started time.Time `json:"started"`
	Profile string    `json:"profile"`
	Targets []Target  `json:"targets"`
	Summary Summary   `json:"summary"`
}

// Contents are the reports in a folder.
type Contents struct {
	// Runs are the reports, the oldest first.
	Runs []Run
	// Unreadable has an error for each file that begins like a report and cannot be
	// read as one.
	Unreadable []error
	// Left is how many further JSON files were not read.
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

// Contents reads the folder. Files that did not change since the last call are not
// read again.
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
		case !d.Type().IsRegular() || path.Ext(name) != ".json" && path.Base(name) != JournalFile:
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
		return nil, fmt.Errorf("read folder of reports: %w", err)
	}
	for name := range f.known {
		if !seen[name] {
			delete(f.known, name)
		}
	}
	c.Runs = withoutDoneJournals(c.Runs)
	slices.SortStableFunc(c.Runs, func(a, b Run) int { return a.Started.Compare(b.Started) })
	return c, nil
}

// withoutDoneJournals leaves out the journals of runs whose report is beside them.
func withoutDoneJournals(runs []Run) []Run {
	return slices.DeleteFunc(slices.Clone(runs), func(journal Run) bool {
		return path.Base(journal.Path) == JournalFile && slices.ContainsFunc(runs, func(r Run) bool {
			return r.Path != journal.Path && path.Dir(r.Path) == path.Dir(journal.Path) && r.Started.Equal(journal.Started)
		})
	})
}

// look reads one file, unless it is known and did not change.
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
		k.err = fmt.Errorf("%s: %w", name, bounded(err))
	}
	f.known[name] = k
	return k
}

// readRun reads a report without its results. It returns nil for a file that is
// not a report.
func (f *Folder) readRun(name string) (*Run, error) {
	file, err := f.root.Open(name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	// Write puts the schema first, so that the beginning of a file shows whether it
	// is a report.
	begins := make([]byte, 128)
	n, err := io.ReadFull(file, begins)
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, io.EOF) {
		return nil, err
	}
	if n >= journalPeek && isJournal(begins[:journalPeek]) {
		r, err := readJournal(io.MultiReader(bytes.NewReader(begins[:n]), file))
		if err != nil {
			return nil, err
		}
		return &Run{name, r.Tool, r.Started, r.Profile, r.Targets, r.Summary}, nil
	}
	if !bytes.Contains(begins[:n], []byte(`"`+schemaFamily)) {
		return nil, nil
	}
	limited := &io.LimitedReader{R: &stringLimit{r: io.MultiReader(bytes.NewReader(begins[:n]), file)}, N: MaxReadOctets + 1}
	head := struct {
		Schema string `json:"schema"`
		*Run
	}{Run: &Run{Path: name}}
	if err := json.NewDecoder(limited).Decode(&head); err != nil {
		return nil, readError(err, limited)
	}
	if !readsSchema(head.Schema) {
		return nil, unknownSchema(head.Schema)
	}
	if len(head.Summary.Agents) != len(head.Targets) {
		return nil, errors.New("not a valid report: its summary and its targets do not match")
	}
	return head.Run, nil
}

// schemaFamily is the beginning of the schema of every version.
var schemaFamily = Schema[:strings.IndexByte(Schema, '/')+1]

// Report reads one report of the folder, by the path of its Run.
func (f *Folder) Report(name string) (*Report, error) {
	file, err := f.root.Open(name)
	if err != nil {
		return nil, fmt.Errorf("read report: %w", err)
	}
	defer file.Close()
	r, err := ReadEither(file)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return r, nil
}
