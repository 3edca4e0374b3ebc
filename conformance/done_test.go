package conformance_test

import (
	"testing"

	"github.com/wsspec/wsspec/conformance"
	"github.com/wsspec/wsspec/conformance/verdict"
)

// Where Done keeps the transcripts, nobody else does.
func TestTranscriptsThatDoneKeeps(t *testing.T) {
	cases := named(t, "1.1.2", "3.1")
	for _, keeps := range []bool{false, true} {
		kept := 0
		opts := conformance.Options{DoneKeeps: keeps, Done: func(r conformance.Result) { kept += len(r.Transcript) }}
		check := func(name string, results []conformance.Result) {
			t.Helper()
			left := 0
			for _, r := range results {
				left += len(r.Transcript)
			}
			if len(results) != len(cases) || kept == 0 || keeps && left > 0 || !keeps && left != kept {
				t.Errorf("%s, Done keeps them is %t: Done had %d entries, %d results have %d", name, keeps, kept, len(results), left)
			}
			kept = 0
		}
		check("a server", play(t, serve(t, shaken(echo)), cases, opts))
		results, err := conformance.RunClients(t.Context(), echoes, cases, opts)
		if err != nil {
			t.Fatal(err)
		}
		check("clients", results)
		s := startService(t, &conformance.Service{Cases: cases, DoneKeeps: keeps, Done: func(_ string, r conformance.Result) { opts.Done(r) }})
		s.plays("/runCase?case=1&agent=one")
		s.plays("/runCase?case=2&agent=one")
		results = nil
		for _, c := range cases {
			results = append(results, s.wantResult("one", c.ID, verdict.Pass))
		}
		check("a service", results)
	}
}
