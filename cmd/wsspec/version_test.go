package main

import (
	"runtime/debug"
	"testing"
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
	tests := []struct {
		what, release, version string
		settings               []debug.BuildSetting
		want                   string
	}{
		{"a release", "1.2.3", "v1.2.3", checkout, "1.2.3 (commit 22f1d69abcde of 2026-11-27)"},
		{"a release from an archive of the source", "1.2.3", "(devel)", nil, "1.2.3"},
		{"go install of a tag", "", "v1.2.3", nil, "v1.2.3"},
		{"go install of a branch", "", "v1.2.4-0.20261127213000-22f1d69abcde", nil, "v1.2.4-0.20261127213000-22f1d69abcde (commit 22f1d69abcde of 2026-11-27)"},
		{"go install before any tag", "", "v0.0.0-20261127213000-22f1d69abcde", nil, "v0.0.0-20261127213000-22f1d69abcde (commit 22f1d69abcde of 2026-11-27)"},
		{"a checkout", "", "(devel)", checkout, "devel-22f1d69abcde (commit 22f1d69abcde of 2026-11-27)"},
		{"a checkout with changes", "", "v0.0.0-20261127213000-22f1d69abcde+dirty", changed, "v0.0.0-20261127213000-22f1d69abcde+dirty (commit 22f1d69abcde-dirty of 2026-11-27)"},
		{"no repository", "", "(devel)", nil, "devel"},
		{"no module", "", "", nil, "devel"},
	}
	for _, test := range tests {
		t.Run(test.what, func(t *testing.T) {
			info := &debug.BuildInfo{Main: debug.Module{Version: test.version}, Settings: test.settings}
			if got := newBuild(test.release, info).String(); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
	if got := newBuild("", nil).String(); got != "unknown" {
		t.Errorf("a program without build information: got %q", got)
	}
}
