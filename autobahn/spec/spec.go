// Package spec reads the JSON files that tell Autobahn's fuzzing client and
// fuzzing server what to do.
//
// A file selects its cases by patterns on their ids, which have Autobahn's meaning:
// see [File.Select]. Every member that Autobahn knows is accepted. [File.Warnings]
// names those that have no effect here.
package spec

// A Mode is the program of Autobahn's that a file is for.
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
	// Protocols are the subprotocols that a fuzzing server speaks, the preferred
	// one first.
	Protocols []string
	// Key and Cert are PEM files for a fuzzing server whose URL is wss://.
	Key, Cert string
	// Servers are the servers that a fuzzing client tests, at least one.
	Servers []Server
	// OutDir is where the report goes; empty if the file does not say.
	OutDir string
	// Warnings names the members that have no effect, in one sentence each.
	Warnings []string

	cases, exclude []string
	excludeAgents  []agentCases
}

// A Server is a server that a fuzzing client tests.
type Server struct {
	// Agent is its name in reports; empty if the file does not say.
	Agent string
	URL   string
	// Origin is sent if it is not empty.
	Origin string
	// Protocols are the subprotocols to ask for, the preferred one first.
	Protocols []string
	// Hostname is the name in the Host field; empty means that of the URL.
	Hostname string
}
