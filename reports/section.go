package reports

import "strings"

// SectionOf returns the section of the catalogue that a case belongs to: "9" for
// "9.1.1", "rfc6455/4.2.1" for "rfc6455/4.2.1/3", and "robust" for
// "robust/slow-handshake".
func SectionOf(id string) string {
	parts := strings.SplitN(id, "/", 3)
	switch len(parts) {
	case 1:
		first, _, _ := strings.Cut(id, ".")
		return first
	case 2:
		return parts[0]
	default:
		return parts[0] + "/" + parts[1]
	}
}

// sectionTitles are the titles of the numbered sections.
var sectionTitles = map[string]string{
	"1":  "Framing",
	"2":  "Pings and pongs",
	"3":  "Reserved bits",
	"4":  "Opcodes",
	"5":  "Fragmentation",
	"6":  "UTF-8",
	"7":  "Closing handshake",
	"9":  "Size and speed",
	"10": "Automatic fragmentation",
	"12": "Compression",
	"13": "Compression parameters",

	"robust":   "Robustness",
	"security": "Security",
}

// SectionTitle returns the title of a section: "Pings and pongs" for "2",
// "RFC 6455 section 4.2.1" for "rfc6455/4.2.1", else the section as it is.
func SectionTitle(section string) string {
	if title, ok := sectionTitles[section]; ok {
		return title
	}
	if doc, clause, ok := strings.Cut(section, "/"); ok {
		if number, ok := strings.CutPrefix(doc, "rfc"); ok {
			return "RFC " + number + " section " + clause
		}
	}
	return section
}
