package command

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/wsspec/wsspec/conformance/check"
	"github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/ref/wire"
)

// checkFlags are the flags of wsspec check.
type checkFlags struct {
	only    string
	format  string
	verbose bool
	// out is where what is said goes.
	out output
	keeping
}

func newCheck() *cobra.Command {
	var f checkFlags
	cmd := &cobra.Command{
		Use:   "check FILE...",
		Short: "Judge the WebSocket connections of a capture that came with a bug report",
		Long: `Judge both sides of the WebSocket connections in a file, without a connection of
its own. What a FILE is, its contents tell:

  pcap, pcapng            captured packets, by tcpdump, dumpcap or Wireshark
  HAR                     the network log of a browser, as its developer tools save it
  report.json, journal    what wsspec itself saw in a run; a folder stands for its report

Each may be compressed with gzip; - is standard input. Of a run of wsspec the peer alone
is judged, unless --only names the other side: wsspec makes mistakes on purpose.

Nothing counts as a violation that the file may merely not show. What was not judged is
said, and why: TLS, lost packets, a connection that began before the capture.

Exit codes: 0 no violation, 1 violations, 2 usage, 3 nothing could be judged.`,
		Example: `  wsspec check bug.pcapng
  wsspec check --only server -v bug.pcapng
  tcpdump -i lo -w - port 9001 | wsspec check -
  wsspec check --format json browser.har | jq .files[].connections[].violations`,
		Args: cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usage("which file? For example: wsspec check bug.pcapng")
			}
			return f.run(cmd, args)
		},
	}
	f.add(cmd.Flags())
	f.out.add(cmd)
	return cmd
}

func (f *checkFlags) add(flags *pflag.FlagSet) {
	flags.StringVar(&f.only, "only", "", "judge what this side sent: `server|client` (default: both)")
	flags.StringVar(&f.format, "format", "text", "what is written: `text|json`")
	flags.BoolVarP(&f.verbose, "verbose", "v", false, "show each head of HTTP, each frame and each end of TCP")
	flags.BoolVar(&f.keepSecrets, "keep-secrets", false, keepSecretsHelp)
}

// checkFormats are the values of --format.
var checkFormats = []string{"text", "json"}

func (f *checkFlags) options() (check.Options, error) {
	o := check.Options{Events: f.verbose}
	switch f.only {
	case "":
	case wire.RoleServer.String():
		o.Only = wire.RoleServer
	case wire.RoleClient.String():
		o.Only = wire.RoleClient
	default:
		return o, usage("--only %s: it has to be server or client", f.only)
	}
	if f.format != "text" && f.format != "json" {
		return o, usage("--format %s: there is no such format; did you mean %q? Both are text and json", f.format, script.Nearest(f.format, checkFormats)[0])
	}
	return o, nil
}

func (f *checkFlags) run(cmd *cobra.Command, names []string) error {
	o, err := f.options()
	if err != nil {
		return err
	}
	f.hide(cmd.ErrOrStderr())
	if known := f.hidden.redactor; known != nil {
		o.Hide = func(c *check.Connection) { hideIn(c, known) }
	}
	var files []*check.File
	var failed []error
	for _, name := range names {
		file, err := checkFile(cmd.Context(), name, cmd.InOrStdin(), o)
		var exit *exitError
		if errors.As(err, &exit) && exit.code == exitUsage {
			return err
		}
		if file != nil {
			files = append(files, file)
		}
		switch {
		case err != nil && file != nil && len(file.Connections) > 0 && cmd.Context().Err() == nil:
			fmt.Fprintf(cmd.ErrOrStderr(), "wsspec: warning: %s: judged up to an error: %v\n", nameOf(name), err)
		case err != nil:
			failed = append(failed, fmt.Errorf("%s: %w", nameOf(name), err))
		case len(file.Connections) == 0:
			failed = append(failed, fmt.Errorf("%s: %s", nameOf(name), whyNothing(file)))
		}
		if cmd.Context().Err() != nil {
			break
		}
	}
	if err := f.out.write(cmd.OutOrStdout(), func(w io.Writer) error { return f.write(w, files) }); err != nil {
		return err
	}
	return f.verdict(files, failed)
}

// verdict is the exit code, with what could not be judged.
func (f *checkFlags) verdict(files []*check.File, failed []error) error {
	var violations, judged int64
	for _, file := range files {
		violations += file.Violations()
		judged += int64(len(file.Connections))
	}
	err := errors.Join(failed...)
	switch {
	case violations > 0:
		return &exitError{exitNonconformant, err}
	case err != nil:
		return couldNot(err)
	case judged == 0:
		return couldNot(errors.New("nothing could be judged"))
	}
	return nil
}

// whyNothing says why nothing of a file was judged.
func whyNothing(f *check.File) string {
	var why []string
	for _, o := range f.Others {
		why = append(why, counted(o.Count, "connection", "connections")+": "+string(o.Kind))
	}
	if len(why) == 0 {
		why = f.Notes
	}
	if len(why) == 0 {
		return "it has no WebSocket connection"
	}
	return "it has no WebSocket connection to judge: " + strings.Join(why, "; ")
}

func counted(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

func (f *checkFlags) write(w io.Writer, files []*check.File) error {
	if f.format == "json" {
		enc := json.NewEncoder(w)
		enc.SetEscapeHTML(false)
		enc.SetIndent("", "  ")
		return enc.Encode(struct {
			Schema string        `json:"schema"`
			Files  []*check.File `json:"files"`
		}{checkSchema, files})
	}
	for i, file := range files {
		if i > 0 {
			fmt.Fprintln(w)
		}
		if err := printCheck(w, file, f.verbose); err != nil {
			return err
		}
	}
	return nil
}

// checkSchema names the form of what --format json writes. It changes only when a reader
// of the older form would misread the newer one.
const checkSchema = "wsspec-check/1"

// patience is how long an interrupted command waits for what it was reading.
const patience = time.Second

// checkFile judges one file, up to where the command is interrupted. With an error, the file
// has what was judged before it; it is nil if nothing could be read.
func checkFile(ctx context.Context, name string, stdin io.Reader, o check.Options) (*check.File, error) {
	type result struct {
		file *check.File
		err  error
	}
	done := make(chan result, 1)
	go func() {
		file, err := checkInput(ctx, name, stdin, o)
		done <- result{file, err}
	}()
	select {
	case r := <-done:
		return r.file, r.err
	case <-ctx.Done():
	}
	select {
	case r := <-done:
		return r.file, r.err
	case <-time.After(patience): // nothing comes from where it reads
		return nil, errors.New(whyInterrupted(ctx))
	}
}

// nameOf is the name of an input to be shown.
func nameOf(name string) string {
	if name == "-" {
		return "standard input"
	}
	return name
}

// An interruptedReader ends with an error when its context does.
type interruptedReader struct {
	ctx context.Context
	r   io.Reader
}

func (r *interruptedReader) Read(p []byte) (int, error) {
	if r.ctx.Err() != nil {
		return 0, errors.New(whyInterrupted(r.ctx))
	}
	return r.r.Read(p)
}

// opened opens an input.
func opened(name string, stdin io.Reader) (io.ReadCloser, error) {
	if name == "-" {
		return io.NopCloser(stdin), nil
	}
	file, err := os.Open(name)
	if err != nil {
		return nil, &exitError{exitUsage, err}
	}
	return file, nil
}
