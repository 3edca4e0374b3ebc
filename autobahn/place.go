package autobahn

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
)

// listFile is the name of the file in a report folder that lists the files which
// [Place] put there.
const listFile = ".wsspec-files.json"

// A ForeignError says that a file stands where a report goes, and that wsspec did
// not write it, or that somebody has changed it since.
type ForeignError struct{ Path string }

// Error says what to do.
func (e *ForeignError) Error() string {
	return fmt.Sprintf("%s is not a file that wsspec wrote, and it is not replaced. Move it away, or choose another folder", e.Path)
}

// CheckPlace reports whether a report of Autobahn can be put into the folder to. It
// finds out before a long run what [Place] would find out after it: something that
// is not a folder, or foreign files with the names that every report has. The
// folder need not exist. The error is a [ForeignError] if a file is in the way.
func CheckPlace(to string) error {
	switch info, err := os.Stat(to); {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return err
	case !info.IsDir():
		return &ForeignError{to}
	}
	_, err := replaceable(to, []string{"index.html", "index.json", listFile})
	return err
}

// CheckPage reports whether a comparison can be written to path: there is no file
// yet, or a page of [Comparison.WriteHTML]. Otherwise the error is a [ForeignError].
func CheckPage(path string) error {
	octets, err := os.ReadFile(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return err
	case !bytes.Contains(octets, []byte(pageTitle)):
		return &ForeignError{path}
	}
	return nil
}

// Place moves the files of a report of Autobahn from one folder to another on the
// same file system. There they replace the files of the report that Place put
// there before, and no others: a file that wsspec did not write stays as it is. If
// one has the name of a file of the report, the error is a [ForeignError], and
// nothing is moved or removed.
func Place(from, to string) error {
	names, err := fileNames(from)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(to, 0o777); err != nil {
		return err
	}
	old, err := replaceable(to, append(names, listFile))
	if err != nil {
		return err
	}
	list := map[string]string{}
	for _, name := range names {
		if list[name], err = digest(filepath.Join(from, name)); err != nil {
			return err
		}
	}
	for _, name := range old {
		if !slices.Contains(names, name) {
			if err := os.Remove(filepath.Join(to, name)); err != nil {
				return err
			}
		}
	}
	octets, err := json.MarshalIndent(list, "", "  ")
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(to, listFile), append(octets, '\n'), 0o644); err != nil {
		return err
	}
	for _, name := range names {
		if err := os.Rename(filepath.Join(from, name), filepath.Join(to, name)); err != nil {
			return err
		}
	}
	return nil
}

// replaceable returns the files in a folder that Place put there and that nobody has
// changed since. It is an error if one of names is there and is not among them.
func replaceable(dir string, names []string) ([]string, error) {
	list, err := readList(dir)
	if err != nil {
		return nil, err
	}
	var own []string
	for name, want := range list {
		if name != filepath.Base(name) {
			return nil, &ForeignError{filepath.Join(dir, listFile)} // Place writes no such name
		}
		got, err := digest(filepath.Join(dir, name))
		switch {
		case errors.Is(err, fs.ErrNotExist):
		case err != nil:
			return nil, err
		case got == want:
			own = append(own, name)
		}
	}
	for _, name := range names {
		_, err := os.Lstat(filepath.Join(dir, name))
		switch {
		case errors.Is(err, fs.ErrNotExist), slices.Contains(own, name), name == listFile && list != nil:
		case err != nil:
			return nil, err
		default:
			return nil, &ForeignError{filepath.Join(dir, name)}
		}
	}
	return own, nil
}

// readList reads the list that Place left in a folder: the files' digests by name. It
// is nil if there is none.
func readList(dir string) (map[string]string, error) {
	path := filepath.Join(dir, listFile)
	octets, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	list := map[string]string{}
	if err := json.Unmarshal(octets, &list); err != nil {
		return nil, &ForeignError{path}
	}
	return list, nil
}

// fileNames returns the names of the files in a folder that has no other entries.
func fileNames(dir string) ([]string, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, e := range entries {
		if !e.Type().IsRegular() {
			return nil, fmt.Errorf("%s is not a file, and Autobahn writes only files", filepath.Join(dir, e.Name()))
		}
		names = append(names, e.Name())
	}
	return names, nil
}

// digest returns the SHA-256 of a regular file; of anything else it is empty.
func digest(path string) (string, error) {
	info, err := os.Lstat(path)
	if err != nil || !info.Mode().IsRegular() {
		return "", err
	}
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}
