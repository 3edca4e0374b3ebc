package command

import (
	"fmt"
	"regexp"
	"runtime"
	"runtime/debug"
	"strings"
	"time"

	"github.com/spf13/cobra"
)

// The linker sets these in a release: its version, its commit, and the time of the commit
// as RFC 3339 has it.
//
//	p=github.com/wsspec/wsspec/internal/command
//	go build -ldflags "-X $p.release=1.2.3 -X $p.commit=22f1d69abcdef -X $p.date=2026-11-27T21:30:00Z" ./cmd/wsspec
var release, commit, date string

// A build says which source text this program was made from.
type build struct {
	// version is the release, or the version of the module. It is never empty.
	version string
	// commit has the first 12 digits of the commit, and "-dirty" behind them if files were
	// changed. It is empty if Go did not record the commit.
	commit string
	// date is the time of the commit, or the zero time if Go did not record it.
	date time.Time
}

// shortHash is how many digits of a commit are shown: as many as Go has in a version.
const shortHash = 12

// pseudoVersion matches the end of the version that Go makes for a commit without a tag:
// its time in UTC and the first 12 digits of its hash.
var pseudoVersion = regexp.MustCompile(`[-.](\d{14})-([0-9a-f]{12})(\+dirty)?$`)

// newBuild adds to what the linker set what the Go command recorded. Go records the commit if
// it builds in a checkout, unless -buildvcs=false. "go install MODULE@VERSION" builds without one: then the commit and
// its time are known only if VERSION is no tag, because they are part of such a version.
func newBuild(linked build, info *debug.BuildInfo) build {
	b := linked
	if info == nil {
		if b.version == "" {
			b.version = "unknown"
		}
		return b
	}
	b.commit = b.commit[:min(shortHash, len(b.commit))]
	if m := pseudoVersion.FindStringSubmatch(info.Main.Version); m != nil && b.commit == "" {
		b.commit = m[2]
		b.date, _ = time.Parse("20060102150405", m[1])
	}
	dirty := false
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.revision":
			b.commit = s.Value[:min(shortHash, len(s.Value))]
		case "vcs.time":
			if t, err := time.Parse(time.RFC3339, s.Value); err == nil {
				b.date = t
			}
		case "vcs.modified":
			dirty = s.Value == "true"
		}
	}
	if b.commit != "" && dirty {
		b.commit += "-dirty"
	}
	if b.version == "" {
		b.version = info.Main.Version
	}
	if b.version == "" || b.version == "(devel)" {
		b.version = "devel"
		if b.commit != "" {
			b.version += "-" + b.commit
		}
	}
	return b
}

// recorded returns the build of this program.
func recorded() build {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		info = nil
	}
	linked := build{version: release, commit: commit}
	if t, err := time.Parse(time.RFC3339, date); err == nil {
		linked.date = t
	}
	return newBuild(linked, info)
}

// String gives the version, the commit and its date, as far as they are known:
// "v1.2.3 (commit 22f1d69abcde of 2026-11-27)".
func (b build) String() string {
	var known []string
	if b.commit != "" {
		known = append(known, "commit "+b.commit)
	}
	if !b.date.IsZero() {
		known = append(known, "of "+b.date.UTC().Format(time.DateOnly))
	}
	if len(known) == 0 {
		return b.version
	}
	return b.version + " (" + strings.Join(known, " ") + ")"
}

// version is the version alone, for reports and man pages.
func version() string { return recorded().version }

// versionLine is what the command says of itself.
func versionLine() string {
	return fmt.Sprintf("wsspec %s, %s, %s/%s", recorded(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
}

func newVersion() *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version, the commit and its date",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			_, err := fmt.Fprintln(cmd.OutOrStdout(), versionLine())
			return err
		},
	}
}
