// Package record makes a report out of conformance results, for a command, a
// Ginkgo suite or a Go test.
//
// After a run that returns all its results at once:
//
//	results, err := conformance.RunServer(ctx, target, cases, conformance.Options{})
//	if err != nil {
//		return err
//	}
//	rec := record.New(record.Options{})
//	rec.AddTarget(target.Agent, wire.RoleServer, target.URL.String())
//	rec.Add(target.Agent, results...)
//	return rec.WriteFolder("report") // report.json, index.html, junit.xml
//
// [Record.Report] returns the report itself, for any other form of package
// reports/forms. A Record is safe for use by several goroutines, so that Add can
// also be called by the function that a run tells of each result.
package record
