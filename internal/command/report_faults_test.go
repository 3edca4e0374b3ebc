package command

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/wsspec/wsspec/conformance/faulty"
)

func TestReportFaultsDrawsEveryFault(t *testing.T) {
	o := wsspec(t, "report", "faults")
	o.want(t, exitPass, "# Fault matrix")
	for _, f := range faulty.Faults() {
		for _, role := range f.Roles() {
			if !strings.Contains(o.stdout, "| "+f.Name+" | "+role.String()+" |") {
				t.Errorf("%s as a %s is not drawn", f.Name, role)
			}
		}
	}
	page := filepath.Join(t.TempDir(), "faults.html")
	wsspec(t, "report", "faults", "-o", page).want(t, exitPass)
	if !strings.HasPrefix(read(t, page), "<!doctype html>") {
		t.Error("an .html file is no page")
	}
	wsspec(t, "report", "faults", "--format", "htm").want(t, exitUsage, `did you mean "html"`)
}
