package dialogue

import (
	"bytes"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/ref/wire"
)

// The bounds of a file: octets in all, octets of one message, and entries of one list.
const (
	mostFile   = 64 << 10
	mostOctets = 4096
	mostLines  = 32
)

//go:embed shipped/*.yaml
var shipped embed.FS

// Names are the names of the dialogues that come with this package, in order.
func Names() (names []string) {
	entries, _ := shipped.ReadDir("shipped")
	for _, e := range entries {
		names = append(names, strings.TrimSuffix(e.Name(), ".yaml"))
	}
	return names
}

// Read reads the dialogue with that name, or else the file with that path.
func Read(name string) (*File, error) {
	if slices.Contains(Names(), name) {
		text, err := shipped.ReadFile(path.Join("shipped", name+".yaml"))
		if err != nil {
			return nil, err
		}
		return Parse(name, text)
	}
	file, err := os.Open(name)
	if errors.Is(err, os.ErrNotExist) && !strings.ContainsAny(name, `./\`) {
		return nil, fmt.Errorf("there is no dialogue and no file %q; the nearest dialogues are %s", name, strings.Join(script.Nearest(name, Names()), ", "))
	}
	if err != nil {
		return nil, err
	}
	defer file.Close()
	text, err := io.ReadAll(io.LimitReader(file, mostFile+1))
	if err != nil {
		return nil, err
	}
	return Parse(name, text)
}

// Parse reads a dialogue. An error names the file and, where it can, the line.
func Parse(name string, text []byte) (*File, error) {
	if len(text) > mostFile {
		return nil, fmt.Errorf("%s: a dialogue has at most %d octets", name, mostFile)
	}
	f := &File{Name: name, text: string(text), lines: map[string]int{}}
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	decoder.KnownFields(true)
	switch err := decoder.Decode(f); {
	case errors.Is(err, io.EOF):
		return nil, fmt.Errorf("%s: the file has no dialogue", name)
	case err != nil:
		return nil, named(name, err)
	}
	if err := decoder.Decode(new(yaml.Node)); !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("%s: the file has more than one document", name)
	}
	f.Name = name
	var root yaml.Node
	if err := yaml.Unmarshal(text, &root); err != nil {
		return nil, named(name, err)
	}
	f.number(&root)
	return f, f.check()
}

// check finds what is wrong with the values.
func (f *File) check() error {
	for list, n := range map[string]int{"subprotocols": len(f.Subprotocols), "headers": len(f.Headers), "greeting": len(f.Greeting), "refuses": len(f.Refuses), "heartbeats": len(f.Heartbeats)} {
		if n > mostLines {
			return f.wrong(list, fmt.Errorf("it has %d entries, and at most %d are allowed", n, mostLines))
		}
	}
	for i, p := range f.Subprotocols {
		if !wire.IsToken(p) {
			return f.wrong(fmt.Sprintf("subprotocols.%d", i), fmt.Errorf("%q is no name of a subprotocol", p))
		}
	}
	for i, h := range f.Headers {
		name, value, ok := strings.Cut(h, ":")
		if !ok || !wire.IsToken(name) || strings.ContainsAny(value, "\r\n\x00") {
			return f.wrong(fmt.Sprintf("headers.%d", i), fmt.Errorf(`%q has to look like "Name: value"`, h))
		}
	}
	if len(f.Greeting) == 0 && f.Ask == "" && len(f.Subprotocols) == 0 {
		return fmt.Errorf("%s: a dialogue has a greeting, ask and answer, or subprotocols", f.Name)
	}
	_, _, err := f.To(wire.RoleServer, "host.example")
	return err
}

// Fields are the header fields of the opening request.
func (f *File) Fields() (fields wire.Fields) {
	for _, h := range f.Headers {
		name, value, _ := strings.Cut(h, ":")
		fields = append(fields, wire.Field{Name: name, Value: strings.TrimSpace(value)})
	}
	return fields
}

// likeOf is the form of a message: the one that is given, or that of the same octets or
// JSON fields.
func likeOf(like, said string) string {
	switch {
	case like != "":
		return like
	case strings.HasPrefix(said, "hex:"), strings.HasPrefix(said, "{") && json.Valid([]byte(said)):
		return said
	}
	return "^" + regexp.QuoteMeta(said) + "$"
}

// number notes the lines of the entries.
func (f *File) number(root *yaml.Node) {
	if root.Kind != yaml.DocumentNode || root.Content[0].Kind != yaml.MappingNode {
		return
	}
	top := root.Content[0].Content
	for i := 0; i+1 < len(top); i += 2 {
		f.lines[top[i].Value] = top[i].Line
		for n, item := range top[i+1].Content {
			f.lines[fmt.Sprintf("%s.%d", top[i].Value, n)] = item.Line
		}
	}
}

// wrong is an error that names the file and the line of an entry.
func (f *File) wrong(entry string, err error) error {
	list, number, _ := strings.Cut(entry, ".")
	if number != "" {
		n := 0
		_, _ = fmt.Sscan(number, &n)
		list = fmt.Sprintf("%s, entry %d", list, n+1)
	}
	return fmt.Errorf("%s:%d: %s: %w", f.Name, f.lines[entry], list, err)
}

var inLine = regexp.MustCompile(`line (\d+): `)

// named puts the file, and the line of what the YAML library found, before an error.
func named(name string, err error) error {
	var types *yaml.TypeError
	text := strings.TrimPrefix(err.Error(), "yaml: ")
	if errors.As(err, &types) && len(types.Errors) > 0 {
		text = types.Errors[0]
	}
	text = strings.ReplaceAll(text, " in type dialogue.File", "")
	text = strings.ReplaceAll(text, " in type dialogue.Line", " in a turn of the greeting")
	text = strings.ReplaceAll(text, " in type dialogue.Heartbeat", " in a heartbeat")
	if m := inLine.FindStringSubmatch(text); m != nil {
		return fmt.Errorf("%s:%s: %s", name, m[1], strings.Replace(text, m[0], "", 1))
	}
	return fmt.Errorf("%s: %s", name, text)
}
