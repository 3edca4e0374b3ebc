package handshakes

import (
	"regexp"
	"strings"

	"github.com/wsspec/wsspec/ref/wire"
)

// The grammar of RFC 6455 4.3 and 9.1 as regular expressions. As in HTTP, list members may
// be empty and may have white space around them.
const (
	ows       = `[ \t]*`
	tokenForm = "[!#$%&'*+.^_`|~0-9A-Za-z-]+"
	quoted    = `"(?:\\?` + "[!#$%&'*+.^_`|~0-9A-Za-z-]" + `)+"`
	paramForm = tokenForm + `(?:` + ows + `=` + ows + `(?:` + tokenForm + `|` + quoted + `))?`
	extForm   = tokenForm + `(?:` + ows + `;` + ows + paramForm + `)*`
	product   = tokenForm + `(?:/` + tokenForm + `)?`
)

func listOf(member string) *regexp.Regexp {
	return regexp.MustCompile(`\A` + ows + `(?:,` + ows + `)*` + member + `(?:` + ows + `,` + ows + `(?:` + member + `)?)*` + ows + `\z`)
}

var (
	tokenPattern = regexp.MustCompile(`\A` + tokenForm + `\z`)
	tokenList    = listOf(tokenForm)
	productList  = listOf(product)
	extList      = listOf(extForm)
)

// naiveTokens splits a list that tokenList matches.
func naiveTokens(list string) (tokens []string) {
	for _, member := range strings.Split(list, ",") {
		if member = strings.Trim(member, " \t"); member != "" {
			tokens = append(tokens, member)
		}
	}
	return tokens
}

// naiveExtensions splits a list that extList matches. The separators cannot occur inside
// a token, even a quoted one.
func naiveExtensions(list string) (extensions []wire.Extension) {
	for _, member := range naiveTokens(list) {
		parts := strings.Split(member, ";")
		e := wire.Extension{Name: strings.Trim(parts[0], " \t")}
		for _, part := range parts[1:] {
			var p wire.Param
			name, value, found := strings.Cut(part, "=")
			p.Name, p.HasValue = strings.Trim(name, " \t"), found
			value = strings.Trim(value, " \t")
			if p.Quoted = strings.HasPrefix(value, `"`); p.Quoted {
				value = strings.ReplaceAll(value[1:len(value)-1], `\`, "")
			}
			p.Value = value
			e.Params = append(e.Params, p)
		}
		extensions = append(extensions, e)
	}
	return extensions
}
