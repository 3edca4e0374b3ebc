//go:build unix

package reports

import (
	"io"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// Who writes to a FIFO that nobody reads does not wait for ever.
func TestAFIFOThatNobodyReads(t *testing.T) {
	path := filepath.Join(t.TempDir(), "fifo")
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		t.Fatal(err)
	}
	defer func(d time.Duration) { readerWait = d }(readerWait)
	readerWait = time.Millisecond
	err := ReplaceFile(path, func(io.Writer) error { return nil })
	if err == nil || !strings.Contains(err.Error(), "nobody reads from this FIFO") {
		t.Errorf("the error is %v", err)
	}
}
