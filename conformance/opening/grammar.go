package opening

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/wsspec/wsspec/ref/wire"
)

// The grammar of the handshake's fields (RFC 6455 4.3, 9.1; RFC 2616 2.1, 2.2),
// stated for the harness alone: a mistake in the reference's parser shows as a
// failing case and does not hide itself.
const (
	// A token has any visible ASCII characters but the separators (RFC 2616 2.2).
	tokenChar = "[!#$%&'*+.^_`|~0-9A-Za-z-]"
	token     = tokenChar + "+"
	// A quoted string stands for a token once it is unquoted (RFC6455-9.1-3).
	quoted = `"(?:\\?` + tokenChar + `)+"`
	space  = `[ \t]*`
	param  = space + ";" + space + "(" + token + ")(" + space + "=" + space + "(" + token + "|" + quoted + "))?"
)

var (
	tokenForm     = regexp.MustCompile("^" + token + "$")
	productForm   = regexp.MustCompile("^" + token + "(/" + token + ")?$") // RFC 2616 3.8
	extensionForm = regexp.MustCompile("^(" + token + ")(" + space + ";" + space + token + "(" + space + "=" + space + "(" + token + "|" + quoted + "))?)*$")
	paramForm     = regexp.MustCompile(param)
)

// isToken reports whether s is a token, which has one octet at least.
func isToken(s string) bool { return tokenForm.MatchString(s) }

// elements returns the elements of a comma-separated list. Empty ones do not count
// (RFC6455-4.3-8), nor does white space around the others (RFC6455-4.3-7). No element
// of the handshake's lists can have a comma inside.
func elements(list string) []string {
	var out []string
	for element := range strings.SplitSeq(list, ",") {
		if element = strings.Trim(element, " \t"); element != "" {
			out = append(out, element)
		}
	}
	return out
}

// malformed says what is wrong with a field that has to be a list of one element at
// least, each of a form; "" if nothing is, or the field is absent. Several fields of
// one name are one list (RFC6455-9.1-4).
func malformed(fields wire.Fields, name string, form *regexp.Regexp, want string) string {
	values := fields.Values(name)
	if len(values) == 0 {
		return ""
	}
	list := elements(strings.Join(values, ","))
	if len(list) == 0 {
		return fmt.Sprintf("%s: an empty list, want %s", name, want)
	}
	for _, element := range list {
		if !form.MatchString(element) {
			return fmt.Sprintf("%s: the element %s, want %s", name, excerpt(element), want)
		}
	}
	return ""
}

// tokens returns the elements of a list of tokens, none if it is malformed.
func tokens(fields wire.Fields, name string) []string {
	if malformed(fields, name, tokenForm, "") != "" {
		return nil
	}
	return elements(strings.Join(fields.Values(name), ","))
}

// HasToken reports whether lists have an element, without regard to case in ASCII
// (RFC6455-4.2.1-9, RFC6455-4.2.1-11).
func HasToken(lists []string, token string) bool {
	for _, element := range elements(strings.Join(lists, ",")) {
		if len(element) == len(token) && strings.EqualFold(element, token) {
			return true
		}
	}
	return false
}

// excerpt quotes what a peer sent, and of a long text the beginning.
func excerpt(s string) string {
	const most = 64
	if len(s) > most {
		return fmt.Sprintf("%q… (%d octets)", s[:most], len(s))
	}
	return fmt.Sprintf("%q", s)
}
