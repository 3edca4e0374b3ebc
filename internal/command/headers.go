package command

import (
	"encoding/base64"
	"net/textproto"
	"os"
	"slices"
	"strings"

	"github.com/wsspec/wsspec/conformance"
	"github.com/wsspec/wsspec/ref/wire"
)

// fields are those that --header and --header-env add to each opening request. No error
// repeats the value of a file or of a variable, which may be a secret.
func (f *serverFlags) fields() (wire.Fields, error) {
	var fields wire.Fields
	add := func(line, from string) error {
		name, value, ok := strings.Cut(line, ":")
		name, value = textproto.TrimString(name), textproto.TrimString(value)
		switch {
		case strings.ContainsAny(line, "\r\n\x00"):
			return usage("%s: a field has no line end and no NUL in it", from)
		case !ok || !isToken(name):
			return usage("%s: it has to look like 'Name: value'", from)
		}
		field := wire.Field{Name: name, Value: value}
		if err := field.Check(); err != nil {
			return usage("%s: %v", from, err)
		}
		fields = append(fields, field)
		return nil
	}
	for _, h := range f.headers {
		path, isFile := strings.CutPrefix(h, "@")
		if !isFile {
			f.hidden.redactor.Arguments([]string{"--header", h})
			name, _, _ := strings.Cut(h, ":")
			if err := add(h, "--header "+printable(strings.Map(noLineEnds, name))); err != nil {
				return nil, err
			}
			continue
		}
		octets, err := os.ReadFile(path)
		if err != nil {
			return nil, usage("--header: %w", err)
		}
		for line := range strings.Lines(string(octets)) {
			line = strings.TrimRight(line, "\r\n")
			if strings.TrimSpace(line) == "" {
				continue
			}
			if err := add(line, "--header @"+path); err != nil {
				return nil, err
			}
			f.hidden.learn(fields[len(fields)-1])
		}
	}
	for _, name := range f.subprotocols {
		f.hidden.redactor.Arguments([]string{"--subprotocol", name})
	}
	for _, name := range f.headerEnv {
		value, ok := os.LookupEnv(name)
		if !ok {
			return nil, usage("--header-env %s: there is no such variable in the environment", name)
		}
		if err := add(value, "--header-env "+name); err != nil {
			return nil, err
		}
		f.hidden.learn(fields[len(fields)-1])
	}
	return fields, nil
}

// isToken reports whether a text can be the name of a field (RFC 9110 5.6.2).
func isToken(name string) bool {
	return name != "" && !strings.ContainsFunc(name, func(r rune) bool {
		return r <= ' ' || r >= 0x7f || strings.ContainsRune("\"(),/:;<=>?@[\\]{}", r)
	})
}

// noLineEnds leaves out line ends.
func noLineEnds(r rune) rune {
	if r == '\r' || r == '\n' {
		return -1
	}
	return r
}

// withUser adds the user of a target's URL as Basic authorization (RFC 7617), unless the
// fields have one, and takes it out of the URL, which is printed and reported.
func withUser(t *conformance.Target, fields wire.Fields) wire.Fields {
	user := t.URL.User
	if user == nil {
		return fields
	}
	without := *t.URL
	without.User = nil
	t.URL = &without
	if slices.ContainsFunc(fields, func(f wire.Field) bool { return strings.EqualFold(f.Name, "Authorization") }) {
		return fields
	}
	password, _ := user.Password()
	value := "Basic " + base64.StdEncoding.EncodeToString([]byte(user.Username()+":"+password))
	return append(slices.Clone(fields), wire.Field{Name: "Authorization", Value: value})
}
