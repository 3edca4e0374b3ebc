package covdata

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// files has the two files that testdata/main.go.txt wrote.
func files(t *testing.T) (meta, counters []byte) {
	t.Helper()
	for name, to := range map[string]*[]byte{"meta": &meta, "counters": &counters} {
		octets, err := os.ReadFile(filepath.Join("testdata", name))
		if err != nil {
			t.Fatal(err)
		}
		*to = octets
	}
	return meta, counters
}

// folder is a folder with files.
func folder(t *testing.T, files map[string][]byte) string {
	t.Helper()
	dir := t.TempDir()
	for name, octets := range files {
		if err := os.WriteFile(filepath.Join(dir, name), octets, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// What is read is what go tool covdata textfmt makes of the same files.
func TestTakeReadsWhatGoReads(t *testing.T) {
	meta, counters := files(t)
	dir := folder(t, map[string][]byte{"covmeta.a": meta, "covcounters.a.1.1": counters, "notes": []byte("mine")})
	if !HasMeta(dir) || HasMeta(t.TempDir()) {
		t.Error("HasMeta is wrong")
	}
	var p Programs
	var moved []string
	run, err := p.Take(dir, func(path string) error { moved = append(moved, filepath.Base(path)); return nil })
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join("testdata", "textfmt"))
	if err != nil {
		t.Fatal(err)
	}
	want, statements := map[string]int{}, 0
	for line := range strings.Lines(string(text)) {
		var name string
		var of, times int
		if n, _ := fmt.Sscanf(line, "%s %d %d", &name, &of, &times); n == 3 {
			if statements += of; times > 0 {
				want[name] = of
			}
		}
	}
	if !maps.Equal(run, want) || len(want) != 5 {
		t.Errorf("%v was run, want %v", run, want)
	}
	if got := p.Statements(); got != statements {
		t.Errorf("there are %d statements, want %d", got, statements)
	}
	if !slices.Equal(moved, []string{"covmeta.a", "covcounters.a.1.1"}) {
		t.Errorf("told of %v", moved)
	}
	if _, err := p.Take(dir, nil); !errors.Is(err, ErrNoCounters) {
		t.Errorf("counters that were taken are there again: %v", err)
	}
}

// Numbers of 32 bits are read too, in both orders, and several runs in one file.
func TestTakeReadsOtherForms(t *testing.T) {
	meta, counters := files(t)
	// One function with 4 blocks, of which the second one was run.
	for _, test := range []struct {
		name    string
		order   func(n byte) []byte
		big     byte
		numbers []byte
	}{
		{"the lowest octet first", func(n byte) []byte { return []byte{n, 0, 0, 0} }, 0, []byte{4, 0, 0, 0, 1, 0, 0}},
		{"the highest octet first", func(n byte) []byte { return []byte{0, 0, 0, n} }, 1, []byte{4, 0, 0, 0, 1, 0, 0}},
	} {
		head := slices.Clone(counters[:countersHeader])
		head[24], head[25] = rawNumbers, test.big
		segment := []byte{1, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0} // a function, and two tables of an octet
		for _, n := range test.numbers {
			segment = append(segment, test.order(n)...)
		}
		foot := slices.Clone(counters[len(counters)-footer:])
		foot[footerSegments] = 2
		dir := folder(t, map[string][]byte{"covmeta.a": meta, "covcounters.a.1.1": slices.Concat(head, segment, foot, segment, foot)})
		run, err := new(Programs).Take(dir, nil)
		if err != nil || len(run) != 1 || run["tiny/main.go:10.2,10.23"] != 1 {
			t.Errorf("%s: %v, %v", test.name, run, err)
		}
	}
}

// A file that is damaged is an error, whatever octet is wrong, and no panic.
func TestDamagedFiles(t *testing.T) {
	meta, counters := files(t)
	try := func(meta, counters []byte) error {
		var p Programs
		if err := p.addMeta(meta); err != nil {
			return err
		}
		return p.count(counters, map[string]int{})
	}
	for n := range len(meta) {
		if try(meta[:n], counters) == nil {
			t.Errorf("%d octets of the covmeta file are taken for all", n)
		}
		for _, o := range []byte{0, 0x7f, 0xff} {
			wrong := slices.Clone(meta)
			wrong[n] = o
			_ = try(wrong, counters) // many octets are names and lines
		}
	}
	for n := range len(counters) {
		if try(meta, counters[:n]) == nil {
			t.Errorf("%d octets of the covcounters file are taken for all", n)
		}
		for _, o := range []byte{0, 0x7f, 0xff} {
			wrong := slices.Clone(counters)
			wrong[n] = o
			_ = try(meta, wrong)
		}
	}
	newer := bytes.Replace(meta, []byte{1}, []byte{2}, 1)
	if err := try(newer, counters); err == nil || !strings.Contains(err.Error(), "version 2") {
		t.Errorf("a form of the future: %v", err)
	}
}
