// Package examples checks all examples: each is in the README, has tests, and starts and
// stops as a program.
package examples

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// folders returns the names of the examples.
func folders(t *testing.T) (names []string) {
	t.Helper()
	mains, err := filepath.Glob("*/main.go")
	if err != nil || len(mains) == 0 {
		t.Fatalf("no examples: %v", err)
	}
	for _, main := range mains {
		names = append(names, filepath.Dir(main))
	}
	return names
}

func read(t *testing.T, file string) string {
	t.Helper()
	octets, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(octets)
}

// The table in the README lists every example once, with a description and a command.
func TestReadme(t *testing.T) {
	row := regexp.MustCompile("(?m)^\\| \\[(\\w+)\\]\\((.*)\\) \\| .+ \\| `go run ./examples/(\\w+)( .*)?` \\|$")
	var listed []string
	for _, cells := range row.FindAllStringSubmatch(read(t, "README.md"), -1) {
		listed = append(listed, cells[1])
		if cells[2] != cells[1]+"/main.go" || cells[3] != cells[1] {
			t.Errorf("the row of %s links to %s and runs %s", cells[1], cells[2], cells[3])
		}
	}
	slices.Sort(listed)
	if diff := cmp.Diff(folders(t), listed); diff != "" {
		t.Errorf("the README's table (-folders +listed):\n%s", diff)
	}
}

// Each example starts with a description and a command, is short, and has tests.
func TestFolders(t *testing.T) {
	for _, name := range folders(t) {
		main := read(t, filepath.Join(name, "main.go"))
		top, _, _ := strings.Cut(main, "package main")
		if !strings.HasPrefix(top, "// Command "+name+" ") || !strings.Contains(top, "\n//\tgo run ./examples/"+name) {
			t.Errorf("%s does not start with a description and a command: %s", name, top)
		}
		if lines := strings.Count(main, "\n"); lines > 120 {
			t.Errorf("%s/main.go has %d lines, want at most 120", name, lines)
		}
		if _, err := os.Stat(filepath.Join(name, "main_test.go")); err != nil {
			t.Errorf("%s has no tests: %v", name, err)
		}
	}
}

// Every server prints its address, stops cleanly at Ctrl-C, and prints no errors.
func TestInterrupt(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	bin := t.TempDir()
	if out, err := exec.CommandContext(ctx, "go", "build", "-o", bin, "./...").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, name := range folders(t) {
		args := []string{"-addr", "127.0.0.1:0"}
		switch name {
		case "talk":
			continue // a client
		case "unixsocket":
			args = []string{"-socket", "echo.sock"}
		}
		t.Run(name, func(t *testing.T) {
			dir, err := os.MkdirTemp("", "ws") // t.TempDir can be too long for a socket
			if err != nil {
				t.Fatal(err)
			}
			defer os.RemoveAll(dir)
			program := exec.CommandContext(ctx, filepath.Join(bin, name), args...)
			program.Dir = dir
			var complaints bytes.Buffer
			program.Stderr = &complaints
			stdout, err := program.StdoutPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := program.Start(); err != nil {
				t.Fatal(err)
			}
			out := bufio.NewReader(stdout)
			line, err := out.ReadString('\n')
			if err != nil || !strings.Contains(line, "://") {
				t.Errorf("printed %q, %v; want its address", line, err)
			}
			if err := program.Process.Signal(os.Interrupt); err != nil {
				t.Error(err)
			}
			_, _ = io.Copy(io.Discard, out)
			if err := program.Wait(); err != nil || complaints.Len() > 0 {
				t.Errorf("ended with %v, and %q", err, &complaints)
			}
			// The key is the only file that may stay.
			left, err := filepath.Glob(filepath.Join(dir, "*"))
			if err != nil || len(left) > 0 && name != "gatekeeper" {
				t.Errorf("left behind %q, %v", left, err)
			}
		})
	}
}
