package main

import (
	"os"
	"path/filepath"
	"testing"
)

// Every edit applies to the current source, and every target has enough faults.
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
			t.Errorf("%s has only %d faults", target, sought[target])
		}
	}
	for target := range sought {
		if homes[target] == "" {
			t.Errorf("unknown target %s", target)
		}
	}
}

// Checks a single fault, because all of them take minutes.
func TestAFaultIsFound(t *testing.T) {
	missed, err := check("v.hi = 0xBF UTF8", 1000)
	if err != nil || missed > 0 {
		t.Errorf("%d missed, %v", missed, err)
	}
}
