package reports

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"
)

// sectionSizes are the numbered sections of the catalogue: 517 cases.
var sectionSizes = []struct {
	section, cases int
}{{1, 16}, {2, 11}, {3, 7}, {4, 10}, {5, 20}, {6, 145}, {7, 37}, {9, 54}, {10, 1}, {12, 90}, {13, 126}}

// largePage is the page of six agents, drawn once for all tests.
var largePage = sync.OnceValues(func() (string, error) {
	var b bytes.Buffer
	err := WriteHTML(&b, large(6))
	return b.String(), err
})

// large is a report of all numbered cases against so many agents, with masking
// keys and payloads that do not compress, and a hundred messages in each case
// of the sections that send many. Every case of the last agent fails.
func large(agents int) *Report {
	random := rand.New(rand.NewPCG(1, 2))
	r := &Report{
		Tool: Tool{"wsspec", "v0.1.0"}, Started: time.Date(2026, 3, 14, 15, 9, 26, 0, time.UTC), DurationMs: 60000, Profile: "full",
		Command: []string{"wsspec", "server", "ws://localhost:9001/"},
		Clauses: map[string]Clause{},
	}
	for _, s := range sectionSizes {
		id := fmt.Sprintf("RFC6455-5.%d-1", s.section)
		r.Clauses[id] = Clause{6455, fmt.Sprintf("5.%d", s.section), "MUST", "An endpoint that receives what this clause forbids fails the connection."}
	}
	for a := range agents {
		agent := fmt.Sprintf("agent %c", 'a'+a)
		r.Targets = append(r.Targets, Target{agent, Server, fmt.Sprintf("ws://localhost:%d/", 9001+a)})
		for _, s := range sectionSizes {
			for c := range s.cases {
				res := passing(agent, Server, fmt.Sprintf("%d.%d.%d", s.section, 1+c/20, 1+c%20), "a text message in fragments of so many octets, then a ping")
				if a == agents-1 {
					res = failing(agent, Server, res.ID)
					res.Departs = nil
				}
				res.Requirements = []string{fmt.Sprintf("RFC6455-5.%d-1", s.section)}
				messages := 2
				if s.section == 9 || s.section >= 12 {
					messages = 100
				}
				res.Transcript = append(conversation()[:3], exchange(random, messages)...)
				r.Results = append(r.Results, res)
			}
		}
	}
	return r
}

// exchange is messages of random octets, each sent and received.
func exchange(random *rand.Rand, messages int) []Entry {
	var entries []Entry
	for i := range messages {
		octets := make([]byte, 64)
		for j := range octets {
			octets[j] = byte(random.Uint32())
		}
		for _, dir := range []Direction{Sent, Received} {
			entries = append(entries, Entry{
				T: int64(400 + 150*i), Dir: dir, Kind: KindFrame, Text: "binary frame, 58 octets",
				Frame:  &Frame{Fin: true, Opcode: 2, Masked: true, MaskKey: fmt.Sprintf("%x", octets[2:6]), Form: 7, Length: 58},
				Octets: octets, Length: 64,
			})
		}
	}
	return entries
}
