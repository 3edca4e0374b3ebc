package specs_test

import (
	"net/http/httptest"
	"os"
	"testing"

	"github.com/onsi/ginkgo/v2"
	"github.com/onsi/gomega"

	"github.com/wsspec/wsspec/conformance"
	"github.com/wsspec/wsspec/conformance/catalog"
	"github.com/wsspec/wsspec/conformance/specs"
	"github.com/wsspec/wsspec/ref"
)

// The suite tests the server at WSSPEC_TARGET. Without it, the suite tests the reference
// server in this process, which must pass without a warning. WSSPEC_STRICT requires the
// same of other servers. WSSPEC_JUNIT names a file for a JUnit report, WSSPEC_REPORT a
// folder for a wsspec report.
func TestSpecs(t *testing.T) {
	gomega.RegisterFailHandler(ginkgo.Fail)
	ginkgo.RunSpecs(t, "wsspec")
}

var (
	theirs = os.Getenv("WSSPEC_TARGET")
	junit  = os.Getenv("WSSPEC_JUNIT")
	folder = os.Getenv("WSSPEC_REPORT")
	strict = os.Getenv("WSSPEC_STRICT") != "" || theirs == ""
	target *conformance.Target
)

var _ = ginkgo.BeforeSuite(func() {
	url := theirs
	if url == "" {
		server := httptest.NewServer(ref.EchoHandler(&ref.AcceptOptions{Compression: &ref.Compression{}}))
		ginkgo.DeferCleanup(server.Close)
		url = server.URL
	}
	var err error
	target, err = conformance.ParseTarget(url)
	gomega.Expect(err).NotTo(gomega.HaveOccurred())
})

var _ = specs.Describe(catalog.Cases(), func() *conformance.Target { return target }, specs.Options{Strict: strict})

var _ = specs.Random(50, func() *conformance.Target { return target }, specs.Options{Strict: strict})

var _ = junit == "" || specs.ReportJUnit(junit)

var _ = folder == "" || specs.ReportFolder(folder)
