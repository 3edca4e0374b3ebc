package catalog

import (
	"fmt"

	c "github.com/wsspec/wsspec/conformance"
)

// section1: text and binary messages around the boundaries of the three length
// forms (RFC 6455 5.2), sent whole.
func section1() []*c.Case {
	var cases []*c.Case
	sizes := []int{0, 125, 126, 127, 128, 65535, 65536, 65536}
	for group, kind := range []struct {
		name    string
		frame   func(c.Payload) c.Frame
		pattern string
	}{{"text", c.Text, "*"}, {"binary", c.Binary, "\xfe"}} {
		for i, size := range sizes {
			title := fmt.Sprintf("a %s message of %d octets", kind.name, size)
			chop, requires := c.ChopNone, []string{"RFC6455-5.2-7", "RFC6455-5.2-14", "RFC6455-5.2-9"}
			if i == len(sizes)-1 { // the same size once more, cut by TCP
				title += ", in writes of 997 octets"
				chop, requires = 997, []string{"RFC6455-6.2-1", "RFC6455-5.2-7"}
			}
			message := kind.frame(c.Repeated(kind.pattern, size))
			cases = append(cases, &c.Case{
				ID: fmt.Sprintf("1.%d.%d", group+1, i+1), Title: title, Requires: requires, Level: c.Must,
				Script: c.Script{Steps: []c.Step{sendChopped(chop, message)}, Outcomes: echoes(c.Echo(message))},
			})
		}
	}
	return cases
}
