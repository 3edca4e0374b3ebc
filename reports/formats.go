package reports

import "io"

// A Format is one form a report can be written in.
type Format struct {
	// Name is how a user asks for it.
	Name string
	// File is the name its file usually has.
	File string
	// About says in a few words what it is for.
	About string
	Write func(io.Writer, *Report) error
}

// Formats lists every form, report.json first.
func Formats() []Format {
	return []Format{
		{"json", "report.json", "everything, for other programs", Write},
		{"html", "index.html", "one page for people", WriteHTML},
		{"junit", "junit.xml", "for CI systems", WriteJUnit},
		{"markdown", "report.md", "for a CI step's summary or a comment", WriteMarkdown},
		{"tap", "report.tap", "Test Anything Protocol, version 14", WriteTAP},
		{"sarif", "report.sarif", "for code scanning", WriteSARIF},
		{"badge", "badge.json", "for a shields.io endpoint badge", WriteBadge},
		{"pcapng", "report.pcapng", "the transcripts, for Wireshark", WritePCAPNG},
	}
}

// Binary says that the form is not for a terminal.
func (f Format) Binary() bool { return f.Name == "pcapng" }
