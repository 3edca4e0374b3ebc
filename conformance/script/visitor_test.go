package script

import (
	"reflect"
	"strings"
	"testing"
)

// Whoever visits steps relies on Samples to have every kind: one for each method of
// the visitor.
func TestSamplesHasEveryKindOfStep(t *testing.T) {
	visitor := reflect.TypeFor[StepVisitor]()
	missing := map[string]bool{}
	for i := range visitor.NumMethod() {
		missing[strings.TrimPrefix(visitor.Method(i).Name, "Visit")] = true
	}
	for _, s := range Samples() {
		kind := reflect.TypeOf(s).Name()
		if !missing[kind] {
			t.Errorf("%s has no method of its own in the visitor, or two samples", kind)
		}
		delete(missing, kind)
		if s.String() == "" {
			t.Errorf("%s does not describe itself", kind)
		}
	}
	for kind := range missing {
		t.Errorf("Samples lacks a %s", kind)
	}
}
