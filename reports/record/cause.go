package record

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/wsspec/wsspec/conformance/faulty"
	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/ref/wire"
	"github.com/wsspec/wsspec/reports"
)

// AddLikelyCauses names a likely cause in the failed results of a report where
// one mistake of the peer explains them. [Record.Report] does so already.
func AddLikelyCauses(r *reports.Report) {
	judged := map[reports.Peer]map[string]string{} // by id: why the case failed, "" if it passed
	for i := range r.Results {
		res := &r.Results[i]
		if judged[res.Peer()] == nil {
			judged[res.Peer()] = map[string]string{}
		}
		switch res.Verdict {
		case verdict.Pass, verdict.Warn:
			if !res.Flaky { // it neither failed nor passed
				judged[res.Peer()][res.ID] = ""
			}
		case verdict.Fail:
			judged[res.Peer()][res.ID] = res.Explanation
			if res.ReplayID() != res.ID {
				judged[res.Peer()][res.ID] = "" // the case as it is passes
			}
		}
	}
	likely := map[reports.Peer]map[string]faulty.Fault{}
	explains := map[reports.Peer]map[string]int{}
	asked := map[string]map[string]faulty.Fault{} // many peers may have failed alike
	for peer, cases := range judged {
		role := wire.RoleServer
		if peer.Role == verdict.Client {
			role = wire.RoleClient
		}
		key := fmt.Sprint(role, cases)
		found, known := asked[key]
		if !known {
			found = faulty.Likely(role, cases)
			asked[key] = found
		}
		likely[peer] = found
		explains[peer] = map[string]int{}
		for _, f := range likely[peer] {
			explains[peer][f.Name]++
		}
	}
	onStreams := map[reports.Peer]bool{}
	for _, t := range r.Targets {
		onStreams[t.Peer()] = t.Transport != ""
	}
	for i := range r.Results {
		res := &r.Results[i]
		if f, ok := likely[res.Peer()][res.ID]; ok {
			res.LikelyCause = causeSentence(res.Role, f, explains[res.Peer()][f.Name])
			if onStreams[res.Peer()] {
				res.LikelyCause = ofStreams.Replace(res.LikelyCause)
			}
		}
	}
}

// ofStreams turns what the sentence of a fault says of TCP into what it says of a stream of
// HTTP/2 or HTTP/3, which takes its place (RFC 8441 5, RFC 9220 3).
var ofStreams = strings.NewReplacer("TCP read", "read", "TCP", "the stream")

// causeSentence turns "Answers no ping." into a guess about a server or client.
func causeSentence(role verdict.Role, f faulty.Fault, cases int) string {
	first, size := utf8.DecodeRuneInString(f.Sentence)
	sentence := "Likely cause: the " + string(role) + " " + string(unicode.ToLower(first)) + strings.TrimSuffix(f.Sentence[size:], ".")
	if cases > 1 {
		return fmt.Sprintf("%s, which explains %d of the failed cases.", sentence, cases)
	}
	return sentence + "."
}
