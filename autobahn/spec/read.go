package spec

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
)

// mostOctets is how large a spec file may be: they have some hundred octets.
const mostOctets = 1 << 20

// ReadFile reads a spec file for a mode. url, unless it is empty, takes the place of
// the URL in the file: see [Parse]. Its errors name the file.
func ReadFile(path string, mode Mode, url string) (*File, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if info.Size() > mostOctets {
		return nil, fmt.Errorf("%s has %d octets; a spec file has at most %d", path, info.Size(), mostOctets)
	}
	octets, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	f, err := Parse(octets, mode, url)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return f, nil
}

// Parse reads the octets of a spec file for a mode. The errors say which member
// is missing or has the wrong type.
//
// If url is not empty, it takes the place of the "url" of a fuzzing server or of the
// one server of a fuzzing client. The file then needs no "url" and no "servers". A
// file that lists several servers is an error, because url could mean any of them.
func Parse(octets []byte, mode Mode, url string) (*File, error) {
	top, err := parseObject(octets)
	if err != nil {
		return nil, err
	}
	if err := otherMode(top, mode); err != nil {
		return nil, err
	}
	f := &File{Mode: mode}
	r := &reader{warn: func(s string) { f.Warnings = append(f.Warnings, s) }}
	r.optional(top, "outdir", &f.OutDir)
	r.required(top, "cases", &f.cases)
	r.optional(top, "exclude-cases", &f.exclude)
	var byAgent map[string][]string
	r.optional(top, "exclude-agent-cases", &byAgent)
	for _, agent := range slices.Sorted(maps.Keys(byAgent)) {
		f.excludeAgents = append(f.excludeAgents, agentCases{agent, byAgent[agent]})
	}
	r.options(top)
	switch mode {
	case FuzzingClient:
		r.servers(top, f, url)
	case FuzzingServer:
		if f.URL = url; url == "" {
			r.required(top, "url", &f.URL)
		}
		delete(top, "url")
		r.optional(top, "protocols", &f.Protocols)
		r.optional(top, "key", &f.Key)
		r.optional(top, "cert", &f.Cert)
		if _, ok := top["webport"]; ok {
			delete(top, "webport")
			r.warn("webport has no effect: the page for browsers is served at the port of the url")
		}
	}
	r.unknown("", top)
	if r.err != nil {
		return nil, r.err
	}
	return f, nil
}

// otherMode finds a file that was written for the other mode.
func otherMode(top object, mode Mode) error {
	_, url := top["url"]
	_, servers := top["servers"]
	switch {
	case mode == FuzzingClient && url && !servers:
		return errors.New(`"servers" is missing and "url" is there: this is the file of a fuzzing server, which tests clients`)
	case mode == FuzzingServer && servers && !url:
		return errors.New(`"url" is missing and "servers" is there: this is the file of a fuzzing client, which tests servers`)
	}
	return nil
}

// object is a JSON object. Members are removed when they are read, so that the
// unknown ones remain.
type object map[string]json.RawMessage

func parseObject(octets []byte) (object, error) {
	octets = bytes.TrimPrefix(octets, []byte("\xef\xbb\xbf")) // editors put it there
	var o object
	var syntax *json.SyntaxError
	switch err := json.Unmarshal(octets, &o); {
	case len(bytes.TrimSpace(octets)) == 0:
		return nil, errors.New("the file is empty; it has to hold a JSON object")
	case errors.As(err, &syntax):
		before := octets[:min(int(syntax.Offset), len(octets))]
		return nil, fmt.Errorf("no JSON: line %d: %w", 1+bytes.Count(before, []byte("\n")), err)
	case err != nil || o == nil:
		return nil, errors.New("the file has to hold a JSON object, as in {\"cases\": [\"*\"], …}")
	}
	return o, nil
}

// reader takes members out of objects and keeps the first error.
type reader struct {
	warn func(string)
	err  error
}

func (r *reader) fail(format string, args ...any) {
	if r.err == nil {
		r.err = fmt.Errorf(format, args...)
	}
}

func (r *reader) required(o object, name string, to any) {
	if _, ok := o[name]; !ok {
		r.fail("%q is missing%s", name, nearby(o, name))
		return
	}
	r.optional(o, name, to)
}

func (r *reader) optional(o object, name string, to any) {
	raw, ok := o[name]
	if !ok {
		return
	}
	delete(o, name)
	if bytes.Equal(bytes.TrimSpace(raw), []byte("null")) { // Python's None
		return
	}
	if err := json.Unmarshal(raw, to); err != nil {
		r.fail("%q has to be %s", name, kindOf(to))
	}
}

func kindOf(to any) string {
	switch to.(type) {
	case *string:
		return "a string"
	case *[]string:
		return "a list of strings, as in [\"1.*\", \"7.9.*\"]"
	case *map[string][]string:
		return "an object of lists, as in {\"my agent*\": [\"9.*\"]}"
	case *[]object:
		return "a list of objects, as in [{\"agent\": \"mine\", \"url\": \"ws://localhost:9001\"}]"
	}
	return "an object"
}

// nearby returns a hint at a member with a similar name, or nothing.
func nearby(o object, name string) string {
	for _, have := range slices.Sorted(maps.Keys(o)) {
		if bare(have) == bare(name) {
			return fmt.Sprintf(" (is %q meant?)", have)
		}
	}
	return ""
}

// bare returns a name without the details that typing mistakes are about.
func bare(name string) string {
	return strings.TrimSuffix(strings.NewReplacer("-", "", "_", "").Replace(strings.ToLower(name)), "s")
}

// servers reads the servers of a fuzzing client. url is that of [Parse].
func (r *reader) servers(top object, f *File, url string) {
	var list []object
	if url == "" {
		r.required(top, "servers", &list)
	} else {
		r.optional(top, "servers", &list)
	}
	switch {
	case r.err != nil:
	case url == "" && len(list) == 0:
		r.fail(`"servers" is an empty list`)
	case url != "" && len(list) > 1:
		r.fail(`"servers" has %d servers, and one URL takes the place of one server`, len(list))
	case url != "" && len(list) == 0:
		f.Servers = []Server{{URL: url}}
	}
	for i, o := range list {
		var s Server
		before := r.err
		r.optional(o, "agent", &s.Agent)
		if s.URL = url; url == "" {
			r.required(o, "url", &s.URL)
		}
		delete(o, "url")
		r.optional(o, "origin", &s.Origin)
		r.optional(o, "protocols", &s.Protocols)
		r.optional(o, "hostname", &s.Hostname)
		r.options(o)
		r.unknown(fmt.Sprintf("servers[%d].", i), o)
		if before == nil && r.err != nil {
			r.err = fmt.Errorf("servers[%d]: %w", i, r.err)
		}
		f.Servers = append(f.Servers, s)
	}
}

// options reads the options of Autobahn's own endpoint. Only the version matters
// here: 18 was the draft that became RFC 6455, and its number on the wire is 13.
// failByDrop, which every example has, says how Autobahn itself ends connections.
func (r *reader) options(o object) {
	var options object
	r.optional(o, "options", &options)
	var version int
	r.optional(options, "version", &version)
	if version != 0 && version != 13 && version != 18 {
		r.fail("options.version is %d; only that of RFC 6455 is spoken here, 13 or 18", version)
	}
	delete(options, "failByDrop")
	for _, name := range slices.Sorted(maps.Keys(options)) {
		r.warn(fmt.Sprintf("options.%s has no effect", name))
	}
}

// unknown warns of the members that nothing has read.
func (r *reader) unknown(prefix string, o object) {
	for _, name := range slices.Sorted(maps.Keys(o)) {
		warning := fmt.Sprintf("%s%s is unknown, and has no effect", prefix, name)
		for _, known := range names {
			if bare(known) == bare(name) {
				warning += fmt.Sprintf(" (is %q meant?)", known)
			}
		}
		r.warn(warning)
	}
}

// names are the names of all members.
var names = []string{
	"agent", "cases", "cert", "exclude-agent-cases", "exclude-cases", "hostname", "key",
	"options", "origin", "outdir", "protocols", "servers", "url",
}
