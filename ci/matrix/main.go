// Command matrix keeps the published matrix: what wsspec finds in servers on widely used
// libraries. One small file a run is the history, and the page is drawn from these files.
//
//	matrix add VERSIONS REPORT.json...   writes docs/matrix/DATE.json, and the page
//	matrix page                          writes the page again
//
// VERSIONS has a line agent|library|language|version for each agent. Both are started in the
// root of the repository.
package main

import (
	"fmt"
	"os"

	"github.com/wsspec/wsspec/reports"
)

const (
	history = "docs/matrix"
	target  = "docs/matrix.md"
	system  = "Debian 12 in containers, and static Go programs"
)

func main() {
	if err := do(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "matrix:", err)
		os.Exit(1)
	}
}

func do(args []string) error {
	switch {
	case len(args) == 1 && args[0] == "page":
	case len(args) > 2 && args[0] == "add":
		libraries, err := readLibraries(args[1])
		if err != nil {
			return err
		}
		var all []*reports.Report
		for _, path := range args[2:] {
			r, err := reports.ReadFile(path)
			if err != nil {
				return err
			}
			all = append(all, r)
		}
		r, err := newRun(all, libraries, system)
		if err != nil {
			return err
		}
		path, err := r.write(history)
		if err != nil {
			return err
		}
		fmt.Println("written:", path)
	default:
		return fmt.Errorf("want: matrix add VERSIONS REPORT.json..., or matrix page")
	}
	runs, err := readRuns(history)
	if err != nil {
		return err
	}
	return os.WriteFile(target, []byte(page(runs)), 0o644)
}
