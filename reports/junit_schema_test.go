package reports

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// judgedByXMLLint holds a file against junit.xsd, and returns what xmllint says
// if it is not valid.
func judgedByXMLLint(t *testing.T, octets []byte) string {
	t.Helper()
	xmllint, err := exec.LookPath("xmllint")
	if err != nil {
		t.Skip("NOT TESTED against the XML schema: xmllint (Debian: libxml2-utils) is not installed")
	}
	file := filepath.Join(t.TempDir(), "junit.xml")
	if err := os.WriteFile(file, octets, 0o600); err != nil {
		t.Fatal(err)
	}
	said, err := exec.Command(xmllint, "--nonet", "--noout", "--schema", "junit.xsd", file).CombinedOutput()
	if err == nil {
		return ""
	}
	return string(said)
}

func TestJUnitIsAsItsSchemaSays(t *testing.T) {
	empty := &Report{}
	for name, r := range map[string]*Report{"the sample": sample(), "six agents": large(6), "nothing": empty} {
		if said := judgedByXMLLint(t, junitOf(t, r)); said != "" {
			t.Errorf("%s: %s", name, said)
		}
	}
}

// The schema is one that can be broken.
func TestJUnitSchemaRefuses(t *testing.T) {
	good := string(junitOf(t, sample()))
	for _, tt := range []struct{ name, old, new string }{
		{"a case without a name", `<testcase name="2.7" `, `<testcase `},
		{"a case twice", `name="1.1.10"`, `name="1.1.1"`},
		{"a failure that is an error as well", `<failure `, `<error message=""></error><failure `},
		{"a failure without a message", `<failure message=`, `<failure text=`},
		{"a count that is none", `tests="11"`, `tests="many"`},
		{"a time that is none", `time="0.000750"`, `time="fast"`},
		{"an element of its own", `<testcase`, `<verdict/><testcase`},
	} {
		bad := strings.Replace(good, tt.old, tt.new, 1)
		if bad == good {
			t.Errorf("%s: the sample has no %s", tt.name, tt.old)
		}
		if judgedByXMLLint(t, []byte(bad)) == "" {
			t.Errorf("%s is valid", tt.name)
		}
	}
}
