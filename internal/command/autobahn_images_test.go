//go:build unix

package command

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// dock is what the tests with containers share: images made here, from scratch,
// and wsspec as a program.
type dock struct {
	program string // wsspec, static
	wsspec  string // the image that stands in for the Autobahn|Testsuite
	prefix  string // of the other images' names
}

// docked builds what the tests with containers need, or skips them.
func docked(t *testing.T) *dock {
	t.Helper()
	if testing.Short() {
		t.Skip("SKIP: -short leaves out the tests with containers")
	}
	if said, err := docker(t, "info", "--format", "{{.OSType}} {{.ServerVersion}}"); err != nil || !strings.HasPrefix(said, "linux ") {
		t.Skipf("SKIP: no Docker for Linux containers answers here: %s (%v)", said, err)
	}
	d := &dock{prefix: fmt.Sprintf("wsspec-test-%d", os.Getpid())}
	d.wsspec = d.prefix + ":wsspec"
	t.Cleanup(func() { _, _ = docker(t, "image", "rm", "--force", d.wsspec) })
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Minute)
	defer cancel()
	if said, err := exec.CommandContext(ctx, "../../ci/image.sh", d.wsspec).CombinedOutput(); err != nil {
		t.Fatalf("ci/image.sh: %v: %s", err, said)
	}
	d.program = filepath.Join(t.TempDir(), "wsspec")
	name := d.prefix + "-program"
	if said, err := docker(t, "create", "--name", name, d.wsspec); err != nil {
		t.Fatalf("docker create: %v: %s", err, said)
	}
	said, err := docker(t, "cp", name+":/usr/local/bin/wsspec", d.program)
	if _, rm := docker(t, "rm", name); err != nil || rm != nil {
		t.Fatalf("docker cp: %v: %s, docker rm: %v", err, said, rm)
	}
	d.others(t)
	return d
}

// others makes the images of a wstest that goes wrong in ways that wsspec has not.
func (d *dock) others(t *testing.T) {
	t.Helper()
	root := t.TempDir()
	gobuild(t, filepath.Join(root, "wstest"), "./testdata/wstest")
	for _, does := range []string{"nothing", "empty", "less", "wait", "wrong"} {
		file := filepath.Join(t.TempDir(), "Dockerfile")
		text := "FROM scratch\nCOPY wstest /usr/local/bin/wstest\nENV PATH=/usr/local/bin DOES=" + does + "\n"
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		d.image(t, d.prefix+":"+does, file, root)
	}
	file := filepath.Join(t.TempDir(), "Dockerfile")
	if err := os.WriteFile(file, []byte("FROM scratch\nCOPY wstest /something\nENV PATH=/usr/local/bin\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	d.image(t, d.prefix+":other", file, root)
}

func (d *dock) image(t *testing.T, name, dockerfile, root string) {
	t.Helper()
	if said, err := docker(t, "build", "--quiet", "--tag", name, "--file", dockerfile, root); err != nil {
		t.Fatalf("docker build: %v: %s", err, said)
	}
	t.Cleanup(func() { _, _ = docker(t, "image", "rm", "--force", name) })
}

func gobuild(t *testing.T, to, what string) {
	t.Helper()
	cmd := exec.Command("go", "build", "-trimpath", "-ldflags", "-s -w", "-o", to, what)
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS=linux")
	if said, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("go build %s: %v: %s", what, err, said)
	}
}

// docker runs a docker command that has to come to an end.
func docker(t *testing.T, args ...string) (string, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	said, err := exec.CommandContext(ctx, "docker", args...).CombinedOutput()
	return strings.TrimSpace(string(said)), err
}

// containers are those of a process of wsspec's, by its id.
func containers(t *testing.T, pid int, format string) []string {
	t.Helper()
	said, err := docker(t, "ps", "--all", "--filter", fmt.Sprintf("label=org.wsspec.autobahn.pid=%d", pid), "--format", format)
	if err != nil {
		t.Fatalf("docker ps: %v: %s", err, said)
	}
	return strings.Fields(said)
}

// leavesNothing fails the test if a process has containers when it ends, or if
// there are more volumes or networks than before.
func leavesNothing(t *testing.T, pid func() int) {
	t.Helper()
	list := func() []string {
		var all []string
		for _, kind := range []string{"volume", "network"} {
			said, err := docker(t, kind, "ls", "--quiet")
			if err != nil {
				t.Fatalf("docker %s ls: %v: %s", kind, err, said)
			}
			all = append(all, strings.Fields(said)...)
		}
		return all
	}
	before := list()
	t.Cleanup(func() {
		if left := containers(t, pid(), "{{.Names}}"); len(left) > 0 {
			t.Errorf("left behind: %v", left)
			_, _ = docker(t, append([]string{"rm", "--force", "--volumes"}, left...)...)
		}
		for _, name := range list() {
			if !slices.Contains(before, name) {
				t.Errorf("left behind: volume or network %s", name)
			}
		}
	})
}
