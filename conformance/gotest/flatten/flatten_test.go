package flatten

import (
	"go/constant"
	"strings"
	"testing"
)

// load makes a program of packages, each given by its path and its text.
func load(t *testing.T, packages ...[2]string) *Program {
	t.Helper()
	var p *Program
	for _, in := range packages {
		var err error
		if p, err = p.Load(in[0], []File{{Name: in[0] + ".go", Text: in[1]}}); err != nil {
			t.Fatal(err)
		}
	}
	return p
}

const below = `package below

import (
	"fmt"
	"os"
	"strings"
)

// Kind is explained.
type Kind uint8

// The kinds.
const (
	First Kind = iota
	Second
)

// String is for people.
func (k Kind) String() string { return fmt.Sprint(uint8(k)) }

// Data is written down by others.
type Data struct {
	Kind Kind
	Name string
}

// State is for the code alone.
type State struct {
	used   int // why
	unused os.File
	Data
}

func (s *State) Use() int { return s.used + helper(len(s.Name)) }

func (s *State) Waste() { os.Exit(1) }

// helper has the name of another function above.
func helper(n int) int {
	// A comment inside stays.
	return n + len(strings.ToUpper("x")) + table["a"]
}

var (
	table = map[string]int{"a": 1}
	waste = []int{1}
)

// Shadowed has the name of a variable above.
func Shadowed() int { return 1 }
`

const above = `package above

import (
	"testing"

	"example.org/below"
)

// Case is the data.
type Case struct{ Data below.Data }

func helper(t *testing.T) { t.Log("above") }

// Run is the root.
func Run(t *testing.T, c Case) {
	helper(t)
	s := below.State{Data: c.Data}
	Shadowed := 2
	t.Log(s.Use(), Shadowed, below.Shadowed(), c.Data.Kind)
}

func unused() { below.Second.String() }
`

func flatten(t *testing.T) *Flat {
	t.Helper()
	p := load(t, [2]string{"example.org/below", below}, [2]string{"example.org/above", above})
	f, err := p.Flatten(Root{Path: "example.org/above", Func: "Run", Data: "Case"})
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// The flat text has what the root needs, without qualifiers, and nothing else.
func TestFlatten(t *testing.T) {
	f := flatten(t)
	for _, tt := range []struct{ why, want string }{
		{"a qualifier goes", "type Case struct{ Data Data }"},
		{"the last package keeps its comments", "// Run is the root.\nfunc Run("},
		{"a name that is taken gets that of its package before it", "func belowHelper(n int) int {"},
		{"its uses follow", "s.used + belowHelper(len(s.Name))"},
		{"a local variable of the name is no use", "Shadowed := 2\n\tt.Log(s.Use(), Shadowed, belowShadowed(), c.Data.Kind)"},
		{"a type of the data keeps its comment", "// Kind is explained.\ntype Kind uint8"},
		{"all its constants are there", "First Kind = iota\n\tSecond"},
		{"what is printed keeps its String method", "func (k Kind) String() string"},
		{"a field that is used stays", "type State struct {\n\tused int\n\tData\n}"},
		{"a comment inside a function stays", "// A comment inside stays."},
		{"a variable that is used stays", `table = map[string]int{"a": 1}`},
		{"each package but the last is named", "// What follows is from example.org/below"},
	} {
		if !strings.Contains(f.Text, tt.want) {
			t.Errorf("%s: %q is not in\n%s", tt.why, tt.want, f.Text)
		}
	}
	for _, tt := range []struct{ why, gone string }{
		{"a qualifier goes", "below."},
		{"a field that nobody uses goes", "unused os.File"},
		{"a method that nobody uses goes", "Waste"},
		{"a variable that nobody uses goes", "waste"},
		{"a function that nobody uses goes", "func unused"},
		{"the other packages are brief", "helper has the name"},
	} {
		if strings.Contains(f.Text, tt.gone) {
			t.Errorf("%s: %q is in\n%s", tt.why, tt.gone, f.Text)
		}
	}
	if got := strings.Join(f.Imports, " "); got != "fmt strings testing" {
		t.Errorf("the text imports %q; os is used by nothing that is left", got)
	}
}

// Those who write data learn what names the flat text has for it.
func TestNames(t *testing.T) {
	f := flatten(t)
	if got := f.Name("example.org/below", "helper"); got != "belowHelper" {
		t.Errorf("helper is called %q", got)
	}
	if got := f.Name("example.org/below", "Data"); got != "Data" {
		t.Errorf("Data is called %q", got)
	}
	if got, ok := f.Constant("example.org/below", "Kind", constant.MakeInt64(1)); !ok || got != "Second" {
		t.Errorf("the kind 1 is %q, %v", got, ok)
	}
	if got, ok := f.Constant("example.org/below", "Kind", constant.MakeInt64(2)); ok {
		t.Errorf("the kind 2 has no name, and is called %q", got)
	}
}

// What cannot be is an error and not half a text.
func TestErrors(t *testing.T) {
	var p *Program
	if _, err := p.Load("example.org/bad", []File{{Name: "bad.go", Text: "package bad\nfunc {"}}); err == nil {
		t.Error("a file that is no Go is loaded")
	}
	if _, err := load(t, [2]string{"example.org/below", below}).Flatten(Root{Path: "example.org/below", Func: "Nobody", Data: "Data"}); err == nil {
		t.Error("a root that is not there has a text")
	}
}
