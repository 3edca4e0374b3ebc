// Package dialogue reads dialogues: what has to be said first to an application, and how it
// keeps itself alive. A dialogue is a small YAML file.
//
// The package has the dialogues of well-known protocols: see [Names]. [Read] reads one of
// those, or a file. [File.To] makes of it what one end of a connection does.
package dialogue
