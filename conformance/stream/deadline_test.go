package stream

import (
	"reflect"
	"testing"
	"time"
)

func TestDeadlinesComeFromOneNumber(t *testing.T) {
	d := NewDeadlines(0, 0, 0)
	if d.Answer != DefaultTimeout {
		t.Errorf("answer deadline %s, want the default %s", d.Answer, DefaultTimeout)
	}
	for name, scaled := range map[string]Deadlines{
		"timeout": NewDeadlines(3*DefaultTimeout, 0, 1),
		"slow":    NewDeadlines(DefaultTimeout, 0, 3),
	} {
		a, b := reflect.ValueOf(d), reflect.ValueOf(scaled)
		for i := range a.NumField() {
			one, three := a.Field(i).Interface().(time.Duration), b.Field(i).Interface().(time.Duration)
			if one <= 0 || three != 3*one {
				t.Errorf("three times the %s: %s is %s and was %s", name, a.Type().Field(i).Name, three, one)
			}
		}
	}
	far := reflect.ValueOf(NewDeadlines(0, 100*time.Millisecond, 0))
	for i := range far.NumField() {
		near := reflect.ValueOf(d).Field(i).Interface().(time.Duration)
		if far.Type().Field(i).Name == "Cut" { // a round trip delays both writes by as much
			near -= time.Second
		}
		if got := far.Field(i).Interface().(time.Duration); got != near+time.Second {
			t.Errorf("a round trip of 100 ms makes %s %s, want ten round trips more than %s", far.Type().Field(i).Name, got, near)
		}
	}
	if hasty := NewDeadlines(10*time.Millisecond, 0, 1); hasty.Cut != d.Cut {
		t.Errorf("a short timeout makes pauses of %s of %s", hasty.Cut, d.Cut)
	}
	if d.Settle >= d.FailFast || d.FailFast > d.Answer || d.Answer >= d.Case {
		t.Errorf("deadlines are out of proportion: %+v", d)
	}
}
