// Package specs turns each case of the catalogue into a Ginkgo spec, so that you can
// test your server against RFC 6455 in your own suite:
//
//	var _ = specs.Describe(catalog.Cases(), func() *conformance.Target {
//		return target // from conformance.ParseTarget and the server's URL
//	}, specs.Options{})
//
// Ginkgo creates the specs while it constructs its tree. It calls the target function
// when the specs run, after BeforeSuite. Each spec has labels for its section
// ("section:5"), its level ("level:MUST") and the requirements that it checks
// ("RFC6455-5.5-2"), so you can select specs, for example with
//
//	ginkgo --label-filter='section:5 && level:MUST'
//
// The name of a spec is the id and the title of its case.
//
// Options.Baseline names a file with the known failures of the server. They are skipped, what is
// worse fails, and what is better says so. Options.RenewBaseline writes the file:
//
//	var renew = flag.Bool("renew", false, "write the known failures anew")
//
//	func TestServer(t *testing.T) {
//		target.Agent = "mine" // its name in the file
//		specs.Describe(catalog.Cases(), func() *conformance.Target { return target }, specs.Options{
//			Baseline: "testdata/known.json", RenewBaseline: *renew,
//		})
//		ginkgo.RunSpecs(t, "my server")
//	}
//
// conformance/peers/specs has such a suite. [ReportFolder] writes a wsspec report of the suite, with its page:
//
//	var _ = specs.ReportFolder("report")
//
// [Random] adds specs with random scripts. The same ginkgo --seed gives the same
// scripts:
//
//	var _ = specs.Random(100, func() *conformance.Target { return target }, specs.Options{})
package specs
