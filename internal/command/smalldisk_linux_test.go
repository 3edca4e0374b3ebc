package command

import (
	"fmt"
	"os"
	"testing"

	"golang.org/x/sys/unix"
)

// small is the folder of a file system that is soon full. It is mounted nowhere: it is there
// as long as this process has it open, so that no killed test leaves it behind.
func small(t *testing.T) (dir string) {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("NOT TESTED: only root can make a small file system")
	}
	fd, err := smallDisk()
	if err != nil {
		t.Skip("NOT TESTED: this machine makes no small file system: ", err)
	}
	t.Cleanup(func() {
		if err := unix.Close(fd); err != nil {
			t.Error(err)
		}
	})
	return fmt.Sprintf("/proc/self/fd/%d", fd)
}

// smallDisk opens the folder of a new file system of 2 MiB.
func smallDisk() (folder int, err error) {
	fs, err := unix.Fsopen("tmpfs", unix.FSOPEN_CLOEXEC)
	if err != nil {
		return 0, err
	}
	defer unix.Close(fs)
	if err := unix.FsconfigSetString(fs, "size", "2m"); err != nil {
		return 0, err
	}
	if err := unix.FsconfigCreate(fs); err != nil {
		return 0, err
	}
	return unix.Fsmount(fs, unix.FSMOUNT_CLOEXEC, 0)
}
