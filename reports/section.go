package reports

import "strings"

// SectionOf returns the part of the catalogue that a case belongs to: the first
// number of an id like "9.1.1" ("9"), and of an id with slashes everything up
// to the second one ("rfc6455/4.2.1" of "rfc6455/4.2.1/3"), or up to the only
// one ("robust" of "robust/slow-handshake").
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

// sectionTitles says in a word or two what the numbered sections are about.
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
}

// SectionTitle returns a section's name for people: "Pings and pongs" for "2",
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
