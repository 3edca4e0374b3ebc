package catalog

import (
	"fmt"

	c "github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/conformance/verdict"
)

// section1: text and binary messages around the boundaries of the three length
// forms (RFC 6455 5.2), in one frame each.
func section1() []*c.Case {
	var cases []*c.Case
	for _, kind := range []struct {
		section string
		name    string
		frame   func(c.Payload) c.Frame
		pattern string
	}{{"1.1", "text", c.Text, "*"}, {"1.2", "binary", c.Binary, "\xfe"}} {
		for _, t := range []struct {
			number string
			size   int
			chop   c.Chop
		}{
			{"1", 0, c.ChopNone}, {"2", 125, c.ChopNone}, {"3", 126, c.ChopNone}, {"4", 127, c.ChopNone}, {"5", 128, c.ChopNone},
			{"6", 65535, c.ChopNone}, {"7", 65536, c.ChopNone}, {"8", 65536, 997},
		} {
			title := fmt.Sprintf("a %s message of %d octets", kind.name, t.size)
			requires := []string{"RFC6455-5.2-7", "RFC6455-5.2-14", "RFC6455-5.2-9"}
			if t.chop != c.ChopNone {
				title += fmt.Sprintf(", in writes of %d octets", t.chop)
				requires = []string{"RFC6455-6.2-1", "RFC6455-5.2-7"}
			}
			message := kind.frame(c.Repeated(kind.pattern, t.size))
			cases = append(cases, &c.Case{
				ID: kind.section + "." + t.number, Title: title, Requires: requires, Level: verdict.Must,
				Script: c.Script{Steps: []c.Step{sendChopped(t.chop, message)}, Outcomes: echoes(c.Echo(message))},
			})
		}
	}
	return cases
}
