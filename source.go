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

// Source has the files of the packages, tests included, by their paths below the
// root of the module.
//
//go:embed ref/wire/*.go
//go:embed conformance/verdict/*.go conformance/script/*.go conformance/observed/*.go conformance/judge/*.go
//go:embed conformance/stream/*.go conformance/gotest/standalone/*.go
var Source embed.FS
