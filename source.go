// Package wsspec is the source text of the packages that an exported Go test
// carries: the judge and what it rests on. It is for conformance/gotest alone and
// promises nothing to others. Import a package below this one instead.
//
// The text is embedded here, in the root of the module, because go:embed reaches
// only what lies below a package's own folder, and ref/wire and conformance have
// no other folder in common. So no package has to publish its own source, and
// no generated copy can become outdated.
package wsspec

import "embed"

// Source has the files of the packages by their paths below the root of the module. The
// patterns leave out the tests, which would make the program larger by a third of a
// megabyte; only those of the last package are there, which play a case. What remains is
// all names that do not end in t, and those that do and not in test. A pattern has to match
// something, so a folder has those that it needs. A test of this package notices a file
// that none matches.
//
//go:embed ref/wire/*[^t].go ref/wire/*[^s]t.go ref/wire/*[^t]est.go
//go:embed conformance/verdict/*[^t].go conformance/verdict/*[^s]t.go
//go:embed conformance/script/*[^t].go conformance/script/*[^s]t.go
//go:embed conformance/observed/*[^t].go conformance/observed/*[^s]t.go
//go:embed conformance/judge/*[^t].go conformance/judge/*[^s]t.go
//go:embed conformance/stream/*[^t].go conformance/stream/*[^s]t.go
//go:embed conformance/gotest/standalone/*.go
var Source embed.FS
