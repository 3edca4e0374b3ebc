package wire

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParseExtensions(t *testing.T) {
	value := func(name, value string) Param { return Param{Name: name, Value: value, HasValue: true} }
	quoted := func(name, value string) Param {
		return Param{Name: name, Value: value, HasValue: true, Quoted: true}
	}
	for _, tt := range []struct {
		name  string
		value string
		want  []Extension
		// form is how FormatExtensions writes it.
		form string
	}{
		{"one name", "foo", []Extension{{Name: "foo"}}, "foo"},
		{"RFC 6455 9.1, joined lines", "foo, bar; baz=2",
			[]Extension{{Name: "foo"}, {"bar", []Param{value("baz", "2")}}}, "foo, bar; baz=2"},
		{"RFC 6455 9.1, example", "mux; max-channels=4; flow-control, deflate-stream",
			[]Extension{{"mux", []Param{value("max-channels", "4"), {Name: "flow-control"}}}, {Name: "deflate-stream"}},
			"mux; max-channels=4; flow-control, deflate-stream"},
		{"RFC 7692 5.2, a parameter with a value", "permessage-foo; x=10",
			[]Extension{{"permessage-foo", []Param{value("x", "10")}}}, "permessage-foo; x=10"},
		{"RFC 7692 5.2, the value quoted", `permessage-foo; x="10"`,
			[]Extension{{"permessage-foo", []Param{quoted("x", "10")}}}, `permessage-foo; x="10"`},
		{"RFC 7692 5.2, a fallback", "permessage-foo, permessage-bar",
			[]Extension{{Name: "permessage-foo"}, {Name: "permessage-bar"}}, "permessage-foo, permessage-bar"},
		{"RFC 7692 5.2, the same name twice", "permessage-foo; use_y, permessage-foo",
			[]Extension{{"permessage-foo", []Param{{Name: "use_y"}}}, {Name: "permessage-foo"}},
			"permessage-foo; use_y, permessage-foo"},
		{"white space everywhere it may be", " a ;\tb = 1 ; c\t=\t\"d\" , e ",
			[]Extension{{"a", []Param{value("b", "1"), quoted("c", "d")}}, {Name: "e"}}, `a; b=1; c="d", e`},
		{"no white space", "a;b=1;c,d", []Extension{{"a", []Param{value("b", "1"), {Name: "c"}}}, {Name: "d"}}, "a; b=1; c, d"},
		{"case is kept", "Foo; Bar=Baz", []Extension{{"Foo", []Param{value("Bar", "Baz")}}}, "Foo; Bar=Baz"},
		{"empty members", ", a,, b ,", []Extension{{Name: "a"}, {Name: "b"}}, "a, b"},
		{"escapes in quotes", `a; b="\1\0"`, []Extension{{"a", []Param{quoted("b", "10")}}}, `a; b="10"`},
		{"a parameter twice is grammar's to allow", "a; b; b=1", []Extension{{"a", []Param{{Name: "b"}, value("b", "1")}}}, "a; b; b=1"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := ParseExtensions(tt.value)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
			if form := FormatExtensions(got); form != tt.form {
				t.Errorf("written as %s, want %s", form, tt.form)
			}
		})
	}
}

func TestParseExtensionsRefuses(t *testing.T) {
	for _, tt := range []struct {
		value  string
		offset int
	}{
		{"", 0}, // RFC6455-4.2.2-21: at least one
		{" \t", 2},
		{",", 1},
		{";", 0},
		{";x", 0},
		{"a;", 2},
		{"a;;b", 2},
		{"a;,b", 2},
		{"a=1", 1},
		{"a b", 2},
		{"a;b c", 4},
		{"a;b=", 4},
		{"a;b=,c", 4},
		{"a;=1", 2},
		{"a;b=1=2", 5},
		{`"x"`, 0},
		{`a;"b"`, 2},
		{`a;b="`, 5},
		{`a;b=""`, 5},
		{`a;b="c`, 6},
		{`a;b="c\`, 7},
		{`a;b="c\"`, 7},
		{`a;b="c d"`, 6}, // RFC6455-9.1-3
		{`a;b="c,d"`, 6},
		{`a;b=" c"`, 5},
		{`a;b="c"d`, 7},
		{`a;b='c d'`, 7},
		{"a;b=c/d", 5},
		{"a\x00", 1},
		{"ä", 0},
	} {
		got, err := ParseExtensions(tt.value)
		var grammar *GrammarError
		if !errors.As(err, &grammar) || grammar.Offset != tt.offset || got != nil {
			t.Errorf("ParseExtensions(%q) = %v, %v, want a GrammarError at octet %d", tt.value, got, err, tt.offset)
		}
	}
}

func TestFormatExtensionsWritesWhatItIsGiven(t *testing.T) {
	got := FormatExtensions([]Extension{{Name: "a b", Params: []Param{
		{Name: "", HasValue: true},
		{Name: "c", Value: `x"\y`, HasValue: true, Quoted: true},
		{Name: "d", Value: "ignored"},
	}}})
	if want := `a b; =; c="x\"\\y"; d`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
