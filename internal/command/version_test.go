package command

import (
	"runtime/debug"
	"testing"
	"time"
)

// A user who reports a bug copies this line: it has to tell which source text runs,
// however the program was installed.
func TestVersionSaysWhichSourceItIs(t *testing.T) {
	checkout := []debug.BuildSetting{
		{Key: "vcs", Value: "git"},
		{Key: "vcs.revision", Value: "22f1d69abcdef0123456789abcdef0123456789a"},
		{Key: "vcs.time", Value: "2026-11-27T23:30:00+02:00"},
		{Key: "vcs.modified", Value: "false"},
	}
	changed := append(checkout[:3:3], debug.BuildSetting{Key: "vcs.modified", Value: "true"})
	linked := build{"1.2.3", "22f1d69abcdef0123456789abcdef0123456789a", time.Date(2026, 11, 27, 21, 30, 0, 0, time.UTC)}
	tests := []struct {
		what     string
		linked   build
		version  string
		settings []debug.BuildSetting
		want     string
	}{
		{"a release", linked, "v1.2.3", checkout, "1.2.3 (commit 22f1d69abcde of 2026-11-27)"},
		{"a release, and Go recorded nothing", linked, "(devel)", nil, "1.2.3 (commit 22f1d69abcde of 2026-11-27)"},
		{"a release from an archive of the source", build{version: "1.2.3"}, "(devel)", nil, "1.2.3"},
		{"go install of a tag", build{}, "v1.2.3", nil, "v1.2.3"},
		{"go install of a branch", build{}, "v1.2.4-0.20261127213000-22f1d69abcde", nil, "v1.2.4-0.20261127213000-22f1d69abcde (commit 22f1d69abcde of 2026-11-27)"},
		{"go install before any tag", build{}, "v0.0.0-20261127213000-22f1d69abcde", nil, "v0.0.0-20261127213000-22f1d69abcde (commit 22f1d69abcde of 2026-11-27)"},
		{"a checkout", build{}, "(devel)", checkout, "devel-22f1d69abcde (commit 22f1d69abcde of 2026-11-27)"},
		{"a checkout with changes", build{}, "v0.0.0-20261127213000-22f1d69abcde+dirty", changed, "v0.0.0-20261127213000-22f1d69abcde+dirty (commit 22f1d69abcde-dirty of 2026-11-27)"},
		{"no repository", build{}, "(devel)", nil, "devel"},
		{"no module", build{}, "", nil, "devel"},
	}
	for _, test := range tests {
		t.Run(test.what, func(t *testing.T) {
			info := &debug.BuildInfo{Main: debug.Module{Version: test.version}, Settings: test.settings}
			if got := newBuild(test.linked, info).String(); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
	if got := newBuild(build{}, nil).String(); got != "unknown" {
		t.Errorf("a program without build information: got %q", got)
	}
}
