package reports

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// WriteFile writes the report to a file, as Write does. The file is replaced as
// [ReplaceFile] says.
func WriteFile(path string, r *Report) error {
	return ReplaceFile(path, func(w io.Writer) error { return Write(w, r) })
}

// ReplaceFile replaces a file all at once or not at all. It writes a new file in
// the same folder with draw, flushes it to disk, and renames it to path. On any
// error (a full disk, no permission, a report that cannot be drawn) the older file
// stays as it was and the new one is removed. Missing folders are made. The file
// has the mode 0644, less the umask.
//
// A symbolic link stays, and the file that it names is replaced. What is no file, such as
// a device or a FIFO, is written to and stays. It is an error if nobody reads from a FIFO
// within ten seconds.
func ReplaceFile(path string, draw func(io.Writer) error) (err error) {
	path, stays, err := followed(path)
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	if stays {
		return writeTo(path, draw)
	}
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
	// Without the sync, a power failure could keep the rename and lose the content.
	if err := temp.Sync(); err != nil {
		return err
	}
	if err := temp.Close(); err != nil {
		return err
	}
	return os.Rename(temp.Name(), path)
}

// mostLinks is how many symbolic links in a row are followed.
const mostLinks = 40

// followed returns the path that a path names, by its symbolic links, and whether
// something is there that has to stay because it is no file.
func followed(path string) (named string, stays bool, err error) {
	for range mostLinks {
		info, err := os.Lstat(path)
		switch {
		case errors.Is(err, os.ErrNotExist):
			return path, false, nil
		case err != nil:
			return path, false, nil // writing will say what is wrong
		case info.Mode()&os.ModeSymlink == 0:
			return path, !info.Mode().IsRegular() && !info.IsDir(), nil
		}
		to, err := os.Readlink(path)
		if err != nil {
			return path, false, err
		}
		if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() && !info.IsDir() {
			return path, true, nil // such as /dev/stdout, whose link has no path
		}
		if !filepath.IsAbs(to) {
			to = filepath.Join(filepath.Dir(path), to)
		}
		path = to
	}
	return path, false, errors.New("too many symbolic links")
}

// writeTo writes to what is no file, such as a device.
func writeTo(path string, draw func(io.Writer) error) error {
	f, err := openForWriting(path)
	if err != nil {
		return err
	}
	buffered := bufio.NewWriterSize(f, 64<<10)
	err = draw(buffered)
	if err == nil {
		err = buffered.Flush()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	return nil
}

// createBeside makes a new, empty file in path's folder. It does not use
// os.CreateTemp, whose files only the owner can read: a web server or another user
// of a CI machine has to read reports.
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
