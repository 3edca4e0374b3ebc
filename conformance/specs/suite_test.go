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

// The suite tests the server at WSSPEC_TARGET, or without one the reference
// server in this process, which has to pass without a warning; with WSSPEC_STRICT
// others have to as well. It writes JUnit to the file WSSPEC_JUNIT.
func TestSpecs(t *testing.T) {
	gomega.RegisterFailHandler(ginkgo.Fail)
	ginkgo.RunSpecs(t, "wsspec")
}

var (
	theirs = os.Getenv("WSSPEC_TARGET")
	junit  = os.Getenv("WSSPEC_JUNIT")
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
