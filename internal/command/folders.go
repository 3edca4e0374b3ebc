package command

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/wsspec/wsspec/autobahn"
	"github.com/wsspec/wsspec/reports/forms"
)

// checkFolders finds out before the first case whether the reports can be written.
// It leaves nothing behind.
func (r *runFlags) checkFolders() error {
	for _, place := range []struct{ what, dir string }{{"the report", r.out}, {"Autobahn's report", r.autobahnOut}, {"the transcripts", r.transcripts}} {
		if place.dir == "" {
			continue
		}
		if err := canWrite(place.dir); err != nil {
			return couldNot(fmt.Errorf("cannot write %s into %s: %w", place.what, place.dir, err))
		}
	}
	if err := checkOwn(r.out); err != nil {
		return couldNot(fmt.Errorf("cannot write the report: %w", err))
	}
	if r.baselineToStdout() {
		return nil
	}
	if err := canReplace(r.writeBaseline); err != nil {
		return couldNot(fmt.Errorf("cannot write the baseline to %s: %w", r.writeBaseline, err))
	}
	return nil
}

// checkOwn reports whether a report can go into a folder without replacing a file that
// wsspec did not write.
func checkOwn(dir string) error {
	if dir == "" {
		return nil
	}
	for _, f := range forms.All() {
		if !f.Default {
			continue
		}
		path := filepath.Join(dir, f.File)
		info, err := os.Stat(path)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			continue
		case err != nil:
			return err
		case info.IsDir():
			return &autobahn.ForeignError{Path: path}
		case !info.Mode().IsRegular():
			continue // a device or a FIFO is written to, and keeps nothing
		}
		own, err := isOwn(path)
		if err != nil {
			return err
		}
		if !own {
			return &autobahn.ForeignError{Path: path}
		}
	}
	return nil
}

// ownMarks are what the files of a report have near their beginning, and no other file.
var ownMarks = []string{"\"schema\": \"wsspec-report/", " WebSocket conformance</title>", "<testsuites name=\"wsspec\""}

// isOwn reports whether a file is part of a report of this program. An empty file counts:
// nothing is lost with it.
func isOwn(path string) (bool, error) {
	file, err := os.Open(path)
	if err != nil {
		return false, err
	}
	defer file.Close()
	head := make([]byte, 4<<10)
	n, err := io.ReadFull(file, head)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return false, err
	}
	return n == 0 || slices.ContainsFunc(ownMarks, func(mark string) bool { return bytes.Contains(head[:n], []byte(mark)) }), nil
}

// canReplace reports why a file cannot be written.
func canReplace(path string) error {
	if path == "" {
		return nil
	}
	if info, err := os.Stat(path); err == nil {
		if info.IsDir() {
			return errors.New("it is a folder")
		}
		if !info.Mode().IsRegular() {
			return nil
		}
	}
	return canWrite(filepath.Dir(path))
}

// someRoom is what a folder has to have room for at least: less than any report, and
// enough to notice a full disk before the run.
const someRoom = 1 << 20

// canWrite reports why no file can be made in a folder. If the folder does not exist,
// it asks the nearest one above that does.
func canWrite(dir string) error {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return err
	}
	info, err := os.Stat(dir)
	for err != nil && !errors.Is(err, fs.ErrPermission) && dir != filepath.Dir(dir) {
		dir = filepath.Dir(dir)
		info, err = os.Stat(dir)
	}
	if err != nil {
		return err
	}
	if !info.IsDir() {
		return fmt.Errorf("%s is not a folder", dir)
	}
	probe, err := os.CreateTemp(dir, ".wsspec-probe-")
	if errors.Is(err, fs.ErrPermission) {
		return fmt.Errorf("the user %d may not write into %s. Change the folder's owner or mode, or run as another user (docker run --user, user: in a compose file)", os.Getuid(), dir)
	}
	if err != nil {
		return err
	}
	_, err = probe.Write(make([]byte, someRoom))
	return errors.Join(err, probe.Close(), os.Remove(probe.Name()))
}
