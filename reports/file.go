package reports

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// WriteFile writes the report to a file as Write does. The file changes all at
// once or not at all: see ReplaceFile.
func WriteFile(path string, r *Report) error {
	return ReplaceFile(path, func(w io.Writer) error { return Write(w, r) })
}

// ReplaceFile has draw write a new file beside path and renames it to path when
// that and the flush to disk went well. On an error (no room, no permission, a
// report that cannot be drawn) the older file stays as it was and nothing is
// left beside it. Missing folders are made. The file's mode is 0644 before the
// process's umask.
func ReplaceFile(path string, draw func(io.Writer) error) (err error) {
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	temp, err := createBeside(path)
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	defer func() {
		if err != nil {
			err = fmt.Errorf("write %s: %w", path, errors.Join(err, ignoreClosed(temp.Close()), os.Remove(temp.Name())))
		}
	}()
	buffered := bufio.NewWriterSize(temp, 64<<10)
	if err := draw(buffered); err != nil {
		return err
	}
	if err := buffered.Flush(); err != nil {
		return err
	}
	// Without the sync a machine that loses power may keep the rename and lose
	// the octets.
	if err := temp.Sync(); err != nil {
		return err
	}
	if err := temp.Close(); err != nil {
		return err
	}
	return os.Rename(temp.Name(), path)
}

// createBeside makes an empty file in path's folder that no one else has.
// os.CreateTemp would do but for the mode: its files are the owner's alone, and
// a report is to be read by a web server or another user of a CI machine.
func createBeside(path string) (*os.File, error) {
	for n := 0; ; n++ {
		name := fmt.Sprintf("%s.%d-%d.part", path, os.Getpid(), n)
		f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
		if errors.Is(err, os.ErrExist) && n < 1000 {
			continue
		}
		return f, err
	}
}

func ignoreClosed(err error) error {
	if errors.Is(err, os.ErrClosed) {
		return nil
	}
	return err
}
