package faulty

import (
	"crypto/tls"

	"github.com/wsspec/wsspec/ref/wire"
)

// Shape is exported for the tests of the symptoms.
var Shape = shape

// Both is the fault of a peer that makes both mistakes.
func Both(a, b Fault) Fault {
	both := Fault{Name: a.Name + "+" + b.Name}
	both.alter = func(p *peer) {
		for _, f := range []Fault{a, b} {
			if f.alter != nil {
				f.alter(p)
			}
		}
	}
	both.secure = func(c *tls.Config) {
		for _, f := range []Fault{a, b} {
			if f.secure != nil {
				f.secure(c)
			}
		}
	}
	both.rejectsURL = func(raw string) bool {
		return a.rejectsURL != nil && a.rejectsURL(raw) || b.rejectsURL != nil && b.rejectsURL(raw)
	}
	return both
}

// LikelyWithout is Likely for somebody who does not know the fault.
func LikelyWithout(name string, role wire.Role, judged map[string]string) map[string]Fault {
	var others []*pattern
	for _, p := range rowsOf(role) {
		if p.fault.Name != name {
			others = append(others, p)
		}
	}
	return likely(others, judged)
}
