package run

import (
	"fmt"
	"net/url"
	"strconv"

	"github.com/wsspec/wsspec/conformance/opening"
	"github.com/wsspec/wsspec/conformance/script"
)

// find returns the case that case=N or casetuple=ID names, and answers the
// client if there is none.
func (s *Service) find(in *opening.FromClient, q url.Values) *script.Case {
	c, why := s.named(q)
	if c == nil {
		in.Refuse(404, why)
	}
	return c
}

// named returns the case that case=N or casetuple=ID names, or why there is none.
func (s *Service) named(q url.Values) (c *script.Case, why string) {
	if id := q.Get("casetuple"); id != "" {
		for _, c := range s.Cases {
			if c.ID == id {
				return c, ""
			}
		}
		return nil, fmt.Sprintf("casetuple=%s: the selection has no such case", id)
	}
	n, err := strconv.Atoi(q.Get("case"))
	if err != nil || n < 1 || n > len(s.Cases) {
		return nil, fmt.Sprintf("case=%s: it has to be a number from 1 to %d", q.Get("case"), len(s.Cases))
	}
	return s.Cases[n-1], ""
}
