package reports

import "io"

// A Form is one way to write a report. Each is in a folder of its own beside
// this package; package forms lists them all.
type Form struct {
	// Name is how a user asks for the form: "junit".
	Name string
	// File is the usual name of its file, or of its most important file where
	// the form is a folder.
	File string
	// About says in a few words what it is for.
	About string
	// Binary says that the form is not text and must not go to a terminal.
	Binary bool
	// Whole says that the form has whole transcripts, as [Report.Whole] finds them.
	Whole bool
	// Default says that every folder of a run has this form.
	Default bool
	// Write writes the form; nil for one that is a folder of files.
	Write func(io.Writer, *Report) error
	// WriteFolder writes a form that is a folder of files; nil for all others.
	WriteFolder func(dir string, r *Report) error
}

// JSONForm is report.json, which all other forms are drawn from.
var JSONForm = Form{Name: "json", File: "report.json", About: "everything, for other programs", Default: true, Write: Write}
