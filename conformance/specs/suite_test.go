package specs_test

import (
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"github.com/onsi/ginkgo/v2"
	"github.com/onsi/gomega"

	"github.com/wsspec/wsspec/conformance"
	"github.com/wsspec/wsspec/conformance/catalog"
	"github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/conformance/specs"
	"github.com/wsspec/wsspec/ref"
)

// The suite tests the server at WSSPEC_TARGET. Without it, the suite tests the reference
// server in this process, which must pass without a warning. WSSPEC_STRICT requires the
// same of other servers. WSSPEC_JUNIT names a file for a JUnit report, WSSPEC_REPORT a
// folder for a wsspec report. WSSPEC_BASELINE names a file with known failures, in which the
// server has the name WSSPEC_AGENT; with WSSPEC_RENEW it is written anew. WSSPEC_CASES has the
// ids of the cases, if it is not all.
func TestSpecs(t *testing.T) {
	gomega.RegisterFailHandler(ginkgo.Fail)
	ginkgo.RunSpecs(t, "wsspec")
}

var (
	theirs = os.Getenv("WSSPEC_TARGET")
	junit  = os.Getenv("WSSPEC_JUNIT")
	folder = os.Getenv("WSSPEC_REPORT")
	strict = os.Getenv("WSSPEC_STRICT") != "" || theirs == ""
	opts   = specs.Options{Strict: strict, Baseline: os.Getenv("WSSPEC_BASELINE"), RenewBaseline: os.Getenv("WSSPEC_RENEW") != ""}
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
	if agent := os.Getenv("WSSPEC_AGENT"); agent != "" {
		target.Agent = agent
	}
})

var _ = specs.Describe(cases(), func() *conformance.Target { return target }, opts)

var _ = specs.Random(50, func() *conformance.Target { return target }, opts)

var _ = junit == "" || specs.ReportJUnit(junit)

var _ = folder == "" || specs.ReportFolder(folder)

// cases are those of the suite.
func cases() (chosen []*script.Case) {
	ids := strings.Fields(os.Getenv("WSSPEC_CASES"))
	if len(ids) == 0 {
		return catalog.Cases()
	}
	for _, id := range ids {
		chosen = append(chosen, catalog.ByID(id))
	}
	return chosen
}
