package gotest

import (
	"reflect"
	"strings"
	"testing"

	"github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/ref/wire"
)

// A Go test plays each kind of step, or Unavailable says in a sentence that it cannot.
func TestEveryStepIsPlayedOrNamed(t *testing.T) {
	refused := map[string]bool{"Exchange": true, "StopReading": true, "ReadSlowly": true, "Connect": true, "Flood": true, "SendHTTP2": true, "PlainRequest": true, "SendHTTP3": true}
	for _, step := range script.Samples() {
		kind := reflect.TypeOf(step).Name()
		c := &script.Case{ID: "sample", Script: script.Script{
			Steps: []script.Step{step}, Outcomes: []script.Outcome{{Behavior: "OK", Ending: script.ClosedByHarness()}},
		}}
		for _, role := range []wire.Role{wire.RoleServer, wire.RoleClient} {
			why := Unavailable(c, role)
			source, ok := Source(c, role)
			switch {
			case refused[kind]:
				if !strings.HasPrefix(why, "The case ") || !strings.HasSuffix(why, ".") || ok {
					t.Errorf("%s as %v: the reason is %q, and there is a Go test: %v", kind, role, why, ok)
				}
			case why != "" || !ok:
				t.Errorf("%s as %v has no Go test: %q", kind, role, why)
			case !strings.Contains(source, "Steps: []Step{"):
				t.Errorf("%s as %v is not in its Go test", kind, role)
			}
		}
	}
}

// A part of an opening handshake that nobody taught the Go test makes the case one
// without a Go test; it is not left out in silence.
func TestOpeningPartsAreKnown(t *testing.T) {
	known := map[string]bool{"Edits": true, "Raw": true, "Preface": true, "Body": true, "Chop": true, "LineCuts": true, "With": true, "Hold": true}
	for i := range reflect.TypeFor[script.Opening]().NumField() {
		name := reflect.TypeFor[script.Opening]().Field(i).Name
		o := &script.Opening{}
		setAny(reflect.ValueOf(o).Elem().Field(i))
		if knowsOpening(o) != known[name] {
			t.Errorf("an Opening with %s is known: %v, want %v", name, !known[name], known[name])
		}
	}
}

// setAny gives a field a value that is not zero.
func setAny(v reflect.Value) {
	switch v.Kind() {
	case reflect.Bool:
		v.SetBool(true)
	case reflect.String:
		v.SetString("x")
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
	case reflect.Struct:
		setAny(v.Field(0))
	default:
		v.SetInt(1)
	}
}
