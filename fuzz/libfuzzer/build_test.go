package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// OSS-Fuzz calls the script with a source folder and an output folder, and runs the
// targets without the sources. So FuzzEcho must run without the corpus that it shares with
// another target.
func TestScriptOfOSSFuzzBuilds(t *testing.T) {
	needLibFuzzer(t)
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	source, out := t.TempDir(), t.TempDir()
	if err := os.Symlink(root, filepath.Join(source, "wsspec")); err != nil {
		t.Fatal(err)
	}
	build := exec.Command("bash", filepath.Join(root, "ci/ossfuzz/build.sh"))
	build.Env = append(os.Environ(), "SRC="+source, "OUT="+out, "TARGETS=Echo", "CXX=clang++",
		"CXXFLAGS=-O1 -fsanitize=address", "LIB_FUZZING_ENGINE=-fsanitize=fuzzer")
	if said, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, said)
	}
	if _, err := os.Stat(filepath.Join(out, "fuzzecho_seed_corpus.zip")); err != nil {
		t.Error(err)
	}
	seeded := t.TempDir()
	if err := seeds("..", "FuzzEcho", seeded); err != nil {
		t.Fatal(err)
	}
	run := exec.Command(filepath.Join(out, "fuzzecho"), "-runs=2000", seeded)
	run.Dir = out
	said, err := run.CombinedOutput()
	if err != nil || !strings.Contains(string(said), "Done 2000 runs") {
		t.Errorf("%v\n%s", err, said)
	}
}

// needLibFuzzer skips the test if libFuzzer is not available.
func needLibFuzzer(t *testing.T) {
	program := filepath.Join(t.TempDir(), "target")
	link := exec.Command("clang++", "-x", "c++", "-fsanitize=fuzzer,address", "-o", program, "-")
	link.Stdin = strings.NewReader(`extern "C" int LLVMFuzzerTestOneInput(const unsigned char *, unsigned long) { return 0; }`)
	if said, err := link.CombinedOutput(); err != nil {
		t.Skipf("SKIP targets for libFuzzer: they need clang++ with its libFuzzer (%v %.200s)", err, said)
	}
}
