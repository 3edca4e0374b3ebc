package script

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"strings"

	"github.com/wsspec/wsspec/ref/wire"
)

// A Form says how a message looks. Make one with [NewForm].
type Form struct {
	// text is how the form is written; fields, pattern or prefix is how it is compared.
	text    string
	fields  map[string]any
	pattern *regexp.Regexp
	prefix  []byte
}

// binaryForm begins octets that are written in hexadecimal.
const binaryForm = "hex:"

// NewForm reads a form: a JSON object whose fields a message has to have with equal
// values, if it begins with a brace; octets that a binary message begins with, if it begins
// with "hex:"; otherwise a regular expression (RE2) that a text or binary message has to
// match somewhere.
func NewForm(text string) (*Form, error) {
	f := &Form{text: text}
	switch octets, err := octetsOf(text); {
	case text == "":
		return nil, errors.New("it is empty; the expression . stands for any message that is not empty")
	case err != nil:
		return nil, fmt.Errorf("it: %w", err)
	case octets != nil:
		f.prefix = octets
	case strings.HasPrefix(strings.TrimSpace(text), "{"):
		if err := json.Unmarshal([]byte(text), &f.fields); err != nil {
			return nil, fmt.Errorf("it begins with a brace and is no JSON object: %w", err)
		}
	default:
		pattern, err := regexp.Compile(text)
		if err != nil {
			return nil, fmt.Errorf("it: %w", err)
		}
		f.pattern = pattern
	}
	return f, nil
}

// NewMessage reads a message: text, or octets in hexadecimal behind "hex:", which is a
// binary message.
func NewMessage(text string) (Frame, error) {
	octets, err := octetsOf(text)
	if octets != nil || err != nil {
		return Binary(Payload{Octets: octets}), err
	}
	return Text(Octets(text)), nil
}

// octetsOf reads octets in hexadecimal; nil if the text has another form.
func octetsOf(text string) ([]byte, error) {
	rest, ok := strings.CutPrefix(text, binaryForm)
	if !ok {
		return nil, nil
	}
	octets, err := hex.DecodeString(strings.ReplaceAll(rest, " ", ""))
	if err == nil && octets == nil {
		octets = []byte{}
	}
	return octets, err
}

// Fits reports whether a message has the form.
func (f *Form) Fits(o wire.Opcode, payload []byte) bool {
	switch {
	case f.prefix != nil:
		return o == wire.OpBinary && bytes.HasPrefix(payload, f.prefix)
	case f.pattern != nil:
		return f.pattern.Match(payload)
	}
	var got map[string]any
	return json.Unmarshal(payload, &got) == nil && has(got, f.fields)
}

// has reports whether an object has fields with equal values. Of an object in a field, only
// the fields that are wanted count.
func has(got, want map[string]any) bool {
	for name, value := range want {
		there, ok := got[name]
		inner, object := value.(map[string]any)
		of, is := there.(map[string]any)
		switch {
		case !ok, object != is:
			return false
		case object:
			if !has(of, inner) {
				return false
			}
		case !reflect.DeepEqual(there, value):
			return false
		}
	}
	return true
}

// String describes the form for people.
func (f *Form) String() string {
	switch {
	case f.prefix != nil:
		return "a binary message that begins with " + Quote(f.prefix)
	case f.pattern != nil:
		return fmt.Sprintf("a message that matches %q", f.text)
	}
	return "a message with the fields " + f.text
}
