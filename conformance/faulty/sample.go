package faulty

import (
	"slices"
	"strings"
)

// heavy lists the sections with large or many messages. light lists the cases that
// represent them in the matrix: one for each size, fragmentation and parameter that
// matters to a fault.
var (
	heavy = []string{"9.*", "12.*", "13.*"}
	light = []string{
		"9.1.1", "9.1.3", "9.2.2", "9.3.4", "9.5.6", "9.7.1", "9.8.2",
		"12.1.1", "12.1.4", "12.1.10", "12.1.11", "12.2.10", "12.3.9", "12.5.13",
		"13.1.3", "13.2.7", "13.3.9", "13.4.9", "13.5.9", "13.6.7", "13.7.9",
	}
)

// aboutOpening lists the cases of the opening handshake and of negotiation. A fault in
// frames shows in the first case of a section or in none.
var aboutOpening = []string{"rfc6455/3/*", "rfc6455/4.*", "rfc6455/9.1/*", "rfc6455/10.6/*", "rfc6455/11.3*", "rfc7692/7/*", "rfc7692/7-client/*", "rfc7692/7.1/*"}

// aboutText lists the text cases that are run for faults of every kind, beside the
// first one of each section.
var aboutText = []string{"6.1.*", "6.2.*", "6.3.*", "6.4.*"}

// aboutTLS lists the cases about TLS.
var aboutTLS = []string{"rfc6455/10.6/*"}

// Measures reports whether the matrix has the case with that id for the fault. It
// leaves out the heavy cases; cases that differ only in their text, if the fault is
// not about text; and cases that differ only in the opening handshake, if the fault is
// not about that. The zero Fault stands for faults of every kind.
func Measures(f Fault, id string) bool {
	opens := f.Area == ServerHandshake || f.Area == ClientHandshake || f.Area == Deflate || f.Name == ""
	switch {
	case f.Area == TLS:
		return matchesAny(aboutTLS, id)
	case matchesAny(heavy, id):
		return slices.Contains(light, id)
	case matchesAny(aboutOpening, id):
		return opens || strings.HasSuffix(id, "/1")
	case strings.HasPrefix(id, "6.") && f.Area != Text && f.Name != "":
		return matchesAny(aboutText, id) || strings.HasSuffix(id, ".1")
	}
	return true
}
