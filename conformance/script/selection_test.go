package script

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// shelf is a small catalogue with every kind of id.
var shelf = []*Case{
	{ID: "1.1.1", Requires: []string{"RFC6455-5.2-7"}},
	{ID: "1.1.2", Requires: []string{"RFC6455-5.2-7", "RFC6455-5.2-14"}},
	{ID: "1.2.1", Requires: []string{"RFC6455-5.2-7"}},
	{ID: "2.1", Requires: []string{"RFC6455-5.5.2-2"}},
	{ID: "2.10", Requires: []string{"RFC6455-5.5.3-2", "RFC6455-5.5.2-2"}},
	{ID: "7.1.1", Requires: []string{"RFC6455-5.5.1-7"}},
	{ID: "10.1.1", Requires: []string{"RFC6455-5.4-4"}},
	{ID: "13.1.1", Requires: []string{"RFC7692-7.2.1-1", "RFC7692-5-3"}},
	{ID: "rfc6455/4.2.1/3", Requires: []string{"RFC6455-4.2.1-3"}},
	{ID: "robust/slow-handshake", Requires: []string{"RFC6455-7.1.5-E3227"}},
}

func TestSelect(t *testing.T) {
	all := "1.1.1 1.1.2 1.2.1 2.1 2.10 7.1.1 10.1.1 13.1.1 rfc6455/4.2.1/3 robust/slow-handshake"
	for _, tt := range []struct {
		name string
		s    Selection
		want string
	}{
		{"nothing said: all", Selection{}, all},
		{"an id", Selection{Run: []string{"1.1.1"}}, "1.1.1"},
		{"a number takes what is below it", Selection{Run: []string{"1.1"}}, "1.1.1 1.1.2"},
		{"a section, and not one that begins alike", Selection{Run: []string{"1"}}, "1.1.1 1.1.2 1.2.1"},
		{"a number, and not one that begins alike", Selection{Run: []string{"2.1"}}, "2.1"},
		{"* crosses dots", Selection{Run: []string{"1*1*1"}}, "1.1.1 10.1.1 13.1.1"},
		{"* crosses dots, and the number takes what is below it", Selection{Run: []string{"1*2"}}, "1.1.2 1.2.1"},
		{"* crosses slashes", Selection{Run: []string{"rfc*3"}}, "rfc6455/4.2.1/3"},
		{"* at the end", Selection{Run: []string{"2.1*"}}, "2.1 2.10"},
		{"* alone", Selection{Run: []string{"*"}}, all},
		{"? is one character", Selection{Run: []string{"2.1?"}}, "2.10"},
		{"? may be a dot", Selection{Run: []string{"1?1?1"}}, "1.1.1"},
		{"? takes what is below", Selection{Run: []string{"?.1"}}, "1.1.1 1.1.2 2.1 7.1.1"},
		{"a set", Selection{Run: []string{"[27].1"}}, "2.1 7.1.1"},
		{"a range", Selection{Run: []string{"[1-2].*"}}, "1.1.1 1.1.2 1.2.1 2.1 2.10"},
		{"a word above", Selection{Run: []string{"rfc6455"}}, "rfc6455/4.2.1/3"},
		{"a dot is a dot", Selection{Run: []string{"1.1.1", "robust/slow-handshake"}}, "1.1.1 robust/slow-handshake"},
		{"several patterns add up, in the order of the cases", Selection{Run: []string{"7", "2.1"}}, "2.1 7.1.1"},
		{"a pattern twice", Selection{Run: []string{"7", "7.1"}}, "7.1.1"},

		{"skip", Selection{Skip: []string{"1", "r*"}}, "2.1 2.10 7.1.1 10.1.1 13.1.1"},
		{"run and skip", Selection{Run: []string{"1"}, Skip: []string{"1.1.2"}}, "1.1.1 1.2.1"},

		{"a clause", Selection{RFC: []string{"5.5.2"}}, "2.1 2.10"},
		{"a clause and those below it", Selection{RFC: []string{"5.5"}}, "2.1 2.10 7.1.1"},
		{"a clause by a requirement that is not the first", Selection{RFC: []string{"RFC7692-5"}}, "13.1.1"},
		{"a document", Selection{RFC: []string{"7692"}}, "13.1.1"},
		{"a document, with RFC", Selection{RFC: []string{"rfc7692"}}, "13.1.1"},
		{"a clause of a document", Selection{RFC: []string{"RFC7692-7.2"}}, "13.1.1"},
		{"a requirement", Selection{RFC: []string{"RFC6455-5.2-14"}}, "1.1.2"},
		{"an erratum's requirement", Selection{RFC: []string{"RFC6455-7.1.5-E3227"}}, "robust/slow-handshake"},
		{"a requirement, and not one that begins alike", Selection{RFC: []string{"RFC6455-5.2-7"}}, "1.1.1 1.1.2 1.2.1"},
		{"several clauses add up", Selection{RFC: []string{"5.4", "5.5.3"}}, "2.10 10.1.1"},
		{"a clause among those run", Selection{Run: []string{"1", "2"}, RFC: []string{"5.5"}}, "2.1 2.10"},
		{"a clause, with some skipped", Selection{RFC: []string{"5.5"}, Skip: []string{"7"}}, "2.1 2.10"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := tt.s.Select(shelf)
			if err != nil {
				t.Fatalf("%+v: %v", tt.s, err)
			}
			if diff := cmp.Diff(tt.want, strings.Join(ids(got), " ")); diff != "" {
				t.Errorf("%+v (-want +got):\n%s", tt.s, diff)
			}
		})
	}
}

// A pattern with a typo is told, with what was perhaps meant: never an empty
// run that looks green.
func TestSelectRefusesWhatMatchesNothing(t *testing.T) {
	for _, tt := range []struct {
		name string
		s    Selection
		want *SelectionError
	}{
		{"an id", Selection{Run: []string{"1.1.1", "1.1.3"}}, &SelectionError{"--run", "1.1.3", []string{"1.1.1", "1.1.2", "1.2.1"}}},
		{"a word", Selection{Run: []string{"robust/slow-handshak"}}, &SelectionError{Flag: "--run", Pattern: "robust/slow-handshak", Near: []string{"robust/slow-handshake"}}},
		{"nothing at all", Selection{Run: []string{""}}, &SelectionError{Flag: "--run"}},
		{"a set that does not end is taken as it is", Selection{Run: []string{"[1"}}, &SelectionError{Flag: "--run", Pattern: "[1"}},
		{"a range that runs backwards", Selection{Run: []string{"[7-1].1"}}, &SelectionError{Flag: "--run", Pattern: "[7-1].1"}},
		{"characters that a regular expression would read", Selection{Run: []string{"1.1.(1|2)"}}, &SelectionError{Flag: "--run", Pattern: "1.1.(1|2)"}},
		{"skip", Selection{Skip: []string{"9.1"}}, &SelectionError{Flag: "--skip", Pattern: "9.1"}},
		{"a section of the RFC as an id", Selection{Run: []string{"4.2.1"}}, &SelectionError{Flag: "--run", Pattern: "4.2.1", Near: []string{"rfc6455/4.2.1"}}},
		{"a clause", Selection{RFC: []string{"5.5.4"}}, &SelectionError{Flag: "--rfc", Pattern: "5.5.4", Near: []string{"5.5.2", "5.5.3", "5.5.1"}}},
		{"a clause that only begins alike", Selection{RFC: []string{"5.5.22"}}, &SelectionError{Flag: "--rfc", Pattern: "5.5.22"}},
		{"another document", Selection{RFC: []string{"9110"}}, &SelectionError{Flag: "--rfc", Pattern: "9110"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := tt.s.Select(shelf)
			var refused *SelectionError
			if !errors.As(err, &refused) {
				t.Fatalf("%+v gave %v, %v; want a *SelectionError", tt.s, ids(got), err)
			}
			if refused.Flag != tt.want.Flag || refused.Pattern != tt.want.Pattern {
				t.Errorf("%s %q is blamed, want %s %q", refused.Flag, refused.Pattern, tt.want.Flag, tt.want.Pattern)
			}
			if len(tt.want.Near) > 0 {
				if diff := cmp.Diff(tt.want.Near, refused.Near[:len(tt.want.Near)]); diff != "" {
					t.Errorf("the nearest (-want +got):\n%s", diff)
				}
			}
			for _, part := range append([]string{refused.Flag, refused.Pattern, "matches no case", "wsspec list"}, refused.Near...) {
				if !strings.Contains(err.Error(), part) {
					t.Errorf("%q does not mention %q", err, part)
				}
			}
		})
	}
}

func TestSelectRefusesToLeaveNothing(t *testing.T) {
	for _, s := range []Selection{
		{Skip: []string{"*"}},
		{Run: []string{"1"}, Skip: []string{"1.*"}},
		{Run: []string{"1"}, RFC: []string{"5.5"}},
	} {
		got, err := s.Select(shelf)
		if err == nil || !strings.Contains(err.Error(), "no case is left") {
			t.Errorf("%+v gave %v, %v; want an error that no case is left", s, ids(got), err)
		}
	}
}

func TestDistance(t *testing.T) {
	for _, tt := range []struct {
		a, b string
		want int
	}{
		{"", "", 0}, {"", "abc", 3}, {"abc", "", 3}, {"abc", "abc", 0}, {"abc", "abd", 1}, {"abc", "bc", 1},
		{"7.1.1", "7.11", 1}, {"kitten", "sitting", 3}, {"flaw", "lawn", 2},
	} {
		if got := distance(tt.a, tt.b); got != tt.want {
			t.Errorf("distance(%q, %q) is %d, want %d", tt.a, tt.b, got, tt.want)
		}
	}
}
