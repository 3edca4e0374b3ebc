package record

import (
	"github.com/wsspec/wsspec/conformance"
	"github.com/wsspec/wsspec/conformance/verdict"
)

// brokenByEnd is the requirement that a peer broke by how it ended the connection, where that
// is all that was wrong; empty otherwise. A server that never closes TCP fails nearly every
// case, whatever the case is about: that is one mistake, and a report has to say which.
func brokenByEnd(res *conformance.Result) string {
	if res.Verdict != verdict.Fail || res.Behavior == verdict.Failed || res.Flaky {
		return ""
	}
	switch res.Close {
	case verdict.CloseFailedByClient:
		return "RFC6455-5.5.1-13"
	case verdict.CloseUnclean:
		return "RFC6455-5.5.1-7"
	}
	return ""
}
