package junit

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/wsspec/wsspec/reports"
	"github.com/wsspec/wsspec/reports/internal/fixture"
)

// judgedByXMLLint validates a file with junit.xsd, and returns what xmllint prints if
// it is not valid.
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

func TestJUnitIsValid(t *testing.T) {
	empty := &reports.Report{}
	for name, r := range map[string]*reports.Report{"the sample": fixture.Sample(), "six agents": fixture.Large(6), "nothing": empty} {
		if said := judgedByXMLLint(t, xmlOf(t, r)); said != "" {
			t.Errorf("%s: %s", name, said)
		}
	}
}

// The schema rejects damaged files.
func TestJUnitSchemaRefuses(t *testing.T) {
	good := string(xmlOf(t, fixture.Sample()))
	for _, tt := range []struct{ name, old, new string }{
		{"a case without a name", `<testcase name="2.7 a ping of 126 octets" `, `<testcase `},
		{"a case twice", `name="1.1.10 a text message, later in the section"`, `name="1.1.1 an empty text message"`},
		{"a failure that is an error as well", `<failure `, `<error message=""></error><failure `},
		{"a failure without a message", `<failure message=`, `<failure text=`},
		{"a count that is none", `tests="13"`, `tests="many"`},
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
