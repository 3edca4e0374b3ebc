// Package forms lists every form that a report can be written in.
//
// To add a form, make a folder beside this one with a package that has a
// variable Form, and add one line to the table in [All]. The command and the
// folders of runs then know it.
package forms

import (
	"io"
	"path/filepath"

	"github.com/wsspec/wsspec/reports"
	"github.com/wsspec/wsspec/reports/autobahn"
	"github.com/wsspec/wsspec/reports/badge"
	"github.com/wsspec/wsspec/reports/github"
	"github.com/wsspec/wsspec/reports/junit"
	"github.com/wsspec/wsspec/reports/markdown"
	"github.com/wsspec/wsspec/reports/page"
	"github.com/wsspec/wsspec/reports/pcapng"
	"github.com/wsspec/wsspec/reports/sarif"
	"github.com/wsspec/wsspec/reports/tap"
	"github.com/wsspec/wsspec/reports/terminal"
)

// All lists every form, report.json first.
func All() []reports.Form {
	return []reports.Form{
		reports.JSONForm,
		page.Form,
		junit.Form,
		markdown.Form,
		tap.Form,
		terminal.Form,
		github.Form,
		sarif.Form,
		badge.Form,
		pcapng.Form,
		autobahn.Form,
	}
}

// ByName returns the form with that name, and whether there is one.
func ByName(name string) (reports.Form, bool) {
	for _, f := range All() {
		if f.Name == name {
			return f, true
		}
	}
	return reports.Form{}, false
}

// ForFile returns the form whose file has the same extension as path, and
// whether there is one. Forms that are folders have no extension.
func ForFile(path string) (reports.Form, bool) {
	for _, f := range All() {
		if ext := filepath.Ext(path); ext != "" && f.Write != nil && filepath.Ext(f.File) == ext {
			return f, true
		}
	}
	return reports.Form{}, false
}

// WriteFolder writes the forms that every folder of a run has: report.json, the
// page and JUnit. Each file changes all at once or not at all. A missing folder
// is made.
func WriteFolder(dir string, r *reports.Report) error {
	var beside []string
	for _, f := range All() {
		if f.Default && f.Name != page.Form.Name {
			beside = append(beside, f.File)
		}
	}
	for _, f := range All() {
		if !f.Default {
			continue
		}
		write := f.Write
		if f.Name == page.Form.Name {
			write = func(w io.Writer, r *reports.Report) error { return page.WriteLinked(w, r, page.Beside(beside...)) }
		}
		err := reports.ReplaceFile(filepath.Join(dir, f.File), func(w io.Writer) error { return write(w, r) })
		if err != nil {
			return err
		}
	}
	return nil
}
