// Package release has the scripts that build a release, and tests of their configuration.
package release

import (
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"
	"testing"
	"text/template"

	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v3"
)

const configuration = "../../.goreleaser.yaml"

// A project is what the tests read of the configuration.
type project struct {
	Builds []struct {
		Goos, Goarch, Env, Flags, Ldflags []string
		ModTimestamp                      string `yaml:"mod_timestamp"`
	}
	Archives []struct {
		Formats         []string
		FormatOverrides []struct {
			Goos    string
			Formats []string
		} `yaml:"format_overrides"`
		NameTemplate string `yaml:"name_template"`
	}
	Checksum struct {
		NameTemplate string `yaml:"name_template"`
	}
	Brews, Scoops []struct {
		SkipUpload bool `yaml:"skip_upload"`
	}
	Release struct{ Draft bool }
}

func read(t *testing.T, into any) {
	t.Helper()
	octets, err := os.ReadFile(configuration)
	if err != nil {
		t.Fatal(err)
	}
	if err := yaml.Unmarshal(octets, into); err != nil {
		t.Fatalf("%s: %v", configuration, err)
	}
}

// The schema is goreleaser's own ("goreleaser jsonschema", with the version that
// tools/release requires). It knows every key, so that a wrong one is noticed here and not on
// the day of a release.
func TestConfigurationFitsTheSchema(t *testing.T) {
	schema, err := jsonschema.NewCompiler().Compile("testdata/goreleaser.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	var config any
	read(t, &config)
	if err := schema.Validate(config); err != nil {
		t.Errorf("%s: %v", configuration, err)
	}
}

func rendered(t *testing.T, text, goos, goarch string) string {
	t.Helper()
	var b strings.Builder
	values := map[string]string{"Version": "1.2.3", "Os": goos, "Arch": goarch}
	if err := template.Must(template.New("").Option("missingkey=error").Parse(text)).Execute(&b, values); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// The action in ci/github and the pages of documentation have these names.
func TestArchivesHaveTheNamesThatUsersDownload(t *testing.T) {
	var p project
	read(t, &p)
	build, archive := p.Builds[0], p.Archives[0]
	var got []string
	for _, goos := range build.Goos {
		formats := archive.Formats
		for _, o := range archive.FormatOverrides {
			if o.Goos == goos {
				formats = o.Formats
			}
		}
		for _, goarch := range build.Goarch {
			for _, format := range formats {
				got = append(got, rendered(t, archive.NameTemplate, goos, goarch)+"."+format)
			}
		}
	}
	got = append(got, rendered(t, p.Checksum.NameTemplate, "", ""))
	slices.Sort(got)
	want := []string{
		"wsspec_1.2.3_checksums.txt",
		"wsspec_1.2.3_darwin_amd64.tar.gz", "wsspec_1.2.3_darwin_arm64.tar.gz",
		"wsspec_1.2.3_freebsd_amd64.tar.gz", "wsspec_1.2.3_freebsd_arm64.tar.gz",
		"wsspec_1.2.3_linux_amd64.tar.gz", "wsspec_1.2.3_linux_arm64.tar.gz",
		"wsspec_1.2.3_windows_amd64.zip", "wsspec_1.2.3_windows_arm64.zip",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("names (-want +got):\n%s", diff)
	}
}

// A program is static, has its version, and is the same whenever and wherever it is built.
// Nothing reaches users before a maintainer has looked at the draft.
func TestProgramsAreReproducibleAndDraftsArePublishedByHand(t *testing.T) {
	var p project
	read(t, &p)
	for _, build := range p.Builds {
		if !slices.Contains(build.Env, "CGO_ENABLED=0") || !slices.Contains(build.Flags, "-trimpath") ||
			build.ModTimestamp != "{{ .CommitTimestamp }}" || !strings.Contains(strings.Join(build.Ldflags, " "), "-X github.com/wsspec/wsspec/internal/command.release={{ .Version }}") {
			t.Errorf("a build is not static, not reproducible, or without its version: %+v", build)
		}
	}
	if !p.Release.Draft || !p.Brews[0].SkipUpload || !p.Scoops[0].SkipUpload {
		t.Errorf("something is published without a maintainer: draft %v, %+v, %+v", p.Release.Draft, p.Brews, p.Scoops)
	}
}

// modules are the folders of all modules of the repository, with a slash before each.
func modules(t *testing.T) []string {
	t.Helper()
	var folders []string
	root := os.DirFS("../..")
	err := fs.WalkDir(root, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (name == ".git" || name == "bin" || name == "reports/out") {
			return fs.SkipDir
		}
		if d.Name() == "go.mod" {
			folders = append(folders, "/"+strings.TrimPrefix(path.Dir(name), "."))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(folders)
	return folders
}

// A module that is not listed would keep its old dependencies without anybody noticing.
func TestEveryModuleIsUpdated(t *testing.T) {
	octets, err := os.ReadFile("../../.github/dependabot.yml")
	if err != nil {
		t.Fatal(err)
	}
	var config struct {
		Updates []struct {
			Ecosystem   string `yaml:"package-ecosystem"`
			Directories []string
		}
	}
	if err := yaml.Unmarshal(octets, &config); err != nil {
		t.Fatal(err)
	}
	var listed []string
	for _, u := range config.Updates {
		if u.Ecosystem == "gomod" {
			listed = append(listed, u.Directories...)
		}
	}
	slices.Sort(listed)
	if diff := cmp.Diff(modules(t), listed); diff != "" {
		t.Errorf("modules in .github/dependabot.yml (-want +got):\n%s", diff)
	}
}
