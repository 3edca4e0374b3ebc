package command

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"go.yaml.in/yaml/v3"

	"github.com/wsspec/wsspec/conformance"
	"github.com/wsspec/wsspec/conformance/script"
)

// The keys of a file for --config. Its sections have the names of commands, and in a
// section each key but these is a flag of the command.
const (
	keyTargets = "targets" // of server: the servers to test
	keyCommand = "command" // of client: the client to start
)

// noSettings are the flags that have no meaning in a file.
var noSettings = []string{"config", "help"}

// A configuredTarget is a server in a file for --config. The fields are as the flags of the
// same names, for this server alone.
type configuredTarget struct {
	line                         int
	url, agent, origin           string
	subprotocol, header, fromEnv []string
}

// useConfig sets the flags of the command that the file names and the command line does
// not.
func (f *serverFlags) useConfig(cmd *cobra.Command) error {
	if f.config == "" {
		return nil
	}
	sections, err := readConfig(f.config)
	if err != nil {
		return err
	}
	targets, _, err := sections.apply(cmd)
	f.configured = targets
	return err
}

// useConfig is as that of a server.
func (f *clientFlags) useConfig(cmd *cobra.Command) error {
	if f.config == "" {
		return nil
	}
	sections, err := readConfig(f.config)
	if err != nil {
		return err
	}
	_, command, err := sections.apply(cmd)
	f.command = command
	return err
}

// A config is a file for --config: each section with its settings, in their order.
type config struct {
	path     string
	sections map[string][]setting
}

// A setting is a key with its value.
type setting struct {
	key   string
	line  int
	value *yaml.Node
}

// mostConfig is how long a file may be, in octets.
const mostConfig = 1 << 20

// readConfig reads a file, and checks both of its sections, whichever is wanted: a mistake
// in one of them would show too late.
func readConfig(path string) (*config, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, usage("--config: %w", err)
	}
	defer file.Close()
	octets, err := io.ReadAll(io.LimitReader(file, mostConfig+1))
	switch {
	case err != nil:
		return nil, usage("--config: %w", err)
	case len(octets) > mostConfig:
		return nil, usage("--config: %s is longer than %d octets", path, mostConfig)
	}
	c := &config{path: path, sections: map[string][]setting{}}
	d := yaml.NewDecoder(bytes.NewReader(octets))
	var document, more yaml.Node
	switch err := d.Decode(&document); {
	case errors.Is(err, io.EOF):
		return nil, usage("%s: the file is empty; a section server or client has settings", path)
	case err != nil:
		return nil, usage("%s: %s", path, strings.TrimPrefix(err.Error(), "yaml: "))
	}
	if err := d.Decode(&more); !errors.Is(err, io.EOF) {
		return nil, usage("%s: there is more than one document", path)
	}
	sections, err := c.settings(document.Content[0], "the file", []string{"server", "client"})
	if err != nil {
		return nil, err
	}
	for _, s := range sections {
		scratch := map[string]func() *cobra.Command{"server": newServer, "client": newClient}[s.key]()
		if c.sections[s.key], err = c.settings(s.value, s.key, keysOf(scratch)); err != nil {
			return nil, err
		}
		if _, _, err := c.apply(scratch); err != nil {
			return nil, err
		}
	}
	return c, nil
}

// keysOf are the keys of the section of a command.
func keysOf(cmd *cobra.Command) []string {
	keys := []string{map[string]string{"server": keyTargets, "client": keyCommand}[cmd.Name()]}
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		if !slices.Contains(noSettings, f.Name) {
			keys = append(keys, f.Name)
		}
	})
	return keys
}

// settings reads a mapping, which may have these keys, each once.
func (c *config) settings(node *yaml.Node, of string, keys []string) ([]setting, error) {
	node = named(node)
	if node.Kind != yaml.MappingNode {
		return nil, c.wrong(node.Line, "%s has to be a list of settings, as in \"parallel: 4\"", of)
	}
	var out []setting
	for i := 0; i+1 < len(node.Content); i += 2 {
		key, value := node.Content[i], named(node.Content[i+1])
		if !slices.Contains(keys, key.Value) {
			return nil, c.wrong(key.Line, "%s has no setting %q; the nearest are %s", of, key.Value, strings.Join(script.Nearest(key.Value, keys), ", "))
		}
		if at := slices.IndexFunc(out, func(s setting) bool { return s.key == key.Value }); at >= 0 {
			return nil, c.wrong(key.Line, "%s is there already, in line %d", key.Value, out[at].line)
		}
		out = append(out, setting{key.Value, key.Line, value})
	}
	return out, nil
}

// named is the node that an alias stands for.
func named(node *yaml.Node) *yaml.Node {
	if node.Kind == yaml.AliasNode {
		return node.Alias
	}
	return node
}

// wrong is an error that names the line.
func (c *config) wrong(line int, format string, args ...any) error {
	return usage("%s:%d: %s", c.path, line, fmt.Sprintf(format, args...))
}

// apply sets the flags of a command that were not set yet, and returns what is no flag.
func (c *config) apply(cmd *cobra.Command) (targets []configuredTarget, command []string, err error) {
	for _, s := range c.sections[cmd.Name()] {
		switch s.key {
		case keyTargets:
			targets, err = c.targets(s)
		case keyCommand:
			command, err = c.texts(s)
		default:
			err = c.set(cmd.Flags(), s)
		}
		if err != nil {
			return nil, nil, err
		}
	}
	return targets, command, nil
}

// set sets a flag, unless the command line did.
func (c *config) set(flags *pflag.FlagSet, s setting) error {
	flag := flags.Lookup(s.key)
	if flag.Changed {
		return nil
	}
	texts := c.texts
	if _, many := flag.Value.(pflag.SliceValue); !many {
		texts = func(s setting) ([]string, error) {
			text, err := c.text(s)
			return []string{text}, err
		}
	}
	values, err := texts(s)
	if err != nil {
		return err
	}
	for _, v := range values {
		if err := flags.Set(s.key, v); err != nil {
			return c.wrong(s.line, "%s: %q is no %s", s.key, v, flag.Value.Type())
		}
	}
	return nil
}

// text is the value of a setting that has one.
func (c *config) text(s setting) (string, error) {
	if s.value.Kind != yaml.ScalarNode || s.value.Tag == "!!null" {
		return "", c.wrong(s.line, "%s has to have one value", s.key)
	}
	return s.value.Value, nil
}

// texts are the values of a setting that may have several.
func (c *config) texts(s setting) ([]string, error) {
	if s.value.Kind != yaml.SequenceNode {
		text, err := c.text(s)
		return []string{text}, err
	}
	var out []string
	for _, item := range s.value.Content {
		text, err := c.text(setting{s.key, item.Line, named(item)})
		if err != nil {
			return nil, err
		}
		out = append(out, text)
	}
	if len(out) == 0 {
		return nil, c.wrong(s.line, "%s is an empty list", s.key)
	}
	return out, nil
}

// targetKeys are the keys of one of the targets.
var targetKeys = []string{"url", "agent", "origin", "subprotocol", "header", "header-env"}

// targets reads the servers to test: each a URL, or settings with a url.
func (c *config) targets(s setting) (targets []configuredTarget, err error) {
	if s.value.Kind != yaml.SequenceNode || len(s.value.Content) == 0 {
		return nil, c.wrong(s.line, "targets has to be a list of servers, each with a url")
	}
	for _, item := range s.value.Content {
		item = named(item)
		t := configuredTarget{line: item.Line}
		if item.Kind == yaml.ScalarNode {
			if t.url, err = c.text(setting{"targets", item.Line, item}); err != nil {
				return nil, err
			}
			targets = append(targets, t)
			continue
		}
		settings, err := c.settings(item, "a target", targetKeys)
		if err != nil {
			return nil, err
		}
		for _, s := range settings {
			switch s.key {
			case "url":
				t.url, err = c.text(s)
			case "agent":
				t.agent, err = c.text(s)
			case "origin":
				t.origin, err = c.text(s)
			case "subprotocol":
				t.subprotocol, err = c.texts(s)
			case "header":
				t.header, err = c.texts(s)
			case "header-env":
				t.fromEnv, err = c.texts(s)
			}
			if err != nil {
				return nil, err
			}
		}
		if t.url == "" {
			return nil, c.wrong(t.line, "a target has no url")
		}
		targets = append(targets, t)
	}
	return targets, nil
}

// configTargets are the servers that the file lists.
func (f *serverFlags) configTargets() ([]*conformance.Target, error) {
	var targets []*conformance.Target
	for _, listed := range f.configured {
		f.hidden.redactor.Learn(listed.url)
		t, err := conformance.ParseTarget(listed.url)
		if err != nil {
			return nil, usage("%s:%d: %w", f.config, listed.line, err)
		}
		own := serverFlags{headers: listed.header, headerEnv: listed.fromEnv, subprotocols: listed.subprotocol}
		own.hidden = f.hidden
		if t.Fields, err = own.fields(); err != nil {
			return nil, usage("%s:%d: %w", f.config, listed.line, err)
		}
		switch {
		case listed.agent != "":
			t.Agent = listed.agent
		case f.agent != "" && len(f.configured) == 1:
			t.Agent = f.agent
		case f.agent != "":
			return nil, usage("--agent names one server, and %s lists %d: give each an agent", f.config, len(f.configured))
		}
		t.Origin, t.Subprotocols = listed.origin, listed.subprotocol
		targets = append(targets, t)
	}
	return targets, nil
}
