package wire

import "strings"

// Extension is one element of a Sec-WebSocket-Extensions field: an offer in a
// request or an answer in a response (RFC 6455 9.1).
type Extension struct {
	Name   string
	Params []Param
}

// Param is a parameter of an extension. "a" has no value; "a=b" and `a="b"` mean
// the same (RFC6455-4.3-6).
type Param struct {
	Name, Value string
	// HasValue is false for "a".
	HasValue bool
	// Quoted says that the value was in quotes. It only matters for writing.
	Quoted bool
}

// String returns the extension as a member of the field's list.
func (e Extension) String() string {
	var b strings.Builder
	b.WriteString(e.Name)
	for _, p := range e.Params {
		b.WriteString("; ")
		b.WriteString(p.String())
	}
	return b.String()
}

// String returns the parameter as it is written after the semicolon. Quotes and
// backslashes in a quoted value are escaped.
func (p Param) String() string {
	switch {
	case !p.HasValue:
		return p.Name
	case p.Quoted:
		escape := strings.NewReplacer(`\`, `\\`, `"`, `\"`)
		return p.Name + `="` + escape.Replace(p.Value) + `"`
	}
	return p.Name + "=" + p.Value
}

// FormatExtensions returns the value of a Sec-WebSocket-Extensions field. It does
// not check names and values.
func FormatExtensions(extensions []Extension) string {
	members := make([]string, len(extensions))
	for i, e := range extensions {
		members[i] = e.String()
	}
	return strings.Join(members, ", ")
}

// ParseExtensions parses the value of a Sec-WebSocket-Extensions field, or of
// several joined by [Fields.List], by the grammar of RFC 6455 9.1:
//
//	extension-list  = 1#extension
//	extension       = token *( ";" extension-param )
//	extension-param = token [ "=" (token | quoted-string) ]
//
// A quoted string has to be a token without its quotes (RFC6455-9.1-3). White
// space between the parts and empty members of the list are allowed
// (RFC6455-4.3-7, RFC6455-4.3-8), an empty list is not (RFC6455-4.2.2-21). The
// error is a *GrammarError; the receiver of the field has to fail the connection
// (RFC6455-9.1-1, RFC6455-9.1-2).
func ParseExtensions(value string) ([]Extension, error) {
	var extensions []Extension
	s := scanner{value: value}
	err := s.list("an extension", func() error {
		e, err := s.extension()
		extensions = append(extensions, e)
		return err
	})
	if err != nil {
		return nil, err
	}
	return extensions, nil
}

func (s *scanner) extension() (e Extension, err error) {
	if e.Name, err = s.token("an extension name"); err != nil {
		return e, err
	}
	for {
		s.skipSpace()
		if !s.next(';') {
			return e, nil
		}
		s.skipSpace()
		p, err := s.param()
		if err != nil {
			return e, err
		}
		e.Params = append(e.Params, p)
	}
}

func (s *scanner) param() (p Param, err error) {
	if p.Name, err = s.token("a parameter name"); err != nil {
		return p, err
	}
	s.skipSpace()
	if !s.next('=') {
		return p, nil
	}
	s.skipSpace()
	p.HasValue = true
	if s.next('"') {
		p.Quoted = true
		p.Value, err = s.quotedToken()
		return p, err
	}
	p.Value, err = s.token("a parameter value")
	return p, err
}
