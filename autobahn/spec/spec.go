// Package spec reads the JSON files that tell Autobahn's fuzzing client and
// fuzzing server what to do.
//
// A file picks its cases by patterns on their ids, as Autobahn reads them: see
// [File.Select]. Everything is read that Autobahn reads; what has no effect here
// is told in [File.Warnings] and fails nothing.
package spec

// A Mode says which of Autobahn's programs a file is for.
type Mode string

// The modes that have files here.
const (
	// FuzzingClient tests the servers that the file lists.
	FuzzingClient Mode = "fuzzingclient"
	// FuzzingServer tests the clients that connect to the file's url.
	FuzzingServer Mode = "fuzzingserver"
)

// A File is what a spec file says.
type File struct {
	// Mode is the one that the file was read for.
	Mode Mode
	// URL is where a fuzzing server listens; empty in a fuzzing client's file.
	URL string
	// Protocols are the subprotocols that a fuzzing server speaks, the most
	// wanted first.
	Protocols []string
	// Key and Cert are PEM files for a fuzzing server whose URL is wss://.
	Key, Cert string
	// Servers are the servers that a fuzzing client tests, at least one.
	Servers []Server
	// OutDir is where the report goes; empty if the file does not say.
	OutDir string
	// Warnings name what the file says and nothing here heeds, a sentence each.
	Warnings []string

	cases, exclude []string
	excludeAgents  []agentCases
}

// A Server is one of those that a fuzzing client tests.
type Server struct {
	// Agent is its name in reports; empty if the file does not say.
	Agent string
	URL   string
	// Origin is sent if it is not empty.
	Origin string
	// Protocols are the subprotocols to ask for, the most wanted first.
	Protocols []string
	// Hostname stands in the Host field in place of the URL's; empty means that.
	Hostname string
}
