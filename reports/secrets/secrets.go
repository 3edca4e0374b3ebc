// Package secrets removes what nobody may publish from texts and octets: user names
// and passwords in URLs, the values of queries, and the values of fields that carry
// credentials or cookies. It finds them by their form, and after [Redactor.Learn]
// wherever they are.
package secrets

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode"
)

// Mark stands in texts for what was removed. In octets there are as many asterisks as
// there were octets, so that offsets and lengths stay right.
const Mark = "REDACTED"

var (
	// userinfo is the part of a URL before the host (RFC 3986 3.2.1).
	userinfo = regexp.MustCompile(`(?i)([a-z][a-z0-9+.-]*://)[^\s/?#@'"<>]*@`)
	// absoluteURL is a URL in a text, such as NAME=ws://host/.
	absoluteURL = regexp.MustCompile(`(?i)[a-z][a-z0-9+.-]*://[^\s'"]+`)
	// query is one name and value of a query; a query may also be one word.
	query     = regexp.MustCompile(`([?&])([^\s=&?#'"<>]{1,200})=([^\s&#'"<>]+)`)
	bareQuery = regexp.MustCompile(`(?i)([a-z][a-z0-9+.-]*://[^\s?#'"<>]*\?)([^\s=&#'"<>]{8,})`)
	// field is a field that always carries a secret, up to the end of the line or of
	// the quotation.
	field = regexp.MustCompile(`(?i)\b((?:proxy-)?authorization|(?:set-)?cookie)("?\s*[:=]\s*"?)([^\r\n'"]+)`)
	// secretField is the name of a field that carries a secret.
	secretField = regexp.MustCompile(`(?i)^(?:(?:proxy-)?authorization|(?:set-)?cookie2?|(?:.*[-_])?(?:api-?key|token|secret|password|passwd|credentials?|auth|session(?:-?id)?))$`)
	// requestTarget is the query in the first line of a request.
	requestTarget = regexp.MustCompile(`\A[^\r\n]*`)
	// assigned is NAME=VALUE in a command, with the name of a secret.
	assigned = regexp.MustCompile(`(?i)^(-{0,2}[\w-]*(?:token|secret|password|passwd|api[-_]?key|credential)[\w-]*)=(.+)$`)
	// flagInLine is a flag with its value in a command line.
	flagInLine = regexp.MustCompile(`(?i)((?:^|\s)-{1,2}[\w-]*(?:token|secret|password|passwd|api-?key|credential)[\w-]*(?:\s+|=))([^\s'"]+)`)
	// secretFlag is a flag whose value is the next argument.
	secretFlag = regexp.MustCompile(`(?i)^-{1,2}[\w-]*(?:token|secret|password|passwd|api-?key|credential)[\w-]*$`)
)

// subprotocolField is a field that browsers can set, so that programs put credentials
// into it; token is one of its values.
const subprotocolField = "Sec-WebSocket-Protocol"

var token = regexp.MustCompile(`[^\s,]+`)

// credential reports whether the name of a subprotocol looks like a credential: it is
// long, and has small letters, capital letters and digits, or only hexadecimal digits.
func credential(name string) bool {
	var small, capital, digits, hex int
	for _, c := range name {
		switch {
		case unicode.IsLower(c):
			small++
		case unicode.IsUpper(c):
			capital++
		case unicode.IsDigit(c):
			digits++
		}
		if strings.ContainsRune("0123456789abcdefABCDEF", c) {
			hex++
		}
	}
	return len(name) >= 20 && small > 0 && capital > 0 && digits > 0 || len(name) >= 32 && hex == len(name)
}

// harnessNames are the names in queries of Autobahn's endpoints, which are no secrets.
var harnessNames = []string{"case", "casetuple", "agent"}

// A Redactor removes secrets. A nil Redactor removes nothing. It is not safe for use by
// several goroutines while one of them calls Learn.
type Redactor struct {
	learned []string
}

// Learn remembers the secrets in a text, such as a URL, so that they are removed
// wherever they are: the password and the values of the query of a URL, and the values
// of fields. Values that are too short or too common a word are not remembered.
func (r *Redactor) Learn(text string) {
	if r == nil {
		return
	}
	for _, address := range absoluteURL.FindAllString(text, -1) {
		if u, err := url.Parse(address); err == nil && u.Host != "" {
			r.learnURL(u)
		}
	}
	for _, m := range field.FindAllStringSubmatch(text, -1) {
		r.LearnValue(m[3])
	}
}

func (r *Redactor) learnURL(u *url.URL) {
	if u.User != nil {
		if password, ok := u.User.Password(); ok {
			r.remember(password)
		}
		r.remember(u.User.String())
		r.remember(base64.StdEncoding.EncodeToString([]byte(unescapedUser(u.User))))
	}
	for name, values := range u.Query() {
		if slices.Contains(harnessNames, name) {
			continue
		}
		for _, value := range values {
			r.remember(value)
			r.remember(url.QueryEscape(value))
		}
	}
}

func unescapedUser(u *url.Userinfo) string {
	password, _ := u.Password()
	return u.Username() + ":" + password
}

// LearnValue remembers the value of a field: all of it, and its parts.
func (r *Redactor) LearnValue(value string) {
	if r == nil {
		return
	}
	value = strings.TrimSpace(value)
	r.remember(value)
	for _, part := range strings.FieldsFunc(value, func(c rune) bool { return c == ' ' || c == ';' || c == ',' }) {
		r.remember(part)
		if name, inner, ok := strings.Cut(part, "="); ok && name != "" {
			r.remember(strings.Trim(inner, `"`))
		}
	}
}

// remember keeps a value that is unlike the words of a report.
func (r *Redactor) remember(value string) {
	if distinct(value) && !slices.Contains(r.learned, value) && len(r.learned) < 200 {
		r.learned = append(r.learned, value)
		// Longer ones first: one may be a part of another.
		slices.SortStableFunc(r.learned, func(a, b string) int { return len(b) - len(a) })
	}
}

func distinct(value string) bool {
	var letters, others, digits int
	for _, c := range value {
		switch {
		case unicode.IsLower(c):
			letters++
		case unicode.IsDigit(c):
			digits++
		default:
			others++
		}
	}
	switch {
	case digits == len(value):
		return len(value) >= 8
	case letters == len(value):
		return len(value) >= 10
	case others == len(value) && !strings.ContainsFunc(value, unicode.IsLetter):
		return false
	}
	return len(value) >= 5
}

// Text removes the secrets from a text.
func (r *Redactor) Text(s string) string {
	if r == nil || s == "" {
		return s
	}
	if strings.Contains(s, "://") {
		s = userinfo.ReplaceAllString(s, "${1}"+Mark+"@")
		s = bareQuery.ReplaceAllString(s, "${1}"+Mark)
	}
	if strings.Contains(s, "=") {
		s = query.ReplaceAllStringFunc(s, func(m string) string {
			part := query.FindStringSubmatch(m)
			if slices.Contains(harnessNames, part[2]) {
				return m
			}
			return part[1] + part[2] + "=" + Mark
		})
	}
	if strings.ContainsAny(s, ":=") {
		s = field.ReplaceAllString(s, "${1}${2}"+Mark)
	}
	for _, secret := range r.learned {
		s = strings.ReplaceAll(s, secret, Mark)
	}
	if strings.Contains(s, "0x") {
		s = hexOctets.ReplaceAllStringFunc(s, r.inHex)
	}
	if len(r.learned) > 0 && strings.Contains(s, ellipsis) {
		parts := strings.Split(s, ellipsis)
		for i, part := range parts[:len(parts)-1] {
			parts[i] = r.withoutBeginning(part)
		}
		s = strings.Join(parts, ellipsis)
	}
	return s
}

// withoutBeginning removes the beginning of a secret from the end of a text that was cut.
func (r *Redactor) withoutBeginning(s string) string {
	for _, secret := range r.learned {
		for n := min(len(secret)-1, len(s)); n >= fewestOfSecret; n-- {
			if kept, ok := strings.CutSuffix(s, secret[:n]); ok {
				return kept + Mark
			}
		}
	}
	return s
}

// A text that was cut ends in an ellipsis, and may have the beginning of a secret before
// it: so many octets of one are too many.
const (
	ellipsis       = "…"
	fewestOfSecret = 4
)

// hexOctets are octets that a text has in hexadecimal.
var hexOctets = regexp.MustCompile(`0x(?:[0-9a-f]{2}){4,}(?:…)?`)

// inHex removes the secrets from octets in hexadecimal: there are as many asterisks as
// there were octets.
func (r *Redactor) inHex(s string) string {
	digits, cut := strings.CutSuffix(s[len("0x"):], ellipsis)
	octets, err := hex.DecodeString(digits)
	if err != nil {
		return s
	}
	octets = r.octets(octets)
	if cut {
		octets = r.beginning(octets)
		digits += ellipsis
	}
	return "0x" + hex.EncodeToString(octets) + strings.TrimLeft(digits, "0123456789abcdef")
}

// beginning removes the beginning of a secret from the end of octets that were cut.
func (r *Redactor) beginning(octets []byte) []byte {
	for _, secret := range r.learned {
		for n := min(len(secret)-1, len(octets)); n >= fewestOfSecret; n-- {
			if kept, ok := bytes.CutSuffix(octets, []byte(secret[:n])); ok {
				return append(bytes.Clone(kept), bytes.Repeat([]byte{'*'}, n)...)
			}
		}
	}
	return octets
}

// Texts is Text of each string, in a new list.
func (r *Redactor) Texts(all []string) []string {
	if r == nil || all == nil {
		return all
	}
	out := make([]string, len(all))
	for i, s := range all {
		out[i] = r.Text(s)
	}
	return out
}

// Arguments removes the secrets from the arguments of a command, and remembers them: as
// Text does, and the values of flags and variables whose names say that they are
// secret, also where an argument is a command line, and of fields that --header or -H
// adds.
func (r *Redactor) Arguments(args []string) []string {
	if r == nil || args == nil {
		return args
	}
	for i, arg := range args {
		r.Learn(arg)
		if value, ok := r.secretArgument(args, i); ok {
			r.LearnValue(value)
		}
		for _, m := range flagInLine.FindAllStringSubmatch(arg, -1) {
			r.LearnValue(m[2])
		}
	}
	out := make([]string, len(args))
	for i, arg := range args {
		if value, ok := r.secretArgument(args, i); ok {
			arg = strings.TrimSuffix(arg, value) + Mark
		}
		arg = flagInLine.ReplaceAllString(arg, "${1}"+Mark)
		out[i] = r.Text(arg)
	}
	return out
}

// secretArgument returns the end of an argument that is a secret by its name.
func (r *Redactor) secretArgument(args []string, i int) (value string, ok bool) {
	arg := args[i]
	if m := assigned.FindStringSubmatch(arg); m != nil {
		return m[2], true
	}
	header := strings.TrimPrefix(arg, "--header=")
	if header != arg || i > 0 && (args[i-1] == "--header" || args[i-1] == "-H") {
		name, value, found := strings.Cut(header, ":")
		value = strings.TrimLeft(value, " \t")
		return value, found && value != "" && secretField.MatchString(strings.TrimSpace(name))
	}
	subprotocol := strings.TrimPrefix(arg, "--subprotocol=")
	if (subprotocol != arg || i > 0 && args[i-1] == "--subprotocol") && credential(subprotocol) {
		return subprotocol, true
	}
	if i > 0 && arg != "" && !strings.HasPrefix(arg, "-") && secretFlag.MatchString(args[i-1]) {
		return arg, true
	}
	return "", false
}

// maxHead is how many octets of a message may be fields.
const maxHead = 256 << 10

// head returns the octets in which fields can be: none if they do not begin as text
// does, so that a flood of frames is not searched.
func head(octets []byte) []byte {
	for _, c := range octets[:min(len(octets), 12)] {
		if c < ' ' && c != '\t' && c != '\r' && c != '\n' || c > '~' {
			return nil
		}
	}
	if !bytes.ContainsAny(octets[:min(len(octets), maxHead)], ":?") {
		return nil
	}
	return octets[:min(len(octets), maxHead)]
}

// Message removes the secrets from the octets of an HTTP message, or of what came in
// its place. It returns the same slice if there are none, else a copy of the same
// length.
func (r *Redactor) Message(octets []byte) []byte {
	if r == nil {
		return octets
	}
	head := head(octets)
	out := octets
	blank := func(from, to int) {
		if from >= to {
			return
		}
		if &out[0] == &octets[0] {
			out = bytes.Clone(octets)
		}
		for i := from; i < to; i++ {
			out[i] = '*'
		}
	}
	first := requestTarget.FindIndex(head)
	for _, m := range query.FindAllSubmatchIndex(head[:first[1]], -1) {
		if !slices.Contains(harnessNames, string(octets[m[4]:m[5]])) {
			blank(m[6], m[7])
		}
	}
	for f := range fieldLines(head) {
		value := octets[f.from:f.to]
		switch {
		case f.secret:
			blank(f.from, f.to)
		case strings.EqualFold(string(f.name), subprotocolField):
			for _, at := range token.FindAllIndex(value, -1) {
				if credential(string(value[at[0]:at[1]])) {
					blank(f.from+at[0], f.from+at[1])
				}
			}
		default: // such as Location
			if bytes.ContainsAny(value, "?&") {
				for _, q := range query.FindAllSubmatchIndex(value, -1) {
					blank(f.from+q[6], f.from+q[7])
				}
			}
			if bytes.IndexByte(value, '@') >= 0 {
				for _, u := range userinfo.FindAllSubmatchIndex(value, -1) {
					blank(f.from+u[3], f.from+u[1]-1)
				}
			}
		}
	}
	return r.octets(out)
}

// Secrets remembers the values of the fields of an HTTP message that carry secrets.
func (r *Redactor) Secrets(octets []byte) {
	if r == nil {
		return
	}
	for f := range fieldLines(head(octets)) {
		value := string(octets[f.from:f.to])
		switch {
		case f.secret:
			r.LearnValue(value)
		case strings.EqualFold(string(f.name), subprotocolField):
			for _, name := range token.FindAllString(value, -1) {
				if credential(name) {
					r.remember(name)
				}
			}
		}
	}
}

// Octets removes the secrets that were learned from octets of any kind. It returns the
// same slice if there are none, else a copy of the same length.
func (r *Redactor) Octets(octets []byte) []byte {
	if r == nil {
		return octets
	}
	return r.octets(octets)
}

func (r *Redactor) octets(octets []byte) []byte {
	for _, secret := range r.learned {
		if bytes.Contains(octets, []byte(secret)) {
			octets = bytes.ReplaceAll(octets, []byte(secret), bytes.Repeat([]byte{'*'}, len(secret)))
		}
	}
	return octets
}

// Clone is a redactor that knows the same secrets, to learn more for a while.
func (r *Redactor) Clone() *Redactor {
	if r == nil {
		return nil
	}
	return &Redactor{learned: slices.Clone(r.learned)}
}
