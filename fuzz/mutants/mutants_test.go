package main

import (
	"os"
	"path/filepath"
	"testing"
)

// A fault that cannot be made any more would quietly stop being looked for.
func TestEveryFaultCanBeMade(t *testing.T) {
	root, err := moduleRoot()
	if err != nil {
		t.Fatal(err)
	}
	sought := make(map[string]int)
	for _, f := range faults {
		source, err := os.ReadFile(filepath.Join(root, "ref", "wire", f.file))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := mutate(string(source), f); err != nil {
			t.Errorf("%s: %v", f.file, err)
		}
		for _, target := range f.targets {
			sought[target]++
		}
	}
	for target := range homes {
		if sought[target] < 3 {
			t.Errorf("only %d faults are for %s to find", sought[target], target)
		}
	}
	for target := range sought {
		if homes[target] == "" {
			t.Errorf("no target %s", target)
		}
	}
}

// One fault from beginning to end; all of them take minutes.
func TestAFaultIsFound(t *testing.T) {
	missed, err := check("v.hi = 0xBF UTF8", 1000)
	if err != nil || missed > 0 {
		t.Errorf("%d missed, %v", missed, err)
	}
}
