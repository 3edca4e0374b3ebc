package catalog_test

import (
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/wsspec/wsspec/conformance/catalog"
	c "github.com/wsspec/wsspec/conformance/script"
)

// ids.txt pins what every id denotes: one case a line, the id, a tab, the title.
// The file is append-only and is edited by hand: there is no flag that rewrites
// it, because a rewrite would hide an id that has changed its meaning.
func TestIDsNeverChange(t *testing.T) {
	pinned, err := os.ReadFile("ids.txt")
	if err != nil {
		t.Fatal(err)
	}
	for _, problem := range compareWithPinned(string(pinned), catalog.Cases()) {
		t.Error(problem)
	}
}

// compareWithPinned compares the cases with the text of ids.txt and says for each
// difference what to do.
func compareWithPinned(text string, cases []*c.Case) (problems []string) {
	problems, order := compareIDs(text, cases)
	return append(problems, gaps(order)...)
}

// compareIDs is compareWithPinned without the gaps. It also returns the pinned ids in their
// order.
func compareIDs(text string, cases []*c.Case) (problems, order []string) {
	report := func(format string, args ...any) { problems = append(problems, fmt.Sprintf(format, args...)) }
	if text != "" && !strings.HasSuffix(text, "\n") {
		report("ids.txt: the last line has no line end: add one")
	}
	type line struct {
		number int
		title  string
	}
	pinned := map[string]line{}
	for i, l := range strings.Split(strings.TrimSuffix(text, "\n"), "\n") {
		id, title, ok := strings.Cut(l, "\t")
		if !ok || id == "" || title == "" || strings.Contains(title, "\t") {
			report("ids.txt:%d: %q is not an id, a tab and a title: write the line in this form", i+1, l)
			continue
		}
		if first, ok := pinned[id]; ok {
			report("ids.txt:%d: the id %s is already in line %d: give the new case the next free id", i+1, id, first.number)
			continue
		}
		pinned[id] = line{i + 1, title}
		order = append(order, id)
	}
	has := map[string]bool{}
	for _, x := range cases {
		if has[x.ID] {
			report("two cases have the id %s: ids never change once released, so give the new case the next free id", x.ID)
			continue
		}
		has[x.ID] = true
		switch was, ok := pinned[x.ID]; {
		case !ok:
			report("the id %s is not in ids.txt: ids never change once released, so give a changed id back; a new case: append this line to conformance/catalog/ids.txt:\n%s\t%s", x.ID, x.ID, x.Title)
		case was.title != x.Title:
			report("ids.txt:%d: %s has the title %q, the catalogue says %q: an id never gets another meaning, so a different case needs a new id; the same case with a better title: replace the line by:\n%s\t%s", was.number, x.ID, was.title, x.Title, x.ID, x.Title)
		}
	}
	for _, id := range order {
		if !has[id] {
			report("ids.txt:%d: the catalogue has no case %s (%s): ids never change once released, so give the case its id back and leave the line as it is", pinned[id].number, id, pinned[id].title)
		}
	}
	return problems, order
}

// gaps reports numbers that are missing inside a section. A number can only be
// missing if a released case was removed or if a new case skipped a number.
func gaps(ids []string) (problems []string) {
	numbers := map[string][]int{}
	for _, id := range ids {
		i := strings.LastIndexAny(id, "./")
		n, err := strconv.Atoi(id[i+1:])
		if err != nil {
			problems = append(problems, fmt.Sprintf("the id %s does not end in a number: write a section and the next free number", id))
			continue
		}
		numbers[id[:i+1]] = append(numbers[id[:i+1]], n)
	}
	var sections []string
	for section := range numbers {
		sections = append(sections, section)
	}
	slices.Sort(sections)
	for _, section := range sections {
		slices.Sort(numbers[section])
		for i, n := range numbers[section] {
			if n != i+1 {
				problems = append(problems, fmt.Sprintf("ids.txt: the id %s%d is missing: put a removed case and its line back; a new case takes the next free number of its section", section, i+1))
				break
			}
		}
	}
	return problems
}

// The test of the catalogue fails for each kind of change, and its message says
// what to do.
func TestAChangedIDIsReported(t *testing.T) {
	const text = "5.1\tone case\n5.2\tanother case\n"
	cases := func(titles ...string) []*c.Case {
		var out []*c.Case
		for _, s := range titles {
			id, title, _ := strings.Cut(s, "\t")
			out = append(out, &c.Case{ID: id, Title: title})
		}
		return out
	}
	for _, tt := range []struct {
		name  string
		text  string
		cases []*c.Case
		want  []string // one a problem: what its message has to contain
	}{
		{"no change", text, cases("5.1\tone case", "5.2\tanother case"), nil},
		{"another order in the catalogue", text, cases("5.2\tanother case", "5.1\tone case"), nil},
		{"a case is gone", text, cases("5.1\tone case"), []string{"ids.txt:2: the catalogue has no case 5.2 (another case)"}},
		{"a new case", text, cases("5.1\tone case", "5.2\tanother case", "5.3\ta new case"), []string{"append this line to conformance/catalog/ids.txt:\n5.3\ta new case"}},
		{"a renumbered case", text, cases("5.1\tone case", "5.3\tanother case"), []string{"the id 5.3 is not in ids.txt", "no case 5.2"}},
		{"two cases changed places", text, cases("5.2\tone case", "5.1\tanother case"), []string{
			"ids.txt:2: 5.2 has the title \"another case\"", "ids.txt:1: 5.1 has the title \"one case\"",
		}},
		{"another title", text, cases("5.1\tone case", "5.2\ta better title"), []string{"replace the line by:\n5.2\ta better title"}},
		{"an id twice in the catalogue", text, cases("5.1\tone case", "5.2\tanother case", "5.2\ta new case"), []string{"two cases have the id 5.2"}},
		{"an id twice in ids.txt", text + "5.1\tone case\n", cases("5.1\tone case", "5.2\tanother case"), []string{"ids.txt:3: the id 5.1 is already in line 1"}},
		{"a case and its line are gone", "5.2\tanother case\n", cases("5.2\tanother case"), []string{"the id 5.1 is missing"}},
		{"a skipped number", text + "5.4\ta new case\n", cases("5.1\tone case", "5.2\tanother case", "5.4\ta new case"), []string{"the id 5.3 is missing"}},
		{"an id without a number", text + "5.x\ta new case\n", cases("5.1\tone case", "5.2\tanother case", "5.x\ta new case"), []string{"5.x does not end in a number"}},
		{"a line without a tab", text + "5.3 a new case\n", cases("5.1\tone case", "5.2\tanother case"), []string{"ids.txt:3: \"5.3 a new case\" is not an id, a tab and a title"}},
		{"an empty line", text + "\n", cases("5.1\tone case", "5.2\tanother case"), []string{"ids.txt:3: \"\" is not an id, a tab and a title"}},
		{"no line end", strings.TrimSuffix(text, "\n"), cases("5.1\tone case", "5.2\tanother case"), []string{"the last line has no line end"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := compareWithPinned(tt.text, tt.cases)
			if len(got) != len(tt.want) {
				t.Fatalf("%d problems %q, want %d", len(got), got, len(tt.want))
			}
			for i, want := range tt.want {
				if !strings.Contains(got[i], want) {
					t.Errorf("problem %d is %q, want it to contain %q", i+1, got[i], want)
				}
			}
		})
	}
}

// http3_ids.txt does so for the cases over HTTP/3.
func TestHTTP3IDsNeverChange(t *testing.T) {
	pinned, err := os.ReadFile("http3_ids.txt")
	if err != nil {
		t.Fatal(err)
	}
	problems, order := compareIDs(string(pinned), catalog.OverHTTP3())
	for _, problem := range append(problems, gaps(order)...) {
		t.Error(strings.ReplaceAll(problem, "ids.txt", "http3_ids.txt"))
	}
}

// http2_ids.txt pins the ids of the cases over HTTP/2 as ids.txt does those of the catalogue.
func TestHTTP2IDsNeverChange(t *testing.T) {
	pinned, err := os.ReadFile("http2_ids.txt")
	if err != nil {
		t.Fatal(err)
	}
	over := slices.Concat(catalog.OverHTTP2(), catalog.SuiteOverHTTP2(catalog.Robust))
	problems, order := compareIDs(string(pinned), over)
	problems = append(problems, gaps(slices.DeleteFunc(order, func(id string) bool { return catalog.SuiteOf(id) != "" }))...)
	for _, problem := range problems {
		t.Error(strings.ReplaceAll(problem, "ids.txt", "http2_ids.txt"))
	}
}
