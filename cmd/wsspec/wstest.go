package main

import (
	"errors"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/wsspec/wsspec/autobahn/spec"
)

// wstestName is the name of Autobahn's command, to which this one answers too.
const wstestName = "wstest"

// arguments are those of the command line; called by Autobahn's name the program
// is its command.
func arguments(argv []string) []string {
	if len(argv) == 0 {
		return nil
	}
	if calledWstest(argv[0]) {
		return append([]string{wstestName}, argv[1:]...)
	}
	return argv[1:]
}

func calledWstest(program string) bool {
	return strings.TrimSuffix(filepath.Base(program), ".exe") == wstestName
}

// wstestFlags are those of Autobahn's command line.
type wstestFlags struct {
	mode, spec, uri, key, cert string
	debug                      bool
}

// otherModes are Autobahn's, with what to use in their place.
var otherModes = map[string]string{
	"echoserver":      "wsspec echo",
	"testeeserver":    "wsspec echo",
	"echoclient":      "wsspec echo --connect URL",
	"testeeclient":    "wsspec echo --drive URL",
	"broadcastserver": "", "broadcastclient": "", "massconnect": "",
	"fuzzingwampserver": "", "fuzzingwampclient": "", "wampserver": "", "wamptesteeserver": "", "wampclient": "",
	"wsperfcontrol": "", "wsperfmaster": "", "serializer": "",
}

func newWstest() *cobra.Command {
	var f wstestFlags
	cmd := &cobra.Command{
		Use:   "wstest -m fuzzingclient|fuzzingserver [-s FILE] [-w URL]",
		Short: "Take the command line of Autobahn's wstest",
		Long: `Take the command line of Autobahn's wstest, and its spec files.

  wstest -m fuzzingclient -s FILE   is   wsspec server --spec FILE
  wstest -m fuzzingserver -s FILE   is   wsspec client --spec FILE

Without -s the spec file is fuzzingclient.json or fuzzingserver.json in the
current folder. -w takes the place of the file's url. The report goes to the
file's outdir, or to ./reports/servers or ./reports/clients.

A program of the name wstest (a link, or a copy) understands the same without
the first word. As wsspec it ends with wsspec's exit codes; as wstest it ends
with 0 whatever the verdicts are, as Autobahn does, and with 2 or 3 if it could
not test.`,
		Example: `  wsspec wstest -m fuzzingclient -s fuzzingclient.json
  wsspec wstest -m fuzzingserver -w ws://127.0.0.1:9001
  ln -s wsspec wstest && ./wstest -m fuzzingserver`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return f.run(cmd) },
	}
	flags := cmd.Flags()
	flags.StringVarP(&f.mode, "mode", "m", "", "test servers (`fuzzingclient`) or clients (fuzzingserver)")
	flags.StringVarP(&f.spec, "spec", "s", "", "the spec `FILE`")
	flags.StringVarP(&f.uri, "wsuri", "w", "", "the `URL` of the server, or of the port to listen on")
	flags.StringVarP(&f.key, "key", "k", "", "the key for a wss:// url of a fuzzingserver, a PEM `FILE`")
	flags.StringVarP(&f.cert, "cert", "c", "", "its certificate, a PEM `FILE`")
	flags.BoolVarP(&f.debug, "debug", "d", false, "has no effect: the report has every octet")
	return cmd
}

// read finds the spec file, as Autobahn does where none is named. It writes none
// of its own: a test of whatever happens to listen is nobody's wish.
func (f *wstestFlags) read() (*spec.File, error) {
	mode := spec.Mode(f.mode)
	switch instead, known := otherModes[f.mode]; {
	case mode == spec.FuzzingClient, mode == spec.FuzzingServer:
	case f.mode == "":
		return nil, usage("which mode? -m fuzzingclient tests servers, -m fuzzingserver clients")
	case instead != "":
		return nil, usage("the mode %s is not supported; its part is played by: %s", f.mode, instead)
	case known:
		return nil, usage("the mode %s is not supported: there are fuzzingclient and fuzzingserver", f.mode)
	default:
		return nil, usage("there is no mode %q: there are fuzzingclient and fuzzingserver", f.mode)
	}
	if f.spec == "" {
		f.spec = f.mode + ".json"
	}
	file, err := spec.ReadFile(f.spec, mode)
	if errors.Is(err, os.ErrNotExist) {
		return nil, usage("there is no spec file %s; -s names one", f.spec)
	}
	if err != nil {
		return nil, usage("-s: %w", err)
	}
	if f.uri == "" {
		return file, nil
	}
	if mode == spec.FuzzingClient {
		if len(file.Servers) != 1 {
			return nil, usage("-w names one server, and %s lists %d", f.spec, len(file.Servers))
		}
		file.Servers[0].URL = f.uri
	}
	file.URL = f.uri
	return file, nil
}

func (f *wstestFlags) run(cmd *cobra.Command) error {
	file, err := f.read()
	if err != nil {
		return err
	}
	if file.OutDir == "" {
		file.OutDir = map[spec.Mode]string{spec.FuzzingClient: "./reports/servers", spec.FuzzingServer: "./reports/clients"}[file.Mode]
	}
	out, stderr := cmd.OutOrStdout(), cmd.ErrOrStderr()
	if file.Mode == spec.FuzzingClient {
		server := &serverFlags{runFlags: unsaid(f.spec)}
		server.useSpec(file, stderr)
		return server.test(cmd.Context(), nil, out, stderr)
	}
	client := &clientFlags{runFlags: unsaid(f.spec), agent: "client", cert: f.cert, key: f.key}
	client.useSpec(file, stderr)
	return client.run(cmd.Context(), nil, out, stderr)
}

// unsaid are the flags of a run that a spec file alone describes.
func unsaid(specFile string) runFlags {
	var r runFlags
	r.add(&cobra.Command{}) // for the defaults
	r.spec = specFile
	return r
}
