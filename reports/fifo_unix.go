//go:build unix

package reports

import (
	"errors"
	"fmt"
	"os"
	"syscall"
	"time"
)

// readerWait is how long a reader of a FIFO may take to come.
var readerWait = 10 * time.Second

// openForWriting opens a device or a FIFO. To open a FIFO that nobody reads waits for ever,
// and no signal that the program handles ends that.
func openForWriting(path string) (*os.File, error) {
	info, err := os.Stat(path)
	if err != nil || info.Mode()&os.ModeNamedPipe == 0 {
		return os.OpenFile(path, os.O_WRONLY, 0)
	}
	for began := time.Now(); ; time.Sleep(20 * time.Millisecond) {
		f, err := os.OpenFile(path, os.O_WRONLY|syscall.O_NONBLOCK, 0)
		if !errors.Is(err, syscall.ENXIO) {
			return f, err
		}
		if time.Since(began) > readerWait {
			return nil, fmt.Errorf("write %s: nobody reads from this FIFO", path)
		}
	}
}
