package command

import (
	"errors"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/wsspec/wsspec/autobahn/spec"
)

// The names of this program that change what its arguments mean.
const (
	// wstestName is the name of Autobahn's program. Called so, this program takes
	// Autobahn's command line.
	wstestName = "wstest"
	// imageName is the entrypoint of the container image. Its first argument is a
	// command of wsspec, or the program that Autobahn's image would start:
	// "server URL", "wsspec server URL" and "wstest -m MODE" all work.
	imageName = "wsspec-image"
	ownName   = "wsspec"
)

// arguments returns the arguments of wsspec that a command line means.
func arguments(argv []string) []string {
	if len(argv) == 0 {
		return nil
	}
	argv = inImage(argv)
	if programName(argv[0]) == wstestName {
		return append([]string{wstestName}, argv[1:]...)
	}
	return argv[1:]
}

// calledWstest reports whether a command line names Autobahn's program.
func calledWstest(argv []string) bool {
	return len(argv) > 0 && programName(inImage(argv)[0]) == wstestName
}

// inImage returns the command line that the arguments of the image's entrypoint are.
func inImage(argv []string) []string {
	if programName(argv[0]) != imageName || len(argv) == 1 {
		return argv
	}
	if name := programName(argv[1]); name == wstestName || name == ownName {
		return argv[1:]
	}
	return argv
}

func programName(path string) string { return strings.TrimSuffix(filepath.Base(path), ".exe") }

// wstestFlags are the flags of Autobahn's command line.
type wstestFlags struct {
	mode, spec, uri, key, cert string
	debug                      bool
}

// otherModes are the other modes of Autobahn's program, with the command to use
// instead, if there is one.
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
current folder. -w takes the place of the URL in the file; the file then needs no
servers. With -w and without any file every case runs. The report goes to the
file's outdir, or to ./reports/servers or ./reports/clients.

A link or a copy of wsspec with the name wstest takes the same arguments without
the word wstest. As wsspec it ends with wsspec's exit codes. As wstest it ends
with 0 even if cases fail, as Autobahn does, and with 2 or 3 if it could not
test.`,
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

// read reads the spec file. Without -s it looks for the name that Autobahn looks
// for. Where Autobahn writes a file and tests whatever listens at a port, this is an
// error, unless -w names the URL.
func (f *wstestFlags) read() (*spec.File, error) {
	mode := spec.Mode(f.mode)
	switch instead, known := otherModes[f.mode]; {
	case mode == spec.FuzzingClient, mode == spec.FuzzingServer:
	case f.mode == "":
		return nil, usage("which mode? -m fuzzingclient tests servers, -m fuzzingserver clients")
	case instead != "":
		return nil, usage("the mode %s is not supported; use instead: %s", f.mode, instead)
	case known:
		return nil, usage("the mode %s is not supported: there are fuzzingclient and fuzzingserver", f.mode)
	default:
		return nil, usage("there is no mode %q: there are fuzzingclient and fuzzingserver", f.mode)
	}
	named := f.spec != ""
	if !named {
		f.spec = f.mode + ".json"
	}
	file, err := spec.ReadFile(f.spec, mode, f.uri)
	switch {
	case err == nil:
		return file, nil
	case !errors.Is(err, os.ErrNotExist):
		return nil, usage("-s: %w", err)
	case named || f.uri == "":
		return nil, usage("there is no spec file %s; -s names one", f.spec)
	}
	f.spec = "-w " + f.uri
	if file, err = spec.Parse([]byte(`{"cases": ["*"]}`), mode, f.uri); err != nil {
		return nil, usage("-w: %w", err)
	}
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
		server.hide(stderr)
		server.useSpec(file, server.hidden.writer(stderr))
		if err := server.checkFolders(); err != nil {
			return err
		}
		return server.hidden.error(server.test(cmd.Context(), nil, out, server.hidden.writer(stderr)))
	}
	client := &clientFlags{runFlags: unsaid(f.spec), agent: "client", cert: f.cert, key: f.key}
	client.hide(stderr)
	client.useSpec(file, client.hidden.writer(stderr))
	if err := client.checkFolders(); err != nil {
		return err
	}
	return client.hidden.error(client.run(cmd.Context(), nil, out, client.hidden.writer(stderr)))
}

// unsaid returns the default flags, for a run that a spec file describes.
func unsaid(specFile string) runFlags {
	var r runFlags
	r.add(&cobra.Command{}) // for the defaults
	r.spec = specFile
	return r
}
