package command

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/wsspec/wsspec/conformance"
	"github.com/wsspec/wsspec/fuzz/network"
	"github.com/wsspec/wsspec/internal/covdata"
)

// coverName is the variable that names the folder into which a program writes that is built with
// go build -cover.
const coverName = "GOCOVERDIR"

// counters are those that a server writes when it ends. A nil pointer has none.
type counters struct {
	// dir is a folder of this campaign. What was read goes to the user's own folder, if he has
	// named one in the environment.
	dir, own string
	programs covdata.Programs
	stderr   io.Writer
}

// newCounters makes a folder for the counters of the server that --start starts.
func (f *fuzzFlags) newCounters(stderr io.Writer) (*counters, error) {
	if f.start == "" {
		return nil, nil
	}
	dir, err := os.MkdirTemp("", "wsspec-cover-")
	if err != nil {
		return nil, couldNot(fmt.Errorf("--start: there can be no folder for coverage: %w", err))
	}
	return &counters{dir: dir, own: os.Getenv(coverName), stderr: stderr}, nil
}

// environment tells the server where its counters go.
func (c *counters) environment() []string {
	if c == nil {
		return nil
	}
	return []string{coverName + "=" + c.dir}
}

// remove hands over what the server has written last, and removes the folder.
func (c *counters) remove() {
	if c == nil {
		return
	}
	if covdata.HasMeta(c.dir) {
		_, _ = c.programs.Take(c.dir, c.keep) // that it wrote nothing was said before
	}
	_ = os.RemoveAll(c.dir)
}

// of is the coverage of a server; nil if its program is not built for it.
func (c *counters) of(s *supervisor, t *conformance.Target) func(context.Context) (*network.Coverage, error) {
	if !covdata.HasMeta(c.dir) { // a program writes it when it starts
		return nil
	}
	return func(ctx context.Context) (*network.Coverage, error) {
		s.process.endInOrder()
		run, unread := c.programs.Take(c.dir, c.keep)
		if _, err := s.revive(ctx, t); err != nil {
			return nil, fmt.Errorf("the server was ended to read its coverage, and does not start again: %w", err)
		}
		if unread != nil {
			fmt.Fprintf(c.stderr, "wsspec: no coverage: %s. The campaign goes on without.\n", whyUnread(unread))
			return nil, nil
		}
		return &network.Coverage{Run: run, Statements: c.programs.Statements()}, nil
	}
}

// whyUnread says why there is no coverage.
func whyUnread(err error) string {
	if errors.Is(err, covdata.ErrNoCounters) {
		return "the server is built with -cover, and wrote no counters when it was asked to end (SIGTERM). It has to return from main then, or to call os.Exit, within " +
			politeness.String()
	}
	return err.Error()
}

// keep copies a file into the user's own folder, if there is one.
func (c *counters) keep(path string) error {
	if c.own == "" {
		return nil
	}
	octets, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(c.own, filepath.Base(path)), octets, 0o666)
}

// coverageText is how much of its program the peer has run; empty if that is not known.
func coverageText(p network.Progress) string {
	if p.Statements == 0 {
		return ""
	}
	return fmt.Sprintf("coverage %.1f %% of statements, ", 100*float64(p.Covered)/float64(p.Statements))
}
