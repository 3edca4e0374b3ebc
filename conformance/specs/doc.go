// Package specs turns the catalogue into Ginkgo specs, one a case, so that a
// project's own suite can hold its server to RFC 6455:
//
//	var _ = specs.Describe(catalog.Cases(), func() *conformance.Target {
//		return target // what conformance.ParseTarget made of the server's URL
//	}, specs.Options{})
//
// The specs are made while Ginkgo constructs its tree; the target is asked for
// when they run, behind BeforeSuite. Each is labelled by its section
// ("section:5"), its level ("level:MUST") and the requirements that it checks
// ("RFC6455-5.5-2"), so that for instance
//
//	ginkgo --label-filter='section:5 && level:MUST'
//
// picks some. Their names are the cases' ids and titles, which do not change.
//
// [Random] adds specs whose scripts nobody wrote, the same ones for the same
// ginkgo --seed:
//
//	var _ = specs.Random(100, func() *conformance.Target { return target }, specs.Options{})
package specs
