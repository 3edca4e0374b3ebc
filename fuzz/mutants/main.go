// Mutants checks that the fuzz targets find mistakes. It makes one mistake at a time in a
// copy of ref/wire. Each target of the mistake must fail, with its committed corpus or in
// a bounded run of the fuzzer.
//
//	go run ./fuzz/mutants            # all mistakes; takes some minutes
//	go run ./fuzz/mutants -run utf8  # only if the file, edit or target contains "utf8"
//
// The exit code is 1 if a mistake was not found, and 2 for any other error.
package main

import (
	"flag"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/wsspec/wsspec/fuzz"
)

// homes maps each target to its folder.
var homes = map[string]string{
	"Header": "fuzz/frames", "FrameRules": "fuzz/frames", "Mask": "fuzz/frames",
	"UTF8": "fuzz/frames", "CloseBody": "fuzz/frames", "FrameStream": "fuzz/frames",
	"Grammar": "fuzz/handshakes", "Negotiate": "fuzz/handshakes",
	"Request": "fuzz/handshakes", "Response": "fuzz/handshakes",
	"Inflate": "fuzz/deflate", "Compress": "fuzz/deflate",
	"Conversation": "fuzz/conversation", "Echo": "fuzz/echo",
	"Differential": "conformance/peers/differential",
}

// needed lists the folders and files that the targets need to build.
var needed = []string{
	"go.mod", "go.sum", "ref", "conformance", "fuzz", "internal",
}

func main() {
	only := flag.String("run", "", "use only faults whose file, edit or target contains this `text`")
	executions := flag.Int("x", 100_000, "the maximum `number` of inputs for a fault that the corpus does not find")
	flag.Parse()
	missed, err := check(*only, *executions)
	switch {
	case err != nil:
		fmt.Fprintln(os.Stderr, "mutants:", err)
		os.Exit(2)
	case missed > 0:
		fmt.Printf("%d faults were not found\n", missed)
		os.Exit(1)
	}
}

func check(only string, executions int) (missed int, err error) {
	root, err := moduleRoot()
	if err != nil {
		return 0, err
	}
	work, err := os.MkdirTemp("", "mutants")
	if err != nil {
		return 0, fmt.Errorf("making a folder for the copy: %w", err)
	}
	defer os.RemoveAll(work)
	for _, part := range needed {
		if err := copyTree(filepath.Join(root, part), filepath.Join(work, part)); err != nil {
			return 0, fmt.Errorf("copying %s: %w", part, err)
		}
	}
	tried, longest, start := 0, time.Duration(0), time.Now()
	for _, f := range faults {
		for _, target := range f.targets {
			if !strings.Contains(strings.ToLower(f.file+f.old+f.new+" "+target), strings.ToLower(only)) {
				continue
			}
			tried++
			began := time.Now()
			how, err := find(work, f, target, executions)
			if err != nil {
				return missed, fmt.Errorf("%s %q: %w", f.file, f.new, err)
			}
			if how == "" {
				missed++
				how = "NOT FOUND"
			}
			took := time.Since(began)
			longest = max(longest, took)
			fmt.Printf("%-12s %-22s %5.1fs  %s: %q for %q\n", target, how, took.Seconds(), f.file, f.new, f.old)
		}
	}
	if tried == 0 {
		return 0, fmt.Errorf("no fault contains %q", only)
	}
	fmt.Printf("%d of %d found, the longest in %.0f s, all in %.0f s\n", tried-missed, tried, longest.Seconds(), time.Since(start).Seconds())
	return missed, nil
}

// find returns how the target finds the fault, or "" if it does not.
func find(work string, f fault, target string, executions int) (how string, err error) {
	path := filepath.Join(work, "ref", "wire", f.file)
	source, err := os.ReadFile(path)
	if err != nil {
		return "", err
	}
	mutated, err := mutate(string(source), f)
	if err != nil {
		return "", err
	}
	if err := os.WriteFile(path, []byte(mutated), 0o666); err != nil {
		return "", err
	}
	defer func() {
		if restored := os.WriteFile(path, source, 0o666); err == nil {
			err = restored
		}
	}()
	home := filepath.Join(work, filepath.FromSlash(homes[target]))
	name := "^Fuzz" + target + "$"
	if failed, err := run(home, nil, target, "-test.run="+name, "-test.timeout=60s"); failed || err != nil {
		return "by the corpus", err
	}
	failed, err := run(home, fuzz.InstrumentFlags(), target, "-test.run=^$", "-test.fuzz="+name,
		fmt.Sprintf("-test.fuzztime=%dx", executions), "-test.fuzzminimizetime=1x", "-test.parallel=1",
		"-test.fuzzcachedir="+filepath.Join(work, "cache"), "-test.timeout=60s")
	if failed {
		how = "by fuzzing"
	}
	if cleaned := os.RemoveAll(filepath.Join(work, "cache")); err == nil {
		err = cleaned
	}
	return how, err
}

// mutate returns the source with the mistake.
func mutate(source string, f fault) (string, error) {
	if n := strings.Count(source, f.old); n != 1 {
		return "", fmt.Errorf("%q occurs %d times, want once", f.old, n)
	}
	source = strings.Replace(source, f.old, f.new, 1)
	if strings.Contains(f.new, "grown = ") { // declare the variable, through which a buffer escapes to the heap
		source += "\nvar grown []byte\n"
	}
	return source, nil
}

// run builds and runs the tests of a package. failed says whether the target failed. run
// removes the inputs that the target stores in the copy.
func run(home string, build []string, target string, args ...string) (failed bool, err error) {
	binary := filepath.Join(home, "target.test")
	compile := exec.Command("go", append(append([]string{"test", "-c", "-o", binary}, build...), ".")...)
	compile.Dir = home
	if out, err := compile.CombinedOutput(); err != nil {
		return false, fmt.Errorf("building: %w\n%s", err, out)
	}
	defer os.Remove(binary)
	corpus := filepath.Join(home, "testdata", "fuzz", "Fuzz"+target)
	before, err := names(corpus)
	if err != nil {
		return false, err
	}
	test := exec.Command(binary, args...)
	test.Dir = home
	test.Env = append(os.Environ(), "GOMAXPROCS=1") // as in fuzz/run.sh
	out, err := test.CombinedOutput()
	if err == nil {
		return false, nil
	}
	after, err := names(corpus)
	if err != nil {
		return false, err
	}
	for name := range after {
		if !before[name] {
			if err := os.Remove(filepath.Join(corpus, name)); err != nil {
				return false, err
			}
		}
	}
	text := string(out)
	if !strings.Contains(text, "--- FAIL: Fuzz"+target) && !strings.Contains(text, "panic:") {
		return false, fmt.Errorf("the target did not run:\n%.2000s", text)
	}
	return true, nil
}

func names(folder string) (map[string]bool, error) {
	found := make(map[string]bool)
	entries, err := os.ReadDir(folder)
	if err != nil && !os.IsNotExist(err) {
		return nil, err
	}
	for _, e := range entries {
		found[e.Name()] = true
	}
	return found, nil
}

// moduleRoot returns the root of the module, two folders above this file.
func moduleRoot() (string, error) {
	_, file, _, ok := runtime.Caller(0)
	root := filepath.Join(filepath.Dir(file), "..", "..")
	if _, err := os.Stat(filepath.Join(root, "go.mod")); !ok || err != nil {
		return "", fmt.Errorf("no module at %s: run it in its source tree", root)
	}
	return root, nil
}

func copyTree(from, to string) error {
	return filepath.WalkDir(from, func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		target := filepath.Join(to, rel)
		if e.IsDir() {
			return os.MkdirAll(target, 0o777)
		}
		if err := os.MkdirAll(filepath.Dir(target), 0o777); err != nil {
			return err
		}
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		return os.WriteFile(target, content, 0o666)
	})
}
