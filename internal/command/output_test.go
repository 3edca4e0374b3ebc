//go:build unix

package command

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/wsspec/wsspec/reports"
)

// Devices, FIFOs and symbolic links are written to and stay what they are.
func TestOutputThatIsNoFile(t *testing.T) {
	dir := t.TempDir()
	wsspec(t, "server", reference(t), "--run", "1.1.1", "--out", dir).want(t, exitPass)
	report := filepath.Join(dir, "report.json")
	at := func(name string) string { return filepath.Join(dir, name) }

	t.Run("a device", func(t *testing.T) {
		// A link in a folder of this test stands for the device: were it replaced, the
		// device would be safe.
		if err := os.Symlink(os.DevNull, at("null")); err != nil {
			t.Fatal(err)
		}
		wsspec(t, "report", report, "-o", at("null"), "--format", "json").want(t, exitPass)
		if info, err := os.Lstat(at("null")); err != nil || info.Mode()&os.ModeSymlink == 0 {
			t.Errorf("the link to the device is now %v, %v", info, err)
		}
	})
	t.Run("a FIFO", func(t *testing.T) {
		if err := syscall.Mkfifo(at("fifo"), 0o600); err != nil {
			t.Fatal(err)
		}
		read := make(chan []byte, 1)
		go func() {
			f, err := os.Open(at("fifo"))
			if err != nil {
				read <- nil
				return
			}
			defer f.Close()
			octets, _ := io.ReadAll(f)
			read <- octets
		}()
		wsspec(t, "report", report, "-o", at("fifo"), "--format", "json").want(t, exitPass)
		// A FIFO that was replaced has no writer: this one lets the reader go.
		if f, err := os.OpenFile(at("fifo"), os.O_WRONLY|syscall.O_NONBLOCK, 0); err == nil {
			f.Close()
		}
		select {
		case octets := <-read:
			if !strings.Contains(string(octets), reports.Schema) {
				t.Errorf("%d octets came through the FIFO", len(octets))
			}
		case <-time.After(10 * time.Second):
			t.Error("nothing came through the FIFO")
		}
		if info, err := os.Lstat(at("fifo")); err != nil || info.Mode()&os.ModeNamedPipe == 0 {
			t.Errorf("the FIFO is now %v, %v", info, err)
		}
	})
	t.Run("symbolic links", func(t *testing.T) {
		for link, to := range map[string]string{"one": "target.json", "two": "one", "three": at("new.json")} {
			if err := os.Symlink(to, at(link)); err != nil {
				t.Fatal(err)
			}
		}
		if err := os.WriteFile(at("target.json"), []byte("older"), 0o644); err != nil {
			t.Fatal(err)
		}
		for link, file := range map[string]string{"two": "target.json", "three": "new.json"} {
			wsspec(t, "report", report, "-o", at(link), "--format", "json").want(t, exitPass)
			if info, err := os.Lstat(at(link)); err != nil || info.Mode()&os.ModeSymlink == 0 {
				t.Errorf("the link %s is now %v, %v", link, info, err)
			}
			if _, err := reports.ReadFile(at(file)); err != nil {
				t.Errorf("what %s names: %v", link, err)
			}
		}
	})
	t.Run("standard output", func(t *testing.T) {
		o := wsspec(t, "report", report, "-o", "-", "--format", "json")
		o.want(t, exitPass, reports.Schema)
		if _, err := os.Stat("-"); err == nil {
			t.Error("there is a file with the name -")
		}
	})
}

// A file that wsspec did not write is never overwritten, and the run does not begin.
func TestForeignFilesInOut(t *testing.T) {
	url := reference(t)
	for _, name := range []string{"index.html", "report.json", "junit.xml"} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			path := filepath.Join(dir, name)
			if err := os.WriteFile(path, []byte("<html>my own page</html>"), 0o644); err != nil {
				t.Fatal(err)
			}
			o := wsspec(t, "server", url, "--run", "1.1.1", "--out", dir)
			o.want(t, exitHarness, path+" is not a file that wsspec wrote, and it is not replaced")
			if octets, err := os.ReadFile(path); err != nil || string(octets) != "<html>my own page</html>" {
				t.Errorf("%s is now %q, %v", name, octets, err)
			}
			if strings.Contains(o.stdout, "1 cases") || len(files(t, dir)) != 1 {
				t.Errorf("the run began: %q, %v", o.stdout, files(t, dir))
			}
		})
	}
	t.Run("an older report", func(t *testing.T) {
		dir := t.TempDir()
		for range 2 {
			wsspec(t, "server", url, "--run", "1.1.1", "--out", dir).want(t, exitPass)
		}
	})
	t.Run("an older report in another form", func(t *testing.T) {
		dir := t.TempDir()
		wsspec(t, "server", url, "--run", "1.1.1", "--out", dir).want(t, exitPass)
		page := filepath.Join(dir, "index.html")
		wsspec(t, "report", filepath.Join(dir, "report.json"), "-o", page).want(t, exitPass)
		wsspec(t, "server", url, "--run", "1.1.1", "--out", dir).want(t, exitPass)
	})
}

// What cannot be written is noticed before the run.
func TestOutputIsCheckedBeforeTheRun(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, []byte("mine"), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, flag := range []string{"--out", "--transcripts", "--autobahn-out"} {
		o := wsspec(t, "server", reference(t), "--run", "1.1.1", flag, file)
		o.want(t, exitHarness, file+" is not a folder")
		if o.stdout != "" {
			t.Errorf("%s: the run began: %s", flag, o.stdout)
		}
	}
	for _, path := range []string{dir, filepath.Join(file, "below.json")} {
		o := wsspec(t, "server", reference(t), "--run", "1.1.1", "--write-baseline", path)
		o.want(t, exitHarness, "cannot write the baseline", path)
		if o.stdout != "" {
			t.Errorf("--write-baseline %s: the run began: %s", path, o.stdout)
		}
	}
}
